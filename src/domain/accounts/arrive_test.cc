#include <thread>

#include "test/support/people.h"

namespace lanyard::accounts {
namespace {

using How = Arrived::How;
using Names = std::vector<std::string>;

class Arriving : public House {
 protected:
  // A verified login from a source that is trusted for addresses.
  Arrival trusted(const std::string& subject, const std::string& email) {
    Arrival arrival = login(subject, email);
    arrival.trusted_for_addresses = true;
    return arrival;
  }
  Arrival bootstrap(const std::string& subject, const std::string& email, bool verified = true) {
    Arrival arrival = login(subject, email, verified);
    arrival.admin_email = "Boss@Example.org";
    return arrival;
  }
};
LANYARD_ON_EVERY_DATABASE(Arriving);

TEST_P(Arriving, row_SX6_somebody_unknown_becomes_pending_and_asks) {
  Arrival arrival = login("ada", "Ada@Example.org");
  arrival.username = "Ada";
  arrival.institution = "Analytical Society";
  arrival.note = "I work with Charles.";
  const Arrived arrived = arrive(arrival);
  const Account& ada = arrived.account;
  EXPECT_EQ(arrived.how, How::created);
  EXPECT_FALSE(arrived.activated_now);
  EXPECT_FALSE(arrived.may_link);
  EXPECT_EQ(ada.state, State::pending);
  EXPECT_FALSE(ada.is_admin);
  EXPECT_EQ(ada.number, 1);
  EXPECT_EQ(ada.username, "ada");
  EXPECT_EQ(ada.email, "Ada@example.org");
  EXPECT_TRUE(ada.email_verified);
  EXPECT_EQ(get(ada.id).institution, "Analytical Society");
  EXPECT_EQ(events(ada.id), (Names{"account.requested", "account.signed_in"}));
  const auto open = approvals->find_open(ada.id).value();
  ASSERT_TRUE(open);
  EXPECT_EQ(open->note, "I work with Charles.");
  EXPECT_EQ(open->decision, "open");
  const auto identities = directory->list_identities(ada.id).value();
  ASSERT_EQ(identities.size(), 1U);
  EXPECT_EQ(identities[0].source, "campus");
  EXPECT_EQ(identities[0].last_login_at, clock.now());
}

TEST_P(Arriving, row_SX6_somebody_known_beforehand_is_never_pending) {
  create({.issuer = "https://a.example",
          .subject = "ada",
          .email = "ada@example.org",
          .name = "Ada",
          .source = "command line"});
  const Arrived arrived = arrive(login("ada", "ada@example.org"));
  EXPECT_EQ(arrived.how, How::prepared_identity);
  EXPECT_EQ(arrived.account.state, State::approved);
  const Account settled = approvals->settle(arrived.account, as(arrived.account)).value();
  EXPECT_EQ(settled.state, State::active);
  EXPECT_EQ(approvals->settle(settled, as(settled)).value().version, settled.version);
}

TEST_P(Arriving, the_policy_for_newcomers_decides) {
  Arrival arrival = login("one");
  arrival.newcomer = Newcomer::active;
  const Arrived active = arrive(arrival);
  EXPECT_EQ(active.account.state, State::active);
  EXPECT_TRUE(active.activated_now);
  EXPECT_FALSE(arrive(arrival).activated_now);
  arrival.subject = "two";
  arrival.newcomer = Newcomer::approved;
  EXPECT_EQ(arrive(arrival).account.state, State::approved);
  arrival.subject = "three";
  arrival.newcomer = Newcomer::refused;
  const auto before = events().size();
  const auto refused = directory->arrive(arrival, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::forbidden);
  EXPECT_EQ(events().size(), before);
  EXPECT_FALSE(directory->find_by_identity("https://a.example", "three").value());
}

TEST_P(Arriving, row_TK6_the_identity_is_issuer_and_subject_so_equal_subjects_are_two_people) {
  Arrival here = login("42"), there = login("42");
  there.issuer = "https://b.example";
  here.is_login = there.is_login = false;
  const AccountId one = arrive(here).account.id, two = arrive(there).account.id;
  EXPECT_NE(one, two);
  EXPECT_EQ(arrive(here).account.id, one);
  EXPECT_EQ(directory->find_by_identity("https://b.example", "42").value()->id, two);
  // Exact strings: no case, no trailing slash.
  EXPECT_FALSE(directory->find_by_identity("https://B.example", "42").value());
  EXPECT_FALSE(directory->find_by_identity("https://b.example/", "42").value());
}

TEST_P(Arriving, row_TK6_tokens_of_known_identities_write_nothing) {
  Arrival token = login("ada", "ada@example.org");
  token.is_login = false;
  const Account first = arrive(token).account;
  EXPECT_EQ(events(first.id), (Names{"account.requested"}));
  token.name = "Somebody Else";
  token.email = "other@example.org";
  clock.advance(std::chrono::hours(1));
  const auto writes = db().counts().writes;
  EXPECT_EQ(arrive(token).how, How::known_identity);
  EXPECT_EQ(db().counts().writes, writes);
  EXPECT_EQ(get(first.id).name, "Ada Lovelace");
  EXPECT_FALSE(get(first.id).last_seen_at);
}

TEST_P(Arriving, a_login_of_somebody_known_writes_one_entry_and_lets_no_verdict_fall) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  clock.advance(std::chrono::hours(1));
  const auto mark = marks.of(ada.id);
  const Arrived again = arrive(login("ada", "ada@example.org"));
  EXPECT_EQ(again.how, How::known_identity);
  EXPECT_EQ(events(ada.id), (Names{"account.requested", "account.signed_in", "account.signed_in"}));
  EXPECT_EQ(marks.of(ada.id), mark);
  EXPECT_EQ(get(ada.id).last_seen_at, clock.now());
  EXPECT_EQ(get(ada.id).version, ada.version);
}

TEST_P(Arriving, an_identity_without_usable_parts_is_refused) {
  for (const std::string& subject : std::vector<std::string>{std::string(), std::string("a\0b", 3),
                                                             std::string("\xff"), std::string(1025, 'x')})
    EXPECT_EQ(directory->arrive(login(subject), {}).error().code, Code::invalid);
}

TEST_P(Arriving, row_SX2_the_first_verified_login_with_admin_email_is_an_approved_administrator) {
  Arrival arrival = bootstrap("boss", "boss@example.org");
  arrival.newcomer = Newcomer::refused;  // the site's first person must be able to come in
  const Account boss = arrive(arrival).account;
  EXPECT_EQ(boss.state, State::approved);
  EXPECT_TRUE(boss.is_admin);
  EXPECT_EQ(approvals->settle(boss, as(boss)).value().state, State::active);
  EXPECT_EQ(events(boss.id),
            (Names{"account.created", "account.admin_granted", "account.signed_in", "account.activated"}));
}

TEST_P(Arriving, row_SX2_an_unverified_claim_of_admin_email_never_makes_an_administrator) {
  const Account claimer = arrive(bootstrap("mallory", "boss@example.org", false)).account;
  EXPECT_FALSE(claimer.is_admin);
  EXPECT_EQ(claimer.state, State::pending);
  // The right one comes later, and also somebody who is known already but was not verified.
  const Account boss = arrive(bootstrap("boss", "boss@example.org")).account;
  EXPECT_TRUE(boss.is_admin);
  EXPECT_FALSE(get(claimer.id).is_admin);
}

TEST_P(Arriving, row_SX2_somebody_pending_becomes_administrator_once_the_upstream_verifies_the_address) {
  const Account before = arrive(bootstrap("boss", "boss@example.org", false)).account;
  EXPECT_EQ(before.state, State::pending);
  const Account after = arrive(bootstrap("boss", "boss@example.org")).account;
  EXPECT_EQ(after.id, before.id);
  EXPECT_TRUE(after.is_admin);
  EXPECT_TRUE(after.email_verified);
  EXPECT_EQ(after.state, State::approved);
  EXPECT_FALSE(approvals->find_open(after.id).value());
  EXPECT_EQ(approvals->find_latest(after.id).value()->decision, "approved");
}

TEST_P(Arriving, row_SX2_a_bearer_token_never_makes_an_administrator) {
  Arrival token = bootstrap("boss", "boss@example.org");
  token.is_login = false;
  token.make_admin = true;
  EXPECT_FALSE(arrive(token).account.is_admin);
  EXPECT_FALSE(arrive(token).account.is_admin);
  EXPECT_TRUE(arrive(bootstrap("boss", "boss@example.org")).account.is_admin);  // nothing was used up
}

TEST_P(Arriving, attack_116_the_bootstrap_is_closed_for_ever_after_its_use) {
  const Account boss = arrive(bootstrap("boss", "boss@example.org")).account;
  Arrival second = bootstrap("second", "boss@example.org");
  second.issuer = "https://b.example";
  EXPECT_FALSE(arrive(second).account.is_admin);
  second.admin_email = "second@example.org";
  second.email = "second@example.org";
  EXPECT_FALSE(arrive(second).account.is_admin);
  // Also when the first is no administrator any more.
  make_admin("other");
  ASSERT_TRUE(directory->set_admin(boss.id, false, console).ok());
  EXPECT_FALSE(arrive(bootstrap("boss", "boss@example.org")).account.is_admin);
}

TEST_P(Arriving, attack_116_of_many_first_logins_one_becomes_administrator) {
  std::vector<std::thread> threads;
  std::atomic<int> admins{0}, failures{0};
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&, i] {
      auto arrived = directory->arrive(bootstrap("boss" + std::to_string(i), "boss@example.org"), {});
      if (!arrived.ok()) {
        ++failures;
      } else if (arrived->account.is_admin) {
        ++admins;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(admins, 1);
}

TEST_P(Arriving, admission_may_name_administrators_and_they_are_approved) {
  const Account ada = arrive(login("ada")).account;
  Arrival arrival = login("ada");
  arrival.make_admin = true;
  const Account admin = arrive(arrival).account;
  EXPECT_EQ(admin.id, ada.id);
  EXPECT_TRUE(admin.is_admin);
  EXPECT_EQ(admin.state, State::approved);
  arrive(arrival);
  EXPECT_EQ(count_events("account.admin_granted", ada.id), 1);
}

TEST_P(Arriving, row_AR2_the_identifier_wins_over_an_address_that_was_prepared_for_another_account) {
  const Account known = arrive(login("ada", "old@example.org")).account;
  const Account prepared = create({.email = "ada@example.org", .source = "command line"});
  const Arrived arrived = arrive(trusted("ada", "ada@example.org"));
  EXPECT_EQ(arrived.account.id, known.id);
  EXPECT_EQ(arrived.how, How::known_identity);
  EXPECT_TRUE(directory->list_identities(prepared.id).value().empty());
}

TEST_P(Arriving, row_AR10_a_prepared_address_is_completed_by_a_trusted_source_that_verified_it) {
  const Account prepared =
      create({.email = "Ada@Example.org", .institution = "Society", .source = "command line"});
  EXPECT_FALSE(prepared.email_verified);
  Arrival arrival = trusted("ada", "ada@example.org");
  arrival.username = "ada";
  const Arrived arrived = arrive(arrival);
  EXPECT_EQ(arrived.how, How::prepared_address);
  EXPECT_EQ(arrived.account.id, prepared.id);
  EXPECT_EQ(arrived.account.state, State::approved);
  EXPECT_TRUE(arrived.account.email_verified);
  EXPECT_EQ(arrived.account.username, "ada");
  EXPECT_EQ(arrived.account.name, "Ada Lovelace");
  EXPECT_EQ(count_events("identity.linked", prepared.id), 1);
  // Once used, never again by address.
  const Arrived other = arrive(trusted("eve", "ada@example.org"));
  EXPECT_NE(other.account.id, prepared.id);
  EXPECT_EQ(other.how, How::created_linkable);
  EXPECT_EQ(other.may_link, prepared.id);
}

TEST_P(Arriving, row_AR2_neither_unverified_nor_untrusted_nor_alternate_addresses_complete_an_account) {
  const Account prepared = create({.email = "ada@example.org", .source = "command line"});
  Arrival unverified = trusted("one", "ada@example.org");
  unverified.email_verified = false;
  EXPECT_NE(arrive(unverified).account.id, prepared.id);
  EXPECT_NE(arrive(login("two", "ada@example.org")).account.id, prepared.id);
  Arrival alternate = trusted("three", "three@example.org");
  alternate.verified_alternates = {"ada@example.org"};
  EXPECT_NE(arrive(alternate).account.id, prepared.id);
  EXPECT_EQ(arrive(trusted("four", "ada@example.org")).account.id, prepared.id);
}

TEST_P(Arriving, a_prepared_administrator_is_not_completed_by_a_bearer_token) {
  const Account prepared = create({.email = "root@example.org", .is_admin = true, .source = "command line"});
  Arrival token = trusted("one", "root@example.org");
  token.is_login = false;
  EXPECT_FALSE(arrive(token).account.is_admin);
  EXPECT_EQ(arrive(trusted("two", "root@example.org")).account.id, prepared.id);
}

TEST_P(Arriving, attack_093_a_verified_address_of_another_upstreams_user_only_starts_a_linking_conversation) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  Arrival other = trusted("ada", "ADA@example.org");
  other.issuer = "https://b.example";
  const Arrived arrived = arrive(other);
  EXPECT_NE(arrived.account.id, ada.id);
  EXPECT_EQ(arrived.how, How::created_linkable);
  EXPECT_EQ(arrived.may_link, ada.id);
  EXPECT_EQ(directory->list_identities(ada.id).value().size(), 1U);
}

TEST_P(Arriving, attack_094_an_unverified_address_finds_and_offers_nothing) {
  arrive(login("ada", "ada@example.org"));
  Arrival other = trusted("eve", "ada@example.org");
  other.email_verified = false;
  const Arrived arrived = arrive(other);
  EXPECT_EQ(arrived.how, How::created);
  EXPECT_FALSE(arrived.may_link);
  EXPECT_FALSE(arrived.account.email_verified);
}

TEST_P(Arriving, attack_095_the_flag_without_a_usable_address_proves_nothing) {
  Arrival arrival = trusted("eve", "a@b@example.org");
  const Arrived arrived = arrive(arrival);
  EXPECT_EQ(arrived.account.email, "");
  EXPECT_FALSE(arrived.account.email_verified);
  arrival.subject = "eve2";
  arrival.email = "";
  EXPECT_FALSE(arrive(arrival).account.email_verified);
}

TEST_P(Arriving, attack_096_who_registers_a_victims_address_first_gets_nothing_of_the_victims) {
  const Account attacker = arrive(login("mallory", "victim@example.org", false)).account;
  const Arrived victim = arrive(trusted("victim", "victim@example.org"));
  EXPECT_NE(victim.account.id, attacker.id);
  EXPECT_FALSE(victim.may_link);
  EXPECT_EQ(directory->list_identities(victim.account.id).value().size(), 1U);
  EXPECT_EQ(directory->find_by_words("victim@example.org").value().id, victim.account.id);
}

TEST_P(Arriving, attack_100_alternate_addresses_only_lead_to_an_offer) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  Arrival other = trusted("x", "x@example.org");
  other.verified_alternates = {"not an address", "ada@example.org"};
  const Arrived arrived = arrive(other);
  EXPECT_NE(arrived.account.id, ada.id);
  EXPECT_EQ(arrived.may_link, ada.id);
}

