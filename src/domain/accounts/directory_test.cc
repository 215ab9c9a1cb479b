#include "domain/accounts/directory.h"

#include "base/text.h"
#include "domain/accounts/rows.h"
#include "domain/accounts/users_file.h"
#include "test/support/people.h"

namespace lanyard::accounts {
namespace {

using Change = Directory::Upserted::Change;
using Names = std::vector<std::string>;

class Finding : public House {
 protected:
  Names names(const Listing& listing) {
    Names found;
    const auto page = directory->list_accounts(listing);
    EXPECT_TRUE(test::succeeded(page));
    if (page.ok())
      for (const Account& account : page.value()) found.push_back(account.name);
    return found;
  }
  // Every page, with its size as limit.
  Names all(Listing listing) {
    Names found;
    for (int pages = 0; pages < 50; ++pages) {
      const auto page = directory->list_accounts(listing);
      EXPECT_TRUE(test::succeeded(page));
      if (!page.ok() || page->empty()) return found;
      for (const Account& account : page.value()) found.push_back(account.name);
      listing.after = page->back().number;
    }
    return found;
  }
  NewAccount person(const std::string& subject, const std::string& name, const std::string& email = "") {
    return {.issuer = "https://a.example",
            .subject = subject,
            .email = email,
            .name = name,
            .source = "users file"};
  }
};
LANYARD_ON_EVERY_DATABASE(Finding);

TEST_P(Finding, row_SX3_a_prepared_person_is_complete_and_approved) {
  NewAccount entry = person("ada", " Ada\nLovelace ", "Ada@EXAMPLE.org");
  entry.institution = "Society";
  entry.username = "Ada";
  const Account ada = create(entry);
  EXPECT_EQ(ada.state, State::approved);
  EXPECT_EQ(ada.name, "Ada Lovelace");
  EXPECT_EQ(ada.email, "Ada@example.org");
  EXPECT_FALSE(ada.email_verified);
  EXPECT_EQ(ada.username, "ada");
  EXPECT_TRUE(is_id_text(ada.id.str()));
  EXPECT_EQ(get(ada.id).version, 1);
  EXPECT_EQ(events(ada.id), (Names{"account.created"}));
  const auto addresses = directory->list_addresses(ada.id).value();
  ASSERT_EQ(addresses.size(), 1U);
  EXPECT_TRUE(addresses[0].prepared && addresses[0].is_primary && !addresses[0].verified);
  EXPECT_EQ(directory->create(person("ada", "Twice"), console).error().code, Code::conflict);
  EXPECT_EQ(directory->create(person("other", "Other", "ada@example.org"), console).error().code,
            Code::conflict);
}

TEST_P(Finding, many_at_once_get_numbers_without_gaps_although_some_are_refused) {
  const Account before = create(person("first", "First"));
  NewAccount bad = person("", "Nobody");
  const auto made = directory->create_many({person("a", "A", "a@example.org"), bad, person("first", "Again"),
                                            person("b", "B"), person("c", "C", "a@example.org")},
                                           console);
  ASSERT_TRUE(test::succeeded(made));
  ASSERT_EQ(made->size(), 5U);
  EXPECT_TRUE((*made)[0].is_new && (*made)[3].is_new);
  EXPECT_TRUE((*made)[1].refused && (*made)[4].refused);
  EXPECT_FALSE((*made)[2].is_new);
  EXPECT_EQ(get((*made)[0].id).number, before.number + 1);
  EXPECT_EQ(get((*made)[3].id).number, before.number + 2);
  EXPECT_EQ(create(person("last", "Last")).number, before.number + 3);
  EXPECT_EQ(names({.search = "b"}), (Names{"B"}));
  const auto addresses = directory->list_addresses((*made)[0].id).value();
  ASSERT_EQ(addresses.size(), 1U);
  EXPECT_TRUE(addresses[0].prepared && addresses[0].is_primary && !addresses[0].verified);
}

TEST_P(Finding, a_wrong_entry_is_refused_with_a_reason_and_leaves_nothing) {
  const auto refused = [&](NewAccount entry) {
    const auto result = directory->create(entry, console);
    return result.ok() ? Code::internal : result.error().code;
  };
  EXPECT_EQ(refused({}), Code::invalid);
  EXPECT_EQ(refused({.issuer = "https://a.example", .email = "a@example.org"}), Code::invalid);
  EXPECT_EQ(refused({.email = "nonsense"}), Code::invalid);
  EXPECT_EQ(refused({.email = "a@example.org", .state = State::suspended}), Code::invalid);
  EXPECT_EQ(refused({.email = "a@example.org", .state = State::pending, .is_admin = true}), Code::invalid);
  EXPECT_EQ(refused({.email = "a@example.org", .username = "root"}), Code::invalid);
  EXPECT_EQ(refused({.email = "a@example.org", .username = ".."}), Code::invalid);
  create({.email = "b@example.org", .username = "bob", .source = "x"});
  EXPECT_EQ(refused({.email = "a@example.org", .username = "Bob"}), Code::conflict);
  EXPECT_EQ(directory->list_accounts({}).value().size(), 1U);
}

TEST_P(Finding, row_SX5_applying_an_entry_twice_changes_nothing_and_a_changed_entry_updates) {
  NewAccount entry = person("ada", "Ada", "ada@example.org");
  const auto first = directory->create_or_update(entry, console).value();
  EXPECT_EQ(first.change, Change::created);
  const auto count = events().size();
  EXPECT_EQ(directory->create_or_update(entry, console).value().change, Change::none);
  EXPECT_EQ(events().size(), count);
  EXPECT_EQ(get(first.account.id).version, 1);
  entry.name = "Ada King";
  entry.email = "king@example.org";
  const auto updated = directory->create_or_update(entry, console).value();
  EXPECT_EQ(updated.change, Change::updated);
  EXPECT_EQ(updated.account.id, first.account.id);
  EXPECT_EQ(get(first.account.id).name, "Ada King");
  EXPECT_EQ(get(first.account.id).email, "king@example.org");
  EXPECT_EQ(directory->find_by_words("king@example.org").value().id, first.account.id);
  EXPECT_EQ(directory->find_by_words("ada@example.org").error().code, Code::not_found);
  EXPECT_EQ(directory->create_or_update(entry, console).value().change, Change::none);
}

TEST_P(Finding, row_SX5_loading_again_undoes_neither_the_persons_edits_nor_decisions) {
  const NewAccount entry = person("ada", "Ada", "ada@example.org");
  const Account ada = directory->create_or_update(entry, console).value().account;
  arrive(login("ada", "other@example.org"));
  EXPECT_EQ(get(ada.id).email, "ada@example.org");
  ASSERT_TRUE(directory->change_profile(ada.id, {.name = "Countess"}, as(ada)).ok());
  ASSERT_TRUE(approvals->apply(ada.id, Event::suspend, "", console).ok());
  EXPECT_EQ(directory->create_or_update(entry, console).value().change, Change::none);
  EXPECT_EQ(get(ada.id).name, "Countess");
  NewAccount changed = entry;
  changed.institution = "Society";
  EXPECT_EQ(directory->create_or_update(changed, console).value().change, Change::updated);
  EXPECT_EQ(get(ada.id).state, State::suspended);
}

TEST_P(Finding, row_SX5_somebody_who_waits_is_let_in_by_an_entry) {
  const Account ada = arrive(login("ada", "ada@example.org")).account;
  const auto upserted = directory->create_or_update(person("ada", "Ada", "ada@example.org"), console).value();
  EXPECT_EQ(upserted.change, Change::updated);
  EXPECT_EQ(upserted.account.id, ada.id);
  EXPECT_EQ(upserted.account.state, State::approved);
  EXPECT_TRUE(upserted.account.email_verified);
  EXPECT_FALSE(approvals->find_open(ada.id).value());
}

TEST_P(Finding, row_AR10_an_entry_by_address_alone_finds_its_account_again_and_no_other) {
  const Account stranger = arrive(login("stranger", "ada@example.org")).account;
  NewAccount entry{.email = "ada@example.org", .name = "Ada", .source = "x"};
  const auto first = directory->create_or_update(entry, console).value();
  EXPECT_EQ(first.change, Change::created);
  EXPECT_NE(first.account.id, stranger.id);
  EXPECT_EQ(directory->create_or_update(entry, console).value().change, Change::none);
  Arrival arrival = login("ada", "ada@example.org");
  arrival.trusted_for_addresses = true;
  EXPECT_EQ(arrive(arrival).account.id, first.account.id);
  EXPECT_EQ(directory->create_or_update(entry, console).value().change, Change::none);
  entry.institution = "Society";
  EXPECT_EQ(directory->create_or_update(entry, console).value().account.id, first.account.id);
  // A closed account gives the address free for another.
  ASSERT_TRUE(approvals->apply(first.account.id, Event::close, "", console).ok());
  EXPECT_EQ(directory->create_or_update(entry, console).value().change, Change::created);
}

TEST_P(Finding, row_SX5_a_users_file_is_applied_and_counted) {
  const char* text =
      R"([{"email":"a@example.org","institution":"I","name":"O'Neil; DROP","refresh_token":"","sub":"1"},
                         {"email":"b@example.org","institution":"","name":"B","refresh_token":"t","sub":"2"}])";
  const auto users = parse_users_file("users.json", text).value();
  const auto first = apply_users_file(users, "https://a.example", *directory, console).value();
  EXPECT_EQ(first.created, 2);
  const auto second = apply_users_file(users, "https://a.example", *directory, console).value();
  EXPECT_EQ(second.unchanged, 2);
  EXPECT_EQ(second.created + second.updated, 0);
  EXPECT_EQ(arrive(login("1", "a@example.org")).how, Arrived::How::prepared_identity);
  EXPECT_EQ(directory->find_by_identity("https://a.example", "1").value()->name, "O'Neil; DROP");
}

