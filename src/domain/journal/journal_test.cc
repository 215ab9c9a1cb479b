#include "domain/journal/journal.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"
#include "domain/journal/chain.h"
#include "platform/crypto/digest.h"
#include "test/support/databases.h"
#include "test/support/fakes.h"

namespace lanyard::journal {
namespace {

using store::Connection;
using store::Stmt;

const AccountId kAda("adaadaadaadaada"), kBob("bobbobbobbobbob");

class Journal : public test::OnEveryDatabase {
 protected:
  void SetUp() override {
    OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    database = &db();
    ledger.emplace(*database, marks, clock);
  }
  Status say(const std::string& event, const AccountId& account = {}, bool everybody = false) {
    return ledger->change(access::console_actor("tester"), [&](Connection&, Notes& notes) -> Status {
      notes.add({.event = event,
                 .subject = {"account", kAda.str()},
                 .data = {{"of", event}},
                 .account = account,
                 .everybody = everybody});
      return {};
    });
  }
  void fill(int count) {
    for (int i = 1; i <= count; ++i) ASSERT_TRUE(say("test.number" + std::to_string(i)).ok());
  }
  // Tampers with the tables behind the journal's back.
  void tamper(const std::string& sql) {
    const Status done = database->write([&](Connection& c) -> Status {
      LANYARD_CHECK(c.run_once(sql, {}, nullptr));
      return {};
    });
    ASSERT_TRUE(done.ok()) << done.error().message << done.error().cause;
  }
  VerifyReport check() {
    auto report = verify(*database);
    EXPECT_TRUE(report.ok());
    return report.ok() ? report.value() : VerifyReport{};
  }
  std::vector<Entry> all(const Filter& filter = {}) {
    std::vector<Entry> entries;
    const Status read = database->read([&](Connection& c) -> Status {
      LANYARD_TRY(entries, list_after(c, 0, filter, 1000));
      return {};
    });
    EXPECT_TRUE(read.ok());
    return entries;
  }

