// What must hold for a client, one small function a topic.
#include <algorithm>

#include "base/direction.h"
#include "base/text.h"
#include "base/url.h"
#include "domain/clients/client.h"

namespace lanyard::clients {
namespace {

constexpr std::size_t kMostUris = 100;
constexpr std::size_t kLongestUri = 2'000;
constexpr std::size_t kMostWords = 100;
constexpr std::size_t kLongestName = 200;

constexpr Duration kMinute = std::chrono::minutes(1);
constexpr Duration kDay = std::chrono::hours(24);

class Faults {
 public:
  void add(std::string member, std::string what) { all_.push_back({std::move(member), std::move(what)}); }
  void add(std::string_view list, std::size_t index, std::string what) {
    add(cat(list, "[", index, "]"), std::move(what));
  }
  std::vector<Fault> take() { return std::move(all_); }

 private:
  std::vector<Fault> all_;
};

// A member's value cut for a message; none of what is checked here is a secret.
std::string quoted(std::string_view text) {
  return cat("\"", legible(cut_utf8(text, 100), '?'), "\"");
}

bool is_word(std::string_view text, std::size_t longest) {
  return !text.empty() && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             std::string_view::npos;
}

// "." or ".." as a segment, plain or percent-encoded: a browser would walk, and the text that was compared
// here is not where people arrive.
bool has_dot_segment(std::string_view path) {
  return std::ranges::any_of(split(path, '/'), [](std::string_view segment) {
    std::string plain;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      const bool dot = i + 2 < segment.size() && equal_ignoring_case(segment.substr(i, 3), "%2e");
      plain += dot ? '.' : segment[i];
      if (dot) i += 2;
    }
    return plain == "." || plain == "..";
  });
}

// "com.example.app:/back" (RFC 8252 section 7.1): a scheme with a dot, because it begins with a domain that
// somebody owns. "javascript:" and "data:" have none.
std::string private_scheme_fault(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0) return "is not an absolute URI";
  const std::string scheme = to_lower_ascii(uri.substr(0, colon));
  const bool letters =
      scheme.front() >= 'a' && scheme.front() <= 'z' &&
      scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == std::string::npos;
  if (!letters) return "is not an absolute URI";
  if (scheme.find('.') == std::string::npos || scheme.back() == '.')
    return cat("has the scheme ", scheme,
               ", and only https, http for loopback addresses and reverse-domain schemes such as "
               "org.example.app are allowed");
  const std::string_view rest = uri.substr(colon + 1);
  if (!rest.starts_with('/')) return "has no path behind its scheme";
  if (rest.find('@') != std::string_view::npos) return "has user information";
  if (has_dot_segment(rest.substr(0, rest.find('?')))) return "has a dot segment in its path";
  return {};
}

// "" when people may be sent there.
std::string redirect_fault(std::string_view uri) {
  if (uri.empty()) return "is empty";
  if (uri.size() > kLongestUri) return cat("is longer than ", kLongestUri, " bytes");
  if (has_control(uri) || uri.find(' ') != std::string_view::npos)
    return "has a space or a control character";
  if (uri.find('\\') != std::string_view::npos) return "has a backslash";
  if (uri.find('#') != std::string_view::npos) return "has a fragment";
  if (uri.find('*') != std::string_view::npos)
    return "has a wildcard, and redirect addresses are compared as a whole";
  const std::string_view scheme = uri.substr(0, std::min(uri.find(':'), uri.size()));
  if (!equal_ignoring_case(scheme, "https") && !equal_ignoring_case(scheme, "http")) {
    for (const char c : uri)
      if (static_cast<unsigned char>(c) >= 0x80) return "has a character outside ASCII";
    return private_scheme_fault(uri);
  }
  const auto url = parse_url(uri);
  if (!url) {
    const std::string& why = url.error().message;
    const std::size_t colon = why.find(": ");
    return cat("is not a URL that can be used: ",
               colon == std::string::npos ? why : why.substr(colon + 2, why.size() - colon - 3));
  }
  if (has_dot_segment(url->path)) return "has a dot segment in its path";
  if (url->scheme == "http" && !url->is_loopback())
    return "is not protected on its way: http is for loopback addresses alone";
  return {};
}

