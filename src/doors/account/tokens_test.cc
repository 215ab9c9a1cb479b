#include "base/json.h"
#include "base/text.h"
#include "doors/account/front_for_test.h"

namespace lanyard::doors::account {
namespace {

class TokenPages : public Front {
 protected:
  static std::string token_in(const net::Response& response) {
    const std::string_view body = response.body();
    const std::size_t at = body.find("lyt_");
    return at == std::string_view::npos ? "" : std::string(body.substr(at, 4 + 43 + 6));
  }
  std::vector<credentials::Credential> tokens_of(const AccountId& id) {
    auto tokens = house.floors().credentials.list(id);
    EXPECT_TRUE(tokens.ok());
    return tokens.ok() ? *tokens : std::vector<credentials::Credential>{};
  }
  const Form kGood{
      {"label", "analysis"}, {"account", "1"}, {"services", "servicex servicex"}, {"days", "30"}};
};

TEST_F(TokenPages, row_SX8_a_token_is_made_and_shown_once) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  const net::Response page = post(ada, "/account/tokens", kGood);
  ASSERT_EQ(page.status(), 200);
  EXPECT_EQ(page.find_header("Cache-Control").value_or(""), "no-store");
  const std::string token = token_in(page);
  const auto found = house.floors().credentials.find_by_token(token);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->account, account.id);
  EXPECT_EQ(found->scopes, (std::vector<std::string>{"account", "servicex"}));
  EXPECT_EQ(*found->expires_at - found->created_at, std::chrono::hours(24 * 30));
  for (const char* where : {"/account/tokens", "/account/data"})
    EXPECT_FALSE(shows(get(ada, where), token)) << where;
  EXPECT_TRUE(shows(get(ada, "/account/tokens"), "analysis"));
  EXPECT_EQ(house.log_text().find(token), std::string::npos);
}

TEST_F(TokenPages, row_SX8_renewing_gives_a_new_one_and_ends_the_old) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  const std::string old = token_in(post(ada, "/account/tokens", kGood));
  const std::string path = cat("/account/tokens/", tokens_of(account.id).front().id.str());
  EXPECT_EQ(get(ada, path).status(), 200);
  const std::string renewed = token_in(post(ada, cat(path, "/renew")));
  EXPECT_NE(renewed, old);
  EXPECT_FALSE(house.floors().credentials.find_by_token(old).ok());
  const auto found = house.floors().credentials.find_by_token(renewed);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->label, "analysis");
  EXPECT_EQ(*found->expires_at - found->created_at, std::chrono::hours(24 * 30));
  EXPECT_EQ(post(ada, cat(path, "/renew")).status(), 404);
}

TEST_F(TokenPages, revoking_asks_first_and_is_final) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  const std::string token = token_in(post(ada, "/account/tokens", kGood));
  const std::string path = cat("/account/tokens/", tokens_of(account.id).front().id.str());
  EXPECT_TRUE(shows(get(ada, path), "This can not be undone."));
  EXPECT_TRUE(house.floors().credentials.find_by_token(token).ok());
  expect_sent_to(post(ada, cat(path, "/revoke")), "/account/tokens?done=revoked");
  EXPECT_FALSE(house.floors().credentials.find_by_token(token).ok());
  EXPECT_EQ(post(ada, cat(path, "/revoke")).status(), 404);
}

TEST_F(TokenPages, attack_112_tokens_of_others_are_not_there) {
  const accounts::Account account = house.somebody("Ada");
  house.api_token(account, {"account"});
  const std::string path = cat("/account/tokens/", tokens_of(account.id).front().id.str());
  const Browser mallory = browser_of("Mallory");
  EXPECT_EQ(get(mallory, path).status(), 404);
  EXPECT_EQ(post(mallory, cat(path, "/revoke")).status(), 404);
  EXPECT_EQ(post(mallory, cat(path, "/renew")).status(), 404);
  EXPECT_FALSE(tokens_of(account.id).front().revoked_at);
  EXPECT_EQ(get(mallory, "/account/tokens/ABC").status(), 404);
}

