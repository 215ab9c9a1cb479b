// Pushed authorization requests (RFC 9126): the client sends what it asks before the browser comes, over its
// own connection and proven to be itself.
#include "doors/oauth/par.h"
#include "base/text.h"
#include "doors/oauth/handlers.h"
#include "doors/oauth/proof.h"
#include "doors/oauth/request.h"

namespace lanyard::doors::oauth {
namespace {

constexpr std::string_view kUrn = "urn:ietf:params:oauth:request_uri:";

// What proved the client is not kept.
bool is_proof(std::string_view name) {
  return name == "client_secret" || name == "client_assertion" || name == "client_assertion_type";
}

Outcome<json::Object> push(const Desk& desk, const net::Request& request, std::string& client_id) {
  const auto sent = read_client_form(desk, request);
  if (!sent) return sent.error();
  client_id = sent->client->id.str();
  if (!sent->form.value_or("request_uri", "").empty())
    return invalid_request("A pushed request can not point to another one.");
  Form kept{{"client_id", client_id}};
  for (const auto& [name, value] : sent->form.pairs()) {
    if (name == "client_id" && value != client_id) return invalid_request("client_id is not who sends this.");
    if (name != "client_id" && !is_proof(name)) kept.add(name, value);
  }
  auto thumbprint = find_dpop(desk, request);
  if (!thumbprint) return thumbprint.error();
  // RFC 9449 section 10.1: the proof stands for dpop_jkt.
  if (!thumbprint->empty()) {
    const std::string said = kept.value_or("dpop_jkt", *thumbprint);
    if (said != *thumbprint) return invalid_request("dpop_jkt is not the key of the proof.");
    if (kept.value_or("dpop_jkt", "").empty()) kept.add("dpop_jkt", *thumbprint);
  }
  ReadRequest read = read_request(desk, kept, Arrived::pushed);
  if (read.rejected) return std::move(read.rejected->error);
  const auto token =
      desk.parts.artefacts.issue(sessions::ArtefactKind::pushed, client_id, {},
                                 json::Object{{"parameters", kept.encode()}}, desk.settings.pushed_life);
  if (!token) return from_error(token.error());
  return json::Object{
      {"request_uri", cat(kUrn, token->reveal())},
      {"expires_in", std::chrono::duration_cast<std::chrono::seconds>(desk.settings.pushed_life).count()}};
}

}  // namespace

bool is_pushed_uri(std::string_view request_uri) {
  return request_uri.starts_with(kUrn);
}

Outcome<Form> take_pushed(const Desk& desk, std::string_view client_id, std::string_view request_uri) {
  const auto taken = desk.parts.artefacts.consume(sessions::ArtefactKind::pushed, client_id,
                                                  request_uri.substr(kUrn.size()));
  if (!taken) {
    if (taken.error().code == Code::unavailable) return from_error(taken.error());
    OauthError error = invalid_request("The pushed request is not known, was used already, or is too old.");
    error.error = "invalid_request_uri";
    return error;
  }
  const auto text = json::get_string(taken->data, "parameters");
  if (!text) return from_error(text.error());
  auto form = parse_form(*text);
  if (!form) return from_error(form.error());
  return *std::move(form);
}

net::Response push_request(const Desk& desk, const net::Request& request) {
  std::string client_id;
  const auto pushed = push(desk, request, client_id);
  if (!pushed) return refuse(desk, request, pushed.error(), client_id);
  net::Response response = net::Response::json(201, json::write(*pushed));
  response.header("Cache-Control", "no-store");
  return response;
}

}  // namespace lanyard::doors::oauth