TEST_P(Finding, by_words_finds_ids_numbers_user_names_and_addresses) {
  Arrival arrival = login("ada", "Ada@example.org");
  arrival.username = "ada";
  const Account ada = arrive(arrival).account;
  for (const std::string& words : Names{ada.id.str(), "1", "ada", " ADA ", "ada@EXAMPLE.org"}) {
    const auto found = directory->find_by_words(words);
    ASSERT_TRUE(test::succeeded(found)) << words;
    EXPECT_EQ(found->id, ada.id) << words;
  }
  for (const std::string& words : Names{"", "2", "bob", "bob@example.org", "ada@"})
    EXPECT_EQ(directory->find_by_words(words).error().code, Code::not_found) << words;
  Arrival other = login("ada", "ada@example.org");
  other.issuer = "https://b.example";
  arrive(other);
  EXPECT_EQ(directory->find_by_words("ada@example.org").error().code, Code::conflict);
  EXPECT_EQ(directory->get_by_number(2).value().email, "ada@example.org");
  EXPECT_EQ(directory->get_by_number(3).error().code, Code::not_found);
}

TEST_P(Finding, lists_go_by_pages_by_state_and_by_the_beginning_of_any_name) {
  for (int i = 1; i <= 7; ++i) create(person(std::to_string(i), "Person " + std::to_string(i)));
  const Account ada = create(person("ada", "Ada Lovelace", "lovely@example.org"));
  ASSERT_TRUE(approvals->apply(ada.id, Event::suspend, "", console).ok());
  EXPECT_EQ(all({.limit = 3}).size(), 8U);
  EXPECT_EQ(names({.state = State::suspended}), (Names{"Ada Lovelace"}));
  EXPECT_EQ(names({.state = State::closed}), Names{});
  EXPECT_EQ(all({.search = "PERS", .limit = 2}),
            (Names{"Person 1", "Person 2", "Person 3", "Person 4", "Person 5", "Person 6", "Person 7"}));
  EXPECT_EQ(names({.search = "lov"}), (Names{"Ada Lovelace"}));  // by two words, listed once
  EXPECT_EQ(names({.search = "love"}), (Names{"Ada Lovelace"}));
  EXPECT_EQ(names({.search = "person 4"}), (Names{"Person 4"}));
  EXPECT_EQ(names({.search = "erson"}), Names{});
  EXPECT_EQ(names({.search = "%"}), Names{});
  EXPECT_EQ(names({.state = State::suspended, .search = "lov"}), (Names{"Ada Lovelace"}));
  EXPECT_EQ(names({.state = State::approved, .search = "lov"}), Names{});
  EXPECT_EQ(all({.state = State::approved, .search = "p", .limit = 2}).size(), 7U);
  EXPECT_EQ(directory->list_accounts({.limit = 0}).error().code, Code::invalid);
  EXPECT_EQ(directory->list_accounts({.limit = 201}).error().code, Code::invalid);
  EXPECT_EQ(directory->list_accounts({.search = "pers", .after = ada.number}).error().code, Code::conflict);
  EXPECT_EQ(directory->count(State::approved).value(), 7);
}

