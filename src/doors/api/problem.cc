#include "doors/api/problem.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lanyard::doors::api {
namespace {

struct Kind {
  int status;
  std::string_view code;
  std::string_view title;
  std::string_view detail;  // where nobody said more
  std::string_view hint;
};

constexpr std::array<Kind, 18> kKinds{{
    {400, "invalid", "The request is wrong", "The request can not be understood.",
     "Compare it with /api/v1/openapi.yaml."},
    {401, "unauthenticated", "Nobody is known by this", "The request shows no token that is good.",
     "Send \"Authorization: Bearer TOKEN\"."},
    {403, "forbidden", "Not allowed", "The caller may not do this.", "Ask an administrator of this site."},
    {404, "not_found", "There is no such thing", "Nothing is at this address.",
     "Compare it with /api/v1/openapi.yaml."},
    {405, "method_not_allowed", "Not with this method", "The address exists, but not for this method.",
     "The header Allow names the methods that it has."},
    {408, "timeout", "The request took too long", "The request did not arrive as a whole in time.",
     "Send it again."},
    {409, "conflict", "Not as things stand", "The present state does not allow this.",
     "Look at it again, then decide."},
    {410, "expired", "Not good any more", "It was good once and is not any more.", "Start again."},
    {412, "precondition_failed", "Changed meanwhile", "It has another version than If-Match names.",
     "Read it again, then repeat the change with its new ETag."},
    {413, "too_large", "Too large", "The request is larger than what is accepted here.", "Send less."},
    {415, "unsupported_media_type", "Not JSON", "The body must be JSON.",
     "Send it with the header Content-Type: application/json."},
    {428, "precondition_required", "A condition is needed", "A change of this needs the header If-Match.",
     "Read it first, and send the ETag of that answer."},
    {429, "too_many", "Slow down", "There were too many requests in a short time.",
     "Wait for as long as Retry-After says."},
    {431, "headers_too_large", "Headers too large",
     "The head of the request is larger than what is accepted.", "Send fewer or shorter headers."},
    {500, "internal", "A fault of the service", "The service met a fault.",
     "Try again. If it stays, report the request_id."},
    {502, "upstream", "A counterpart answered wrongly", "Another service did not answer as it should.",
     "Try again in a few minutes."},
    {503, "unavailable", "Not at the moment", "The service can not do this now.",
     "Send it again after as long as Retry-After says."},
    {504, "upstream", "A counterpart was too slow", "Another service did not answer in time.",
     "Try again in a few minutes."},
}};

const Kind& kind_of(int status) {
  const auto exact = std::ranges::find(kKinds, status, &Kind::status);
  if (exact != kKinds.end()) return *exact;
  return *std::ranges::find(kKinds, status >= 400 && status < 500 ? 400 : 500, &Kind::status);
}

std::string type_of(std::string_view code) {
  std::string type = cat("/problems/", code);
  std::ranges::replace(type, '_', '-');
  return type;
}

}  // namespace

int status_of(Code code) {
  const auto kind = std::ranges::find(kKinds, to_string(code), &Kind::code);
  return kind == kKinds.end() ? 500 : kind->status;
}

net::Response problem_with(int status, const Error& error, std::string_view request_id,
                           const json::Object& more) {
  const Kind& kind = kind_of(status);
  json::Object document{{"type", type_of(kind.code)},
                        {"title", kind.title},
                        {"status", status},
                        {"detail", error.message.empty() ? std::string(kind.detail) : error.message},
                        {"code", kind.code},
                        {"hint", error.hint.empty() ? std::string(kind.hint) : error.hint},
                        {"request_id", request_id}};
  for (const json::Member& member : more) document.set(member.name, member.value);
  net::Response response(status);
  response.body("application/problem+json", json::write(document));
  if (status == 429 || status == 503) response.header("Retry-After", "5");
  return response;
}

net::Response problem(const Error& error, const net::Request& request) {
  const int status = status_of(error.code);
  net::Response response = problem_with(status, error, request.id());
  if (status == 401) response.header("WWW-Authenticate", "Bearer");
  return response;
}

net::Response problem_of_status(int status, std::string_view request_id) {
  net::Response response = problem_with(status, {}, request_id);
  if (status == 401) response.header("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace lanyard::doors::api
