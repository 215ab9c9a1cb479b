// Keeping and refreshing tokens, and the device flow, against a scripted server and a clock that is told.
#include "lib/refresh.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "base/text.h"
#include "lib/device.h"
#include "test/support/fakes.h"
#include "test/support/outside.h"

namespace lanyard::lib {
namespace {

constexpr std::string_view kIssuer = "https://id.example.org";

class Tokens : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "tokens-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    auto store = TokenStore::open(folder_ + "/lanyard");
    ASSERT_TRUE(store.ok()) << store.error().message;
    store_ = std::make_unique<TokenStore>(std::move(*store));
    outside_.reply(cat(kIssuer, "/.well-known/openid-configuration"), 200, "application/json",
                   R"({"issuer":"https://id.example.org","token_endpoint":"https://id.example.org/token",)"
                   R"("device_authorization_endpoint":"https://id.example.org/devicecode",)"
                   R"("revocation_endpoint":"https://id.example.org/revoke"})");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Held held(std::chrono::seconds life) {
    Held held;
    held.issuer = kIssuer;
    held.client_id = "cli";
    held.scope = "openid";
    held.access_token = Secret("old");
    held.refresh_token = Secret("r1");
    held.obtained_at = clock_.now();
    held.expires_at = clock_.now() + life;
    return held;
  }
  void answer(int status, std::string body) {
    outside_.reply("https://id.example.org/token", status, "application/json", std::move(body));
  }
  Result<Fresh> fresh(std::optional<Duration> if_under = {}) {
    return fresh_token({outside_, clock_, {}}, *store_, kIssuer, "", if_under);
  }
  int refreshes() const { return outside_.count("https://id.example.org/token"); }

