#include "doors/oauth/credentials.h"

#include <array>

#include "base/text.h"
#include "domain/clients/assertion.h"

namespace lanyard::doors::oauth {
namespace {

// Ours have 47 characters; whoever sends more than this wants it hashed.
constexpr std::size_t kLongestSecret = 1024;
constexpr std::size_t kLongestId = 200;
constexpr std::size_t kLongestHeader = 4096;

// Section 2.3.1: both halves are form-encoded before they are joined. Many libraries do not do it, so what
// does not decode stands for itself.
std::string form_decoded(std::string_view text) {
  std::string plain(text);
  for (char& c : plain)
    if (c == '+') c = ' ';
  auto decoded = percent_decode(plain);
  return decoded.ok() ? std::move(*decoded) : std::string(text);
}

using Fault = std::optional<OauthError>;

// Section 2.3.1: never in the query, which proxies and browsers write down.
Fault check_query(const net::Request& request) {
  const auto query = request.query_form();
  if (!query.ok()) return invalid_request("The query of the URL can not be read.");
  for (const auto& [name, value] : query->pairs()) {
    for (const std::string_view forbidden :
         {"client_id", "client_secret", "client_assertion", "client_assertion_type"}) {
      if (name == forbidden)
        return invalid_request(cat("The parameter ", forbidden,
                                   " belongs in the body, never in the URL. Treat a secret that was sent "
                                   "like this as lost."));
    }
  }
  return std::nullopt;
}

Fault read_header(const net::Request& request, Credentials& found) {
  const auto header = request.header("Authorization");
  if (!header.ok()) return invalid_request("The header Authorization was sent twice.");
  if (!*header) return std::nullopt;
  const std::string_view text = **header;
  const std::size_t space = text.find(' ');
  if (!equal_ignoring_case(text.substr(0, space), "Basic") || space == std::string_view::npos)
    return invalid_client("A client proves itself here with Basic, in the body, or with an assertion.");
  if (text.size() > kLongestHeader) return invalid_client("The header Authorization is too long.");
  const auto joined = base64_decode(trim(text.substr(space)));
  const std::size_t colon = joined.ok() ? joined->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return invalid_client("The header Authorization is not base64 of an id, a colon and a secret.");
  const std::string_view pair = *joined;
  found.sent = Credentials::Sent::in_header;
  found.client_id = form_decoded(pair.substr(0, colon));
  const std::string_view raw = pair.substr(colon + 1);
  std::string decoded = form_decoded(raw);
  const bool differs = decoded != raw;
  if (!raw.empty()) found.secrets.emplace_back(std::move(decoded));
  if (differs) found.secrets.emplace_back(std::string(raw));
  return std::nullopt;
}

Fault read_body(const Form& form, Credentials& found) {
  constexpr std::array<std::string_view, 4> kNames{"client_id", "client_secret", "client_assertion",
                                                   "client_assertion_type"};
  std::array<std::string, 4> values;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    auto value = form.find(kNames[i]);
    if (!value.ok()) return invalid_request(cat("The parameter ", kNames[i], " was sent twice."));
    if (*value) values[i] = std::move(**value);
  }
  auto& [id, secret, assertion, type] = values;
  const unsigned ways = (found.sent == Credentials::Sent::in_header ? 1U : 0U) + (secret.empty() ? 0U : 1U) +
                        (assertion.empty() && type.empty() ? 0U : 1U);
  if (ways > 1)
    return invalid_request("The client proves itself in more than one way. Use exactly one (RFC 6749 2.3).");
  if (found.sent == Credentials::Sent::in_header) {
    if (!id.empty() && id != found.client_id)
      return invalid_request("client_id is another than that of the header Authorization.");
    return std::nullopt;
  }
  found.client_id = std::move(id);
  if (!secret.empty()) {
    found.sent = Credentials::Sent::in_body;
    found.secrets.emplace_back(std::move(secret));
    return std::nullopt;
  }
  if (assertion.empty() && type.empty()) return std::nullopt;
  found.sent = Credentials::Sent::assertion;
  // RFC 7521 section 4.2.1: client_id may be left out, and names the same client when it is there.
  auto claimed = clients::claimed_client(std::string_view(assertion));
  if (!claimed.ok()) return invalid_client(cat("client_assertion: ", claimed.error().message));
  if (!found.client_id.empty() && found.client_id != *claimed)
    return invalid_client("client_assertion: sub is not client_id");
  found.client_id = std::move(*claimed);
  found.assertion = std::move(assertion);
  found.assertion_type = std::move(type);
  return std::nullopt;
}

}  // namespace

bool used_header(const net::Request& request) {
  for (const net::HeaderField& field : request.headers())
    if (equal_ignoring_case(field.name, "Authorization")) return true;
  return false;
}

std::variant<Credentials, OauthError> read_credentials(const net::Request& request, const Form& form) {
  Credentials found;
  if (auto fault = check_query(request)) return std::move(*fault);
  if (auto fault = read_header(request, found)) return std::move(*fault);
  if (auto fault = read_body(form, found)) return std::move(*fault);
  if (found.client_id.empty())
    return invalid_client("Nothing says which client this is: client_id is missing.");
  if (found.client_id.size() > kLongestId) return invalid_client("client_id is too long.");
  for (const Secret& secret : found.secrets)
    if (secret.reveal().size() > kLongestSecret) return invalid_client("The secret is too long.");
  return found;
}

}  // namespace lanyard::doors::oauth
