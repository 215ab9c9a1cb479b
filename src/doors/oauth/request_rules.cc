#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "domain/tokens/scopes.h"
#include "doors/oauth/request.h"

namespace lanyard::doors::oauth {
namespace {

using Ruled = std::optional<OauthError>;  // nothing: the rule holds

struct Draft {
  const Desk& desk;
  const Form& form;
  Arrived arrived;
  AuthRequest out;
  bool may_redirect = false;

  // Duplicates were refused before.
  std::string value(std::string_view name) const { return form.value_or(name, ""); }
};

constexpr std::array<std::string_view, 2> kMayRepeat{"resource", "audience"};
constexpr std::size_t kLongestState = 2'000, kLongestNonce = 500;

bool is_base64url(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// RFC 6749 section 3.1: the client is found by its one client_id, whatever else is wrong.
Ruled client_is_known(Draft& d) {
  const auto id = d.form.find("client_id");
  if (!id) return invalid_request("client_id was sent more than once.");
  if (!*id || (*id)->empty()) return invalid_request("client_id is missing.");
  auto client = d.desk.find_client(**id);
  if (!client) {
    if (client.error().code == Code::not_found)
      return invalid_request("No application is registered here under this client_id.");
    return from_error(client.error());
  }
  if ((*client)->kind != "oauth") return invalid_request("This application does not ask for tokens.");
  d.out.client = *client;
  return {};
}

// RFC 9700 section 2.1: exact.
Ruled redirect_uri_is_registered(Draft& d) {
  const auto uri = d.form.find("redirect_uri");
  if (!uri) return invalid_request("redirect_uri was sent more than once.");
  if (!*uri || (*uri)->empty()) return invalid_request("redirect_uri is missing.");
  if (clients::find_redirect(*d.out.client, **uri) == nullptr)
    return invalid_request("The redirect_uri is not one that is registered for this application.");
  d.out.redirect_uri = **uri;
  return {};
}

Ruled state_is_one_text(Draft& d) {
  const auto state = d.form.find("state");
  if (!state) return invalid_request("state was sent more than once.");
  if (*state && (*state)->size() > kLongestState) return invalid_request("state is too long.");
  if (*state) d.out.state = **state;
  d.may_redirect = true;
  return {};
}

// Attack row 56.
Ruled nothing_repeats(Draft& d) {
  if (repeats(d.form)) return invalid_request("A parameter was sent more than once.");
  return {};
}

Ruled client_is_enabled(Draft& d) {
  if (!d.out.client->enabled) return unauthorized_client("This application is switched off.");
  if (!d.out.client->may(clients::Grant::authorization_code))
    return unauthorized_client("This application is not registered for the authorization code grant.");
  return {};
}

// RFC 9126 section 5.
Ruled was_pushed_when_it_must(Draft& d) {
  if (d.out.client->requires_pushed_requests && d.arrived != Arrived::pushed)
    return invalid_request("This application must push its requests (RFC 9126).");
  return {};
}

// OIDC Core section 6: off; fetching what a request names would let anybody send us anywhere.
Ruled no_request_object(Draft& d) {
  OauthError error = invalid_request("Request objects are not taken here.");
  if (!d.value("request").empty())
    error.error = "request_not_supported";
  else if (!d.value("request_uri").empty())
    error.error = "request_uri_not_supported";
  else
    return {};
  return error;
}

// Attack row 57.
Ruled response_type_is_code(Draft& d) {
  const std::string type = d.value("response_type");
  if (type == "code") return {};
  if (type.empty()) return invalid_request("response_type is missing.");
  OauthError error = invalid_request("Only response_type=code is offered.");
  error.error = "unsupported_response_type";
  return error;
}

Ruled response_mode_is_query(Draft& d) {
  const std::string mode = d.value("response_mode");
  if (mode.empty() || mode == "query") return {};
  return invalid_request("Only response_mode=query is offered.");
}

// RFC 7636, attack row 62: S256 only; an absent method would mean "plain". A client may be excused from it,
// but not from half of it.
Ruled has_challenge(Draft& d) {
  const std::string challenge = d.value("code_challenge");
  if (challenge.empty() && d.out.client->may_omit_pkce && d.value("code_challenge_method").empty()) return {};
  if (challenge.empty()) return invalid_request("code_challenge is missing: PKCE is needed (RFC 7636).");
  if (d.value("code_challenge_method") != "S256")
    return invalid_request("code_challenge_method must be S256.");
  if (challenge.size() != 43 || !is_base64url(challenge))
    return invalid_request("code_challenge is not 43 base64url characters.");
  d.out.challenge = challenge;
  return {};
}

Ruled scope_is_allowed(Draft& d) {
  auto scopes = read_scopes(*d.out.client, d.form);
  if (!scopes) return scopes.error();
  d.out.scopes = std::move(*scopes);
  return {};
}

Ruled audience_is_allowed(Draft& d) {
  auto audience = read_audience(*d.out.client, d.form);
  if (!audience) return audience.error();
  d.out.audience = std::move(*audience);
  return {};
}

// OIDC Core section 3.1.2.1; unknown words are an error there for "none" only, we say so for all.
Ruled prompt_makes_sense(Draft& d) {
  const std::string prompt = d.value("prompt");
  const auto words = split_words(prompt);
  for (const std::string_view word : words) {
    if (word == "none")
      d.out.wants_none = true;
    else if (word == "login" || word == "select_account")
      d.out.wants_login = true;
    else if (word == "consent")
      d.out.wants_consent = true;
    else
      return invalid_request("prompt holds a word that is not known here.");
  }
  if (d.out.wants_none && words.size() > 1) return invalid_request("prompt=none stands alone.");
  return {};
}

Ruled max_age_is_a_number(Draft& d) {
  const std::string text = d.value("max_age");
  if (text.empty()) return {};
  const auto seconds = parse_integer(text);
  if (!seconds || *seconds < 0) return invalid_request("max_age is not a number of seconds.");
  d.out.max_age = std::chrono::seconds(std::min<std::int64_t>(*seconds, 10LL * 365 * 86'400));
  return {};
}

Ruled nonce_is_short(Draft& d) {
  d.out.nonce = d.value("nonce");
  if (d.out.nonce.size() > kLongestNonce) return invalid_request("nonce is too long.");
  return {};
}

Ruled dpop_key_is_a_thumbprint(Draft& d) {
  d.out.dpop_jkt = d.value("dpop_jkt");
  if (d.out.dpop_jkt.empty()) return {};
  if (d.out.dpop_jkt.size() != 43 || !is_base64url(d.out.dpop_jkt))
    return invalid_request("dpop_jkt is not the thumbprint of a key.");
  return {};
}

// OIDC Core section 3.1.2.1: an expired one counts, an altered or foreign one does not.
Ruled hint_is_ours(Draft& d) {
  const std::string hint = d.value("id_token_hint");
  if (hint.empty()) return {};
  const auto token = tokens::read_ours(d.desk.parts.keys, d.desk.issuers, hint, d.desk.parts.clock.now(),
                                       tokens::Expired::allow);
  if (!token) {
    if (token.error().code == Code::unavailable) return from_error(token.error());
    return invalid_request("id_token_hint is not an ID token of ours.");
  }
  if (token->is_access_token) return invalid_request("id_token_hint is not an ID token.");
  d.out.hinted = token->sub;
  return {};
}

constexpr auto kRules = std::to_array<Ruled (*)(Draft&)>({
    client_is_known,
    redirect_uri_is_registered,
    state_is_one_text,
    // From here on the browser may be sent back with the error.
    nothing_repeats,
    client_is_enabled,
    was_pushed_when_it_must,
    no_request_object,
    response_type_is_code,
    response_mode_is_query,
    has_challenge,
    scope_is_allowed,
    audience_is_allowed,
    prompt_makes_sense,
    max_age_is_a_number,
    nonce_is_short,
    dpop_key_is_a_thumbprint,
    hint_is_ours,
});

}  // namespace

ReadRequest read_request(const Desk& desk, const Form& parameters, Arrived arrived) {
  Draft draft{desk, parameters, arrived, {}, false};
  draft.out.parameters = parameters;
  ReadRequest read;
  for (const auto rule : kRules) {
    auto error = rule(draft);
    if (!error) continue;
    read.rejected =
        RejectedRequest{std::move(*error), draft.may_redirect ? draft.out.redirect_uri : "", draft.out.state};
    return read;
  }
  read.request = std::move(draft.out);
  return read;
}

bool repeats(const Form& form) {
  std::set<std::string_view> seen;
  return std::ranges::any_of(form.pairs(), [&](const Form::Pair& pair) {
    const bool may = std::ranges::find(kMayRepeat, pair.first) != kMayRepeat.end();
    return !may && !seen.insert(pair.first).second;
  });
}

Outcome<std::vector<std::string>> read_scopes(const clients::Client& client, const Form& form) {
  const auto text = form.find("scope");
  if (!text) return invalid_request("scope was sent more than once.");
  auto scopes = tokens::parse_scope(text->value_or(""));
  if (!scopes) return invalid_scope("The scope is not a list of words.");
  if (scopes->empty()) return client.scopes;
  for (const std::string& scope : *scopes) {
    if (tokens::is_forbidden(scope)) return invalid_scope("A scope of this form is given to nobody.");
  }
  if (const std::string* one = tokens::first_uncovered(client.scopes, *scopes))
    return invalid_scope(cat("This application is not registered for the scope ", *one, "."));
  return *std::move(scopes);
}

// RFC 8707 section 2; "audience" is what grid clients and panda-client send.
Outcome<std::vector<std::string>> read_audience(const clients::Client& client, const Form& form) {
  std::vector<std::string> all;
  for (const auto& [name, value] : form.pairs()) {
    if (name != "resource" && name != "audience") continue;
    const auto words = name == "audience" ? split_words(value) : std::vector<std::string_view>{value};
    for (const std::string_view word : words) {
      if (name == "resource" && (word.find("://") == std::string_view::npos ||
                                 word.find('#') != std::string_view::npos || !parse_url(word)))
        return invalid_target("resource must be an absolute URL without a fragment.");
      // A client may always name itself.
      const bool is_own = word == client.id.str();
      if (!is_own && std::ranges::find(client.audiences, word) == client.audiences.end())
        return invalid_target("This application may not ask for tokens for that resource.");
      if (std::ranges::find(all, word) == all.end()) all.emplace_back(word);
    }
  }
  return all;
}

}  // namespace lanyard::doors::oauth