TEST_P(Arriving, attack_102_a_reassigned_subject_is_flagged_and_ids_are_never_reused) {
  const Account ada = arrive(login("1001", "ada@example.org")).account;
  Arrival reassigned = login("1001", "bob@example.org");
  reassigned.name = "Bob";
  arrive(reassigned);
  EXPECT_EQ(count_events("identity.anomaly", ada.id), 1);
  Arrival renamed = login("1001", "bob@example.org");
  renamed.name = "Robert";
  arrive(renamed);
  EXPECT_EQ(count_events("identity.anomaly", ada.id), 1);
  ASSERT_TRUE(approvals->apply(ada.id, Event::close, "left", console).ok());
  const Arrived again = arrive(login("1001", "bob@example.org"));
  EXPECT_EQ(again.account.id, ada.id);
  EXPECT_EQ(again.account.state, State::closed);
  EXPECT_NE(arrive(login("1002")).account.number, ada.number);
}

TEST_P(Arriving, attack_103_a_taken_or_reserved_user_name_gets_a_number_and_changes_no_identity) {
  const auto name_of = [&](const std::string& subject, const std::string& username) {
    Arrival arrival = login(subject);
    arrival.username = username;
    return arrive(arrival).account.username;
  };
  EXPECT_EQ(name_of("1", "ada"), "ada");
  EXPECT_EQ(name_of("2", "Ada"), "ada2");
  EXPECT_EQ(name_of("3", "ada"), "ada3");
  EXPECT_EQ(name_of("4", "root"), "root2");
  EXPECT_EQ(name_of("5", "ADMIN"), "admin2");
  for (const std::string& unusable : std::vector<std::string>{"..", "", "-x", "12345", "a/b"})
    EXPECT_FALSE(name_of("6" + unusable, unusable)) << unusable;
  EXPECT_FALSE(name_of("7", std::string(200, 'a')));
  EXPECT_EQ(name_of("1", "somebody"), "ada");  // given once
}

