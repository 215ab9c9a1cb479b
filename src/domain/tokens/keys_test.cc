#include "domain/tokens/keys.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/text.h"
#include "domain/tokens/key_rows.h"
#include "platform/crypto/jws.h"
#include "test/support/databases.h"

namespace lanyard::tokens {
namespace {

using crypto::Algorithm;

constexpr Duration kHour = std::chrono::hours(1);
constexpr Duration kMoment = std::chrono::microseconds(1);

// One process: its own marks and its own memory.
struct Replica {
  Replica(store::Database& database, const Clock& clock, const crypto::Sealer& sealer, Random& random)
      : ledger(database, marks, clock),
        keys(ledger, sealer, random, marks, {}),
        feed(database, marks, clock) {}
  std::string signer(Algorithm algorithm = Algorithm::es256) {
    const auto key = keys.signer(algorithm);
    return key ? (*key)->key.kid() : "none: " + key.error().message;
  }
  std::set<std::string> published() {
    std::set<std::string> kids;
    const auto verifiers = *keys.verifiers();
    for (const auto& key : *verifiers) kids.insert(key.kid());
    return kids;
  }

  journal::Marks marks;
  journal::Ledger ledger;
  Keys keys;
  journal::Feed feed;
};

class SigningKeys : public test::OnEveryDatabase {
 protected:
  void SetUp() override {
    test::OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    one_ = another();
    ASSERT_TRUE(test::succeeded(one_->keys.prepare()));
  }
  std::unique_ptr<Replica> another() { return std::make_unique<Replica>(db(), clock_, sealer_, random_); }
  Keys& keys() { return one_->keys; }
  Stage stage(const std::string& kid) {
    const auto all = *keys().list();
    for (const auto& key : all)
      if (key->key.kid() == kid) return key->stage(clock_.now());
    return Stage::gone;
  }
  std::int64_t count(std::string_view event) {
    std::int64_t found = 0;
    EXPECT_TRUE(test::succeeded(db().read([&](store::Connection& connection) -> Status {
      journal::Filter filter;
      filter.event = event;
      LANYARD_TRY(const auto entries, journal::list_after(connection, 0, filter, 100));
      found = static_cast<std::int64_t>(entries.size());
      for (const auto& entry : entries) {
        EXPECT_EQ(entry.account, AccountId("keys"));
        EXPECT_FALSE(entry.everybody);
        EXPECT_EQ(entry.subject.kind, "key");
        EXPECT_EQ(json::write(entry.data).find("PRIVATE"), std::string::npos);
      }
      return {};
    })));
    return found;
  }

  test::FakeClock clock_;
  test::FakeRandom random_;
  crypto::Sealer sealer_ = *crypto::Sealer::from_text(Secret(hex_encode(test::FakeRandom(7).bytes(32))));
  access::Actor actor_ = access::console_actor("test");
  std::unique_ptr<Replica> one_;
};
LANYARD_ON_EVERY_DATABASE(SigningKeys);

TEST_P(SigningKeys, the_first_start_makes_one_key_an_algorithm_and_the_second_none) {
  EXPECT_EQ(keys().list()->size(), 2U);
  const auto es = one_->signer(), rs = one_->signer(Algorithm::rs256);
  EXPECT_NE(es, rs);
  const auto two = another();
  ASSERT_TRUE(test::succeeded(two->keys.prepare()));
  EXPECT_EQ(two->signer(), es);
  EXPECT_EQ(two->signer(Algorithm::rs256), rs);
  EXPECT_EQ(two->keys.list()->size(), 2U);
  EXPECT_EQ(count("key.published"), 2);
  EXPECT_FALSE(keys().signer(Algorithm::es384).ok());
}

TEST_P(SigningKeys, what_one_process_signs_the_other_verifies) {
  const auto two = another();
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::rs256}) {
    const std::string token = crypto::sign_jws((*keys().signer(algorithm))->key, {{"typ", "JWT"}}, "{}");
    const auto jws = crypto::parse_jws(token);
    EXPECT_TRUE(test::succeeded(crypto::verify_jws(*jws, **two->keys.verifiers(), {algorithm})));
  }
}

