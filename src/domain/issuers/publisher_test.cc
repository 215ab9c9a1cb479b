#include "domain/issuers/publisher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "domain/issuers/rows.h"
#include "test/support/databases.h"
#include "test/support/fakes.h"
#include "test/support/test_issuer.h"

namespace lanyard::issuers {
namespace {

using namespace std::chrono_literals;
using crypto::Algorithm;
using test::test_key;

class Publishers : public ::testing::Test {
 protected:
  Publishers() {
    options.id = "a";
    options.issuer = issuer.issuer();
    issuer.publish({&old_key});
    start();
  }
  // As the daemon does when it starts: what was in memory is gone.
  void start() {
    publisher.reset();
    publisher = std::make_unique<Publisher>(options, client, *database, clock, book.log());
  }
  Status verify(const crypto::PrivateKey& key, Patience patience = Patience::may_wait) {
    return verify_with_kid(key, key.kid(), patience);
  }
  Status verify_with_kid(const crypto::PrivateKey& key, const std::string& kid,
                         Patience patience = Patience::may_wait) {
    const std::string token = test::signed_token(
        key, json::write(json::Object{{"alg", crypto::to_string(key.algorithm())}, {"kid", kid}}), "{}");
    return publisher->verify(*crypto::parse_jws(token), {Algorithm::es256, Algorithm::rs256}, patience);
  }
  bool works(const crypto::PrivateKey& key) { return verify(key).ok(); }
  Code code(const crypto::PrivateKey& key, Patience patience = Patience::may_wait) {
    const auto status = verify(key, patience);
    EXPECT_FALSE(status.ok());
    return status.ok() ? Code::internal : status.error().code;
  }
  int fetches() const { return issuer.key_fetches(); }

