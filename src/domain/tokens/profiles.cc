#include "domain/tokens/profiles.h"

#include <algorithm>

#include "base/text.h"
#include "domain/tokens/claims.h"

namespace lanyard::tokens {
namespace claims {

bool Draft::has_scope(std::string_view name) const {
  return std::find(order.scopes.begin(), order.scopes.end(), name) != order.scopes.end();
}

void Draft::text(std::string name, const std::string& value) {
  if (!value.empty()) claims.set(std::move(name), value);
}

void Draft::texts(std::string name, const std::vector<std::string>& values) {
  claims.set(std::move(name), json::Array(values.begin(), values.end()));
}

void Draft::not_before() {
  claims.set("nbf", to_unix_seconds(now - std::chrono::seconds(60)));
}

void add_profile(Draft& draft) {
  const Subject& subject = draft.subject();
  if (!subject.is_person || !draft.has_scope("profile")) return;
  draft.text("name", subject.name);
  draft.text("given_name", subject.given_name);
  draft.text("family_name", subject.family_name);
  draft.text("preferred_username", subject.username);
  if (subject.updated_at != Time{}) draft.claims.set("updated_at", to_unix_seconds(subject.updated_at));
}

void add_email(Draft& draft) {
  const Subject& subject = draft.subject();
  if (!subject.is_person || !draft.has_scope("email") || subject.email.empty()) return;
  draft.claims.set("email", subject.email);
  draft.claims.set("email_verified", subject.email_verified);
}

void add_groups(Draft& draft) {
  if (draft.has_scope("groups")) draft.texts("groups", draft.subject().groups);
}

void add_attributes(Draft& draft) {
  if (!draft.has_scope("attr")) return;
  const Subject& subject = draft.subject();
  json::Object attributes;
  if (!subject.institution.empty()) attributes.set("institution", subject.institution);
  if (!subject.experiment.empty()) attributes.set("experiment", subject.experiment);
  if (subject.is_admin) attributes.set("admin", true);
  draft.claims.set("attr", std::move(attributes));
}

// RFC 9068 section 2.2.3.1 knows "groups" and "entitlements" in access tokens; what is personal stands in the
// ID token and in userinfo.
Status write_oidc(Draft& draft) {
  add_groups(draft);
  add_aarc(draft);
  if (draft.document == Document::access_token) return {};
  add_profile(draft);
  add_email(draft);
  add_attributes(draft);
  return {};
}

namespace {

// PanDA puts the name into a distinguished name: a slash or an equals sign in it would write another one.
bool is_safe_for_panda(std::string_view text) {
  return !has_control(text) && text.find_first_of("/=") == std::string_view::npos;
}

// The groups of one virtual organisation, when the client is about one.
std::vector<std::string> groups_of(const Subject& subject, const std::string& organisation) {
  if (organisation.empty()) return subject.groups;
  std::vector<std::string> groups;
  const std::string below = organisation + "/";
  for (const std::string& group : subject.groups)
    if (group == organisation || group.starts_with(below)) groups.push_back(group);
  return groups;
}

}  // namespace

// What INDIGO IAM writes and PanDA reads: panda_auth stops without `organisation_name`, the server without
// `groups`, so both are there even when they are empty.
Status write_iam(Draft& draft) {
  const Subject& subject = draft.subject();
  const std::string& organisation = draft.order.client->virtual_organisation;
  if (subject.is_person && draft.has_scope("profile")) {
    if (!is_safe_for_panda(subject.name) || !is_safe_for_panda(subject.username))
      return make_error(Code::forbidden,
                        "The name of this account has a character that PanDA takes for the start of another "
                        "identity.",
                        "An administrator can give it a name without \"/\", \"=\" and control characters.");
    draft.text("name", subject.name);
    draft.text("preferred_username", subject.username);
    draft.claims.set("organisation_name", organisation.empty() ? subject.institution : organisation);
  }
  // A robot without the claim gets its group from the VO's own configuration.
  if (subject.is_person && (draft.has_scope("profile") || draft.has_scope("groups")))
    draft.texts("groups", groups_of(subject, organisation));
  add_email(draft);
  add_attributes(draft);
  return {};
}

// ServiceX sees nothing but the access token: whose it is must stand there. `type` and `fresh` are what its
// JWT library looks for.
Status write_servicex(Draft& draft) {
  if (draft.document == Document::access_token) {
    draft.claims.set("type", "access");
    draft.claims.set("fresh", false);
    draft.claims.set("nbf", to_unix_seconds(draft.now));
  }
  add_profile(draft);
  add_email(draft);
  add_groups(draft);
  return {};
}

}  // namespace claims

Result<json::Object> profile_claims(Document document, const Order& order, const Speaker& speaker, Time now) {
  claims::Draft draft{document, order, speaker.issuer, speaker.names, now};
  const auto write = [&]() -> Status {
    switch (order.client->profile) {
      case clients::Profile::oidc:
        return claims::write_oidc(draft);
      case clients::Profile::wlcg:
        return claims::write_wlcg(draft);
      case clients::Profile::scitokens:
        return claims::write_scitokens(draft);
      case clients::Profile::aarc:
        return claims::write_aarc(draft);
      case clients::Profile::iam:
        return claims::write_iam(draft);
      case clients::Profile::servicex:
        return claims::write_servicex(draft);
    }
    return internal_error("a client has a profile that nobody wrote");
  };
  LANYARD_CHECK(write());
  return std::move(draft.claims);
}

// One form for all profiles: PanDA, ServiceX and libscitokens do not look at it, and a verifier that does can
// tell an access token from an ID token (RFC 9068 section 2.1, RFC 8725 section 3.11).
std::string_view header_type(Document document, const Order&) {
  return document == Document::access_token ? "at+jwt" : "JWT";
}

}  // namespace lanyard::tokens
