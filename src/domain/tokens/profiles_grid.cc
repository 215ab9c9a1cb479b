// The profiles that grid software and research infrastructures read: wlcg, scitokens, aarc.
#include "base/text.h"
#include "base/url.h"
#include "domain/tokens/claims.h"
#include "domain/tokens/scopes.h"

namespace lanyard::tokens::claims {
namespace {

// Userinfo answers later than the token was made: a group that was left meanwhile is no error there.
std::vector<std::string> still_held(const std::vector<std::string>& scopes,
                                    const std::vector<std::string>& held) {
  std::vector<std::string> kept;
  for (const std::string& scope : scopes)
    if (wlcg_groups({scope}, held)) kept.push_back(scope);
  return kept;
}

std::string host_of(std::string_view issuer) {
  const auto url = parse_url(issuer);
  return url ? url->host : std::string(issuer);
}

}  // namespace

std::string entitlement(const EntitlementNames& names, std::string_view group) {
  std::string out = cat(names.prefix, ":group");
  for (const std::string_view part : split(group, '/')) {
    out.push_back(':');
    out.append(percent_encode(part));  // two parts never run into each other
  }
  if (!names.authority.empty()) out += cat("#", names.authority);
  return out;
}

// WLCG token profile 1.x. "1.0" is what verifiers in use accept; they refuse others, and some of them
// tokens without `nbf`.
Status write_wlcg(Draft& draft) {
  const std::vector<std::string>& held = draft.subject().groups;
  draft.claims.set("wlcg.ver", "1.0");
  if (draft.document != Document::userinfo) draft.not_before();
  LANYARD_TRY(const auto groups,
              wlcg_groups(draft.document == Document::userinfo ? still_held(draft.order.scopes, held)
                                                               : draft.order.scopes,
                          held));
  if (!groups.empty()) draft.texts("wlcg.groups", groups);
  return write_oidc(draft);
}

// SciTokens claims 2.0: without `ver` every unknown claim would make the token worthless.
Status write_scitokens(Draft& draft) {
  if (draft.document == Document::access_token) {
    draft.claims.set("ver", "scitoken:2.0");
    draft.not_before();
    return {};
  }
  return write_oidc(draft);
}

void add_aarc(Draft& draft) {
  const Subject& subject = draft.subject();
  if (!subject.is_person) return;
  const bool all = draft.has_scope("aarc");
  const bool modern = all || draft.has_scope("entitlements");
  const bool older = draft.has_scope("eduperson_entitlement");
  const bool identifier = all || draft.has_scope("voperson_id");
  const std::string host = modern || older || identifier ? host_of(draft.issuer) : std::string();
  if (all) draft.claims.set("aarc_ver", "https://aarc-community.org/attribute/profile/version/1.0");
  if (identifier) draft.claims.set("voperson_id", cat(subject.id, '@', host));
  if (modern || older) {
    EntitlementNames names = draft.names;
    if (names.prefix.empty()) names.prefix = cat("urn:geant:", percent_encode(host));
    std::vector<std::string> urns;
    for (const std::string& group : subject.groups) urns.push_back(entitlement(names, group));
    if (modern) draft.texts("entitlements", urns);
    if (older) draft.texts("eduperson_entitlement", urns);
  }
  // REFEDS assurance framework: an account that an administrator approved by its e-mail address is no more.
  if (all || draft.has_scope("eduperson_assurance"))
    draft.texts("eduperson_assurance",
                {"https://refeds.org/assurance", "https://refeds.org/assurance/ID/unique",
                 "https://refeds.org/assurance/IAP/low"});
}

// AARC-G056: the scope "profile" brings the identifier, "aarc" everything.
Status write_aarc(Draft& draft) {
  const Subject& subject = draft.subject();
  LANYARD_CHECK(write_oidc(draft));
  if (!subject.is_person) return {};
  if (draft.has_scope("profile")) {
    draft.claims.set("aarc_ver", "https://aarc-community.org/attribute/profile/version/1.0");
    draft.claims.set("voperson_id", cat(subject.id, '@', host_of(draft.issuer)));
  }
  if (!draft.has_scope("aarc") || draft.document == Document::access_token) return {};
  draft.text("name", subject.name);
  draft.text("given_name", subject.given_name);
  draft.text("family_name", subject.family_name);
  draft.text("organization_name", subject.institution);
  if (!subject.email.empty()) {
    draft.claims.set("email", subject.email);
    draft.claims.set("email_verified", subject.email_verified);
  }
  return {};
}

}  // namespace lanyard::tokens::claims
