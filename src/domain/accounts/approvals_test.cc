#include "domain/accounts/approvals.h"

#include <thread>

#include "test/support/people.h"

namespace lanyard::accounts {
namespace {

using Answer = Decision::Answer;
using Names = std::vector<std::string>;

class Deciding : public House {};
LANYARD_ON_EVERY_DATABASE(Deciding);

TEST_P(Deciding, approving_lets_in_and_says_who_when_and_by_which_door) {
  const Account admin = make_admin("root"), ada = arrive(login("ada")).account;
  clock.advance(std::chrono::minutes(5));
  const auto mark = marks.of(ada.id);
  const Account approved = approvals->decide(ada.id, {.door = "page"}, as(admin)).value();
  EXPECT_EQ(approved.state, State::approved);
  EXPECT_NE(marks.of(ada.id), mark);
  const auto request = approvals->find_latest(ada.id).value();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->decision, "approved");
  EXPECT_EQ(request->decided_by, "Root");
  EXPECT_EQ(request->door, "page");
  EXPECT_EQ(request->decided_at, clock.now());
  EXPECT_EQ(events(ada.id), (Names{"account.requested", "account.signed_in", "account.approved"}));
  EXPECT_FALSE(approvals->find_open(ada.id).value());
}

TEST_P(Deciding, attack_113_a_second_decision_is_a_conflict_that_names_the_first) {
  const Account admin = make_admin("root"), ada = arrive(login("ada")).account;
  ASSERT_TRUE(approvals->decide(ada.id, {.door = "page"}, as(admin)).ok());
  for (const Answer answer : {Answer::approve, Answer::reject}) {
    const auto second = approvals->decide(ada.id, {.answer = answer}, console);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, Code::conflict);
    EXPECT_NE(second.error().message.find("Root"), std::string::npos);
    EXPECT_NE(second.error().message.find("2026-01-01T"), std::string::npos);
  }
  EXPECT_EQ(count_events("account.approved", ada.id), 1);
}

TEST_P(Deciding, a_rejected_person_sees_the_reason_and_may_be_let_in_by_a_new_decision) {
  const Account ada = arrive(login("ada")).account;
  const Account rejected =
      approvals->decide(ada.id, {.answer = Answer::reject, .reason = "Not\nours", .door = "page"}, console)
          .value();
  EXPECT_EQ(rejected.state, State::rejected);
  EXPECT_EQ(rejected.state_reason, "Not ours");
  EXPECT_EQ(approvals->decide(ada.id, {.answer = Answer::reject}, console).error().code, Code::conflict);
  const RequestId first = approvals->find_latest(ada.id).value()->id;
  clock.advance(std::chrono::minutes(1));
  const Account approved = approvals->decide(ada.id, {.door = "api"}, console).value();
  EXPECT_EQ(approved.state, State::approved);
  EXPECT_EQ(approved.state_reason, "");
  EXPECT_NE(approvals->find_latest(ada.id).value()->id, first);
  EXPECT_EQ(approvals->find_latest(ada.id).value()->decision, "approved");
}

TEST_P(Deciding, a_decision_on_an_older_view_of_the_request_is_a_conflict) {
  const Account ada = arrive(login("ada")).account;
  const auto seen = approvals->find_open(ada.id).value()->version;
  ASSERT_TRUE(directory->change_profile(ada.id, {.note = "Another story"}, as(ada)).ok());
  EXPECT_EQ(approvals->decide(ada.id, {.seen_version = seen}, console).error().code, Code::conflict);
  const auto now = approvals->find_open(ada.id).value();
  EXPECT_EQ(now->note, "Another story");
  EXPECT_TRUE(approvals->decide(ada.id, {.seen_version = now->version}, console).ok());
}