  test::FakeClock clock;
  test::LogBook book{clock};
  test::ScriptedClient client;
  test::TestDatabase database;
  test::TestIssuer issuer{client, "https://a.example.org"};
  const crypto::PrivateKey& old_key = test_key(Algorithm::es256);
  const crypto::PrivateKey& new_key = test_key(Algorithm::es256, 1);
  PublisherOptions options;
  std::unique_ptr<Publisher> publisher;
};

TEST_F(Publishers, row_TK4_keys_come_by_discovery_and_are_kept) {
  EXPECT_TRUE(works(old_key));
  EXPECT_TRUE(works(old_key));
  EXPECT_EQ(fetches(), 1);
  const auto metadata = publisher->metadata(Patience::none);
  ASSERT_TRUE(metadata.ok());
  EXPECT_EQ((*metadata)->token_endpoint, "https://a.example.org/token");
  const auto health = publisher->health();
  EXPECT_TRUE(health.usable);
  EXPECT_EQ(health.keys, 1U);
  EXPECT_EQ(health.kids, (std::vector<std::string>{old_key.kid()}));
  EXPECT_EQ(health.fetched_at, clock.now());
  EXPECT_EQ(health.expires_at, clock.now() + 48h);
}

TEST_F(Publishers, without_patience_nothing_is_fetched) {
  EXPECT_EQ(code(old_key, Patience::none), Code::unavailable);
  EXPECT_FALSE(publisher->metadata(Patience::none).ok());
  EXPECT_TRUE(publisher->worth_waiting());
  EXPECT_EQ(client.count(), 0);
  EXPECT_TRUE(works(old_key));
  EXPECT_TRUE(verify(old_key, Patience::none).ok());
  clock.advance(2min);
  EXPECT_EQ(code(new_key, Patience::none), Code::unavailable) << "it might have been published since";
  EXPECT_EQ(fetches(), 1);
}

TEST_F(Publishers, fixed_keys_are_never_fetched_and_never_expire) {
  options.fixed_keys = test::key_set_text({&old_key});
  start();
  clock.advance(1000h);
  EXPECT_TRUE(verify(old_key, Patience::none).ok());
  EXPECT_EQ(code(new_key), Code::unauthenticated);
  EXPECT_EQ(code(new_key, Patience::none), Code::unauthenticated);
  publisher->refresh_if_due();
  publisher->purge();
  EXPECT_TRUE(works(old_key));
  EXPECT_EQ(client.count(), 0);
  options.fixed_keys = "{}";
  start();
  EXPECT_EQ(code(old_key), Code::unavailable);
  EXPECT_FALSE(publisher->worth_waiting());
}

TEST_F(Publishers, row_TK4_refreshed_in_the_background_and_used_meanwhile) {
  publisher->refresh_if_due();
  EXPECT_EQ(fetches(), 1);
  EXPECT_TRUE(verify(old_key, Patience::none).ok()) << "the first request does not wait";
  clock.advance(5h);
  publisher->refresh_if_due();
  EXPECT_EQ(fetches(), 1);
  clock.advance(2h);
  EXPECT_TRUE(verify(old_key, Patience::none).ok()) << "stale, and still used";
  EXPECT_EQ(fetches(), 1);
  EXPECT_GT(publisher->refresh_if_due(), clock.now());
  EXPECT_EQ(fetches(), 2);
}

TEST_F(Publishers, row_TK4_a_restart_during_an_outage_goes_on_until_the_hard_expiry) {
  EXPECT_TRUE(works(old_key));
  issuer.fail();
  clock.advance(47h);
  const int before = client.count();
  start();
  EXPECT_TRUE(verify(old_key, Patience::none).ok());
  EXPECT_TRUE(publisher->metadata(Patience::none).ok());
  EXPECT_EQ(client.count(), before);
  clock.advance(1h);
  EXPECT_EQ(code(old_key), Code::unavailable);
  EXPECT_FALSE(publisher->metadata(Patience::may_wait).ok());
  start();
  EXPECT_EQ(code(old_key), Code::unavailable);
}

TEST_F(Publishers, attack_042_garbage_leaves_the_old_keys_and_counts_as_a_failure) {
  EXPECT_TRUE(works(old_key));
  int failures = 0;
  for (const auto* body : {"<html>captive portal</html>", "", "null", "[]", "{}"}) {
    clock.advance(7h);
    issuer.publish_text(body);
    publisher->refresh_if_due();
    EXPECT_TRUE(works(old_key)) << body;
    EXPECT_EQ(publisher->health().failures, ++failures);
  }
  EXPECT_NE(book.text().find("issuer.fetch_failed"), std::string::npos);
}

TEST_F(Publishers, attack_044_an_empty_set_leaves_the_old_keys_until_the_hard_expiry) {
  EXPECT_TRUE(works(old_key));
  issuer.publish_text(R"({"keys":[]})");
  clock.advance(47h);
  publisher->refresh_if_due();
  EXPECT_TRUE(works(old_key));
  clock.advance(1h);
  EXPECT_EQ(code(old_key), Code::unavailable) << "48 hours are over";
  EXPECT_EQ(code(old_key, Patience::none), Code::unavailable);
  EXPECT_FALSE(publisher->worth_waiting()) << "the fetch has just failed: waiting gains nothing";
  issuer.publish({&old_key});
  clock.advance(1min);
  EXPECT_TRUE(works(old_key));
  EXPECT_EQ(publisher->health().failures, 0);
}

TEST_F(Publishers, attack_043_metadata_of_another_issuer_is_not_believed) {
  auto document = issuer.metadata();
  document.set("issuer", "https://evil.example");
  issuer.publish_metadata(document);
  EXPECT_EQ(code(old_key), Code::unavailable);
  EXPECT_EQ(fetches(), 0);
}

TEST_F(Publishers, attack_043_endpoints_that_move_to_another_host_raise_an_alarm_and_are_not_used) {
  EXPECT_TRUE(works(old_key));
  auto document = issuer.metadata();
  document.set("token_endpoint", "https://evil.example/token");
  document.set("jwks_uri", "https://evil.example/jwks");
  issuer.publish_metadata(document);
  client.reply("https://evil.example/jwks", 200, "application/json", test::key_set_text({&new_key}));
  clock.advance(7h);
  publisher->refresh_if_due();
  EXPECT_EQ((*publisher->metadata(Patience::none))->token_endpoint, "https://a.example.org/token");
  EXPECT_NE(book.text().find("issuer.endpoint_moved"), std::string::npos);
  EXPECT_NE(book.text().find("https://evil.example"), std::string::npos);
  EXPECT_EQ(client.count("https://evil.example/jwks"), 0);
  EXPECT_TRUE(works(old_key));
  EXPECT_EQ(fetches(), 2) << "keys are still read where they were";
  start();
  clock.advance(7h);
  publisher->refresh_if_due();
  EXPECT_EQ(client.count("https://evil.example/jwks"), 0) << "a restart does not forget";
  publisher->purge();
  EXPECT_EQ((*publisher->metadata(Patience::may_wait))->token_endpoint, "https://evil.example/token")
      << "the operator's word";
}

TEST_F(Publishers, attack_046_a_new_key_is_found_with_one_fetch) {
  EXPECT_TRUE(works(old_key));
  clock.advance(61s);
  issuer.publish({&old_key, &new_key});
  EXPECT_TRUE(works(new_key));
  EXPECT_TRUE(works(old_key));
  EXPECT_EQ(fetches(), 2);
}

TEST_F(Publishers, attack_047_random_kids_cause_one_fetch_a_cool_down_and_bounded_memory) {
  EXPECT_TRUE(works(old_key));
  const std::string token = test::signed_token(new_key, R"({"alg":"ES256","kid":"x"})", "{}");
  auto jws = *crypto::parse_jws(token);
  for (int minute = 0; minute < 3; ++minute) {
    clock.advance(61s);
    for (int i = 0; i < 3'400; ++i) {
      jws.kid = cat("random-", minute, "-", i);
      jws.header.set("kid", jws.kid);
      const auto status = publisher->verify(jws, {Algorithm::es256}, Patience::may_wait);
      ASSERT_FALSE(status.ok());
      ASSERT_EQ(status.error().code, Code::unauthenticated);
    }
  }
  EXPECT_EQ(fetches(), 4);
  EXPECT_TRUE(verify(old_key, Patience::none).ok());
}

TEST_F(Publishers, attack_047_the_same_unknown_kid_is_not_looked_for_each_cool_down) {
  EXPECT_TRUE(works(old_key));
  clock.advance(61s);
  EXPECT_EQ(code(new_key), Code::unauthenticated);
  EXPECT_EQ(fetches(), 2);
  clock.advance(61s);
  EXPECT_EQ(code(new_key), Code::unauthenticated);
  EXPECT_EQ(code(new_key, Patience::none), Code::unauthenticated);
  EXPECT_EQ(fetches(), 2);
  issuer.publish({&old_key, &new_key});
  clock.advance(5min);
  EXPECT_TRUE(works(new_key));
}

TEST_F(Publishers, attack_048_a_thousand_first_requests_cause_one_fetch) {
  std::atomic<int> good{0};
  std::atomic<bool> go{false};
  const std::string text = test::key_set_text({&old_key});
  client.route(issuer.jwks_url(), [&](const net::Call&) -> Result<net::Reply> {
    std::this_thread::sleep_for(50ms);
    net::Reply reply;
    reply.status = 200;
    reply.body = text;
    return reply;
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      while (!go) std::this_thread::yield();
      for (int n = 0; n < 50; ++n) good += works(old_key) ? 1 : 0;
    });
  }
  go = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 1'000);
  EXPECT_EQ(fetches(), 1);
}

TEST_F(Publishers, attack_048_a_thousand_first_requests_to_a_dead_issuer_cause_one_fetch) {
  client.route(issuer.metadata_url(), [&](const net::Call&) -> Result<net::Reply> {
    std::this_thread::sleep_for(50ms);
    return make_error(Code::unavailable, "It does not answer.");
  });
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) refused += code(old_key) == Code::unavailable ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, 1'000);
  EXPECT_EQ(client.count(), 1);
}

