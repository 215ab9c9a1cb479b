#include "domain/clients/client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace lanyard::clients {
namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<AuthMethod, 7> kAuthMethods{{
    {AuthMethod::none, "none"},
    {AuthMethod::client_secret, "client_secret"},
    {AuthMethod::client_secret_basic, "client_secret_basic"},
    {AuthMethod::client_secret_post, "client_secret_post"},
    {AuthMethod::private_key_jwt, "private_key_jwt"},
    {AuthMethod::tls_client_auth, "tls_client_auth"},
    {AuthMethod::self_signed_tls_client_auth, "self_signed_tls_client_auth"},
}};

constexpr Names<Grant, 5> kGrants{{
    {Grant::authorization_code, "authorization_code"},
    {Grant::refresh_token, "refresh_token"},
    {Grant::device_code, "urn:ietf:params:oauth:grant-type:device_code"},
    {Grant::client_credentials, "client_credentials"},
    {Grant::token_exchange, "urn:ietf:params:oauth:grant-type:token-exchange"},
}};

constexpr Names<RefreshPolicy, 3> kRefreshPolicies{{
    {RefreshPolicy::strict, "strict"},
    {RefreshPolicy::grace, "grace"},
    {RefreshPolicy::none, "none"},
}};

constexpr Names<Profile, 6> kProfiles{{
    {Profile::oidc, "oidc"},
    {Profile::wlcg, "wlcg"},
    {Profile::scitokens, "scitokens"},
    {Profile::aarc, "aarc"},
    {Profile::iam, "iam"},
    {Profile::servicex, "servicex"},
}};

template <class E, std::size_t N>
std::string_view name_of(const Names<E, N>& names, E value) {
  const auto found = std::ranges::find(names, value, &std::pair<E, std::string_view>::first);
  return found != names.end() ? found->second : std::string_view();
}

template <class E, std::size_t N>
Result<E> parse_name(const Names<E, N>& names, std::string_view text, std::string_view what) {
  std::vector<std::string> known;
  for (const auto& [value, name] : names) {
    if (name == text) return value;
    known.emplace_back(name);
  }
  return make_error(Code::invalid, cat("This is not ", what, "."),
                    cat("Write one of: ", join(known, ", "), "."));
}

// What follows "http://127.0.0.1" or "http://[::1]" and the port, when the text begins so (RFC 8252 section
// 7.3); the name "localhost" is no literal and has no free port (section 8.3).
struct Loopback {
  std::string_view start, rest;
};
std::optional<Loopback> read_loopback(std::string_view uri) {
  for (const std::string_view start :
       {std::string_view("http://127.0.0.1"), std::string_view("http://[::1]")}) {
    if (!uri.starts_with(start)) continue;
    std::string_view rest = uri.substr(start.size());
    if (rest.starts_with(':')) {
      rest.remove_prefix(1);
      const std::string_view port = rest.substr(0, rest.find_first_not_of("0123456789"));
      if (port.empty() || port.size() > 5 || port.front() == '0') return {};
      const auto number = parse_integer(port);
      if (!number.ok() || *number > 65535) return {};
      rest.remove_prefix(port.size());
    }
    if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return {};
    return Loopback{start, rest};
  }
  return {};
}

}  // namespace

std::string_view to_string(AuthMethod method) {
  return name_of(kAuthMethods, method);
}
Result<AuthMethod> parse_auth_method(std::string_view text) {
  return parse_name(kAuthMethods, text, "a way in which a client proves itself");
}
bool uses_secret(AuthMethod method) {
  return method == AuthMethod::client_secret || method == AuthMethod::client_secret_basic ||
         method == AuthMethod::client_secret_post;
}

std::string_view to_string(Grant grant) {
  return name_of(kGrants, grant);
}
Result<Grant> parse_grant(std::string_view text) {
  if (text == "device_code") return Grant::device_code;
  if (text == "token_exchange") return Grant::token_exchange;
  return parse_name(kGrants, text, "a grant type that is offered here");
}

std::string_view to_string(RefreshPolicy policy) {
  return name_of(kRefreshPolicies, policy);
}
Result<RefreshPolicy> parse_refresh_policy(std::string_view text) {
  return parse_name(kRefreshPolicies, text, "a refresh policy");
}

std::string_view to_string(Profile profile) {
  return name_of(kProfiles, profile);
}
Result<Profile> parse_profile(std::string_view text) {
  return parse_name(kProfiles, text, "a profile of tokens");
}

bool Client::may(Grant grant) const {
  return std::ranges::find(grants, grant) != grants.end();
}

const std::string* find_redirect(const Client& client, std::string_view redirect_uri) {
  const auto exact = std::ranges::find(client.redirect_uris, redirect_uri);
  if (exact != client.redirect_uris.end()) return &*exact;
  const auto wanted = read_loopback(redirect_uri);
  if (!wanted) return nullptr;
  for (const std::string& registered : client.redirect_uris) {
    const auto known = read_loopback(registered);
    if (known && known->start == wanted->start && known->rest == wanted->rest) return &registered;
  }
  return nullptr;
}

}  // namespace lanyard::clients