TEST_P(Deciding, only_those_with_the_permission_decide) {
  const Account ada = arrive(login("ada")).account;
  EXPECT_EQ(approvals->decide(ada.id, {}, as(ada)).error().code, Code::forbidden);
  EXPECT_EQ(approvals->apply(ada.id, Event::activate, "", as(ada)).error().code, Code::forbidden);
  EXPECT_EQ(directory->set_admin(ada.id, true, as(ada)).error().code, Code::forbidden);
  EXPECT_EQ(directory->create({.email = "x@example.org"}, as(ada)).error().code, Code::forbidden);
  EXPECT_EQ(get(ada.id).state, State::pending);
  EXPECT_EQ(approvals->decide(AccountId("nobodynobodynob"), {}, console).error().code, Code::not_found);
}

TEST_P(Deciding, of_many_decisions_in_parallel_exactly_one_wins) {
  const Account ada = arrive(login("ada")).account;
  std::vector<std::thread> threads;
  std::atomic<int> won{0}, lost{0};
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&, i] {
      // A rejection first could be followed by an approval, which is a new decision; a seen version makes
      // them rivals.
      const auto decided = approvals->decide(
          ada.id, {.answer = i % 2 == 0 ? Answer::approve : Answer::reject, .seen_version = 1}, console);
      if (decided.ok()) {
        ++won;
      } else if (decided.error().code == Code::conflict) {
        ++lost;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 15);
  EXPECT_EQ(count_events("account.approved", ada.id) + count_events("account.rejected", ada.id), 1);
}

TEST_P(Deciding, the_queue_is_oldest_first_in_pages_with_look_alikes) {
  const Account twin =
      create({.issuer = "https://b.example", .subject = "t", .name = "Ada Lovelace", .source = "x"});
  std::vector<AccountId> order;
  for (int i = 0; i < 5; ++i) {
    Arrival arrival = login("p" + std::to_string(i), "p@example.org", false);
    arrival.name = i == 2 ? "Ada Lovelace" : "Person " + std::to_string(i);
    if (i == 2) arrival.email = "";
    order.push_back(arrive(arrival).account.id);
    if (i != 1) clock.advance(std::chrono::seconds(1));  // two of one moment
  }
  std::vector<AccountId> seen;
  RequestId after;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = approvals->list_pending(after, 2).value();
    if (page.empty()) break;
    for (const Pending& one : page) {
      seen.push_back(one.account.id);
      ASSERT_EQ(one.identities.size(), 1U);
      if (one.account.name == "Ada Lovelace") {
        EXPECT_EQ(one.look_alikes, (std::vector<AccountId>{twin.id}));
      } else {
        EXPECT_EQ(one.look_alikes.size(), 3U);
      }
    }
    after = page.back().request.id;
  }
  EXPECT_EQ(seen, order);
  EXPECT_EQ(approvals->list_pending(RequestId("000000000000zzz"), 2).error().code, Code::not_found);
  EXPECT_EQ(approvals->list_pending({}, 201).error().code, Code::invalid);
}

TEST_P(Deciding, row_AR3_an_administrator_activates_suspends_restores_resets_and_closes) {
  const Account ada = arrive(login("ada")).account;
  const auto apply = [&](Event event) { return approvals->apply(ada.id, event, "because", console); };
  EXPECT_EQ(apply(Event::activate).value().state, State::active);
  EXPECT_FALSE(approvals->find_open(ada.id).value());
  const Account suspended = apply(Event::suspend).value();
  EXPECT_EQ(suspended.state, State::suspended);
  EXPECT_EQ(suspended.state_reason, "because");
  const Account restored = apply(Event::restore).value();
  EXPECT_EQ(restored.state, State::approved);
  EXPECT_EQ(restored.state_reason, "");
  EXPECT_EQ(apply(Event::reset).value().state, State::pending);
  EXPECT_TRUE(approvals->find_open(ada.id).value());
  EXPECT_EQ(apply(Event::close).value().state, State::closed);
  EXPECT_EQ(approvals->find_latest(ada.id).value()->decision, "withdrawn");
  for (const Event event : {Event::activate, Event::suspend, Event::restore, Event::reset, Event::close})
    EXPECT_EQ(apply(event).error().code, Code::conflict);
  for (const Event event : {Event::request, Event::prepare, Event::approve, Event::reject})
    EXPECT_EQ(apply(event).error().code, Code::invalid);
  EXPECT_EQ(events(ada.id),
            (Names{"account.requested", "account.signed_in", "account.activated", "account.suspended",
                   "account.restored", "account.reset", "account.closed"}));
}