TEST_F(Publishers, attack_048_few_threads_wait_for_a_key_that_may_not_exist) {
  EXPECT_TRUE(works(old_key));
  clock.advance(61s);
  std::atomic<bool> release{false};
  const std::string text = test::key_set_text({&old_key});
  client.route(issuer.jwks_url(), [&](const net::Call&) -> Result<net::Reply> {
    while (!release) std::this_thread::sleep_for(1ms);
    net::Reply reply;
    reply.status = 200;
    reply.body = text;
    return reply;
  });
  std::atomic<int> unavailable{0}, unauthenticated{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&] { ++(code(new_key) == Code::unavailable ? unavailable : unauthenticated); });
  }
  while (unavailable < 23) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(works(old_key)) << "who has a known key does not wait";
  release = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(unavailable, 23);
  EXPECT_EQ(unauthenticated, 17);
  EXPECT_EQ(fetches(), 2);
}

TEST_F(Publishers, attack_049_two_sets_by_turns_cause_no_refusals) {
  for (int turn = 0; turn < 12; ++turn) {
    issuer.publish({turn % 2 == 0 ? &old_key : &new_key});
    clock.advance(10min);
    EXPECT_TRUE(works(old_key)) << turn;
    EXPECT_EQ(works(new_key), turn > 0) << turn;
    publisher->refresh_if_due();
  }
}

