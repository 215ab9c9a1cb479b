#include <thread>

#include "test/support/people.h"

namespace lanyard::accounts {
namespace {

class Linking : public House {
 protected:
  Arrival other_login(const std::string& subject, const std::string& email = "") {
    Arrival arrival = login(subject, email);
    arrival.issuer = "https://b.example";
    arrival.source = "other";
    arrival.username = "ada-there";
    arrival.groups = {"people"};
    return arrival;
  }
};
LANYARD_ON_EVERY_DATABASE(Linking);

TEST_P(Linking, a_second_login_leads_to_the_same_account) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  ASSERT_TRUE(test::succeeded(directory->link_identity(ada.id, other_login("a2", "ada@b.example"), as(ada))));
  const auto identities = directory->list_identities(ada.id).value();
  ASSERT_EQ(identities.size(), 2U);
  EXPECT_EQ(count_events("identity.linked", ada.id), 1);
  EXPECT_EQ(arrive(other_login("a2", "ada@b.example")).account.id, ada.id);
  const auto known = directory->find_known("https://b.example", "a2").value();
  ASSERT_TRUE(known);
  EXPECT_EQ(known->identity.username, "ada-there");
  EXPECT_EQ(known->identity.groups, std::vector<std::string>{"people"});
  EXPECT_EQ(known->identity.source, "other");
  // The first identity goes on speaking for the person; the second one adds its address.
  EXPECT_EQ(get(ada.id).email, "ada@example.org");
  EXPECT_EQ(directory->list_addresses(ada.id).value().size(), 2U);
}

TEST_P(Linking, linking_again_is_no_change) {
  const Account ada = arrive(login("ada")).account;
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(test::succeeded(directory->link_identity(ada.id, other_login("a2"), as(ada))));
  EXPECT_EQ(count_events("identity.linked"), 1);
  EXPECT_EQ(directory->list_identities(ada.id).value().size(), 2U);
}

TEST_P(Linking, attack_097_an_identity_of_somebody_else_is_not_taken_over) {
  const Account ada = arrive(login("ada")).account;
  const Account grace = arrive(other_login("grace")).account;
  const Status taken = directory->link_identity(ada.id, other_login("grace"), as(ada));
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code, Code::conflict);
  EXPECT_FALSE(taken.error().hint.empty());
  EXPECT_EQ(arrive(other_login("grace")).account.id, grace.id);
}

TEST_P(Linking, attack_098_nobody_links_for_somebody_else) {
  const Account ada = arrive(login("ada")).account;
  const Account mallory = arrive(login("mallory")).account;
  for (const access::Actor& actor : {as(mallory), access::Actor{}}) {
    const Status linked = directory->link_identity(ada.id, other_login("m2"), actor);
    ASSERT_FALSE(linked.ok());
    EXPECT_EQ(linked.error().code, Code::forbidden);
    EXPECT_FALSE(directory->unlink_identity(ada.id, "https://a.example", "ada", actor).ok());
  }
  EXPECT_EQ(directory->list_identities(ada.id).value().size(), 1U);
}

TEST_P(Linking, a_suspended_account_gets_no_new_login) {
  const Account ada = arrive(login("ada")).account;
  for (const Event event : {Event::activate, Event::suspend})
    ASSERT_TRUE(approvals->apply(ada.id, event, "", console).ok());
  EXPECT_EQ(directory->link_identity(ada.id, other_login("a2"), as(ada)).error().code, Code::forbidden);
}

TEST_P(Linking, of_two_accounts_that_link_one_identity_at_once_exactly_one_gets_it) {
  const Account ada = arrive(login("ada")).account;
  const Account eve = arrive(login("eve")).account;
  Status first, second;
  std::thread other([&] { first = directory->link_identity(ada.id, other_login("x"), as(ada)); });
  second = directory->link_identity(eve.id, other_login("x"), as(eve));
  other.join();
  EXPECT_NE(first.ok(), second.ok());
  EXPECT_EQ((first.ok() ? second : first).error().code, Code::conflict);
}