TEST_P(Deciding, settling_moves_approved_accounts_alone_whatever_the_caller_saw) {
  Account ada = arrive(login("ada")).account;
  EXPECT_EQ(approvals->settle(ada, as(ada)).value().state, State::pending);
  ada.state = State::approved;  // an old or forged view
  EXPECT_EQ(approvals->settle(ada, as(ada)).value().state, State::pending);
  ASSERT_TRUE(approvals->decide(ada.id, {}, console).ok());
  const Account approved = get(ada.id);
  ASSERT_TRUE(approvals->apply(ada.id, Event::suspend, "", console).ok());
  EXPECT_EQ(approvals->settle(approved, as(ada)).value().state, State::suspended);
}

TEST_P(Deciding, attack_117_the_last_active_administrator_is_not_removed_suspended_reset_or_demoted) {
  const Account one = make_admin("one");
  const Account waiting =
      create({.email = "w@example.org", .is_admin = true, .source = "x"});  // approved, not active
  for (const Event event : {Event::suspend, Event::reset, Event::close})
    EXPECT_EQ(approvals->apply(one.id, event, "", console).error().code, Code::conflict);
  EXPECT_EQ(directory->set_admin(one.id, false, console).error().code, Code::conflict);
  EXPECT_TRUE(get(one.id).is_admin);
  ASSERT_TRUE(directory->set_admin(waiting.id, false, console).ok());
  const Account two = make_admin("two");
  const Account closed = approvals->apply(one.id, Event::close, "left", as(two)).value();
  EXPECT_FALSE(closed.is_admin);
  EXPECT_EQ(count_events("account.admin_revoked", one.id), 1);
  EXPECT_EQ(directory->set_admin(two.id, false, as(two)).error().code, Code::conflict);
}

TEST_P(Deciding, attack_117_two_administrators_who_demote_each_other_leave_one) {
  const Account one = make_admin("one"), two = make_admin("two");
  std::atomic<int> demoted{0};
  std::thread first([&] { demoted += directory->set_admin(two.id, false, as(one)).ok() ? 1 : 0; });
  std::thread second([&] { demoted += directory->set_admin(one.id, false, as(two)).ok() ? 1 : 0; });
  first.join();
  second.join();
  EXPECT_EQ(demoted, 1);
  EXPECT_NE(get(one.id).is_admin, get(two.id).is_admin);
}

TEST_P(Deciding, only_somebody_let_in_becomes_administrator) {
  const Account ada = arrive(login("ada")).account;
  EXPECT_EQ(directory->set_admin(ada.id, true, console).error().code, Code::conflict);
  ASSERT_TRUE(approvals->decide(ada.id, {}, console).ok());
  EXPECT_TRUE(directory->set_admin(ada.id, true, console).value().is_admin);
  const auto count = events().size();
  EXPECT_TRUE(directory->set_admin(ada.id, true, console).value().is_admin);
  EXPECT_EQ(events().size(), count);
}

TEST_P(Deciding, an_administrator_is_made_at_the_version_that_was_seen_alone) {
  const Account ada = create({.issuer = "https://a.example", .subject = "ada", .source = "test"});
  EXPECT_EQ(directory->set_admin(ada.id, true, console, ada.version + 1).error().code, Code::conflict);
  EXPECT_FALSE(get(ada.id).is_admin);
  EXPECT_TRUE(directory->set_admin(ada.id, true, console, ada.version).value().is_admin);
  EXPECT_EQ(directory->set_admin(ada.id, true, console, ada.version).error().code, Code::conflict);
}

}  // namespace
}  // namespace lanyard::accounts