TEST_P(Finding, attack_111_a_profile_change_touches_what_it_names_alone_and_needs_the_right_person) {
  const Account ada = arrive(login("ada", "ada@example.org")).account, bob = arrive(login("bob")).account;
  const Account changed =
      directory
          ->change_profile(ada.id, {.name = "Ada K.", .experiment = "ATLAS", .version = ada.version}, as(ada))
          .value();
  EXPECT_EQ(changed.name, "Ada K.");
  EXPECT_EQ(changed.experiment, "ATLAS");
  EXPECT_EQ(changed.state, ada.state);
  EXPECT_EQ(changed.email, ada.email);
  EXPECT_EQ(changed.version, ada.version + 1);
  EXPECT_EQ(directory->change_profile(ada.id, {.name = "X", .version = ada.version}, as(ada)).error().code,
            Code::conflict);
  EXPECT_EQ(directory->change_profile(ada.id, {.name = "X"}, as(bob)).error().code, Code::forbidden);
  EXPECT_TRUE(directory->change_profile(ada.id, {.institution = "Society"}, console).ok());
  ASSERT_TRUE(approvals->apply(ada.id, Event::close, "", console).ok());
  EXPECT_EQ(directory->change_profile(ada.id, {.name = "X"}, as(ada)).error().code, Code::forbidden);
}

