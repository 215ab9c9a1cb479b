// What every database must do, said once and run on each engine: values, statements, transactions.
#include <algorithm>
#include <limits>
#include <stdexcept>

#include "base/text.h"
#include "test/conformance/store_fixture.h"

namespace lanyard::store {
namespace {

class Store : public StoreFixture {};
LANYARD_ON_EVERY_DATABASE(Store);

TEST_P(Store, keeps_each_type_and_tells_null_from_empty) {
  const std::string bytes("\0\xff\0x", 4);
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  EXPECT_OK(db().write([&](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kInsert, "full", least, "Zoë ✓", Blob{bytes}));
    LANYARD_CHECK(c.exec(kInsert, "empty", std::numeric_limits<std::int64_t>::max(), "", Blob{""}));
    LANYARD_CHECK(c.exec(kInsert, "null", 0, nullptr, std::optional<std::string>()));
    return {};
  }));
  EXPECT_OK(db().read([&](Connection& c) -> Status {
    LANYARD_CHECK(c.query(
        kFind,
        [&](const Row& row) {
          EXPECT_EQ(row.integer(1), least);
          EXPECT_EQ(row.text(2), "Zoë ✓");
          EXPECT_EQ(row.blob(3), bytes);
        },
        "full"));
    LANYARD_CHECK(c.query(
        kFind,
        [](const Row& row) {
          EXPECT_FALSE(row.is_null(2));
          EXPECT_EQ(row.text_or_null(2), "");
          EXPECT_FALSE(row.is_null(3));
          EXPECT_EQ(row.blob(3), "");
        },
        "empty"));
    LANYARD_TRY(const auto rows, c.query(
                                     kFind,
                                     [](const Row& row) {
                                       EXPECT_TRUE(row.is_null(2));
                                       EXPECT_EQ(row.text_or_null(2), std::nullopt);
                                       EXPECT_TRUE(row.is_null(3));
                                     },
                                     "null"));
    EXPECT_EQ(rows, 1);
    return {};
  }));
}

