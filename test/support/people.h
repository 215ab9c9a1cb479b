// A directory, its decisions and its journal with a clock and a random source that the test controls, on
// every database: the ground for tests about people.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "domain/accounts/approvals.h"
#include "domain/accounts/directory.h"
#include "domain/journal/journal.h"
#include "test/support/databases.h"
#include "test/support/fakes.h"

namespace lanyard::accounts {

class House : public test::OnEveryDatabase {
 protected:
  void SetUp() override {
    OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ledger.emplace(db(), marks, clock);
    directory.emplace(*ledger, random);
    approvals.emplace(*ledger);
  }

  Arrival login(const std::string& subject, const std::string& email = "", bool verified = true) {
    return {.issuer = "https://a.example",
            .subject = subject,
            .source = "campus",
            .name = "Ada Lovelace",
            .email = email,
            .email_verified = verified};
  }
  Arrived arrive(const Arrival& arrival) {
    auto arrived = directory->arrive(arrival, {});
    EXPECT_TRUE(test::succeeded(arrived));
    return arrived.ok() ? std::move(arrived).value() : Arrived{};
  }
  Account create(const NewAccount& account) {
    auto created = directory->create(account, console);
    EXPECT_TRUE(test::succeeded(created));
    return created.ok() ? std::move(created).value() : Account{};
  }
  // An administrator who is active.
  Account make_admin(const std::string& subject) {
    return create({.issuer = "https://a.example",
                   .subject = subject,
                   .name = "Root",
                   .state = State::active,
                   .is_admin = true,
                   .source = "command line"});
  }
  Account get(const AccountId& id) {
    auto account = directory->get_account(id);
    EXPECT_TRUE(test::succeeded(account));
    return account.ok() ? std::move(account).value() : Account{};
  }
  access::Actor as(const Account& account) {
    return {.kind = access::ActorKind::account,
            .account = account.id,
            .label = account.name,
            .is_admin = account.is_admin && account.state == State::active};
  }
  std::vector<std::string> events(const AccountId& about = {}) {
    std::vector<std::string> names;
    EXPECT_TRUE(test::succeeded(db().read([&](store::Connection& c) -> Status {
      journal::Filter filter;
      if (!about.empty()) filter = {.subject_kind = "account", .subject_id = about.str()};
      LANYARD_TRY(auto entries, journal::list_after(c, 0, filter, 1000));
      for (auto& entry : entries) names.push_back(entry.event);
      return {};
    })));
    return names;
  }
  std::int64_t count_events(const std::string& event, const AccountId& about = {}) {
    std::int64_t found = 0;
    for (const auto& name : events(about)) found += name == event ? 1 : 0;
    return found;
  }

  test::FakeClock clock;
  test::FakeRandom random;
  journal::Marks marks;
  const access::Actor console = access::console_actor("tester");
  std::optional<journal::Ledger> ledger;
  std::optional<Directory> directory;
  std::optional<Approvals> approvals;
};

}  // namespace lanyard::accounts
