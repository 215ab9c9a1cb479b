#include "lib/code.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "platform/crypto/digest.h"

namespace lanyard::lib {
namespace {

Error refuse(std::string reason, std::string hint = "") {
  return make_error(Code::unauthenticated, std::move(reason), std::move(hint));
}

// OpenID Connect Core section 3.1.3.6: the left half of the hash that the signature uses.
std::string left_half(std::string_view algorithm, std::string_view token) {
  const std::string hash = algorithm.ends_with("384")                           ? crypto::sha384_bytes(token)
                           : algorithm.ends_with("512") || algorithm == "EdDSA" ? crypto::sha512_bytes(token)
                                                                                : crypto::sha256_bytes(token);
  return base64url_encode(std::string_view(hash).substr(0, hash.size() / 2));
}

std::string text_claim(const json::Object& claims, std::string_view name) {
  const json::Value* value = claims.find(name);
  return value != nullptr && value->as_string() != nullptr ? *value->as_string() : std::string();
}

}  // namespace

CodeFlow begin_code_flow(const CodeWish& wish, Random& random) {
  CodeFlow flow;
  flow.wish = wish;
  flow.state = random.token();
  flow.nonce = random.token();
  flow.verifier = Secret(random.token());
  flow.request = Form{{"response_type", "code"},
                      {"client_id", wish.client_id},
                      {"redirect_uri", wish.redirect_uri},
                      {"scope", wish.scope},
                      {"state", flow.state},
                      {"nonce", flow.nonce},
                      {"code_challenge", base64url_encode(crypto::sha256_bytes(flow.verifier.reveal()))},
                      {"code_challenge_method", "S256"}};
  if (!wish.audience.empty()) flow.request.add("resource", wish.audience);
  return flow;
}

Result<std::string> authorization_url(const Metadata& metadata, const CodeFlow& flow) {
  if (metadata.authorization_endpoint.empty())
    return make_error(Code::upstream, "The issuer's metadata names no authorization_endpoint.");
  return with_query(metadata.authorization_endpoint, flow.request);
}

Result<std::string> pushed_authorization_url(const Caller& caller, const Metadata& metadata,
                                             const CodeFlow& flow, const ClientProof& proof) {
  if (metadata.pushed_authorization_request_endpoint.empty())
    return make_error(Code::upstream,
                      "The issuer's metadata names no pushed_authorization_request_endpoint.");
  LANYARD_TRY(const net::Reply reply,
              post_form(caller, metadata.pushed_authorization_request_endpoint, flow.request, proof));
  const auto object = json::parse_object(reply.body);
  if (!object.ok())
    return make_error(Code::upstream, cat("The pushed request was answered with status ", reply.status,
                                          " and no JSON object."));
  if (reply.status != 201 && reply.status != 200)
    return make_error(Code::forbidden,
                      cat("The pushed request was refused: ", text_claim(*object, "error"), "."),
                      text_claim(*object, "error_description"));
  const std::string uri = text_claim(*object, "request_uri");
  if (uri.empty()) return make_error(Code::upstream, "The answer to the pushed request has no request_uri.");
  return with_query(metadata.authorization_endpoint,
                    Form{{"client_id", flow.wish.client_id}, {"request_uri", uri}});
}

Result<Secret> read_answer(const Metadata& metadata, const CodeFlow& flow, std::string_view address) {
  const std::size_t question = address.find('?');
  const std::string_view place = address.substr(0, question);
  if (place != std::string_view(flow.wish.redirect_uri).substr(0, flow.wish.redirect_uri.find('?')))
    return make_error(Code::invalid, "This is not the address that people are sent back to.",
                      cat("It begins with ", flow.wish.redirect_uri, "."));
  std::string_view query = question == std::string_view::npos ? "" : address.substr(question + 1);
  query = query.substr(0, query.find('#'));
  const auto form = parse_form(query);
  if (!form.ok()) return make_error(Code::invalid, "The address can not be read.", form.error().message);
  // The state first: what has another one answers another request, whatever it says.
  if (!equal_in_constant_time(form->value_or("state", ""), flow.state))
    return make_error(Code::invalid, "The state is missing or another request's.",
                      "Paste the address of this attempt, as a whole.");
  const std::string issuer = form->value_or("iss", "");
  if (issuer.empty() && metadata.names_itself_in_answers)
    return refuse("The answer does not say which issuer gave it (iss).");
  if (!issuer.empty() && issuer != metadata.issuer) return refuse("Another issuer answered (iss).");
  if (const std::string error = form->value_or("error", ""); !error.empty())
    return make_error(Code::forbidden, cat("The server said \"", error, "\"."),
                      form->value_or("error_description", ""));
  const std::string code = form->value_or("code", "");
  if (code.empty()) return make_error(Code::upstream, "The answer has no code and no error.");
  return Secret(code);
}

Result<TokenAnswer> redeem_code(const Caller& caller, const Metadata& metadata, const CodeFlow& flow,
                                const Secret& code, const ClientProof& proof) {
  return ask_for_tokens(caller, metadata.token_endpoint,
                        Form{{"grant_type", "authorization_code"},
                             {"code", std::string(code.reveal())},
                             {"redirect_uri", flow.wish.redirect_uri},
                             {"code_verifier", std::string(flow.verifier.reveal())}},
                        proof);
}

Status check_id_token(std::string_view id_token, const Claims& claims, const std::string& client_id,
                      const std::string& nonce, const Secret& access_token) {
  if (claims.subject.empty()) return refuse("sub is missing");
  if (claims.audiences != std::vector<std::string>{client_id})
    return refuse("aud names others beside this client");
  const std::string party = text_claim(claims.all, "azp");
  if (!party.empty() && party != client_id) return refuse("azp is another client");
  if (!nonce.empty() && text_claim(claims.all, "nonce") != nonce)
    return refuse("nonce is missing or another request's");
  const std::string hash = text_claim(claims.all, "at_hash");
  LANYARD_TRY(const crypto::UnverifiedJws jws, crypto::parse_jws(id_token));
  if (!hash.empty() && hash != left_half(jws.algorithm_name, access_token.reveal()))
    return refuse("at_hash is not of this access token");
  return {};
}

}  // namespace lanyard::lib