TEST_P(Store, gives_integers_for_counts_comparisons_and_literals) {
  EXPECT_OK(db().read([](Connection& c) -> Status {
    static const Stmt kMixed{"SELECT count(*), 1, $2 || '-' || $1, $3 + 1, 1 = 1 FROM things"};
    LANYARD_CHECK(c.query(
        kMixed,
        [](const Row& row) {
          EXPECT_EQ(row.integer(0), 0);
          EXPECT_EQ(row.integer(1), 1);
          EXPECT_EQ(row.text(2), "b-a");
          EXPECT_EQ(row.integer(3), 6'000'000'000);
          EXPECT_TRUE(row.flag(4));
        },
        "a", "b", 5'999'999'999));
    return {};
  }));
}

TEST_P(Store, one_statement_takes_nulls_and_values_in_any_order) {
  EXPECT_OK(db().write([](Connection& c) -> Status {
    for (int i = 0; i < 40; ++i) {
      const std::optional<std::string> note = (i & 1) != 0 ? std::optional<std::string>("n") : std::nullopt;
      const Arg data = (i & 2) != 0 ? Arg(Blob{"d"}) : Arg(nullptr);
      LANYARD_CHECK(c.exec(kInsert, cat("id", i), i, note, data));
    }
    return {};
  }));
  EXPECT_EQ(count(), 40);
}

TEST_P(Store, asking_for_the_wrong_type_throws_and_harms_nothing) {
  EXPECT_OK(insert("a", 1));
  EXPECT_THROW(static_cast<void>(db().read([](Connection& c) -> Status {
                 LANYARD_CHECK(c.query(
                     kFind, [](const Row& row) { static_cast<void>(row.integer(0)); }, "a"));
                 return {};
               })),
               std::logic_error);
  EXPECT_EQ(count(), 1);
}

TEST_P(Store, upserts_return_the_new_value) {
  for (const std::int64_t expected : {5, 10, 15}) {
    EXPECT_OK(db().write([&](Connection& c) -> Status {
      std::int64_t value = 0;
      LANYARD_CHECK(c.query(
          kTally, [&value](const Row& row) { value = row.integer(0); }, "t", 5));
      EXPECT_EQ(value, expected);
      return {};
    }));
  }
}

TEST_P(Store, says_how_many_rows_changed) {
  EXPECT_OK(db().write([](Connection& c) -> Status {
    static const Stmt kMove{"UPDATE things SET place = place + 100 WHERE place < $1"};
    static const Stmt kQuiet{"INSERT INTO things (id, place) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"};
    for (int i = 0; i < 5; ++i) LANYARD_CHECK(c.exec(kInsert, cat("id", i), i, nullptr, nullptr));
    LANYARD_TRY(const auto moved, c.exec(kMove, 3));
    EXPECT_EQ(moved, 3);
    LANYARD_TRY(const auto ignored, c.exec(kQuiet, "id0", 77));
    EXPECT_EQ(ignored, 0);
    LANYARD_TRY(const auto selected, c.exec(kCount));
    EXPECT_EQ(selected, 0);
    return {};
  }));
}

TEST_P(Store, pages_by_row_values_visit_each_row_once) {
  EXPECT_OK(db().write([](Connection& c) -> Status {
    for (int i = 0; i < 23; ++i) LANYARD_CHECK(c.exec(kInsert, cat("id", i), i, cat("note", i % 4), nullptr));
    return {};
  }));
  static const Stmt kPage{
      "SELECT note, id FROM things WHERE (note, id) > ($1, $2) ORDER BY note, id LIMIT $3"};
  std::vector<std::string> seen;
  std::string note, id;
  for (int page = 0; page < 10; ++page) {
    std::int64_t rows = 0;
    EXPECT_OK(db().read([&](Connection& c) -> Status {
      const std::string from_note = note, from_id = id;
      LANYARD_TRY(rows, c.query(
                            kPage,
                            [&](const Row& row) {
                              note = row.text(0);
                              id = row.text(1);
                              seen.push_back(note + id);
                            },
                            from_note, from_id, 5));
      return {};
    }));
    if (rows == 0) break;
  }
  EXPECT_EQ(seen.size(), 23U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_P(Store, a_conflict_is_reported_and_the_transaction_goes_on) {
  EXPECT_OK(insert("taken", 1));
  EXPECT_OK(db().write([](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kInsert, "before", 2, nullptr, nullptr));
    const auto by_key = c.exec(kInsert, "taken", 3, nullptr, nullptr);
    EXPECT_FALSE(by_key.ok());
    const auto by_column = c.exec(kInsert, "other", 1, nullptr, nullptr);
    EXPECT_FALSE(by_column.ok());
    if (!by_key.ok() && by_key.error().code != Code::conflict) return by_key.error();
    if (!by_column.ok() && by_column.error().code != Code::conflict) return by_column.error();
    LANYARD_CHECK(c.exec(kInsert, "after", 4, nullptr, nullptr));
    return {};
  }));
  EXPECT_EQ(count(), 3);
}

TEST_P(Store, a_closure_that_tries_until_a_value_is_free_ends) {
  for (int i = 0; i < 5; ++i) EXPECT_OK(insert(cat("id", i), i));
  std::int64_t place = 0;
  EXPECT_OK(db().write([&](Connection& c) -> Status {
    for (place = 0;; ++place) {
      const auto tried = c.exec(kInsert, "new", place, nullptr, nullptr);
      if (tried.ok()) return {};
      if (tried.error().code != Code::conflict) return tried.error();
    }
  }));
  EXPECT_EQ(place, 5);
}

TEST_P(Store, a_conflict_that_the_closure_returns_undoes_everything) {
  EXPECT_OK(insert("taken", 1));
  const Status status = db().write([](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kInsert, "new", 2, nullptr, nullptr));
    LANYARD_CHECK(c.exec(kInsert, "taken", 3, nullptr, nullptr));
    return {};
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::conflict);
  EXPECT_EQ(count(), 1);
}

TEST_P(Store, an_error_or_an_exception_undoes_everything) {
  const Status refused = db().write([](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kInsert, "a", 1, nullptr, nullptr));
    return make_error(Code::forbidden, "no");
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::forbidden);
  EXPECT_THROW(static_cast<void>(db().write([](Connection& c) -> Status {
                 LANYARD_CHECK(c.exec(kInsert, "b", 2, nullptr, nullptr));
                 throw std::runtime_error("a bug");
               })),
               std::runtime_error);
  EXPECT_EQ(count(), 0);
  EXPECT_OK(insert("c", 3));
  EXPECT_EQ(count(), 1);
}

TEST_P(Store, an_ignored_fault_spoils_the_write) {
  static const Stmt kWrong{"UPDATE no_such_table SET x = 1"};
  static const Stmt kOrphan{"INSERT INTO parts (thing, name) VALUES ($1, $2)"};
  for (const bool orphan : {false, true}) {
    const Status status = db().write([&](Connection& c) -> Status {
      LANYARD_CHECK(c.exec(kInsert, "a", 1, nullptr, nullptr));
      const auto fault = orphan ? c.exec(kOrphan, "nobody", "p") : c.exec(kWrong);
      EXPECT_FALSE(fault.ok());
      EXPECT_FALSE(c.exec(kInsert, "b", 2, nullptr, nullptr).ok());
      return {};
    });
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Code::internal);
  }
  EXPECT_EQ(count(), 0);
}