TEST_P(Linking, unlinking_takes_the_login_and_its_proofs_away) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  ASSERT_TRUE(directory->link_identity(ada.id, other_login("a2", "ada@b.example"), as(ada)).ok());
  ASSERT_TRUE(test::succeeded(directory->unlink_identity(ada.id, "https://a.example", "ada", as(ada))));
  EXPECT_EQ(count_events("identity.unlinked", ada.id), 1);
  EXPECT_NE(arrive(login("ada", "ada@elsewhere.example")).account.id, ada.id);
  const Account after = get(ada.id);
  EXPECT_EQ(after.email, "ada@example.org");
  EXPECT_FALSE(after.email_verified);
  EXPECT_EQ(directory->unlink_identity(ada.id, "https://a.example", "ada", as(ada)).error().code,
            Code::not_found);
}

TEST_P(Linking, the_last_login_is_never_unlinked) {
  const Account ada = arrive(login("ada")).account;
  EXPECT_EQ(directory->unlink_identity(ada.id, "https://a.example", "ada", as(ada)).error().code,
            Code::conflict);
  ASSERT_TRUE(directory->link_identity(ada.id, other_login("a2"), as(ada)).ok());
  Status first, second;
  std::thread other([&] { first = directory->unlink_identity(ada.id, "https://a.example", "ada", as(ada)); });
  second = directory->unlink_identity(ada.id, "https://b.example", "a2", as(ada));
  other.join();
  EXPECT_NE(first.ok(), second.ok());
  EXPECT_EQ(directory->list_identities(ada.id).value().size(), 1U);
}

class Bootstrap : public House {};
LANYARD_ON_EVERY_DATABASE(Bootstrap);

TEST_P(Bootstrap, makes_an_active_administrator_once) {
  EXPECT_FALSE(directory->bootstrap_is_closed().value());
  const Account ada = arrive(login("ada")).account;
  const auto made = directory->complete_bootstrap(ada.id, {});
  ASSERT_TRUE(test::succeeded(made));
  EXPECT_TRUE(made->is_admin);
  EXPECT_EQ(made->state, State::active);
  EXPECT_EQ(get(ada.id).state, State::active);
  EXPECT_TRUE(directory->bootstrap_is_closed().value());
  EXPECT_FALSE(approvals->find_open(ada.id).value());
  for (const char* event : {"account.approved", "account.admin_granted", "bootstrap.completed"})
    EXPECT_EQ(count_events(event, ada.id), 1) << event;
}

TEST_P(Bootstrap, attack_116_is_closed_for_ever_whatever_becomes_of_the_account) {
  const Account ada = arrive(login("ada")).account;
  ASSERT_TRUE(directory->complete_bootstrap(ada.id, {}).ok());
  make_admin("root");
  ASSERT_TRUE(approvals->apply(ada.id, Event::close, "", console).ok());
  EXPECT_TRUE(directory->bootstrap_is_closed().value());
  const Account eve = arrive(login("eve")).account;
  EXPECT_EQ(directory->complete_bootstrap(eve.id, {}).error().code, Code::conflict);
  EXPECT_EQ(directory->complete_bootstrap(ada.id, {}).error().code, Code::conflict);
  EXPECT_FALSE(get(eve.id).is_admin);
}

TEST_P(Bootstrap, attack_116_of_many_at_once_exactly_one_wins) {
  constexpr int kMany = 6;
  std::vector<AccountId> ids;
  for (int i = 0; i < kMany; ++i) ids.push_back(arrive(login("p" + std::to_string(i))).account.id);
  std::vector<Result<Account>> results(kMany, Result<Account>(Account{}));
  std::vector<std::thread> threads;
  for (int i = 0; i < kMany; ++i) {
    threads.emplace_back([&, i] {
      const auto at = static_cast<std::size_t>(i);
      results[at] = directory->complete_bootstrap(ids[at], {});
    });
  }
  for (auto& thread : threads) thread.join();
  int won = 0, admins = 0;
  for (const auto& result : results) {
    if (result.ok())
      ++won;
    else
      EXPECT_EQ(result.error().code, Code::conflict) << result.error().cause;
  }
  for (const auto& id : ids) admins += get(id).is_admin ? 1 : 0;
  EXPECT_EQ(won, 1);
  EXPECT_EQ(admins, 1);
}

TEST_P(Bootstrap, somebody_who_can_not_be_active_leaves_it_open) {
  const Account ada = arrive(login("ada")).account;
  for (const Event event : {Event::activate, Event::suspend})
    ASSERT_TRUE(approvals->apply(ada.id, event, "", console).ok());
  EXPECT_EQ(directory->complete_bootstrap(ada.id, {}).error().code, Code::conflict);
  EXPECT_FALSE(directory->bootstrap_is_closed().value());
}

}  // namespace
}  // namespace lanyard::accounts