TEST_F(TokenPages, only_administrators_are_offered_and_given_the_administrators_scope) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  EXPECT_FALSE(shows(get(ada, "/account/tokens"), "name=\"admin\""));
  EXPECT_EQ(post(ada, "/account/tokens", {{"label", "x"}, {"admin", "1"}, {"days", "1"}}).status(), 400);
  EXPECT_EQ(post(ada, "/account/tokens", {{"label", "x"}, {"services", "admin"}, {"days", "1"}}).status(),
            400);
  EXPECT_TRUE(tokens_of(account.id).empty());
  const Browser root = administrator("Root");
  EXPECT_TRUE(shows(get(root, "/account/tokens"), "name=\"admin\""));
  EXPECT_EQ(post(root, "/account/tokens", {{"label", "x"}, {"admin", "1"}, {"days", "1"}}).status(), 200);
}

TEST_F(TokenPages, somebody_who_was_an_administrator_can_not_renew_that_right) {
  const accounts::Account account = house.somebody("Ada", accounts::State::active, true);
  house.somebody("Root", accounts::State::active, true);
  const Browser ada = house.sign_in(account);
  ASSERT_EQ(post(ada, "/account/tokens", {{"label", "x"}, {"admin", "1"}, {"days", "1"}}).status(), 200);
  ASSERT_TRUE(house.floors().directory.set_admin(account.id, false, access::system_actor("test")).ok());
  const std::string path = cat("/account/tokens/", tokens_of(account.id).front().id.str());
  EXPECT_EQ(post(ada, cat(path, "/renew")).status(), 409);
}

TEST_F(TokenPages, label_scope_and_days_are_asked_for_and_days_are_capped) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  for (const Form& form :
       {Form{{"account", "1"}, {"days", "1"}}, Form{{"label", "x"}, {"days", "1"}},
        Form{{"label", "x"}, {"account", "1"}}, Form{{"label", "x"}, {"account", "1"}, {"days", "0"}},
        Form{{"label", "x"}, {"account", "1"}, {"days", "366"}},
        Form{{"label", "x"}, {"account", "1"}, {"days", "9223372036854775807"}},
        Form{{"label", "x"}, {"services", "a\"b"}, {"days", "1"}},
        Form{{"label", "x"}, {"account", "1"}, {"days", "1"}, {"life", "9"}}}) {
    EXPECT_EQ(post(ada, "/account/tokens", form).status(), 400) << form.encode();
  }
  EXPECT_TRUE(tokens_of(account.id).empty());
  EXPECT_EQ(post(ada, "/account/tokens", {{"label", "x"}, {"account", "1"}, {"days", "365"}}).status(), 200);
}

TEST_F(TokenPages, an_old_login_makes_no_token) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  house.clock().advance(std::chrono::minutes(16));
  EXPECT_TRUE(shows(get(ada, "/account/tokens"), "Sign in again"));
  expect_sent_to(post(ada, "/account/tokens", kGood), "/login?again=1&to=%2Faccount%2Ftokens");
  EXPECT_TRUE(tokens_of(account.id).empty());
}

TEST(TokensSwitchedOff, the_page_says_so) {
  app::Config config = test::small_site();
  config.auth.api_tokens = false;
  test::TestHouse house(config);
  const auto ada = house.sign_in(house.somebody("Ada"));
  EXPECT_NE(house.get("/account/tokens", ada.cookies).body().find("switched off here"),
            std::string_view::npos);
  const Form form{{"label", "x"}, {"account", "1"}, {"days", "1"}};
  EXPECT_EQ(house.post("/account/tokens", form, ada.cookies, ada.handle).body().find("lyt_"),
            std::string_view::npos);
}

}  // namespace
}  // namespace lanyard::doors::account