TEST_P(Store, the_wrong_number_of_values_is_an_error) {
  const Status status = db().read([](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kFind, "a", "b"));
    return {};
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::internal);
}

TEST_P(Store, read_refuses_changes) {
  const Status status = db().read([](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kInsert, "a", 1, nullptr, nullptr));
    return {};
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::internal);
  EXPECT_EQ(count(), 0);
}

TEST_P(Store, attack_145_values_that_look_like_sql_stay_values) {
  const std::vector<std::string> texts{"'; DROP TABLE things; --",
                                       "$1",
                                       "x' OR '1'='1",
                                       "\\'; DELETE FROM things; --",
                                       "%_\\",
                                       "?1",
                                       ":a",
                                       "\"things\"",
                                       "1); DROP TABLE things; --"};
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_OK(insert(texts[i], static_cast<std::int64_t>(i)));
  for (const auto& text : texts) {
    EXPECT_OK(db().read([&](Connection& c) -> Status {
      LANYARD_TRY(const auto rows, c.query(
                                       kFind, [&](const Row& row) { EXPECT_EQ(row.text(0), text); }, text));
      EXPECT_EQ(rows, 1) << text;
      LANYARD_TRY(const auto once,
                  c.run_once("SELECT id FROM things WHERE id = $1", std::vector<Arg>{text}, nullptr));
      static_cast<void>(once);
      return {};
    }));
  }
  const Status two = db().write([](Connection& c) -> Status {
    LANYARD_CHECK(c.run_once("SELECT 1; DROP TABLE things", {}, nullptr));
    return {};
  });
  EXPECT_FALSE(two.ok());
  EXPECT_EQ(count(), static_cast<std::int64_t>(texts.size()));
}

TEST_P(Store, text_that_is_not_utf8_or_holds_nul_is_refused_and_the_write_goes_on) {
  EXPECT_OK(db().write([](Connection& c) -> Status {
    for (const std::string& bad : {std::string("a\0b", 3), std::string("\xff"), std::string("\xc0\x80")}) {
      const auto refused = c.exec(kInsert, bad, 1, nullptr, nullptr);
      EXPECT_FALSE(refused.ok());
      if (!refused.ok()) {
        EXPECT_EQ(refused.error().code, Code::invalid);
      }
    }
    LANYARD_CHECK(c.exec(kInsert, "good", 1, nullptr, nullptr));
    return {};
  }));
  EXPECT_EQ(count(), 1);
}

TEST_P(Store, keeps_large_texts_and_bytes_whole) {
  std::string text;
  while (text.size() < 5'000'000) text += "0123456789 Zoë\n";
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  EXPECT_OK(db().write([&](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kInsert, "large", 1, text, Blob{bytes}));
    return {};
  }));
  EXPECT_OK(db().read([&](Connection& c) -> Status {
    LANYARD_CHECK(c.query(
        kFind,
        [&](const Row& row) {
          EXPECT_TRUE(row.text(2) == text);
          EXPECT_TRUE(row.blob(3) == bytes);
        },
        "large"));
    return {};
  }));
}

TEST_P(Store, a_row_function_may_run_other_statements) {
  for (int i = 0; i < 3; ++i) EXPECT_OK(insert(cat("id", i), i));
  static const Stmt kAll{"SELECT id FROM things ORDER BY id"};
  int inner = 0;
  EXPECT_OK(db().read([&](Connection& c) -> Status {
    LANYARD_CHECK(c.query(kAll, [&](const Row& outer) {
      const std::string id(outer.text(0));
      EXPECT_OK(c.query(kAll, [&](const Row&) { ++inner; }));
      EXPECT_EQ(outer.text(0), id);
    }));
    return {};
  }));
  EXPECT_EQ(inner, 9);
}

TEST_P(Store, like_tells_cases_apart) {
  EXPECT_OK(insert("Alpha", 1));
  static const Stmt kLike{"SELECT count(*) FROM things WHERE id LIKE 'alpha%'"};
  EXPECT_EQ(number(db(), kLike), 0);
}

}  // namespace
}  // namespace lanyard::store
