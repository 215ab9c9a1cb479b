#include "domain/issuers/key_sets.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "test/support/databases.h"
#include "test/support/fakes.h"
#include "test/support/test_issuer.h"

namespace lanyard::issuers {
namespace {

using namespace std::chrono_literals;
using crypto::Algorithm;
using test::test_key;

class ClientKeys : public ::testing::Test {
 protected:
  ClientKeys() { publish(address, {&old_key}); }
  void publish(const std::string& at, const std::vector<const crypto::PrivateKey*>& keys) {
    client.reply(at, 200, "application/json", test::key_set_text(keys));
  }
  Status verify(const std::string& at, const crypto::PrivateKey& key, const std::string& kid) {
    const std::string token =
        test::signed_token(key, json::write(json::Object{{"alg", "ES256"}, {"kid", kid}}), "{}");
    return sets.verify(at, *crypto::parse_jws(token), {Algorithm::es256});
  }
  bool works(const crypto::PrivateKey& key) { return verify(address, key, key.kid()).ok(); }
  Code code(const crypto::PrivateKey& key) {
    const Status status = verify(address, key, key.kid());
    EXPECT_FALSE(status.ok());
    return status.ok() ? Code::internal : status.error().code;
  }
  int fetches() const { return client.count(address); }

  const std::string address = "https://web.example.org/keys";
  test::FakeClock clock;
  test::LogBook book{clock};
  test::ScriptedClient client;
  test::TestDatabase database;
  const crypto::PrivateKey& old_key = test_key(Algorithm::es256);
  const crypto::PrivateKey& new_key = test_key(Algorithm::es256, 1);
  KeySets sets{{.reach = {}, .most = 4, .most_waits = 2}, client, *database, clock, book.log()};
};

TEST_F(ClientKeys, are_fetched_once_and_asked_for_without_metadata) {
  EXPECT_TRUE(works(old_key));
  EXPECT_TRUE(works(old_key));
  EXPECT_TRUE(sets.find(address, old_key.public_key().thumbprint()).ok());
  EXPECT_EQ(fetches(), 1);
  EXPECT_EQ(client.count(), 1);
}

TEST_F(ClientKeys, attack_046_a_new_key_is_found_with_one_fetch) {
  EXPECT_TRUE(works(old_key));
  clock.advance(1min);
  publish(address, {&new_key});
  EXPECT_TRUE(works(new_key));
  EXPECT_EQ(fetches(), 2);
  EXPECT_TRUE(works(new_key));
  EXPECT_EQ(fetches(), 2);
}

TEST_F(ClientKeys, attack_047_unknown_kids_cause_one_fetch_in_a_cool_down) {
  EXPECT_TRUE(works(old_key));
  clock.advance(1min);
  for (int i = 0; i < 1'000; ++i) {
    const Status status = verify(address, new_key, cat("k", i));
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, Code::unauthenticated);
  }
  EXPECT_EQ(fetches(), 2);
  EXPECT_TRUE(works(old_key));
}

TEST_F(ClientKeys, attack_047_unknown_certificates_cause_one_fetch_in_a_cool_down) {
  EXPECT_TRUE(works(old_key));
  clock.advance(1min);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(sets.find(address, cat("thumbprint", i)).ok());
  EXPECT_EQ(fetches(), 2);
}

TEST_F(ClientKeys, attack_050_a_withdrawn_key_ends_and_at_once_when_the_operator_says_so) {
  EXPECT_TRUE(works(old_key));
  publish(address, {&new_key});
  clock.advance(61min);
  EXPECT_EQ(code(old_key), Code::unauthenticated) << "after the refresh interval";
  publish(address, {&old_key});
  sets.purge();
  EXPECT_TRUE(works(old_key));
  EXPECT_EQ(code(new_key), Code::unauthenticated);
}

TEST_F(ClientKeys, attack_044_a_server_that_is_away_is_asked_again_after_a_rest_and_its_keys_used_meanwhile) {
  EXPECT_TRUE(works(old_key));
  client.fail(address);
  clock.advance(2h);
  EXPECT_TRUE(works(old_key)) << "older than it should be";
  EXPECT_TRUE(works(old_key));
  EXPECT_EQ(fetches(), 2);
  clock.advance(23h);
  EXPECT_EQ(code(old_key), Code::unavailable) << "past the hard expiry";
  publish(address, {&old_key});
  clock.advance(1h);
  EXPECT_TRUE(works(old_key));
}

TEST_F(ClientKeys, attack_042_what_is_no_key_set_is_none) {
  for (const auto* body : {"<html>Sign in to the network</html>", "null", "", "{\"keys\":[]}"}) {
    const std::string at = cat("https://web.example.org/", body == nullptr ? 0 : std::string(body).size());
    client.reply(at, 200, "text/html", body);
    const Status status = verify(at, old_key, old_key.kid());
    ASSERT_FALSE(status.ok()) << body;
    EXPECT_EQ(status.error().code, Code::unavailable) << body;
  }
}

TEST_F(ClientKeys, attack_041_servers_that_are_slow_on_purpose_hold_few_threads) {
  std::atomic<int> inside{0}, most{0};
  std::atomic<bool> go_on{false};
  const auto slow = [&](const net::Call&) -> Result<net::Reply> {
    const int now = ++inside;
    int seen = most;
    while (seen < now && !most.compare_exchange_weak(seen, now)) {
    }
    while (!go_on) std::this_thread::yield();
    --inside;
    return make_error(Code::unavailable, "too slow");
  };
  for (const auto* at : {"https://a/", "https://b/", "https://c/"}) client.route(at, slow);
  EXPECT_TRUE(works(old_key));
  std::vector<std::thread> threads;
  for (const auto* at : {"https://a/", "https://b/"})
    threads.emplace_back([&, at] { EXPECT_FALSE(verify(at, old_key, old_key.kid()).ok()); });
  while (inside < 2) std::this_thread::yield();
  const Status third = verify("https://c/", old_key, old_key.kid());
  EXPECT_TRUE(works(old_key)) << "what is in memory waits for nobody";
  go_on = true;
  for (std::thread& thread : threads) thread.join();
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, Code::unavailable);
  EXPECT_EQ(client.count("https://c/"), 0);
  EXPECT_EQ(most, 2);
}