TEST_F(Publishers, attack_049_an_endpoint_that_flaps_refuses_nobody) {
  EXPECT_TRUE(works(old_key));
  for (int turn = 0; turn < 200; ++turn) {
    if (turn % 3 == 0) {
      issuer.publish({&old_key});
    } else if (turn % 3 == 1) {
      client.fail(issuer.jwks_url());
    } else {
      issuer.publish_text("garbage");
    }
    clock.advance(30min);
    publisher->refresh_if_due();
    ASSERT_TRUE(works(old_key)) << turn;
  }
}

TEST_F(Publishers, attack_050_a_withdrawn_key_ends_with_the_refresh_interval) {
  issuer.publish({&old_key, &new_key});
  EXPECT_TRUE(works(old_key));
  issuer.publish({&new_key});
  clock.advance(1h);
  EXPECT_EQ(verify_with_kid(new_key, "unknown").error().code, Code::unauthenticated) << "this fetched";
  EXPECT_TRUE(works(old_key)) << "seen an hour ago";
  clock.advance(5h);
  EXPECT_EQ(code(old_key), Code::unauthenticated);
  EXPECT_TRUE(works(new_key));
}

TEST_F(Publishers, attack_050_a_key_withdrawn_before_a_regular_refresh_ends_with_it) {
  issuer.publish({&old_key, &new_key});
  EXPECT_TRUE(works(old_key));
  issuer.publish({&new_key});
  clock.advance(6h);
  publisher->refresh_if_due();
  EXPECT_EQ(code(old_key), Code::unauthenticated);
}

TEST_F(Publishers, attack_050_purge_ends_a_key_at_once_also_in_the_stored_copy) {
  issuer.publish({&old_key, &new_key});
  EXPECT_TRUE(works(old_key));
  issuer.publish({&new_key});
  publisher->purge();
  EXPECT_FALSE(find_stored(*database, options.issuer)->has_value());
  EXPECT_EQ(code(old_key), Code::unauthenticated) << "the next use fetches, whatever the cool-down";
  EXPECT_TRUE(works(new_key));
  start();
  EXPECT_EQ(code(old_key), Code::unauthenticated);
}

TEST_F(Publishers, attack_050_an_answer_that_was_asked_for_before_a_purge_is_not_believed_after_it) {
  const std::string before = test::key_set_text({&old_key});
  std::atomic<bool> asked{false}, release{false};
  client.route(issuer.jwks_url(), [&](const net::Call&) -> Result<net::Reply> {
    asked = true;
    while (!release) std::this_thread::sleep_for(1ms);
    net::Reply reply;
    reply.status = 200;
    reply.body = before;
    return reply;
  });
  std::thread first([&] { publisher->refresh_if_due(); });
  while (!asked) std::this_thread::yield();
  publisher->purge();
  issuer.publish({&new_key});
  release = true;
  first.join();
  EXPECT_EQ(code(old_key), Code::unauthenticated);
  EXPECT_TRUE(works(new_key));
}