  test::FakeClock clock;
  store::Database* database = nullptr;
  Marks marks;
  std::optional<Ledger> ledger;
};
LANYARD_ON_EVERY_DATABASE(Journal);

TEST_P(Journal, an_entry_carries_all_of_its_note_and_of_its_actor) {
  const access::Actor actor{.kind = access::ActorKind::account,
                            .account = kBob,
                            .label = "Bob",
                            .is_admin = true,
                            .address = "192.0.2.7",
                            .request_id = "req-1"};
  ASSERT_TRUE(
      ledger
          ->change(actor,
                   [](Connection&, Notes& notes) -> Status {
                     notes.add({.event = "account.approved",
                                .subject = {"account", kAda.str()},
                                .data = {{"reason", "züri"}},
                                .account = kAda});
                     notes.add({.event = "rules.changed", .subject = {"service", "gate"}, .everybody = true});
                     return {};
                   })
          .ok());
  const auto entries = all();
  ASSERT_EQ(entries.size(), 2U);
  const Entry& e = entries[0];
  EXPECT_EQ(e.seq, 1);
  EXPECT_EQ(e.at, clock.now());
  EXPECT_EQ(e.event, "account.approved");
  EXPECT_EQ(e.actor_kind, "account");
  EXPECT_EQ(e.actor_id, kBob.str());
  EXPECT_EQ(e.actor_label, "Bob");
  EXPECT_EQ(e.address, "192.0.2.7");
  EXPECT_EQ(e.request_id, "req-1");
  EXPECT_EQ(e.subject.kind, "account");
  EXPECT_EQ(e.subject.id, kAda.str());
  EXPECT_EQ(e.data, (json::Object{{"reason", "züri"}}));
  EXPECT_EQ(e.account, kAda);
  EXPECT_FALSE(e.everybody);
  EXPECT_TRUE(entries[1].everybody);
  EXPECT_TRUE(entries[1].account.empty());
  EXPECT_EQ(entries[1].seq, 2);
}

TEST_P(Journal, a_change_that_fails_leaves_neither_rows_nor_entries_nor_moved_marks) {
  const auto before = marks.of(kAda);
  const Status failed = ledger->change(access::system_actor("t"), [](Connection& c, Notes& notes) -> Status {
    static const Stmt kSet{"INSERT INTO settings (name, value, set_at) VALUES ('a', 'b', 1)"};
    LANYARD_CHECK(c.exec(kSet));
    notes.add({.event = "test.failed", .subject = {"service", "x"}, .account = kAda});
    return make_error(Code::conflict, "Somebody was first.");
  });
  EXPECT_EQ(failed.error().code, Code::conflict);
  EXPECT_TRUE(all().empty());
  EXPECT_EQ(marks.of(kAda), before);
  std::int64_t rows = -1;
  ASSERT_TRUE(database
                  ->read([&](Connection& c) -> Status {
                    static const Stmt kGet{"SELECT value FROM settings"};
                    LANYARD_TRY(rows, c.query(kGet, [](const store::Row&) {}));
                    return {};
                  })
                  .ok());
  EXPECT_EQ(rows, 0);
}

TEST_P(Journal, without_a_journal_there_is_no_change) {
  fill(2);
  tamper("UPDATE journal_head SET seq = 0");  // the next number exists already
  const Status refused = ledger->change(access::system_actor("t"), [](Connection& c, Notes& notes) -> Status {
    static const Stmt kSet{"INSERT INTO settings (name, value, set_at) VALUES ('a', 'b', 1)"};
    LANYARD_CHECK(c.exec(kSet));
    notes.add({.event = "test.after", .subject = {"service", "x"}});
    return {};
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::internal);
  EXPECT_EQ(all().size(), 2U);
  std::int64_t rows = -1;
  ASSERT_TRUE(database
                  ->read([&](Connection& c) -> Status {
                    static const Stmt kGet{"SELECT value FROM settings"};
                    LANYARD_TRY(rows, c.query(kGet, [](const store::Row&) {}));
                    return {};
                  })
                  .ok());
  EXPECT_EQ(rows, 0);
}

TEST_P(Journal, a_hostile_label_is_stored_as_text_and_breaks_nothing) {
  const access::Actor actor{.kind = access::ActorKind::account,
                            .account = kBob,
                            .label = std::string("a\0b\n\xff", 5) + std::string(5000, 'x'),
                            .request_id = "\xc3"};
  ASSERT_TRUE(ledger
                  ->change(actor,
                           [](Connection&, Notes& notes) -> Status {
                             notes.add({.event = "test.hostile",
                                        .subject = {"account", kAda.str()},
                                        .data = {{"name", std::string("\xff\0'\"", 4)}}});
                             return {};
                           })
                  .ok());
  ASSERT_EQ(all().size(), 1U);
  EXPECT_LE(all()[0].actor_label.size(), 300U);
  EXPECT_TRUE(check().intact);
}

TEST_P(Journal, pages_go_forwards_and_backwards_and_filters_hold) {
  fill(5);
  ASSERT_TRUE(say("test.number3").ok());
  std::vector<Entry> page;
  ASSERT_TRUE(database
                  ->read([&](Connection& c) -> Status {
                    LANYARD_TRY(page, list_before(c, 5, {}, 2));
                    return {};
                  })
                  .ok());
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].seq, 4);
  EXPECT_EQ(page[1].seq, 3);
  const auto third = all({.event = "test.number3"});
  ASSERT_EQ(third.size(), 2U);
  EXPECT_EQ(third[0].seq, 3);
  EXPECT_EQ(third[1].seq, 6);
  EXPECT_EQ(all({.subject_kind = "account", .subject_id = kAda.str(), .event = "test.number1"}).size(), 1U);
  EXPECT_TRUE(all({.subject_kind = "account", .subject_id = kBob.str()}).empty());
  EXPECT_TRUE(all({.actor_id = kBob.str()}).empty());
  ASSERT_TRUE(database
                  ->read([&](Connection& c) -> Status {
                    EXPECT_EQ(list_after(c, 0, {.subject_kind = "account"}, 10).error().code, Code::invalid);
                    EXPECT_EQ(list_after(c, 0, {}, 1001).error().code, Code::invalid);
                    return {};
                  })
                  .ok());
}

TEST_P(Journal, a_batch_of_many_notes_is_one_unbroken_chain_and_few_statements) {
  ASSERT_TRUE(ledger
                  ->change(access::system_actor("import"),
                           [](Connection&, Notes& notes) -> Status {
                             for (int i = 0; i < 2021; ++i)
                               notes.add({.event = "test.many", .subject = {"service", std::to_string(i)}});
                             return {};
                           })
                  .ok());
  fill(1);
  const VerifyReport report = check();
  EXPECT_TRUE(report.intact) << report.what;
  EXPECT_EQ(report.entries, 2022);
  EXPECT_EQ(report.head.size(), 64U);
}

TEST_P(Journal, attack_158_a_removed_entry_is_named) {
  fill(6);
  EXPECT_TRUE(check().intact);
  tamper("DELETE FROM journal WHERE seq IN (3, 4)");
  const VerifyReport report = check();
  EXPECT_FALSE(report.intact);
  EXPECT_EQ(report.broken_at, 3);
  EXPECT_EQ(report.what, "Entries 3 to 4 were removed.");
}

TEST_P(Journal, attack_158_the_first_entry_removed_is_named) {
  fill(3);
  tamper("DELETE FROM journal WHERE seq = 1");
  EXPECT_EQ(check().broken_at, 1);
  EXPECT_EQ(check().what, "Entry 1 was removed.");
}

TEST_P(Journal, attack_158_an_edit_of_any_column_is_named) {
  fill(4);
  const char* edits[] = {"at = at + 1",      "event = 'x'",       "actor_kind = 'account'",
                         "actor_id = 'x'",   "actor_label = 'x'", "subject_kind = 'x'",
                         "subject_id = 'x'", "address = 'x'",     "request_id = 'x'",
                         "data = '{}'",      "concerns = '*'"};
  for (const char* edit : edits) {
    tamper("CREATE TABLE kept AS SELECT * FROM journal");
    tamper(std::string("UPDATE journal SET ") + edit + " WHERE seq = 2");
    const VerifyReport report = check();
    EXPECT_FALSE(report.intact) << edit;
    EXPECT_EQ(report.broken_at, 2) << edit;
    EXPECT_EQ(report.what, "Entry 2 was edited.") << edit;
    tamper("DELETE FROM journal");
    tamper("INSERT INTO journal SELECT * FROM kept");
    tamper("DROP TABLE kept");
  }
  EXPECT_TRUE(check().intact);
}

TEST_P(Journal, attack_158_text_moved_between_neighbouring_columns_is_an_edit) {
  ASSERT_TRUE(ledger
                  ->change(access::system_actor("ab"),
                           [](Connection&, Notes& notes) -> Status {
                             notes.add({.event = "x", .subject = {"cd", "ef"}});
                             return {};
                           })
                  .ok());
  tamper("UPDATE journal SET subject_kind = 'cde', subject_id = 'f'");
  EXPECT_EQ(check().broken_at, 1);
}

TEST_P(Journal, attack_158_reordered_entries_are_named) {
  fill(5);
  tamper("UPDATE journal SET seq = 99 WHERE seq = 3");
  tamper("UPDATE journal SET seq = 3 WHERE seq = 4");
  tamper("UPDATE journal SET seq = 4 WHERE seq = 99");
  const VerifyReport report = check();
  EXPECT_FALSE(report.intact);
  EXPECT_EQ(report.broken_at, 3);
  EXPECT_NE(report.what.find("reordered"), std::string::npos);
}

TEST_P(Journal, attack_158_an_end_that_was_cut_off_is_named) {
  fill(5);
  tamper("DELETE FROM journal WHERE seq >= 4");
  const VerifyReport report = check();
  EXPECT_FALSE(report.intact);
  EXPECT_EQ(report.entries, 3);
  EXPECT_EQ(report.broken_at, 4);
  EXPECT_NE(report.what.find("cut off"), std::string::npos);
}

TEST_P(Journal, attack_158_a_head_set_back_or_removed_or_replaced_is_named) {
  fill(4);
  const std::string whole = check().head;
  tamper("UPDATE journal_head SET seq = 2");
  EXPECT_EQ(check().broken_at, 3);
  tamper("UPDATE journal_head SET seq = 4, hash = (SELECT hash FROM journal WHERE seq = 2)");
  EXPECT_EQ(check().broken_at, 4);
  tamper("DELETE FROM journal_head");
  EXPECT_FALSE(check().intact);
  // Cut off together with the head: only a hash kept elsewhere shows it.
  tamper("DELETE FROM journal WHERE seq > 2");
  tamper("INSERT INTO journal_head (name, seq, hash) SELECT 'journal', seq, hash FROM journal WHERE seq = 2");
  EXPECT_TRUE(check().intact);
  EXPECT_NE(check().head, whole);
}

TEST_P(Journal, an_empty_journal_is_intact) {
  const VerifyReport report = check();
  EXPECT_TRUE(report.intact);
  EXPECT_EQ(report.entries, 0);
}

TEST_P(Journal, marks_move_after_the_commit_and_only_for_whom_it_concerns) {
  const auto ada = marks.of(kAda), bob = marks.of(kBob);
  ASSERT_TRUE(say("account.signed_in").ok());
  EXPECT_EQ(marks.of(kAda), ada);
  ASSERT_TRUE(ledger
                  ->change(access::system_actor("t"),
                           [&](Connection&, Notes& notes) -> Status {
                             notes.add({.event = "account.suspended",
                                        .subject = {"account", kAda.str()},
                                        .account = kAda});
                             EXPECT_EQ(marks.of(kAda), ada);
                             return {};
                           })
                  .ok());
  EXPECT_NE(marks.of(kAda), ada);
  EXPECT_EQ(marks.of(kBob), bob);
  ASSERT_TRUE(say("rules.changed", {}, true).ok());
  EXPECT_NE(marks.of(kBob), bob);
}

TEST_P(Journal, a_feed_moves_the_marks_of_another_process) {
  fill(2);
  Marks theirs;
  Feed feed(*database, theirs, clock);
  const auto unread = theirs.of(kAda);
  EXPECT_FALSE(theirs.confirmed_since(clock.steady()));
  ASSERT_EQ(feed.poll().value(), 0);  // starts at the head, and trusts nothing from before
  EXPECT_NE(theirs.of(kAda), unread);
  EXPECT_TRUE(theirs.confirmed_since(clock.steady()));

  const auto ada = theirs.of(kAda), bob = theirs.of(kBob);
  ASSERT_TRUE(say("account.suspended", kAda).ok());
  ASSERT_TRUE(say("account.signed_in").ok());
  ASSERT_EQ(feed.poll().value(), 2);
  EXPECT_NE(theirs.of(kAda), ada);
  EXPECT_EQ(theirs.of(kBob), bob);
  ASSERT_TRUE(say("rules.changed", {}, true).ok());
  ASSERT_EQ(feed.poll().value(), 1);
  EXPECT_NE(theirs.of(kBob), bob);
  ASSERT_EQ(feed.poll().value(), 0);
}

TEST_P(Journal, a_feed_reads_more_than_one_page_at_once_and_begins_again_after_a_restored_backup) {
  Marks theirs;
  Feed feed(*database, theirs, clock);
  ASSERT_EQ(feed.poll().value(), 0);
  const auto many = [&](int count) {
    return ledger->change(access::system_actor("t"), [&](Connection&, Notes& notes) -> Status {
      for (int i = 0; i < count; ++i) notes.add({.event = "test.many", .subject = {"service", "x"}});
      notes.add({.event = "account.closed", .subject = {"account", kAda.str()}, .account = kAda});
      return {};
    });
  };
  auto ada = theirs.of(kAda);
  ASSERT_TRUE(many(2500).ok());
  EXPECT_EQ(feed.poll().value(), 2501);
  EXPECT_NE(theirs.of(kAda), ada);
  // A restored backup: the head is behind what was read.
  const auto bob = theirs.of(kBob);
  tamper("DELETE FROM journal WHERE seq > 10");
  tamper("UPDATE journal_head SET seq = 10, hash = (SELECT hash FROM journal WHERE seq = 10)");
  EXPECT_EQ(feed.poll().value(), 0);
  EXPECT_NE(theirs.of(kBob), bob);
  ada = theirs.of(kAda);
  ASSERT_TRUE(say("account.suspended", kAda).ok());
  EXPECT_EQ(feed.poll().value(), 1);
  EXPECT_NE(theirs.of(kAda), ada);
}

TEST_P(Journal, a_feed_begins_again_when_other_entries_have_the_numbers_that_it_read) {
  fill(10);
  Marks theirs;
  Feed feed(*database, theirs, clock);
  ASSERT_EQ(feed.poll().value(), 0);
  const auto lose_after = [&](int seq) {
    tamper(cat("DELETE FROM journal WHERE seq > ", seq));
    tamper(cat("UPDATE journal_head SET seq = ", seq, ", hash = (SELECT hash FROM journal WHERE seq = ", seq,
               ")"));
  };
  // As many as were lost.
  auto bob = theirs.of(kBob);
  lose_after(8);
  ASSERT_TRUE(say("account.suspended", kAda).ok());
  ASSERT_TRUE(say("account.signed_in").ok());
  EXPECT_EQ(feed.poll().value(), 0);
  EXPECT_NE(theirs.of(kBob), bob);
  // More than were lost.
  bob = theirs.of(kBob);
  lose_after(8);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(say("account.suspended", kAda).ok());
  EXPECT_EQ(feed.poll().value(), 3);
  EXPECT_NE(theirs.of(kBob), bob);
  // And then it goes on from there.
  bob = theirs.of(kBob);
  const auto ada = theirs.of(kAda);
  ASSERT_TRUE(say("account.suspended", kAda).ok());
  EXPECT_EQ(feed.poll().value(), 1);
  EXPECT_EQ(theirs.of(kBob), bob);
  EXPECT_NE(theirs.of(kAda), ada);
}

TEST_P(Journal, writers_in_parallel_leave_one_chain_without_gaps) {
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 15; ++i)
        if (!say("test.parallel", kAda).ok()) ++failures;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  const VerifyReport report = check();
  EXPECT_TRUE(report.intact) << report.what;
  EXPECT_EQ(report.entries, 120);
}

