// What is answered from memory on the event loop: the same as otherwise, and only while nothing changed.
#include "doors/oauth/office_for_test.h"

namespace lanyard::doors::oauth {
namespace {

class FromMemory : public OfficeInTest {
 protected:
  net::Response ask(const std::string& token, const std::string& secret = kSecret) {
    return house.post("/introspect", Form{{"client_id", "web"}, {"client_secret", secret}, {"token", token}});
  }
};

TEST_F(FromMemory, a_token_that_was_asked_about_before_is_told_about_in_the_same_words) {
  const std::string token = text(redeem(code()), "access_token");
  const net::Response first = ask(token);
  EXPECT_FALSE(house.was_quick());
  const net::Response second = ask(token);
  EXPECT_TRUE(house.was_quick());
  EXPECT_TRUE(flag(read(second), "active"));
  EXPECT_EQ(first.body(), second.body());
  EXPECT_EQ(first.find_header("Cache-Control"), "no-store");
  EXPECT_EQ(second.find_header("Cache-Control"), "no-store");
}

TEST_F(FromMemory, attack_073_who_guesses_is_refused_slowed_down_and_logged_as_ever) {
  const std::string token = text(redeem(code()), "access_token");
  ask(token);
  for (int guess = 0; guess < 30; ++guess) {
    const net::Response refused = ask(token, "a guess");
    EXPECT_FALSE(house.was_quick());
    EXPECT_NE(refused.status(), 200);
  }
  EXPECT_NE(house.log_text().find("oauth.client_refused"), std::string::npos);
  EXPECT_FALSE(house.post("/introspect", Form{{"client_id", "native"}, {"token", token}}).status() == 200);
  EXPECT_FALSE(house.was_quick()) << "a public client proves nothing";
}

TEST_F(FromMemory, attack_107_nothing_is_told_any_more_once_the_person_is_suspended) {
  const std::string token = text(redeem(code()), "access_token");
  EXPECT_TRUE(is_active(token));
  EXPECT_TRUE(is_active(token));
  EXPECT_TRUE(house.was_quick());
  ASSERT_TRUE(house.floors()
                  .approvals.apply(ada.id, accounts::Event::suspend, "left", access::console_actor("test"))
                  .ok());
  EXPECT_FALSE(is_active(token));
  EXPECT_FALSE(house.was_quick());
}

TEST_F(FromMemory, a_token_that_is_over_or_revoked_is_told_about_no_longer) {
  const std::string over = text(redeem(code()), "access_token");
  EXPECT_TRUE(is_active(over));
  pass(std::chrono::hours(2));
  EXPECT_FALSE(is_active(over));
  browser = house.sign_in(ada);
  const std::string revoked = text(redeem(code()), "access_token");
  EXPECT_TRUE(is_active(revoked));
  house.post("/revoke", Form{{"client_id", "web"}, {"client_secret", kSecret}, {"token", revoked}});
  EXPECT_FALSE(is_active(revoked));
}

TEST_F(FromMemory, keys_are_given_from_memory_and_a_new_one_is_there_at_once) {
  const std::string before = std::string(house.get("/jwks").body());
  EXPECT_TRUE(house.was_quick());
  ASSERT_TRUE(
      house.floors()
          .keys
          .rotate(crypto::Algorithm::es256, tokens::Keys::When::after_notice, access::system_actor("test"))
          .ok());
  EXPECT_NE(house.get("/jwks").body(), before);
}

TEST_F(FromMemory, who_am_i_is_answered_from_memory_and_not_to_somebody_else) {
  const auto me = [&](const std::string& authorization) {
    net::RequestDraft draft;
    draft.target = "/api/v1/me";
    draft.headers = {{"Authorization", authorization}};
    return house.send(std::move(draft));
  };
  const std::string token = house.api_token(ada, {"account"});
  const net::Response first = me(cat("Bearer ", token));
  EXPECT_FALSE(house.was_quick());
  const net::Response second = me(cat("Bearer ", token));
  EXPECT_TRUE(house.was_quick());
  EXPECT_EQ(first.status(), 200);
  EXPECT_EQ(first.body(), second.body());
  EXPECT_EQ(me("Bearer lyt_nobody").status(), 401);
  const std::string narrow = house.api_token(ada, {"tokens"});
  EXPECT_EQ(me(cat("Bearer ", narrow)).status(), 403);
  EXPECT_EQ(me(cat("Bearer ", narrow)).status(), 403);
  EXPECT_TRUE(house.was_quick()) << "a scope is held against it there as well";
}

TEST_F(FromMemory, when_something_was_used_is_noted_behind_the_answer) {
  const std::string token = house.api_token(ada, {"account"});
  net::RequestDraft draft;
  draft.target = "/api/v1/me";
  draft.headers = {{"Authorization", cat("Bearer ", token)}};
  EXPECT_EQ(house.send(std::move(draft)).status(), 200);
  const auto last_used = [&] {
    const auto all = house.floors().credentials.list(ada.id);
    return all.ok() && all->size() == 1 ? all->front().last_used_at : std::nullopt;
  };
  EXPECT_FALSE(last_used());
  house.house().callers().note_uses();
  EXPECT_EQ(last_used(), house.clock().now());

  const Time before = browser.session.seen_at;
  pass(std::chrono::minutes(30));
  EXPECT_EQ(house.get("/account", browser.cookies).status(), 200);
  house.house().callers().note_uses();
  const auto session = house.floors().sessions.get(browser.session.id);
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->seen_at, before + std::chrono::minutes(30));
}

}  // namespace
}  // namespace lanyard::doors::oauth