void check_uris(std::string_view member, const std::vector<std::string>& uris, Faults& faults) {
  if (uris.size() > kMostUris) faults.add(std::string(member), cat("has more than ", kMostUris, " entries"));
  for (std::size_t i = 0; i < uris.size(); ++i) {
    if (const std::string what = redirect_fault(uris[i]); !what.empty())
      faults.add(member, i, cat("is ", quoted(uris[i]), ", which ", what));
  }
}

void check_link(std::string_view member, const std::string& link, Faults& faults) {
  if (link.empty()) return;
  if (link.size() > kLongestUri || !parse_url(link).ok())
    faults.add(std::string(member), cat("is ", quoted(link), ", which is not an http or https URL"));
}

void check_words(std::string_view member, const std::vector<std::string>& words, std::size_t longest,
                 Faults& faults) {
  if (words.size() > kMostWords)
    faults.add(std::string(member), cat("has more than ", kMostWords, " entries"));
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_word(words[i], longest))
      faults.add(member, i, cat("is ", quoted(words[i]), ", which is not one word of printable ASCII"));
  }
}

void check_names(const Client& client, Faults& faults) {
  if (!is_id(client.id.str())) {
    faults.add("client_id", "is not 1 to 64 letters, digits, dots, underscores and hyphens");
  } else if (is_id_text(client.id.str())) {
    // Attack row 78: such a client's own tokens would carry the `sub` of a person.
    faults.add("client_id", "is 15 lower-case letters and digits, which is how an account's id looks");
  }
  if (trim(client.name).empty() || client.name.size() > kLongestName || has_control(client.name) ||
      !is_utf8(client.name))
    faults.add("client_name", cat("is not a line of 1 to ", kLongestName, " bytes"));
  // People read it on the page that asks for their consent.
  if (has_direction_mark(client.name))
    faults.add("client_name", "has a mark that turns the direction of writing");
  check_link("client_uri", client.uri, faults);
  check_link("logo_uri", client.logo_uri, faults);
  check_link("policy_uri", client.policy_uri, faults);
  check_link("tos_uri", client.tos_uri, faults);
  if (client.contacts.size() > 10) faults.add("contacts", "has more than 10 entries");
  for (std::size_t i = 0; i < client.contacts.size(); ++i) {
    const std::string& contact = client.contacts[i];
    if (contact.empty() || contact.size() > 254 || has_control(contact) || !is_utf8(contact) ||
        has_direction_mark(contact))
      faults.add("contacts", i, "is not a line of 1 to 254 bytes");
  }
}

void check_grants(const Client& client, Faults& faults) {
  if (client.grants.empty()) faults.add("grant_types", "is empty, so the client could do nothing");
  for (std::size_t i = 0; i < client.grants.size(); ++i) {
    if (std::ranges::count(client.grants, client.grants[i]) > 1) {
      faults.add("grant_types", cat("names ", to_string(client.grants[i]), " twice"));
      break;
    }
  }
  if (client.may(Grant::authorization_code) && client.redirect_uris.empty())
    faults.add("redirect_uris", "is empty, and authorization_code has to send people back somewhere");
  const bool has_person = client.may(Grant::authorization_code) || client.may(Grant::device_code) ||
                          client.may(Grant::token_exchange);
  if (client.may(Grant::refresh_token) && !has_person)
    faults.add("grant_types", "has refresh_token without a grant that gives one");
}