TEST_F(Publishers, attack_050_a_purge_by_another_process_is_followed) {
  EXPECT_TRUE(works(old_key));
  Publisher other(options, client, *database, clock, book.log());
  issuer.publish({&new_key});
  other.purge();
  clock.advance(1min);
  publisher->refresh_if_due();
  EXPECT_EQ(code(old_key), Code::unauthenticated);
}

TEST_F(Publishers, what_another_process_fetched_is_used) {
  EXPECT_TRUE(works(old_key));
  clock.advance(7h);
  issuer.publish({&old_key, &new_key});
  Publisher other(options, client, *database, clock, book.log());
  other.refresh_if_due();
  EXPECT_EQ(fetches(), 2);
  publisher->refresh_if_due();
  EXPECT_EQ(fetches(), 2);
  EXPECT_TRUE(verify(new_key, Patience::none).ok());
}

TEST_F(Publishers, failures_are_followed_by_longer_and_longer_rests) {
  EXPECT_TRUE(works(old_key));
  clock.advance(7h);
  issuer.fail();
  const int before = client.count();
  for (int minute = 0; minute < 60; ++minute) {
    publisher->refresh_if_due();
    clock.advance(1min);
  }
  // After 0, 1, 3, 7, 15 minutes, then every ten.
  EXPECT_EQ(client.count() - before, 9);
  issuer.publish_metadata(issuer.metadata());
  issuer.publish({&old_key});
  clock.advance(10min);
  publisher->refresh_if_due();
  EXPECT_EQ(publisher->health().failures, 0);
}

TEST_F(Publishers, a_failed_issuer_without_keys_is_asked_once_a_cool_down) {
  issuer.fail();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(code(old_key), Code::unavailable);
  EXPECT_EQ(client.count(), 1);
  EXPECT_NE(verify(old_key).error().message.find("does not answer"), std::string::npos);
  clock.advance(60s);
  EXPECT_EQ(code(old_key), Code::unavailable);
  EXPECT_EQ(client.count(), 2);
}

TEST_F(Publishers, attack_156_a_clock_that_is_set_back_lengthens_nothing) {
  EXPECT_TRUE(works(old_key));
  clock.jump(-240h);
  start();
  issuer.publish({&new_key});
  clock.advance(2min);
  publisher->refresh_if_due();
  EXPECT_EQ(fetches(), 2) << "a copy from the future is fetched again";
  EXPECT_TRUE(works(new_key));
  start();
  EXPECT_TRUE(verify(new_key, Patience::none).ok()) << "and replaced in the table";
  clock.jump(240h + 48h);
  issuer.fail();
  EXPECT_EQ(code(new_key), Code::unavailable);
}

TEST_F(Publishers, attack_145_an_issuer_is_a_bound_parameter) {
  options.issuer = "https://a.example.org/'; DROP TABLE issuer_keys; --";
  start();
  publisher->purge();
  EXPECT_TRUE(find_stored(*database, options.issuer).ok());
}

TEST_F(Publishers, health_tells_what_went_wrong) {
  EXPECT_TRUE(works(old_key));
  issuer.publish_text("garbage");
  clock.advance(7h);
  publisher->refresh_if_due();
  const auto health = publisher->health();
  EXPECT_TRUE(health.usable);
  EXPECT_EQ(health.failures, 1);
  EXPECT_EQ(health.failed_at, clock.now());
  EXPECT_EQ(health.last_error, "The key set is not a JSON Web Key Set.");
  EXPECT_EQ(health.fetches, 2U);
}

}  // namespace
}  // namespace lanyard::issuers
