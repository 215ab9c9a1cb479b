// What is stored about somebody, for that person. Written by hand, member by member, so that a new column is
// not given away by accident; nothing that proves an identity is in it.
#include "base/json.h"
#include "base/text.h"
#include "doors/account/pages.h"

namespace lanyard::doors::account {
namespace {

json::Value time_value(const std::optional<Time>& time) {
  return time ? json::Value(format_rfc3339(*time)) : json::Value();
}

json::Object account_data(const accounts::Account& account) {
  return {{"id", account.id.str()},
          {"number", account.number},
          {"username", account.username ? json::Value(*account.username) : json::Value()},
          {"name", account.name},
          {"given_name", account.given_name},
          {"family_name", account.family_name},
          {"email", account.email},
          {"email_verified", account.email_verified},
          {"institution", account.institution},
          {"experiment", account.experiment},
          {"profile", account.profile},
          {"state", to_string(account.state)},
          {"state_reason", account.state_reason},
          {"is_admin", account.is_admin},
          {"expires_at", time_value(account.expires_at)},
          {"created_at", format_rfc3339(account.created_at)},
          {"updated_at", format_rfc3339(account.updated_at)},
          {"last_seen_at", time_value(account.last_seen_at)}};
}

json::Object identity_data(const accounts::Identity& identity) {
  return {{"issuer", identity.issuer},
          {"subject", identity.subject},
          {"source", identity.source},
          {"created_at", format_rfc3339(identity.created_at)},
          {"last_login_at", time_value(identity.last_login_at)}};
}

json::Object address_data(const accounts::Address& address) {
  return {{"address", address.address},
          {"verified", address.verified},
          {"primary", address.is_primary},
          {"prepared", address.prepared}};
}

json::Object session_data(const sessions::Session& session) {
  return {{"id", session.id.str()},
          {"kind", session.kind},
          {"source", session.source},
          {"issuer", session.issuer},
          {"subject", session.subject},
          {"signed_in_at", format_rfc3339(session.auth_time)},
          {"last_used_at", format_rfc3339(session.seen_at)},
          {"expires_at", format_rfc3339(session.expires_at)},
          {"user_agent", session.user_agent},
          {"address", session.address}};
}

json::Object token_data(const credentials::Credential& token) {
  return {{"id", token.id.str()},
          {"kind", token.kind},
          {"label", token.label},
          {"scope", join(token.scopes, " ")},
          {"created_at", format_rfc3339(token.created_at)},
          {"expires_at", time_value(token.expires_at)},
          {"last_used_at", time_value(token.last_used_at)},
          {"revoked_at", time_value(token.revoked_at)}};
}

json::Object grant_data(const tokens::TokenGrant& grant) {
  return {{"id", grant.id.str()},
          {"client", grant.client.str()},
          {"kind", grant.kind},
          {"scope", join(grant.scopes, " ")},
          {"audience", join(grant.audience, " ")},
          {"issuer", grant.issuer},
          {"subject", grant.subject},
          {"created_at", format_rfc3339(grant.created_at)},
          {"last_used_at", format_rfc3339(grant.rotated_at)},
          {"expires_at", format_rfc3339(grant.expires_at)},
          {"user_agent", grant.user_agent},
          {"address", grant.address}};
}

json::Object consent_data(const tokens::Consent& consent) {
  return {{"client", consent.client.str()},
          {"scope", join(consent.scopes, " ")},
          {"audience", join(consent.audience, " ")},
          {"given_at", format_rfc3339(consent.given_at)}};
}

template <class T>
json::Array list_data(const std::vector<T>& items, json::Object (*write)(const T&)) {
  json::Array array;
  for (const T& item : items) array.emplace_back(write(item));
  return array;
}

Result<json::Object> collect(const Desk& desk, const AccountId& id) {
  const Parts& parts = desk.parts;
  LANYARD_TRY(const auto account, parts.directory.get_account(id));
  LANYARD_TRY(const auto identities, parts.directory.list_identities(id));
  LANYARD_TRY(const auto addresses, parts.directory.list_addresses(id));
  LANYARD_TRY(const auto sessions, parts.sessions.list(id));
  LANYARD_TRY(const auto tokens, parts.credentials.list(id));
  LANYARD_TRY(const auto grants, parts.grants.list(id));
  LANYARD_TRY(const auto consents, parts.consents.list(id));
  LANYARD_TRY(const auto groups, parts.groups.paths_of(id));
  LANYARD_TRY(const auto request, parts.approvals.find_latest(id));
  json::Array paths;
  for (const std::string& path : groups) paths.emplace_back(path);
  json::Object data{{"account", account_data(account)},
                    {"identities", list_data(identities, identity_data)},
                    {"addresses", list_data(addresses, address_data)},
                    {"groups", std::move(paths)},
                    {"sessions", list_data(sessions, session_data)},
                    {"tokens", list_data(tokens, token_data)},
                    {"grants", list_data(grants, grant_data)},
                    {"consents", list_data(consents, consent_data)}};
  if (request) {
    data.set("request", json::Object{{"id", request->id.str()},
                                     {"opened_at", format_rfc3339(request->opened_at)},
                                     {"note", request->note},
                                     {"decision", request->decision},
                                     {"decided_at", time_value(request->decided_at)},
                                     {"reason", request->reason}});
  }
  data.set("written_at", format_rfc3339(parts.clock.now()));
  return data;
}

}  // namespace

net::Response download_data(const Desk& desk, const Visit& visit) {
  auto data = collect(desk, visit.account().id);
  if (!data) return refuse(desk, visit, data.error());
  net::Response response = net::Response::json(200, json::write_pretty(*std::move(data)));
  response.header("Content-Disposition", "attachment; filename=\"lanyard-account.json\"");
  response.header("Cache-Control", "no-store");
  return response;
}

}  // namespace lanyard::doors::account