  std::string folder_;
  test::FakeClock clock_;
  test::ScriptedClient outside_;
  std::unique_ptr<TokenStore> store_;
};

TEST_F(Tokens, kept_for_each_issuer_and_organisation) {
  Held one = held(std::chrono::hours(1));
  ASSERT_TRUE(store_->keep(one).ok());
  one.organisation = "Rubin";
  one.access_token = Secret("rubin");
  ASSERT_TRUE(store_->keep(one).ok());
  one.issuer = "https://id.example.org/other";
  ASSERT_TRUE(store_->keep(one).ok());
  EXPECT_EQ((*store_->find(kIssuer, ""))->access_token.reveal(), "old");
  EXPECT_EQ((*store_->find(cat(kIssuer, "/"), "Rubin"))->access_token.reveal(), "rubin");
  EXPECT_FALSE(store_->find(kIssuer, "rubin")->has_value());
  EXPECT_EQ(store_->list()->size(), 3u);
  EXPECT_TRUE(*store_->forget(kIssuer, "Rubin"));
  EXPECT_FALSE(*store_->forget(kIssuer, "Rubin"));
  EXPECT_EQ(store_->list()->size(), 2u);
}

TEST_F(Tokens, what_is_kept_is_read_back_whole) {
  Held one = held(std::chrono::hours(1));
  one.organisation = "Ünion";
  one.audience = "https://a.example";
  one.id_token = Secret("id");
  const auto back = read_held(json::write(to_json(one)));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(to_json(*back), to_json(one));
  EXPECT_FALSE(read_held("{}").ok());
  EXPECT_FALSE(read_held(R"({"issuer":"https://a.example","access_token":7})").ok());
  EXPECT_FALSE(read_held("not json").ok());
}

TEST_F(Tokens, row_PA8_used_until_it_is_due) {
  ASSERT_TRUE(store_->keep(held(std::chrono::hours(1))).ok());
  answer(200, R"({"access_token":"new","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"})");
  EXPECT_EQ(fresh()->held.access_token.reveal(), "old");
  clock_.advance(std::chrono::minutes(54));
  EXPECT_EQ(fresh()->held.access_token.reveal(), "old");
  EXPECT_EQ(refreshes(), 0);
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(fresh()->held.access_token.reveal(), "new");
  EXPECT_EQ(refreshes(), 1);
  const auto calls = outside_.calls();
  const auto form = parse_form(calls.back().body);
  EXPECT_EQ(form->value_or("refresh_token", ""), "r1");
  EXPECT_EQ(form->value_or("client_id", ""), "cli");
  EXPECT_EQ((*store_->find(kIssuer, ""))->refresh_token.reveal(), "r2") << "the rotated one is kept";
  EXPECT_EQ(fresh()->held.access_token.reveal(), "new");
  EXPECT_EQ(refreshes(), 1);
  EXPECT_EQ(fresh(std::chrono::hours(2))->refreshed, true) << "when asked for more";
}

TEST_F(Tokens, short_tokens_are_not_refreshed_at_each_question) {
  const Held brief = held(std::chrono::minutes(4));
  EXPECT_FALSE(is_due(brief, {}, clock_.now()));
  EXPECT_TRUE(is_due(brief, std::chrono::minutes(5), clock_.now()));
  clock_.advance(std::chrono::minutes(3));
  EXPECT_TRUE(is_due(brief, {}, clock_.now()));
}

TEST_F(Tokens, what_an_answer_leaves_out_stays) {
  Held one = held(std::chrono::seconds(0));
  one.id_token = Secret("id");
  ASSERT_TRUE(store_->keep(one).ok());
  answer(200, R"({"access_token":"new","token_type":"bearer"})");
  const auto result = fresh();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->held.refresh_token.reveal(), "r1");
  EXPECT_EQ(result->held.id_token.reveal(), "id");
  EXPECT_FALSE(result->held.expires_at.has_value());
}

TEST_F(Tokens, a_failed_refresh_is_no_harm_before_the_end) {
  ASSERT_TRUE(store_->keep(held(std::chrono::seconds(100))).ok());
  clock_.advance(std::chrono::seconds(90));
  outside_.fail("https://id.example.org/token");
  const auto still = fresh();
  ASSERT_TRUE(still.ok());
  EXPECT_EQ(still->held.access_token.reveal(), "old");
  EXPECT_TRUE(still->trouble.has_value());
  clock_.advance(std::chrono::seconds(20));
  EXPECT_EQ(fresh().error().code, Code::unavailable);
  answer(400, R"({"error":"invalid_grant"})");
  EXPECT_EQ(fresh().error().code, Code::unauthenticated);
  EXPECT_TRUE(store_->find(kIssuer, "")->has_value()) << "nothing is deleted by an error";
}

TEST_F(Tokens, many_at_once_refresh_once) {
  ASSERT_TRUE(store_->keep(held(std::chrono::seconds(0))).ok());
  std::atomic<int> number = 1;
  outside_.route("https://id.example.org/token", [&](const net::Call& call) -> Result<net::Reply> {
    const auto form = parse_form(call.body);
    net::Reply reply;
    reply.status = form->value_or("refresh_token", "") == cat("r", number.load()) ? 200 : 400;
    reply.body = reply.status == 200
                     ? cat(R"({"access_token":"new","token_type":"Bearer","expires_in":3600,)",
                           R"("refresh_token":"r)", ++number, "\"}")
                     : R"({"error":"invalid_grant"})";
    return reply;
  });
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto result = fresh();
      if (result.ok() && result->held.access_token.reveal() == "new") ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
  EXPECT_EQ(refreshes(), 1);
}

TEST_F(Tokens, answers_that_fit_no_rule_are_refused) {
  ASSERT_TRUE(store_->keep(held(std::chrono::seconds(0))).ok());
  for (const char* body :
       {"", "[]", R"({"access_token":"new"})", R"({"access_token":"new","token_type":"mac"})",
        R"({"access_token":"two words","token_type":"Bearer"})",
        R"({"access_token":"a","token_type":"Bearer","expires_in":"soon"})",
        R"({"access_token":"a","access_token":"b","token_type":"Bearer"})"}) {
    answer(200, body);
    EXPECT_EQ(fresh().error().code, Code::upstream) << body;
  }
  EXPECT_EQ((*store_->find(kIssuer, ""))->access_token.reveal(), "old");
}

TEST_F(Tokens, metadata_of_another_issuer_is_refused) {
  for (const char* name : {"https://id.example.org/", "https://evil.example", "https://id.example.org/x"}) {
    outside_.reply(cat(kIssuer, "/.well-known/openid-configuration"), 200, "application/json",
                   cat(R"({"issuer":")", name, R"("})"));
    EXPECT_FALSE(discover(outside_, {}, kIssuer, Spelling::exact).ok()) << name;
  }
  outside_.reply(cat(kIssuer, "/.well-known/openid-configuration"), 200, "application/json",
                 R"({"issuer":"https://id.example.org/"})");
  EXPECT_EQ(discover(outside_, {}, kIssuer, Spelling::with_final_slash)->issuer, "https://id.example.org/");
  outside_.reply(cat(kIssuer, "/.well-known/openid-configuration"), 200, "application/json",
                 R"({"issuer":"https://id.example.org","token_endpoint":"http://id.example.org/token"})");
  EXPECT_FALSE(discover(outside_, {}, kIssuer, Spelling::exact).ok()) << "tokens never travel in the clear";
  outside_.reply(cat(kIssuer, "/.well-known/openid-configuration"), 404, "text/plain", "");
  outside_.reply(cat(kIssuer, "/.well-known/oauth-authorization-server"), 200, "application/json",
                 R"({"issuer":"https://id.example.org"})");
  EXPECT_TRUE(discover(outside_, {}, kIssuer, Spelling::exact).ok()) << "the second well-known form";
}

class Device : public Tokens {
 protected:
  // Answers one after the other; each question must come no sooner than the pauses say.
  Result<Held> run(std::vector<std::string> errors, std::int64_t interval = 5, std::int64_t life = 600) {
    outside_.reply(
        "https://id.example.org/devicecode", 200, "application/json",
        cat(R"({"device_code":"d","user_code":"BCDF-GHJK","verification_uri":"https://id.example.org/device",)",
            R"("expires_in":)", life, R"(,"interval":)", interval, "}"));
    std::size_t at = 0;
    outside_.route("https://id.example.org/token", [&errors, &at](const net::Call&) -> Result<net::Reply> {
      net::Reply reply;
      if (at == errors.size()) {
        reply.status = 200;
        reply.body = R"({"access_token":"a","token_type":"Bearer","expires_in":60,"refresh_token":"r"})";
        return reply;
      }
      const std::string error = errors[at++];
      if (error == "down") return make_error(Code::unavailable, "down");
      reply.status = 400;
      reply.body = cat(R"({"error":")", error, "\"}");
      return reply;
    });
    const Caller caller{outside_, clock_, {}};
    const DeviceWish wish{{"cli", {}, false}, "openid", "", "Rubin"};
    LANYARD_TRY(const Metadata metadata, discover(outside_, {}, kIssuer, Spelling::exact));
    LANYARD_TRY(const DeviceCode code, begin_device_flow(caller, metadata, wish));
    return wait_for_approval(caller, metadata, wish, code, [&](Duration time) {
      pauses_.push_back(std::chrono::duration_cast<std::chrono::seconds>(time).count());
      clock_.advance(time);
      return pauses_.size() < 100;
    });
  }
  std::vector<std::int64_t> pauses_;
};

TEST_F(Device, row_PA4_waits_by_itself_and_keeps_the_interval) {
  const auto result = run({"authorization_pending", "authorization_pending"}, 7);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(pauses_, (std::vector<std::int64_t>{7, 7, 7})) << "also before the first question";
  EXPECT_EQ(result->issuer, kIssuer);
  EXPECT_EQ(result->organisation, "Rubin");
  EXPECT_EQ(result->scope, "openid") << "as asked for, when the answer does not say";
  EXPECT_EQ(result->expires_at, clock_.now() + std::chrono::seconds(60));
}

TEST_F(Device, row_PA4_slow_down_adds_five_seconds_for_good) {
  ASSERT_TRUE(run({"slow_down", "authorization_pending", "slow_down", "authorization_pending"}, 1).ok());
  EXPECT_EQ(pauses_, (std::vector<std::int64_t>{1, 6, 6, 11, 11}));
}

TEST_F(Device, an_outage_is_waited_out) {
  ASSERT_TRUE(run({"down", "down", "authorization_pending"}, 5).ok());
  EXPECT_EQ(pauses_, (std::vector<std::int64_t>{5, 10, 20, 20}));
}

TEST_F(Device, row_PA4_ends_when_turned_down_or_expired) {
  EXPECT_EQ(run({"authorization_pending", "access_denied"}).error().code, Code::forbidden);
  EXPECT_EQ(run({"expired_token"}).error().code, Code::expired);
  EXPECT_EQ(run({"invalid_grant"}).error().code, Code::unauthenticated);
  EXPECT_EQ(run({"server_error"}).error().code, Code::upstream);
  pauses_.clear();
  EXPECT_EQ(run(std::vector<std::string>(50, "authorization_pending"), 5, 21).error().code, Code::expired);
  EXPECT_EQ(pauses_.size(), 5u) << "the code's life ends the waiting, whatever the server says";
}

TEST_F(Device, codes_that_speak_to_the_terminal_are_refused) {
  const auto metadata = discover(outside_, {}, kIssuer, Spelling::exact);
  ASSERT_TRUE(metadata.ok());
  for (const char* members :
       {R"x("device_code":"d","user_code":"A\u001b[2J","verification_uri":"https://a.example")x",
        R"x("device_code":"d","user_code":"A","verification_uri":"javascript:alert(1)")x",
        R"x("device_code":"d","user_code":"A","verification_uri":"https://a/\u001b[2J")x",
        R"x("device_code":"d","user_code":"A")x", R"x("user_code":"A")x", "<html>"}) {
    outside_.reply("https://id.example.org/devicecode", 200, "application/json", cat("{", members, "}"));
    EXPECT_EQ(begin_device_flow({outside_, clock_, {}}, *metadata, {}).error().code, Code::upstream)
        << members;
  }
}

}  // namespace
}  // namespace lanyard::lib
