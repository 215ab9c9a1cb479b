// Preparing an account, and changing one.
#include "base/text.h"
#include "doors/api/body.h"
#include "doors/api/condition.h"
#include "doors/api/handlers.h"
#include "doors/api/problem.h"

namespace lanyard::doors::api {

Result<accounts::NewAccount> read_new_account(const Desk& desk, const json::Object& body) {
  LANYARD_CHECK(require_known(
      body, {"issuer", "subject", "email", "name", "institution", "experiment", "username", "admin"}));
  accounts::NewAccount wanted;
  LANYARD_TRY(wanted.issuer, text_or_empty(body, "issuer"));
  LANYARD_TRY(wanted.subject, text_or_empty(body, "subject"));
  LANYARD_TRY(wanted.email, text_or_empty(body, "email"));
  LANYARD_TRY(wanted.name, text_or_empty(body, "name"));
  LANYARD_TRY(wanted.institution, text_or_empty(body, "institution"));
  LANYARD_TRY(wanted.experiment, text_or_empty(body, "experiment"));
  LANYARD_TRY(wanted.username, find_text(body, "username"));
  LANYARD_TRY(const auto admin, find_flag(body, "admin"));
  wanted.is_admin = admin.value_or(false);
  wanted.source = "api";
  if (!wanted.subject.empty() && wanted.issuer.empty()) {
    wanted.issuer = desk.settings.default_issuer;
    if (wanted.issuer.empty())
      return make_error(Code::invalid, "It is not clear whose subject this is.",
                        "Send \"issuer\" too, or set auth.default_issuer in the configuration.");
  }
  return wanted;
}

namespace {

// Who has the identity, the user name or the address already.
std::optional<AccountId> find_holder(accounts::Directory& directory, const accounts::NewAccount& wanted) {
  if (!wanted.subject.empty()) {
    const auto found = directory.find_by_identity(wanted.issuer, wanted.subject);
    if (found.ok() && *found) return (*found)->id;
  }
  for (const std::string& words : {wanted.username.value_or(""), wanted.email}) {
    if (words.empty()) continue;
    const auto found = directory.find_by_words(words);
    if (found.ok()) return found->id;
  }
  return {};
}

Result<accounts::Account> change_admin(Desk& desk, const Ask& ask, const accounts::Account& seen,
                                       bool is_admin) {
  return desk.parts.directory.set_admin(seen.id, is_admin, ask.actor, seen.version);
}

Result<accounts::Account> change_profile(Desk& desk, const Ask& ask, const accounts::Account& seen) {
  accounts::ProfileChange change;
  LANYARD_TRY(change.name, find_text(ask.body, "name"));
  LANYARD_TRY(change.institution, find_text(ask.body, "institution"));
  LANYARD_TRY(change.experiment, find_text(ask.body, "experiment"));
  change.version = seen.version;
  return desk.parts.directory.change_profile(seen.id, change, ask.actor);
}

}  // namespace

Result<net::Response> create_account(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto wanted, read_new_account(desk, ask.body));
  const auto created = desk.parts.directory.create(wanted, ask.actor);
  if (created.ok()) {
    net::Response response = account_response(*created, 201);
    response.header("Location", cat("/api/v1/accounts/", created->id.str()));
    return response;
  }
  if (created.error().code != Code::conflict) return created.error();
  json::Object more;
  if (const auto holder = find_holder(desk.parts.directory, wanted)) more.set("account", holder->str());
  return problem_with(409, created.error(), ask.request.id(), more);
}

Result<net::Response> change_account(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, account_in_path(ask));
  LANYARD_CHECK(require_known(ask.body, {"name", "institution", "experiment", "is_admin"}));
  LANYARD_TRY(const auto is_admin, find_flag(ask.body, "is_admin"));
  if (ask.body.empty()) return make_error(Code::invalid, "There is nothing to change in this body.");
  if (is_admin && ask.body.size() > 1)
    return make_error(Code::invalid, "\"is_admin\" is changed by itself.",
                      "Send it in a request of its own, and the other members in another.");
  LANYARD_TRY(const auto seen, desk.parts.directory.get_account(id));
  LANYARD_TRY(const bool holds, condition_holds(ask.if_match, seen.version));
  if (!holds) return problem_with(412, {}, ask.request.id());
  const auto changed = is_admin ? change_admin(desk, ask, seen, *is_admin) : change_profile(desk, ask, seen);
  if (changed.ok()) return account_response(*changed);
  // Between reading and writing somebody else was faster.
  const auto now = desk.parts.directory.get_account(id);
  if (changed.error().code == Code::conflict && now.ok() && now->version != seen.version)
    return problem_with(412, changed.error(), ask.request.id());
  return changed.error();
}

}  // namespace lanyard::doors::api
