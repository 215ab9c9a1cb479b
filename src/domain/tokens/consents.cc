#include "domain/tokens/consents.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "domain/tokens/scopes.h"

namespace lanyard::tokens {
namespace {

using store::Connection;
using store::Row;
using store::Stmt;

Consent read(const Row& row) {
  Consent consent;
  consent.account = row.id<AccountTag>(0);
  consent.client = row.id<ClientTag>(1);
  consent.scopes = words_of(row.text(2));
  consent.audience = words_of(row.text(3));
  consent.given_at = row.time(4);
  return consent;
}

Result<std::optional<Consent>> find(Connection& connection, const AccountId& account,
                                    const ClientId& client) {
  static const Stmt kFind{
      "SELECT account_id, client, scope, audience, given_at FROM consents WHERE account_id = $1 AND client = "
      "$2"};
  std::optional<Consent> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = read(row); }, account, client));
  return found;
}

bool holds_all(const std::vector<std::string>& held, const std::vector<std::string>& wanted) {
  return std::ranges::all_of(
      wanted, [&](const std::string& one) { return std::ranges::find(held, one) != held.end(); });
}

void add_all(std::vector<std::string>& held, const std::vector<std::string>& more) {
  for (const std::string& one : more)
    if (std::ranges::find(held, one) == held.end()) held.push_back(one);
}

}  // namespace

Result<bool> Consents::covers(const AccountId& account, const ClientId& client,
                              const std::vector<std::string>& scopes,
                              const std::vector<std::string>& audience, Time since) {
  std::optional<Consent> found;
  LANYARD_CHECK(ledger_.database().read([&](Connection& connection) -> Status {
    LANYARD_TRY(found, find(connection, account, client));
    return {};
  }));
  return found && found->given_at >= since && holds_all(found->scopes, scopes) &&
         holds_all(found->audience, audience);
}

Status Consents::give(const Consent& consent, const access::Actor& actor, Time since) {
  static const Stmt kKeep{
      "INSERT INTO consents (account_id, client, scope, audience, given_at) VALUES ($1, $2, $3, $4, $5) ON "
      "CONFLICT (account_id, client) DO UPDATE SET scope = $3, audience = $4, given_at = $5"};
  return ledger_.change(actor, [&](Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto before, find(connection, consent.account, consent.client));
    Consent all = before && before->given_at >= since ? *before : Consent{};
    add_all(all.scopes, consent.scopes);
    add_all(all.audience, consent.audience);
    const std::string scope = join(all.scopes, " "), audience = join(all.audience, " ");
    LANYARD_CHECK(
        connection.exec(kKeep, consent.account, consent.client, scope, audience, ledger_.clock().now()));
    notes.add({.event = "consent.given",
               .subject = {"account", consent.account.str()},
               .data = json::Object{{"client", consent.client.str()}, {"scope", join(consent.scopes, " ")}},
               .account = {}});
    return {};
  });
}

Status Consents::withdraw(const AccountId& account, const ClientId& client, const access::Actor& actor) {
  static const Stmt kRemove{"DELETE FROM consents WHERE account_id = $1 AND client = $2"};
  return ledger_.change(actor, [&](Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const std::int64_t gone, connection.exec(kRemove, account, client));
    if (gone == 0) return {};
    notes.add({.event = "consent.withdrawn",
               .subject = {"account", account.str()},
               .data = json::Object{{"client", client.str()}},
               .account = account});
    return {};
  });
}

Result<std::vector<Consent>> Consents::list(const AccountId& account) {
  static const Stmt kList{
      "SELECT account_id, client, scope, audience, given_at FROM consents WHERE account_id = $1 ORDER BY "
      "client"};
  std::vector<Consent> all;
  LANYARD_CHECK(ledger_.database().read([&](Connection& connection) -> Status {
    LANYARD_CHECK(connection.query(
        kList, [&](const Row& row) { all.push_back(read(row)); }, account));
    return {};
  }));
  return all;
}

}  // namespace lanyard::tokens
