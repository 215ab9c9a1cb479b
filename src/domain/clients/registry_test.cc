#include "domain/clients/registry.h"

#include <gtest/gtest.h>

#include "test/support/databases.h"

namespace lanyard::clients {
namespace {

constexpr Duration kHour = std::chrono::hours(1);

Client wanted(std::string id = "hub") {
  Client client;
  client.id = ClientId(std::move(id));
  client.kind = "oauth";
  client.name = "Hub";
  client.source = "api";
  client.redirect_uris = {"https://hub.example.org/oauth/callback"};
  return client;
}

class Registries : public test::OnEveryDatabase {
 protected:
  // One process: its own marks, its own reader of the feed, the same database.
  struct Replica {
    Replica(store::Database& database, Random& random, const Clock& clock,
            std::vector<Declared> declared = {})
        : ledger(database, marks, clock),
          feed(database, marks, clock),
          registry(ledger, marks, random, crypto::KeyedHash({"key"}), std::move(declared)) {}
    journal::Marks marks;
    journal::Ledger ledger;
    journal::Feed feed;
    Registry registry;
  };

  void SetUp() override {
    test::OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    Declared declared{wanted("declared"), Secret("a-secret-of-the-file")};
    one_.emplace(db(), random_, clock_, std::vector<Declared>{declared});
    ASSERT_TRUE(test::succeeded(one_->feed.poll()));
  }
  Registry& registry() { return one_->registry; }
  Registry::Made make(Client client = wanted()) {
    auto made = registry().create(std::move(client), actor_);
    EXPECT_TRUE(test::succeeded(made));
    return made.ok() ? std::move(*made) : Registry::Made{};
  }
  bool is_good(const Client& client, const Secret& secret) {
    const bool good = registry().check_secret(client, secret).ok();
    // Memory alone may not know, and never says more.
    const ClientPtr known = registry().find_proved_now(client.id.str(), secret);
    if (known != nullptr) {
      EXPECT_TRUE(good);
      EXPECT_EQ(known->id, client.id);
    }
    return good;
  }