TEST_P(SigningKeys, the_key_set_has_public_members_only) {
  const auto set = keys().key_set();
  ASSERT_TRUE(test::succeeded(set));
  const auto object = json::parse_object(*set->json);
  ASSERT_TRUE(test::succeeded(object));
  const auto* members = object->find("keys")->as_array();
  ASSERT_EQ(members->size(), 2U);
  const std::set<std::string> allowed{"kty", "crv", "x", "y", "n", "e", "use", "kid", "alg"};
  for (const auto& member : *members) {
    for (const auto& [name, value] : *member.as_object()) EXPECT_TRUE(allowed.contains(name)) << name;
    EXPECT_EQ(*json::get_string(*member.as_object(), "use"), "sig");
    EXPECT_FALSE(json::get_string(*member.as_object(), "alg")->empty());
    const auto key = crypto::parse_jwk(*member.as_object());
    ASSERT_TRUE(test::succeeded(key));
    EXPECT_EQ(key->kid(), key->thumbprint());
  }
  EXPECT_EQ(keys().key_set()->etag, set->etag);
  EXPECT_EQ(keys().key_set()->json, set->json) << "the same text, from memory";
  ASSERT_TRUE(test::succeeded(keys().rotate(Algorithm::es256, Keys::When::after_notice, actor_)));
  EXPECT_NE(keys().key_set()->etag, set->etag);
}

TEST_P(SigningKeys, a_planned_rotation_goes_through_its_stages_by_time_alone) {
  const std::string old = one_->signer();
  const auto next = keys().rotate(Algorithm::es256, Keys::When::after_notice, actor_);
  ASSERT_TRUE(test::succeeded(next));
  const std::string fresh = (*next)->key.kid();
  EXPECT_EQ(stage(fresh), Stage::published);
  EXPECT_EQ(one_->signer(), old);
  EXPECT_TRUE(one_->published().contains(fresh)) << "verifiers know it before it signs";
  EXPECT_EQ(keys().rotate(Algorithm::es256, Keys::When::after_notice, actor_).error().code, Code::conflict);
  EXPECT_TRUE(keys().rotate(Algorithm::rs256, Keys::When::after_notice, actor_).ok()) << "another algorithm";

  clock_.advance(48 * kHour - kMoment);
  EXPECT_EQ(one_->signer(), old);
  clock_.advance(kMoment);
  EXPECT_EQ(one_->signer(), fresh);
  EXPECT_EQ(stage(old), Stage::retired);
  EXPECT_TRUE(one_->published().contains(old));

  clock_.advance(7 * 24 * kHour + kHour - kMoment);
  EXPECT_TRUE(one_->published().contains(old));
  clock_.advance(kMoment);
  EXPECT_FALSE(one_->published().contains(old));
  EXPECT_EQ(stage(old), Stage::gone);
  EXPECT_EQ(one_->signer(), fresh);
  EXPECT_EQ(count("key.rotated"), 2);
}

TEST_P(SigningKeys, an_emergency_rotation_removes_every_older_key_at_once) {
  const std::string first = one_->signer(), rs = one_->signer(Algorithm::rs256);
  ASSERT_TRUE(test::succeeded(keys().rotate(Algorithm::es256, Keys::When::after_notice, actor_)));
  const auto fresh = keys().rotate(Algorithm::es256, Keys::When::now, actor_);
  ASSERT_TRUE(test::succeeded(fresh));
  EXPECT_EQ(one_->signer(), (*fresh)->key.kid());
  EXPECT_EQ(one_->published(), (std::set<std::string>{(*fresh)->key.kid(), rs}));
  EXPECT_EQ(stage(first), Stage::gone);
  EXPECT_EQ(keys().list()->size(), 4U) << "gone ones are listed";
  clock_.advance(100 * kHour);
  EXPECT_EQ(one_->signer(), (*fresh)->key.kid()) << "the one that was announced never signs";
}

