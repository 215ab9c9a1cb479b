// What must hold for an upstream's answer, in the order in which it is asked. Cheap and local rules come
// first; nothing is sent to anybody before the answer is known to belong to a login of this browser.
#include <algorithm>
#include <array>

#include "base/secret.h"
#include "base/text.h"
#include "doors/signin/id_token.h"
#include "doors/signin/returning.h"

namespace lanyard::doors::signin {
namespace {

// Attack row 109: also for logins that were begun before the provider was switched off.
Checked provider_is_open(Returning& r) {
  r.provider = r.desk.find_open(r.request.path_part("provider"));
  if (r.provider == nullptr) return Fault{Problem::switched_off, "not configured, or switched off"};
  return {};
}

// RFC 6749 section 3.1: no parameter twice; attack row 56.
Checked parameters_once(Returning& r) {
  auto query = r.request.query_form();
  if (!query) return Fault{Problem::wrong_answer, query.error().message};
  r.query = std::move(*query);
  for (const std::string_view name : {"state", "code", "iss", "error"}) {
    if (!r.query.find(name)) return Fault{Problem::wrong_answer, cat(name, ": sent twice")};
  }
  return {};
}

Checked has_state(Returning& r) {
  r.state = r.query.value_or("state", "");
  if (r.state.empty()) return Fault{Problem::wrong_answer, "state: missing"};
  return {};
}

Checked browser_has_cookie(Returning& r) {
  const auto login = find_login_cookie(r.desk, r.request);
  const auto session = session_cookie(r.desk, r.request);
  if (!login || !session) return Fault{Problem::other_browser, "a cookie was sent twice"};
  if (!*login) return Fault{Problem::other_browser, "no login cookie"};
  r.login_cookie = **login;
  r.session_cookie = *session;
  return {};
}

// Single use, and bound to this provider (attack rows 61, 63, 64). It is used up even when a later rule
// fails.
Checked was_begun(Returning& r) {
  auto artefact = r.desk.parts.artefacts.consume(sessions::ArtefactKind::login, r.provider->id, r.state);
  if (!artefact) {
    const Error& error = artefact.error();
    if (error.code == Code::expired) return Fault{Problem::expired, "state: too old"};
    if (error.code == Code::unauthenticated)
      return Fault{Problem::already_used, "state: unknown, used, or of another provider"};
    return Fault{Problem::provider_down, cat("state: not readable now, ", to_string(error.code))};
  }
  auto begun = parse_begun(artefact->data);
  if (!begun) return Fault{Problem::wrong_answer, "state: not readable"};
  r.begun = std::move(*begun);
  r.linking = artefact->account;
  return {};
}

// Attack rows 64, 65: somebody else's answer, opened in this browser.
Checked same_browser(Returning& r) {
  if (!equal_in_constant_time(r.begun.browser, browser_mark(r.login_cookie)))
    return Fault{Problem::other_browser, "the login was begun in another browser"};
  r.was_begun = true;
  return {};
}

Checked upstream_is_known(Returning& r) {
  if (r.begun.issuer != r.provider->issuer)
    return Fault{Problem::expired, "the provider's issuer was changed in the meantime"};
  auto metadata = r.provider->keys->metadata(issuers::Patience::may_wait);
  if (!metadata) return Fault{Problem::provider_down, metadata.error().message};
  r.metadata = std::move(*metadata);
  return {};
}

// RFC 9207 section 2.4, on errors too; compared byte by byte (attack row 63).
Checked issuer_is_named(Returning& r) {
  const auto iss = r.query.find("iss");
  if (iss && *iss && **iss != r.provider->issuer)
    return Fault{Problem::wrong_answer, "iss: the answer comes from another issuer"};
  if (r.metadata->names_itself_in_answers && !(iss && *iss))
    return Fault{Problem::wrong_answer, "iss: missing, although this issuer always sends it"};
  return {};
}

// RFC 6749 section 4.1.2.1, OIDC Core section 3.1.2.6.
Checked upstream_agreed(Returning& r) {
  const auto error = r.query.find("error");
  if (!error || !*error) return {};
  constexpr std::array<std::string_view, 5> kNo{"access_denied", "login_required", "consent_required",
                                                "interaction_required", "account_selection_required"};
  constexpr std::array<std::string_view, 2> kDown{"temporarily_unavailable", "server_error"};
  const std::string reason = cat("error: ", cut_utf8(**error, 64));
  if (std::ranges::find(kNo, **error) != kNo.end()) return Fault{Problem::cancelled, reason};
  if (std::ranges::find(kDown, **error) != kDown.end()) return Fault{Problem::provider_down, reason};
  return Fault{Problem::wrong_answer, reason};
}

Checked has_code(Returning& r) {
  r.code = r.query.value_or("code", "");
  if (r.code.empty() || r.code.size() > 4096)
    return Fault{Problem::wrong_answer, "code: missing or too long"};
  return {};
}

Checked code_is_good(Returning& r) {
  return redeem_code(r.desk.parts.outside, *r.provider, *r.metadata, r.desk.settings, r.begun, r.code,
                     r.tokens);
}

Checked id_token_is_good(Returning& r) {
  const auto jws = crypto::parse_jws(r.tokens.id_token);
  if (!jws) return Fault{Problem::wrong_answer, cat("ID token: ", jws.error().message)};
  const Status signature =
      r.provider->keys->verify(*jws, r.provider->algorithms, issuers::Patience::may_wait);
  if (!signature) {
    const Problem problem =
        signature.error().code == Code::unavailable ? Problem::provider_down : Problem::wrong_answer;
    return Fault{problem, cat("ID token: ", signature.error().message)};
  }
  auto claims = json::parse_object(jws->payload);
  if (!claims) return Fault{Problem::wrong_answer, cat("ID token: ", claims.error().message)};
  r.id_token = std::move(*claims);
  return check_id_token(*jws, r.id_token,
                        {r.provider->issuer, r.provider->client_id, r.begun.nonce, r.tokens.access_token,
                         r.desk.parts.clock.now()});
}

// Only what the ID token does not say is asked for.
Checked userinfo_is_good(Returning& r) {
  r.claims.subject = *r.id_token.find("sub")->as_string();
  if (r.metadata->userinfo_endpoint.empty() || !wants_userinfo(*r.provider, r.id_token)) return {};
  json::Object userinfo;
  if (Checked fault = fetch_userinfo(r.desk.parts.outside, *r.provider, *r.metadata, r.tokens.access_token,
                                     r.claims.subject, userinfo)) {
    return fault;
  }
  r.userinfo = std::move(userinfo);
  return {};
}

Checked claims_are_usable(Returning& r) {
  return read_claims(*r.provider, r.id_token, r.userinfo ? &*r.userinfo : nullptr, r.claims);
}

struct Rule {
  std::string_view name;
  Checked (*check)(Returning&);
};

constexpr std::array kRules{
    Rule{"provider", provider_is_open},
    Rule{"parameters", parameters_once},
    Rule{"state", has_state},
    Rule{"cookie", browser_has_cookie},
    Rule{"begun", was_begun},
    Rule{"browser", same_browser},
    Rule{"upstream", upstream_is_known},
    Rule{"issuer", issuer_is_named},
    Rule{"agreed", upstream_agreed},
    Rule{"code", has_code},
    Rule{"token answer", code_is_good},
    Rule{"ID token", id_token_is_good},
    Rule{"userinfo", userinfo_is_good},
    Rule{"claims", claims_are_usable},
};

}  // namespace

std::optional<Refused> check_answer(Returning& returning) {
  for (const Rule& rule : kRules) {
    if (Checked fault = rule.check(returning)) return Refused{rule.name, std::move(*fault)};
  }
  return std::nullopt;
}

}  // namespace lanyard::doors::signin
