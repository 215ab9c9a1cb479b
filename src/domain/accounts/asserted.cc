#include "domain/accounts/asserted.h"

#include <algorithm>
#include <utility>

#include "domain/accounts/names.h"

namespace lanyard::accounts {
namespace {

constexpr std::size_t kMostAlternates = 10;

bool vouches(const Identity& identity, const rows::Vouched& row) {
  return row.issuer == identity.issuer && row.subject == identity.subject;
}

rows::Vouched* find_row(std::vector<rows::Vouched>& rows, std::string_view key) {
  const auto at =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.address.address == key; });
  return at == rows.end() ? nullptr : &*at;
}

// The account's addresses in memory, written back where they changed.
class AddressBook {
 public:
  AddressBook(Filing& filing, const AccountId& account, std::vector<rows::Vouched> rows)
      : filing_(filing), account_(account), rows_(rows), before_(std::move(rows)) {}

  const rows::Vouched* primary() {
    for (const auto& row : rows_)
      if (row.address.is_primary) return &row;
    return nullptr;
  }
  rows::Vouched* find(std::string_view key) { return find_row(rows_, key); }

  // A proof replaces a claim of anybody; what others proved, or an administrator wrote down, no claim
  // replaces.
  void assert_address(const Identity& identity, const std::string& key, bool verified) {
    rows::Vouched* row = find(key);
    if (row == nullptr) {
      rows_.push_back({.address = {.address = key, .verified = verified},
                       .issuer = identity.issuer,
                       .subject = identity.subject});
      return;
    }
    if (!vouches(identity, *row) && (!verified || row->address.verified)) return;
    row->address.verified = verified;
    row->issuer = identity.issuer;
    row->subject = identity.subject;
  }
  // What this identity vouched for and asserts no more. A primary address that somebody set stays, without
  // its proof.
  void forget_all_but(const Identity& identity, const Asserted& asserted, bool keep_primary) {
    std::erase_if(rows_, [&](rows::Vouched& row) {
      const auto& others = asserted.alternates;
      if (!vouches(identity, row) || row.address.address == asserted.key ||
          std::find(others.begin(), others.end(), row.address.address) != others.end())
        return false;
      if (!row.address.is_primary || !keep_primary) return true;
      row.address.verified = false;
      row.issuer = row.subject = "";
      return false;
    });
  }
  void make_primary(std::string_view key) {
    for (auto& row : rows_) row.address.is_primary = row.address.address == key;
  }
  Status write() {
    for (const auto& old : before_)
      if (find(old.address.address) == nullptr)
        LANYARD_CHECK(rows::erase_address(filing_.connection, account_, old.address.address));
    for (const auto& row : rows_) {
      const rows::Vouched* old = find_row(before_, row.address.address);
      const bool same = old != nullptr && old->address.verified == row.address.verified &&
                        old->address.is_primary == row.address.is_primary && old->issuer == row.issuer &&
                        old->subject == row.subject;
      if (!same) LANYARD_CHECK(rows::put_address(filing_.connection, account_, row, filing_.now));
    }
    return {};
  }

 private:
  Filing& filing_;
  const AccountId account_;
  std::vector<rows::Vouched> rows_, before_;
};

}  // namespace

Asserted read_asserted(const Arrival& arrival) {
  Asserted asserted{.name = clean_name(arrival.name),
                    .given_name = clean_name(arrival.given_name),
                    .family_name = clean_name(arrival.family_name),
                    .institution = clean_name(arrival.institution)};
  if (asserted.name.empty()) asserted.name = clean_name(asserted.given_name + " " + asserted.family_name);
  if (auto email = canonical_address(arrival.email); email.ok()) {
    asserted.email = std::move(email).value();
    asserted.key = address_key(asserted.email);
    asserted.verified = arrival.email_verified;
  }
  for (const std::string& text : arrival.verified_alternates) {
    if (asserted.alternates.size() == kMostAlternates) break;
    auto alternate = canonical_address(text);
    if (!alternate.ok()) continue;
    std::string key = address_key(alternate.value());
    if (key != asserted.key &&
        std::find(asserted.alternates.begin(), asserted.alternates.end(), key) == asserted.alternates.end())
      asserted.alternates.push_back(std::move(key));
  }
  return asserted;
}

Result<std::vector<std::string>> refresh(Filing& filing, rows::Record& record, const Identity& identity,
                                         const Asserted& asserted) {
  Account& account = record.account;
  std::vector<std::string> changed;
  LANYARD_TRY(auto rows, rows::list_addresses(filing.connection, account.id));
  AddressBook book(filing, account.id, std::move(rows));
  const rows::Vouched* primary = book.primary();
  const bool leads = primary == nullptr || primary->issuer.empty() || vouches(identity, *primary);

  const auto take = [&](const char* field, std::string_view kept_as, std::string& value,
                        const std::string& said) {
    if (said.empty() || said == value || has_field(record.kept, kept_as)) return;
    value = said;
    changed.emplace_back(field);
  };
  if (leads) {
    take("name", "name", account.name, asserted.name);
    take("given_name", "name", account.given_name, asserted.given_name);
    take("family_name", "name", account.family_name, asserted.family_name);
    take("institution", "institution", account.institution, asserted.institution);
  }
  // An upstream that asserts no address this time (another scope) takes nothing back.
  if (!asserted.key.empty()) {
    book.forget_all_but(identity, asserted, !leads || has_field(record.kept, "email"));
    book.assert_address(identity, asserted.key, asserted.verified);
    for (const std::string& key : asserted.alternates) book.assert_address(identity, key, true);
    if (leads && !has_field(record.kept, "email")) {
      take("email", "email", account.email, asserted.email);
      book.make_primary(asserted.key);
    }
  }
  const rows::Vouched* main = book.primary();
  const bool verified = main != nullptr && main->address.verified;
  if (verified != account.email_verified) {
    account.email_verified = verified;
    changed.emplace_back("email_verified");
  }
  LANYARD_CHECK(book.write());
  return changed;
}

}  // namespace lanyard::accounts