TEST_P(SigningKeys, another_process_learns_of_a_rotation_through_the_feed) {
  const auto two = another();
  ASSERT_TRUE(test::succeeded(two->feed.poll()));
  const std::string before = two->signer();
  const auto fresh = keys().rotate(Algorithm::es256, Keys::When::now, actor_);
  ASSERT_TRUE(test::succeeded(fresh));
  EXPECT_EQ(two->signer(), before) << "from memory";
  ASSERT_TRUE(test::succeeded(two->feed.poll()));
  EXPECT_EQ(two->signer(), (*fresh)->key.kid());
  EXPECT_FALSE(two->published().contains(before));
}

TEST_P(SigningKeys, two_processes_that_start_together_agree) {
  ASSERT_TRUE(test::succeeded(db().write([](store::Connection& connection) -> Status {
    static const store::Stmt kEmpty{"DELETE FROM signing_keys"};
    LANYARD_CHECK(connection.exec(kEmpty));
    return {};
  })));
  std::vector<std::unique_ptr<Replica>> replicas;
  for (int i = 0; i < 2; ++i) replicas.push_back(another());
  std::vector<Status> done(replicas.size());
  {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < replicas.size(); ++i)
      threads.emplace_back([&, i] { done[i] = replicas[i]->keys.prepare(); });
    for (auto& thread : threads) thread.join();
  }
  for (const auto& status : done) EXPECT_TRUE(test::succeeded(status));
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::rs256})
    EXPECT_EQ(replicas[0]->signer(algorithm), replicas[1]->signer(algorithm));
  EXPECT_EQ(another()->keys.list()->size(), 2U);
}

TEST_P(SigningKeys, attack_151_a_sealed_key_in_another_row_does_not_open) {
  ASSERT_TRUE(test::succeeded(keys().rotate(Algorithm::es256, Keys::When::after_notice, actor_)));
  ASSERT_TRUE(test::succeeded(db().write([](store::Connection& connection) -> Status {
    static const store::Stmt kMove{
        "UPDATE signing_keys SET sealed = (SELECT sealed FROM signing_keys WHERE algorithm = 'RS256') "
        "WHERE algorithm = 'ES256'"};
    LANYARD_CHECK(connection.exec(kMove));
    return {};
  })));
  const auto two = another();
  const Status prepared = two->keys.prepare();
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.error().code, Code::invalid);
  EXPECT_NE(prepared.error().message.find("does not open"), std::string::npos);
}

TEST_P(SigningKeys, attack_150_the_table_holds_no_private_key_in_clear) {
  ASSERT_TRUE(test::succeeded(db().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(const auto rows, key_rows::list(connection));
    EXPECT_EQ(rows.size(), 2U);
    for (const auto& row : rows) {
      EXPECT_EQ(row.sealed.find("PRIVATE"), std::string::npos);
      EXPECT_EQ(json::parse_object(row.public_json)->find("d"), nullptr);
    }
    return {};
  })));
  const auto stranger = *crypto::Sealer::from_text(Secret(hex_encode(test::FakeRandom(8).bytes(32))));
  Replica two(db(), clock_, stranger, random_);
  EXPECT_FALSE(two.keys.prepare().ok());
}

// A clock a few seconds behind that of the replica that made the keys.
TEST_P(SigningKeys, a_clock_that_is_behind_does_not_make_more_keys) {
  const std::string kid = one_->signer();
  clock_.jump(-std::chrono::seconds(5));
  const auto two = another();
  ASSERT_TRUE(test::succeeded(two->keys.prepare()));
  EXPECT_EQ(two->signer(), kid);
  EXPECT_EQ(one_->signer(), kid);
  EXPECT_EQ(two->keys.list()->size(), 2U);
}

}  // namespace
}  // namespace lanyard::tokens