void check_scopes(const Client& client, Faults& faults) {
  check_words("scope", client.scopes, 200, faults);
  for (std::size_t i = 0; i < client.scopes.size(); ++i) {
    // The PanDA server believes a role that a scope names.
    if (client.scopes[i].starts_with("role:"))
      faults.add("scope", i,
                 cat("is ", quoted(client.scopes[i]), ", and roles are never asked for as scopes"));
  }
  check_words("audiences", client.audiences, kLongestUri, faults);
  check_words("introspects", client.introspects, kLongestUri, faults);
  if (client.exchanges_for.size() > kMostWords)
    faults.add("exchanges_for", cat("has more than ", kMostWords, " entries"));
  for (std::size_t i = 0; i < client.exchanges_for.size(); ++i) {
    if (!is_id(client.exchanges_for[i])) faults.add("exchanges_for", i, "is not the id of a client");
  }
}

// RFC 7591 section 2, RFC 8705 section 2: what each way of proving needs.
void check_proof(const Client& client, Faults& faults) {
  const bool needs_keys =
      client.auth == AuthMethod::private_key_jwt || client.auth == AuthMethod::self_signed_tls_client_auth;
  if (!client.jwks.empty() && !client.jwks_uri.empty())
    faults.add("jwks_uri", "is given together with jwks, and only one of them can be right");
  if (needs_keys && client.jwks.empty() && client.jwks_uri.empty())
    faults.add("jwks", cat("is missing, and ", to_string(client.auth), " needs the client's public keys"));
  if (!client.jwks.empty()) {
    const auto keys = crypto::parse_jwk_set(json::write(client.jwks));
    if (!keys) {
      faults.add("jwks", "is not a set of keys (RFC 7517 section 5)");
    } else if (!keys->refused.empty()) {
      faults.add("jwks", cat("has a key that can not be used: ", keys->refused.front()));
    } else if (keys->keys.empty()) {
      faults.add("jwks", "has no key");
    }
  }
  if (!client.jwks_uri.empty()) {
    const auto url = parse_url(client.jwks_uri);
    if (!url || (url->scheme != "https" && !url->is_loopback()))
      faults.add("jwks_uri", cat("is ", quoted(client.jwks_uri), ", which is not an https URL"));
  }
  if (client.auth == AuthMethod::tls_client_auth &&
      (client.tls_subject.empty() || client.tls_subject.size() > 1'000 || has_control(client.tls_subject)))
    faults.add("tls_client_auth_subject_dn", "is not the subject of a certificate (RFC 4514)");
  if (!client.is_public()) return;
  if (client.may(Grant::client_credentials))
    faults.add("grant_types", "has client_credentials, and a public client has no credentials");
  if (client.refresh == RefreshPolicy::none)
    faults.add("refresh_policy", "is none, which is only for clients that prove themselves");
}

void check_life(std::string_view member, Duration life, Duration least, Duration most, Faults& faults) {
  if (life < least || life > most)
    faults.add(std::string(member), cat("is ", format_duration(life), ", not from ", format_duration(least),
                                        " to ", format_duration(most)));
}

void check_tokens(const Client& client, Faults& faults) {
  for (const auto& [member, algorithm] :
       {std::pair{"id_token_signed_response_alg", client.id_token_algorithm},
        std::pair{"access_token_signed_response_alg", client.access_token_algorithm}}) {
    if (algorithm != crypto::Algorithm::rs256 && algorithm != crypto::Algorithm::es256)
      faults.add(member,
                 cat("is ", crypto::to_string(algorithm), ", and there are keys for RS256 and ES256"));
  }
  const Lives& lives = client.lives;
  check_life("access_token_seconds", lives.access_token, kMinute, 7 * kDay, faults);
  check_life("id_token_seconds", lives.id_token, kMinute, 7 * kDay, faults);
  check_life("refresh_token_seconds", lives.refresh_token, kMinute, 400 * kDay, faults);
  check_life("grant_seconds", lives.grant, kMinute, 800 * kDay, faults);
  check_life("device_code_seconds", lives.device_code, kMinute, kDay, faults);
  if (client.refresh == RefreshPolicy::grace)
    check_life("refresh_grace_seconds", client.grace, std::chrono::seconds(1), kDay, faults);
  const std::string& vo = client.virtual_organisation;
  if (!vo.empty() && (!is_word(vo, 100) || vo.find_first_of("/:?#%") != std::string::npos))
    faults.add("virtual_organisation", "is not a name of letters, digits, dots, underscores and hyphens");
}

// Without PKCE a stolen code is worth a token to whoever knows the secret as well, so there must be one, and
// nobody may read along on the way (RFC 9700 section 2.1.1).
void check_pkce(const Client& client, Faults& faults) {
  if (!client.may_omit_pkce) return;
  const auto refuse = [&](const std::string& why) {
    faults.add("pkce_exception", cat("is true, and ", why));
  };
  if (client.is_public()) return refuse("a program that can not prove itself always needs PKCE");
  if (client.source == "registration") return refuse("a client that registered itself always needs PKCE");
  for (const std::string& uri : client.redirect_uris) {
    const auto url = parse_url(uri);
    if (!url || (url->scheme != "https" && !url->is_loopback()))
      return refuse(cat(quoted(uri), " is not an https address"));
  }
}

// One or more segments that need no escapes, none of them a dot's.
void check_issuer_path(const Client& client, Faults& faults) {
  const std::string& path = client.issuer_path;
  if (!path.empty() && !is_issuer_path(path))
    faults.add("issuer_path", cat("is ", quoted(path), ", which is not a path like /vo/rubin"));
}

void check_robot(const Client& client, Faults& faults) {
  if (client.robot_roles.empty()) return;
  check_words("robot_roles", client.robot_roles, 100, faults);
  for (std::size_t i = 0; i < client.robot_roles.size(); ++i) {
    if (client.robot_roles[i].find_first_of("/:=") != std::string::npos)
      faults.add("robot_roles", i, cat("is ", quoted(client.robot_roles[i]), ", which is not one role"));
  }
  if (client.virtual_organisation.empty()) faults.add("robot_roles", "is given without virtual_organisation");
  if (!client.may(Grant::client_credentials))
    faults.add("robot_roles", "is given, and the client may not use client_credentials");
  if (client.access_token_algorithm != crypto::Algorithm::rs256)
    faults.add("access_token_signed_response_alg", "is not RS256, and PanDA takes no other of its robots");
}

void check_logout(const Client& client, Faults& faults) {
  check_uris("post_logout_redirect_uris", client.post_logout_redirect_uris, faults);
  const std::string& uri = client.backchannel_logout_uri;
  if (uri.empty()) {
    if (client.backchannel_logout_session_required)
      faults.add("backchannel_logout_session_required", "is true without backchannel_logout_uri");
    return;
  }
  const auto url = parse_url(uri);
  if (!url || (url->scheme != "https" && !url->is_loopback()))
    faults.add("backchannel_logout_uri", cat("is ", quoted(uri), ", which is not an https URL"));
}

}  // namespace

bool is_issuer_path(std::string_view path) {
  if (path.size() > 100 || !path.starts_with('/')) return false;
  return std::ranges::all_of(split(path.substr(1), '/'), [](std::string_view segment) {
    return !segment.empty() && segment.front() != '.' &&
           segment.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               std::string_view::npos;
  });
}

std::vector<Fault> check(const Client& client) {
  Faults faults;
  check_names(client, faults);
  if (client.kind == "gate") {
    if (!parse_origin(client.origin).ok())
      faults.add("origin", cat("is ", quoted(client.origin), ", which is not scheme, host and port"));
    return faults.take();
  }
  if (client.kind != "oauth") faults.add("kind", cat("is ", quoted(client.kind), ", not gate or oauth"));
  check_uris("redirect_uris", client.redirect_uris, faults);
  check_logout(client, faults);
  check_grants(client, faults);
  check_scopes(client, faults);
  check_proof(client, faults);
  check_pkce(client, faults);
  check_issuer_path(client, faults);
  check_robot(client, faults);
  check_tokens(client, faults);
  return faults.take();
}

}  // namespace lanyard::clients