TEST_F(ClientKeys, memory_is_bounded_and_the_one_that_was_not_asked_for_longest_goes) {
  EXPECT_TRUE(works(old_key));
  for (const auto* at : {"https://a/", "https://b/", "https://d/"}) {
    publish(at, {&old_key});
    EXPECT_TRUE(verify(at, old_key, old_key.kid()).ok());
  }
  EXPECT_TRUE(works(old_key));
  publish("https://c/", {&old_key});
  EXPECT_TRUE(verify("https://c/", old_key, old_key.kid()).ok());
  EXPECT_TRUE(works(old_key));
  EXPECT_EQ(fetches(), 1);
  EXPECT_TRUE(verify("https://a/", old_key, old_key.kid()).ok());
  EXPECT_EQ(client.count("https://a/"), 2) << "it was forgotten";
}

// The real client, and a real server that must not be reached.
TEST_F(ClientKeys, attack_037_an_internal_address_is_called_only_when_the_operator_lists_it) {
  test::OutsideServer server;
  server.reply("/keys", 200, "application/json", test::key_set_text({&old_key}));
  const auto outside = net::make_client({}, clock, book.log());
  KeySets closed({}, *outside, *database, clock, book.log());
  const std::string token =
      test::signed_token(old_key, json::write(json::Object{{"alg", "ES256"}, {"kid", old_key.kid()}}), "{}");
  const auto jws = crypto::parse_jws(token);
  for (const std::string& at :
       {server.url("/keys"), cat("http://localhost:", server.port(), "/keys"),
        cat("https://127.0.0.1:", server.port(), "/keys"), cat("https://2130706433:", server.port(), "/keys"),
        cat("https://[::ffff:127.0.0.1]:", server.port(), "/keys"),
        std::string("https://169.254.169.254/keys"), std::string("https://0.0.0.0/keys"),
        std::string("file:///etc/passwd")}) {
    const Status status = closed.verify(at, *jws, {Algorithm::es256});
    ASSERT_FALSE(status.ok()) << at;
    EXPECT_EQ(status.error().code, Code::unavailable) << at;
  }
  EXPECT_EQ(server.connections(), 0);
  KeySets open({.reach = {.http = true, .loopback = true}}, *outside, *database, clock, book.log());
  EXPECT_TRUE(open.verify(server.url("/keys"), *jws, {Algorithm::es256}).ok());
}

}  // namespace
}  // namespace lanyard::issuers