  test::FakeClock clock_;
  test::FakeRandom random_;
  std::optional<Replica> one_;
  access::Actor actor_ = access::system_actor("test");
};
LANYARD_ON_EVERY_DATABASE(Registries);

TEST_P(Registries, a_client_is_found_as_it_was_made) {
  Client client = wanted();
  client.grants = {Grant::authorization_code, Grant::refresh_token};
  const auto made = make(client);
  const auto found = registry().find("hub");
  ASSERT_TRUE(test::succeeded(found));
  EXPECT_EQ(to_json(**found), to_json(made.client));
  EXPECT_EQ((*found)->version, 1);
  EXPECT_EQ((*found)->created_at, clock_.now());
  EXPECT_EQ(registry().create(wanted(), actor_).error().code, Code::conflict);
  EXPECT_EQ(registry().create(wanted("declared"), actor_).error().code, Code::conflict);
  const auto unnamed = make(wanted(""));
  EXPECT_FALSE(unnamed.client.id.empty());
  EXPECT_FALSE(is_id_text(unnamed.client.id.str()));
  EXPECT_TRUE(registry().find(unnamed.client.id.str()).ok());
}

TEST_P(Registries, nobody_is_found_by_a_text_that_is_no_id) {
  for (const std::string& id : {std::string(), std::string("nobody"), std::string(65, 'a'),
                                std::string("a\0b", 3), std::string("\xff"), std::string("HUB")}) {
    EXPECT_EQ(registry().find(id).error().code, Code::not_found) << id;
  }
}

TEST_P(Registries, attack_054_faults_are_all_told_and_nothing_is_kept) {
  Client client = wanted();
  client.redirect_uris = {"https://*.example.org/"};
  client.scopes = {"role:x"};
  const auto made = registry().create(client, actor_);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::invalid);
  EXPECT_NE(made.error().message.find("redirect_uris[0]"), std::string::npos);
  EXPECT_NE(made.error().message.find("scope[0]"), std::string::npos);
  EXPECT_FALSE(registry().find("hub").ok());
}

TEST_P(Registries, attack_078_no_client_is_made_with_an_id_like_an_account_s) {
  EXPECT_EQ(registry().create(wanted("abcdefghijklmno"), actor_).error().code, Code::invalid);
}

TEST_P(Registries, a_secret_is_random_shown_once_and_never_stored) {
  const auto made = make();
  const std::string secret(made.secret.reveal());
  EXPECT_TRUE(secret.starts_with("lys_"));
  EXPECT_EQ(secret.size(), 47U);
  EXPECT_TRUE(is_good(made.client, made.secret));
  for (std::size_t i = 0; i < secret.size(); ++i) {
    std::string changed = secret;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(is_good(made.client, Secret(changed))) << i;
    EXPECT_FALSE(is_good(made.client, Secret(secret.substr(0, i)))) << i;
  }
  EXPECT_FALSE(is_good(made.client, Secret(secret + "A")));
  const auto other = make(wanted("other"));
  EXPECT_FALSE(is_good(other.client, made.secret)) << "of another client";
  static const store::Stmt kAll{"SELECT settings, secrets FROM clients"};
  std::string all;
  ASSERT_TRUE(test::succeeded(db().read([&](store::Connection& connection) -> Status {
    LANYARD_CHECK(
        connection.query(kAll, [&](const store::Row& row) { all.append(row.text(0)).append(row.text(1)); }));
    return {};
  })));
  EXPECT_NE(all.find("hub"), std::string::npos);
  EXPECT_EQ(all.find(secret.substr(4)), std::string::npos);
}

TEST_P(Registries, a_client_that_needs_no_secret_is_never_known_by_one) {
  Client client = wanted();
  client.auth = AuthMethod::none;
  const auto made = make(client);
  EXPECT_TRUE(made.secret.empty());
  EXPECT_FALSE(is_good(made.client, Secret("")));
  EXPECT_FALSE(is_good(wanted("nobody"), Secret("")));
  EXPECT_EQ(registry().rotate_secret(made.client.id, kHour, actor_).error().code, Code::invalid);
}

TEST_P(Registries, a_former_secret_stays_good_for_the_overlap) {
  const auto made = make();
  const auto second = registry().rotate_secret(made.client.id, kHour, actor_);
  ASSERT_TRUE(test::succeeded(second));
  EXPECT_TRUE(is_good(made.client, made.secret));
  EXPECT_TRUE(is_good(made.client, *second));
  clock_.advance(kHour);
  EXPECT_FALSE(is_good(made.client, made.secret));
  EXPECT_TRUE(is_good(made.client, *second));
  const auto third = registry().rotate_secret(made.client.id, Duration::zero(), actor_);
  ASSERT_TRUE(test::succeeded(third));
  EXPECT_FALSE(is_good(made.client, *second)) << "at once";
  EXPECT_TRUE(is_good(made.client, *third));
  EXPECT_EQ(registry().rotate_secret(made.client.id, 1000 * 24 * kHour, actor_).error().code, Code::invalid);
}

TEST_P(Registries, memory_alone_knows_nobody_it_has_not_read_as_they_are_now) {
  const auto made = make();
  const auto proved = [&] { return registry().find_proved_now("hub", made.secret) != nullptr; };
  EXPECT_FALSE(proved()) << "never read";
  EXPECT_TRUE(is_good(made.client, made.secret));
  EXPECT_TRUE(proved());
  Client changed = made.client;
  changed.enabled = false;
  ASSERT_TRUE(test::succeeded(registry().replace(changed, made.client.version, actor_)));
  EXPECT_FALSE(proved()) << "changed since";
  EXPECT_TRUE(is_good(made.client, made.secret));
  ASSERT_TRUE(proved());
  EXPECT_FALSE(registry().find_proved_now("hub", made.secret)->enabled);
  clock_.advance(kHour);
  EXPECT_FALSE(proved()) << "nobody knows what other processes changed";
  ASSERT_TRUE(test::succeeded(one_->feed.poll()));
  EXPECT_TRUE(is_good(made.client, made.secret));
  EXPECT_TRUE(proved());
}

TEST_P(Registries, many_rotations_leave_few_secrets) {
  const auto made = make();
  std::vector<Secret> secrets{made.secret};
  for (int i = 0; i < 7; ++i) {
    const auto next = registry().rotate_secret(made.client.id, kHour, actor_);
    ASSERT_TRUE(test::succeeded(next));
    secrets.push_back(*next);
  }
  EXPECT_FALSE(is_good(made.client, secrets[0]));
  EXPECT_TRUE(is_good(made.client, secrets[6]));
  EXPECT_TRUE(is_good(made.client, secrets[7]));
}

TEST_P(Registries, a_declared_client_is_changed_in_the_file_alone) {
  const auto found = registry().find("declared");
  ASSERT_TRUE(test::succeeded(found));
  EXPECT_EQ((*found)->source, "configuration");
  EXPECT_TRUE(is_good(**found, Secret("a-secret-of-the-file")));
  EXPECT_FALSE(is_good(**found, Secret("another")));
  EXPECT_EQ(registry().replace(**found, 0, actor_).error().code, Code::conflict);
  EXPECT_EQ(registry().remove((*found)->id, actor_).error().code, Code::conflict);
  EXPECT_EQ(registry().rotate_secret((*found)->id, kHour, actor_).error().code, Code::conflict);
}

TEST_P(Registries, a_replacement_is_of_the_version_that_was_seen) {
  auto made = make();
  Client changed = made.client;
  changed.name = "The Hub";
  changed.source = "built-in";
  const auto now = registry().replace(changed, 1, actor_);
  ASSERT_TRUE(test::succeeded(now));
  EXPECT_EQ(now->version, 2);
  EXPECT_EQ(now->source, "api") << "where it came from is no setting";
  EXPECT_EQ((*registry().find("hub"))->name, "The Hub");
  EXPECT_TRUE(is_good(*now, made.secret)) << "its secret is still the same";
  EXPECT_EQ(registry().replace(changed, 1, actor_).error().code, Code::conflict);
  changed.redirect_uris.clear();
  EXPECT_EQ(registry().replace(changed, 2, actor_).error().code, Code::invalid);
  changed = *now;
  changed.auth = AuthMethod::none;
  ASSERT_TRUE(test::succeeded(registry().replace(changed, 2, actor_)));
  EXPECT_FALSE(is_good(changed, made.secret)) << "a public client has none";
  EXPECT_EQ(registry().replace(wanted("nobody"), 1, actor_).error().code, Code::not_found);
}

TEST_P(Registries, a_removed_client_is_gone) {
  const auto made = make();
  ASSERT_TRUE(registry().find("hub").ok());
  ASSERT_TRUE(test::succeeded(registry().remove(made.client.id, actor_)));
  EXPECT_EQ(registry().find("hub").error().code, Code::not_found);
  EXPECT_FALSE(is_good(made.client, made.secret));
  EXPECT_EQ(registry().remove(made.client.id, actor_).error().code, Code::not_found);
}

TEST_P(Registries, what_one_replica_changes_the_others_see) {
  Replica two(db(), random_, clock_);
  ASSERT_TRUE(test::succeeded(two.feed.poll()));
  const auto made = make();
  ASSERT_TRUE(two.registry.find("hub").ok()) << "what is not known is never remembered";
  const auto second = registry().rotate_secret(made.client.id, Duration::zero(), actor_);
  ASSERT_TRUE(test::succeeded(second));
  EXPECT_TRUE(two.registry.check_secret(made.client, made.secret).ok()) << "not told yet";
  ASSERT_TRUE(test::succeeded(two.feed.poll()));
  EXPECT_FALSE(two.registry.check_secret(made.client, made.secret).ok());
  EXPECT_TRUE(two.registry.check_secret(made.client, *second).ok());
  ASSERT_TRUE(test::succeeded(registry().remove(made.client.id, actor_)));
  ASSERT_TRUE(test::succeeded(two.feed.poll()));
  EXPECT_EQ(two.registry.find("hub").error().code, Code::not_found);
}

TEST_P(Registries, a_replica_that_hears_nothing_believes_nothing) {
  Replica two(db(), random_, clock_);
  ASSERT_TRUE(test::succeeded(two.feed.poll()));
  const auto made = make();
  ASSERT_TRUE(two.registry.find("hub").ok());
  ASSERT_TRUE(test::succeeded(registry().remove(made.client.id, actor_)));
  clock_.advance(std::chrono::seconds(3));  // and no poll in between
  EXPECT_EQ(two.registry.find("hub").error().code, Code::not_found);
}

TEST_P(Registries, pages_run_by_id_with_the_declared_ones_among_them) {
  for (const char* id : {"alpha", "echo", "bravo", "zulu"}) make(wanted(id));
  std::vector<std::string> ids;
  std::string after;
  for (int page = 0; page < 10; ++page) {
    const auto clients = registry().list(after, 2);
    ASSERT_TRUE(test::succeeded(clients));
    EXPECT_LE(clients->size(), 2U);
    if (clients->empty()) break;
    for (const Client& client : *clients) ids.push_back(client.id.str());
    after = ids.back();
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"alpha", "bravo", "declared", "echo", "zulu"}));
}

