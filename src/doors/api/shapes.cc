#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

template <class T>
json::Value text_or_null(const std::optional<T>& text) {
  if (!text) return {};
  if constexpr (std::is_convertible_v<T, std::string>) {
    return *text;
  } else {
    return text->str();
  }
}

}  // namespace

json::Value time_or_null(const std::optional<Time>& time) {
  return time ? json::Value(format_rfc3339(*time)) : json::Value();
}

json::Array to_array(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

json::Object to_json(const accounts::Account& account) {
  return {{"id", account.id.str()},
          {"number", account.number},
          {"kind", account.kind == accounts::Kind::person ? "person" : "service"},
          {"username", text_or_null(account.username)},
          {"name", account.name},
          {"given_name", account.given_name},
          {"family_name", account.family_name},
          {"email", account.email},
          {"email_verified", account.email_verified},
          {"institution", account.institution},
          {"experiment", account.experiment},
          {"state", to_string(account.state)},
          {"state_reason", account.state_reason},
          {"is_admin", account.is_admin},
          {"expires_at", time_or_null(account.expires_at)},
          {"merged_into", text_or_null(account.merged_into)},
          {"created_at", format_rfc3339(account.created_at)},
          {"updated_at", format_rfc3339(account.updated_at)},
          {"last_seen_at", time_or_null(account.last_seen_at)},
          {"version", account.version}};
}

json::Object to_json(const accounts::Identity& identity) {
  return {{"issuer", identity.issuer},
          {"subject", identity.subject},
          {"source", identity.source},
          {"username", identity.username},
          {"created_at", format_rfc3339(identity.created_at)},
          {"last_login_at", time_or_null(identity.last_login_at)}};
}

json::Object to_json(const accounts::Address& address) {
  return {{"address", address.address},
          {"verified", address.verified},
          {"is_primary", address.is_primary},
          {"prepared", address.prepared}};
}

json::Object to_json(const accounts::Request& request) {
  return {{"id", request.id.str()},
          {"account", request.account.str()},
          {"opened_at", format_rfc3339(request.opened_at)},
          {"note", request.note},
          {"decision", request.decision},
          {"decided_at", time_or_null(request.decided_at)},
          {"decided_by", request.decided_by},
          {"door", request.door},
          {"reason", request.reason},
          {"version", request.version}};
}

json::Object to_json(const accounts::Pending& pending) {
  json::Array look_alikes;
  for (const AccountId& id : pending.look_alikes) look_alikes.emplace_back(id.str());
  return {{"request", to_json(pending.request)},
          {"account", to_json(pending.account)},
          {"identities", to_array(pending.identities)},
          {"look_alikes", std::move(look_alikes)}};
}

json::Object to_json(const groups::Group& group) {
  return {{"id", group.id.str()},
          {"path", group.path},
          {"name", group.name},
          {"parent", text_or_null(group.parent)},
          {"owner", text_or_null(group.owner)},
          {"kind", to_string(group.kind)},
          {"description", group.description},
          {"created_at", format_rfc3339(group.created_at)},
          {"version", group.version}};
}

json::Object to_json(const groups::Member& member) {
  return {{"kind", member.subject.kind == groups::Subject::Kind::account ? "account" : "group"},
          {"id", member.subject.id},
          {"level", access::to_string(member.level)},
          {"source", member.source},
          {"label", member.label}};
}

json::Object to_json(const sessions::Session& session) {
  return {{"id", session.id.str()},
          {"source", session.source},
          {"issuer", session.issuer},
          {"subject", session.subject},
          {"auth_time", format_rfc3339(session.auth_time)},
          {"created_at", format_rfc3339(session.created_at)},
          {"seen_at", format_rfc3339(session.seen_at)},
          {"expires_at", format_rfc3339(session.expires_at)},
          {"user_agent", session.user_agent},
          {"address", session.address}};
}

json::Object to_json(const journal::Entry& entry) {
  return {{"seq", entry.seq},
          {"at", format_rfc3339(entry.at)},
          {"event", entry.event},
          {"actor",
           json::Object{{"kind", entry.actor_kind}, {"id", entry.actor_id}, {"label", entry.actor_label}}},
          {"subject", json::Object{{"kind", entry.subject.kind}, {"id", entry.subject.id}}},
          {"address", entry.address},
          {"request_id", entry.request_id},
          {"data", entry.data}};
}

json::Object to_json(const explain::Trace& trace) {
  return {{"at", format_rfc3339(trace.at)},
          {"request_id", trace.request_id},
          {"door", trace.door},
          {"source", trace.source},
          {"issuer", trace.issuer},
          {"subject", trace.subject},
          {"username", trace.username},
          {"account", trace.account.empty() ? json::Value() : json::Value(trace.account.str())},
          {"admitted", trace.admitted},
          {"outcome", trace.outcome},
          {"steps", admission::to_json(trace.steps)}};
}

json::Object to_json(const journey::Answer& standing) {
  return {{"step", to_string(standing.step)}, {"reason", standing.reason}};
}

}  // namespace lanyard::doors::api