TEST_P(Arriving, attack_108_a_suspended_closed_or_rejected_account_stays_so_and_is_not_revived) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  ASSERT_TRUE(
      approvals->decide(ada.id, {.answer = Decision::Answer::reject, .reason = "Unknown here."}, console)
          .ok());
  Arrival again = bootstrap("ada", "boss@example.org");
  again.make_admin = true;
  again.newcomer = Newcomer::active;
  EXPECT_EQ(arrive(again).account.state, State::rejected);
  EXPECT_FALSE(get(ada.id).is_admin);
  ASSERT_TRUE(approvals->decide(ada.id, {}, console).ok());
  ASSERT_TRUE(approvals->apply(ada.id, Event::suspend, "", console).ok());
  const auto count = events().size();
  EXPECT_EQ(arrive(again).account.state, State::suspended);
  EXPECT_FALSE(get(ada.id).is_admin);
  EXPECT_EQ(events().size(), count);
}

TEST_P(Arriving, an_account_that_was_merged_leads_to_the_one_that_counts_and_a_loop_is_found) {
  const Account from = arrive(login("old")).account, to = arrive(login("new")).account;
  const auto merge = [&](const AccountId& a, const AccountId& b) {
    return db().write([&](store::Connection& c) -> Status {
      static const store::Stmt kMerge{"UPDATE accounts SET merged_into = $1 WHERE id = $2"};
      LANYARD_CHECK(c.exec(kMerge, b, a));
      return {};
    });
  };
  ASSERT_TRUE(merge(from.id, to.id).ok());
  EXPECT_EQ(arrive(login("old")).account.id, to.id);
  EXPECT_EQ(directory->find_by_identity("https://a.example", "old").value()->id, to.id);
  ASSERT_TRUE(merge(to.id, from.id).ok());
  EXPECT_EQ(directory->arrive(login("old"), {}).error().code, Code::internal);
}