TEST_P(Journal, every_filter_is_answered_from_an_index) {
  if (db().engine() != store::Engine::sqlite)
    GTEST_SKIP() << "the plan of a small table says nothing on PostgreSQL";
  const Status read = db().read([&](Connection& c) -> Status {
    for (const std::string& filter :
         std::vector<std::string>{"", " AND subject_kind = 'a' AND subject_id = 'b'", " AND actor_id = 'a'",
                                  " AND event = 'a'", " AND request_id = 'a'"}) {
      std::string plan;
      const Connection::EachRow each = [&](const store::Row& row) { plan.append(row.text(3)).append("\n"); };
      const std::string sql =
          "EXPLAIN QUERY PLAN SELECT * FROM journal WHERE seq < 9" + filter + " ORDER BY seq DESC LIMIT 5";
      LANYARD_CHECK(c.run_once(sql, {}, &each));
      EXPECT_NE(plan.find("SEARCH journal USING"), std::string::npos) << sql << "\n" << plan;
      EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << sql << "\n" << plan;
      EXPECT_TRUE(filter.empty() || plan.find("journal_by_") != std::string::npos) << sql << "\n" << plan;
    }
    return {};
  });
  ASSERT_TRUE(test::succeeded(read));
}

TEST(Chain, attack_158_the_encoding_is_fixed_and_unambiguous) {
  const Link a{.seq = 1, .at = 2, .event = "ab", .actor_kind = "c"},
      b{.seq = 1, .at = 2, .event = "a", .actor_kind = "bc"};
  EXPECT_NE(hash_link(first_previous_hash(), a), hash_link(first_previous_hash(), b));
  std::string bytes("\0\0\0\0\0\0\0\x11lanyard journal 1\0\0\0\0\0\0\0\x20", 33);
  bytes.append(32, '\0');
  bytes.append(
      "\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x02"
      "ab"
      "\0\0\0\0\0\0\0\x01"
      "c",
      35);
  bytes.append(8 * 8, '\0');
  EXPECT_EQ(hash_link(first_previous_hash(), a), crypto::sha256_bytes(bytes));
}

TEST(Marks, every_slot_is_reached_by_ids_and_a_mark_moves_its_own_slot_alone) {
  Marks marks;
  const auto ada = marks.of(kAda);
  marks.move(kBob);
  EXPECT_EQ(marks.of(kAda), ada);
  EXPECT_EQ(marks.at(Marks::slot(kBob)).account, 1U);
  std::vector<int> used(16);
  test::FakeRandom random;
  for (int i = 0; i < 2000; ++i) ++used[Marks::slot(make_id<AccountTag>(random)) >> 12];
  for (const int count : used) EXPECT_GT(count, 60);
}

}  // namespace
}  // namespace lanyard::journal