// What grows is never walked through.
TEST_P(Finding, every_statement_is_answered_from_an_index) {
  if (db().engine() != store::Engine::sqlite)
    GTEST_SKIP() << "the plan of a small table says nothing on PostgreSQL";
  std::vector<const store::Stmt*> statements = rows::account_statements();
  for (const store::Stmt* stmt : rows::login_statements()) statements.push_back(stmt);
  ASSERT_GT(statements.size(), 30U);
  const Status read = db().write([&](store::Connection& c) -> Status {
    for (const store::Stmt* stmt : statements) {
      if (stmt->sql.starts_with("INSERT")) continue;
      std::size_t parameters = 0;
      while (stmt->sql.find("$" + std::to_string(parameters + 1)) != std::string_view::npos) ++parameters;
      const std::vector<store::Arg> nulls(parameters, store::Arg(nullptr));
      std::string plan;
      const store::Connection::EachRow each = [&](const store::Row& row) {
        plan.append(row.text(3)).append("\n");
      };
      LANYARD_CHECK(c.run_once(cat("EXPLAIN QUERY PLAN ", stmt->sql), nulls, &each));
      EXPECT_NE(plan.find("SEARCH"), std::string::npos) << stmt->sql << "\n" << plan;
      // The count reads what its inner SELECT has found and limited already.
      EXPECT_EQ(plan.find(stmt->sql.starts_with("SELECT COUNT") ? "SCAN accounts" : "SCAN"),
                std::string::npos)
          << stmt->sql << "\n"
          << plan;
      // A person's own few identities and addresses are put in order; nothing else is.
      const bool few = stmt->sql.find("LIMIT 200") != std::string_view::npos;
      EXPECT_TRUE(few || plan.find("TEMP B-TREE") == std::string::npos) << stmt->sql << "\n" << plan;
    }
    return {};
  });
  ASSERT_TRUE(test::succeeded(read));
}

}  // namespace
}  // namespace lanyard::accounts