TEST_P(Arriving, what_the_upstream_says_is_refreshed_unless_somebody_set_it_here) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  Arrival changed = login("ada", "ada@new.example");
  changed.name = "Ada King";
  changed.institution = "Society";
  const auto mark = marks.of(ada.id);
  const Account refreshed = arrive(changed).account;
  EXPECT_EQ(refreshed.name, "Ada King");
  EXPECT_EQ(refreshed.institution, "Society");
  EXPECT_EQ(refreshed.email, "ada@new.example");
  EXPECT_NE(marks.of(ada.id), mark);
  const auto addresses = directory->list_addresses(ada.id).value();
  ASSERT_EQ(addresses.size(), 1U);  // the old one is not vouched for any more
  EXPECT_EQ(addresses[0].address, "ada@new.example");
  EXPECT_EQ(count_events("account.profile_changed", ada.id), 1);

  ASSERT_TRUE(directory->change_profile(ada.id, {.name = "Countess Lovelace"}, as(refreshed)).ok());
  changed.name = "Ada Byron";
  changed.institution = "Other";
  const Account kept = arrive(changed).account;
  EXPECT_EQ(kept.name, "Countess Lovelace");
  EXPECT_EQ(kept.institution, "Other");
  // Fields that are not asserted this time take nothing away.
  Arrival silent = login("ada");
  silent.name = "";
  EXPECT_EQ(arrive(silent).account.email, "ada@new.example");
  EXPECT_TRUE(get(ada.id).email_verified);
}

TEST_P(Arriving, an_address_that_the_upstream_verifies_no_more_is_not_verified) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  EXPECT_FALSE(arrive(login("ada", "ada@example.org", false)).account.email_verified);
  EXPECT_FALSE(directory->list_addresses(ada.id).value()[0].verified);
}

TEST_P(Arriving, fifty_first_arrivals_of_one_identity_make_one_account) {
  std::vector<std::thread> threads;
  std::vector<std::string> ids(50);
  std::atomic<int> created{0};
  for (std::size_t i = 0; i < ids.size(); ++i)
    threads.emplace_back([&, i] {
      Arrival arrival = login("ada", "ada@example.org");
      arrival.is_login = i % 2 == 0;
      auto arrived = directory->arrive(arrival, {});
      EXPECT_TRUE(test::succeeded(arrived));
      if (!arrived.ok()) return;
      ids[i] = arrived->account.id.str();
      if (arrived->how == How::created) ++created;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
  for (const auto& id : ids) EXPECT_EQ(id, ids[0]);
  EXPECT_EQ(directory->list_accounts({}).value().size(), 1U);
  EXPECT_TRUE(journal::verify(db()).value().intact);
}

}  // namespace
}  // namespace lanyard::accounts