TEST_P(Registries, an_organisation_finds_its_clients) {
  Declared declared{wanted("a-declared"), {}};
  declared.client.virtual_organisation = "Rubin";
  Replica other(db(), random_, clock_, {declared});
  for (const char* id : {"panda-b", "panda-a", "web"}) {
    Client client = wanted(id);
    client.virtual_organisation = std::string_view(id) == "web" ? "atlas" : "Rubin";
    make(client);
  }
  make(wanted("none"));
  const auto ids = [&](std::string_view organisation) {
    std::string all;
    auto found = other.registry.find_by_organisation(organisation);
    EXPECT_TRUE(test::succeeded(found));
    for (const Client& client : found.ok() ? *found : std::vector<Client>{}) all += client.id.str() + " ";
    return all;
  };
  EXPECT_EQ(ids("Rubin"), "a-declared panda-a panda-b ");
  EXPECT_EQ(ids("atlas"), "web ");
  EXPECT_EQ(ids("rubin"), "");
  EXPECT_EQ(ids(""), "");
  const auto web = registry().find("web");
  Client changed = **web;
  changed.virtual_organisation = "Rubin";
  EXPECT_TRUE(test::succeeded(registry().replace(changed, changed.version, actor_)));
  EXPECT_EQ(ids("Rubin"), "a-declared panda-a panda-b web ");
  EXPECT_EQ(ids("atlas"), "");
}

