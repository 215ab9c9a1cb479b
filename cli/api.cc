#include "cli/api.h"

#include <unistd.h>

#include <array>

#include "base/text.h"
#include "cli/shelf.h"

namespace lanyard::cli {
namespace {

Code code_of(int status) {
  switch (status) {
    case 401:
      return Code::unauthenticated;
    case 403:
      return Code::forbidden;
    case 404:
      return Code::not_found;
    case 409:
    case 412:
      return Code::conflict;
    case 413:
      return Code::too_large;
    case 429:
      return Code::too_many;
    case 502:
      return Code::upstream;
    case 503:
      return Code::unavailable;
    default:
      return status >= 500 ? Code::internal : Code::invalid;
  }
}

// RFC 9457: what happened is the detail; the title alone when there is none.
Error problem_of(const net::Reply& reply) {
  Error error;
  error.code = code_of(reply.status);
  const auto object = json::parse_object(reply.body);
  if (!object.ok()) {
    error.message = cat("The server answered with status ", reply.status, ".");
    return error;
  }
  const auto text = [&](std::string_view name) {
    const auto value = json::string_or(*object, name, "");
    return value.ok() ? *value : std::string();
  };
  error.message = text("detail").empty() ? text("title") : text("detail");
  if (error.message.empty()) error.message = cat("The server answered with status ", reply.status, ".");
  error.hint = text("hint");
  return error;
}

// What `lanyard login` keeps for this server.
Result<std::optional<lib::Found>> kept_token(const terminal::Given& given, const Settings& settings) {
  LANYARD_TRY(const auto shelf, Shelf::open(given));
  if (!shelf->has_store()) return std::optional<lib::Found>();
  LANYARD_TRY(const lib::TokenStore* const store, shelf->store());
  LANYARD_TRY(const auto held, store->find(settings.server, ""));
  if (!held) return std::optional<lib::Found>();
  LANYARD_TRY(lib::Fresh fresh, shelf->fresh(*held, {}));
  return std::optional<lib::Found>(
      lib::Found{std::move(fresh.held.access_token), store->path_of(settings.server, "")});
}

}  // namespace

std::string segment(std::string_view text) {
  return percent_encode(text);
}

Api::Api(Settings settings, net::Reach reach, lib::Found token)
    : log_(clock_, Level::error, Log::to_stderr()),
      settings_(std::move(settings)),
      reach_(std::move(reach)),
      token_(std::move(token)),
      client_(net::make_client({.user_agent = "lanyard-cli"}, clock_, log_)) {}

Result<std::unique_ptr<Api>> Api::open(const terminal::Given& given) {
  const lib::Environment environment = lib::process_environment();
  LANYARD_TRY(Settings settings, load_settings(given, environment));
  LANYARD_TRY(net::Reach reach, reach_of(settings));
  lib::Places places;
  places.environment = environment;
  places.file = settings.token_file;
  places.uid = ::geteuid();
  LANYARD_TRY(auto found, lib::find_bearer_token(places));
  if (!found) {
    LANYARD_TRY(found, kept_token(given, settings));
  }
  if (!found) {
    return make_error(Code::unauthenticated, "There is no token.",
                      "Run lanyard login, or make a token on the account page, write it into a file with "
                      "mode 0600, and set BEARER_TOKEN_FILE to it.");
  }
  return std::unique_ptr<Api>(new Api(std::move(settings), std::move(reach), std::move(*found)));
}

Result<Answer> Api::send(net::Call call) {
  call.headers.emplace_back("Authorization", cat("Bearer ", token_.token.reveal()));
  call.headers.emplace_back("Accept", "application/json, application/problem+json");
  call.headers.emplace_back("X-Lanyard-Door", "command line");
  call.reach = reach_;
  call.time_limit = std::chrono::seconds(30);
  call.most_bytes = 16 << 20;
  const auto reply = client_->send(call);
  if (!reply.ok()) {
    return make_error(Code::unavailable, cat("The server at ", settings_.server, " can not be reached."),
                      reply.error().message);
  }
  request_id_ = reply->header("x-request-id").value_or("");
  if (reply->status < 200 || reply->status > 299) return problem_of(*reply);
  Answer answer;
  answer.status = reply->status;
  answer.etag = reply->header("etag").value_or("");
  answer.request_id = request_id_;
  if (reply->body.empty()) return answer;
  json::Limits limits;
  limits.bytes = call.most_bytes;
  limits.members = 2'000'000;
  auto object = json::parse_object(reply->body, limits);
  if (!object.ok())
    return make_error(Code::upstream, "The server's answer is no JSON object.",
                      "Is this the address of a Lanyard?");
  answer.object = std::move(*object);
  return answer;
}

Result<Answer> Api::get(std::string_view path, const Form& query) {
  net::Call call;
  call.url = cat(settings_.server, "/api/v1", path);
  if (!query.pairs().empty()) call.url = with_query(call.url, query);
  return send(std::move(call));
}

Result<Answer> Api::post(std::string_view path, const json::Object& body, std::string_view method,
                         std::string_view if_match) {
  net::Call call;
  call.method = method;
  call.url = cat(settings_.server, "/api/v1", path);
  if (method != "DELETE") {
    call.headers.emplace_back("Content-Type", "application/json");
    call.body = json::write(body);
  }
  if (!if_match.empty()) call.headers.emplace_back("If-Match", if_match);
  return send(std::move(call));
}

}  // namespace lanyard::cli