TEST_P(Registries, an_organisation_is_answered_from_an_index) {
  if (db().engine() != store::Engine::sqlite)
    GTEST_SKIP() << "the plan of a small table says nothing on PostgreSQL";
  std::string plan;
  const store::Connection::EachRow each = [&](const store::Row& row) {
    plan.append(row.text(3)).append("\n");
  };
  EXPECT_TRUE(test::succeeded(db().read([&](store::Connection& connection) -> Status {
    LANYARD_CHECK(connection.run_once(
        "EXPLAIN QUERY PLAN SELECT id, settings FROM clients WHERE virtual_organisation = 'x' AND "
        "virtual_organisation <> '' ORDER BY id LIMIT 5",
        {}, &each));
    LANYARD_CHECK(connection.run_once(
        "EXPLAIN QUERY PLAN SELECT name FROM released_names WHERE account_id = 'x'", {}, &each));
    LANYARD_CHECK(connection.run_once("EXPLAIN QUERY PLAN SELECT 1 FROM released_names WHERE name_key = 'x'",
                                      {}, &each));
    return {};
  })));
  EXPECT_NE(plan.find("clients_by_organisation"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

TEST_P(Registries, a_registered_client_is_managed_with_its_token) {
  Client client = wanted("");
  client.source = "registration";
  const auto made = make(client);
  ASSERT_FALSE(made.registration_token.empty());
  const auto found = registry().find_by_registration_token(made.registration_token);
  ASSERT_TRUE(test::succeeded(found));
  EXPECT_EQ((*found)->id, made.client.id);
  const auto other = make(client);
  std::string mixed(made.registration_token.reveal());
  mixed = "lym_" + other.client.id.str() + mixed.substr(mixed.rfind('.'));
  for (const std::string& bad :
       {mixed, std::string(), std::string("lym_"), std::string("lym_."), std::string("lym_nobody.x"),
        std::string(made.secret.reveal()), std::string(made.registration_token.reveal()) + "A"}) {
    EXPECT_EQ(registry().find_by_registration_token(Secret(bad)).error().code, Code::unauthenticated) << bad;
  }
  EXPECT_TRUE(make().registration_token.empty()) << "nobody else manages what an administrator made";
}

TEST_P(Registries, each_change_is_in_the_journal_without_secrets) {
  const auto made = make();
  Client changed = made.client;
  changed.name = "The Hub";
  ASSERT_TRUE(test::succeeded(registry().replace(changed, 1, actor_)));
  const auto secret = registry().rotate_secret(made.client.id, kHour, actor_);
  ASSERT_TRUE(test::succeeded(secret));
  ASSERT_TRUE(test::succeeded(registry().remove(made.client.id, actor_)));
  std::vector<journal::Entry> entries;
  ASSERT_TRUE(test::succeeded(db().read([&](store::Connection& connection) -> Status {
    journal::Filter filter;
    filter.subject_kind = "client";
    filter.subject_id = "hub";
    LANYARD_TRY(entries, journal::list_after(connection, 0, filter, 10));
    return {};
  })));
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].event, "client.created");
  EXPECT_EQ(entries[1].event, "client.changed");
  EXPECT_EQ(*json::get_string(entries[1].data, "changed"), "client_name");
  EXPECT_EQ(entries[2].event, "client.secret_rotated");
  EXPECT_EQ(entries[3].event, "client.deleted");
  for (const journal::Entry& entry : entries) {
    const std::string data = json::write(entry.data);
    EXPECT_EQ(data.find(made.secret.reveal().substr(4)), std::string::npos);
    EXPECT_EQ(data.find(secret->reveal().substr(4)), std::string::npos);
  }
}

}  // namespace
}  // namespace lanyard::clients
