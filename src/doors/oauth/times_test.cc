// What this door gives lives for a while, and what it asks of a login is about time.
#include "domain/tokens/consents.h"
#include "domain/tokens/grants.h"
#include "doors/oauth/office_for_test.h"

namespace lanyard::doors::oauth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Times : public OfficeInTest {};

TEST_F(Times, attack_058_a_code_is_good_for_a_minute_and_known_for_longer) {
  const std::string first = code();
  pass(seconds(59));
  const json::Object tokens = redeem(first);
  pass(seconds(30));
  EXPECT_EQ(text(redeem(first, 400), "error"), "invalid_grant");
  EXPECT_FALSE(is_active(text(tokens, "access_token"))) << "a replay after 30 s ends what it led to";
  const std::string late = code();
  pass(seconds(60));
  EXPECT_EQ(text(redeem(late, 400), "error"), "invalid_grant");
}

TEST_F(Times, attack_066_an_interaction_waits_for_a_day) {
  const net::Response asked = authorize(request(), "");
  const std::string interaction = test::cookie_of(asked, "lanyard-request");
  const std::string back = cat("/authorize/continue?request=", answered(asked, "request"));
  pass(hours(23));
  browser = house.sign_in(ada);
  const std::string cookies = cat(browser.cookies, "; ", interaction);
  const std::string given = answered(house.get(back, cookies), "code");
  EXPECT_NE(given, "");
  EXPECT_GE(house.get(back, cookies).status(), 400) << "it is used up";
  const net::Response again = authorize(request(), interaction);
  pass(hours(24));
  browser = house.sign_in(ada);
  const net::Response late = house.get(cat("/authorize/continue?request=", answered(again, "request")),
                                       cat(browser.cookies, "; ", interaction));
  EXPECT_GE(late.status(), 400);
  EXPECT_EQ(location(late), "");
}

TEST_F(Times, attack_084_a_pushed_request_waits_for_ninety_seconds) {
  const auto push = [&] {
    Form form;
    const Form asked = request();
    for (const auto& [name, value] : asked.pairs())
      if (name != "client_id") form.add(name, value);
    return text(send("/par", form, 201), "request_uri");
  };
  const std::string first = push();
  pass(seconds(89));
  EXPECT_NE(answered(authorize(Form{{"client_id", "web"}, {"request_uri", first}}), "code"), "");
  const std::string late = push();
  pass(seconds(90));
  EXPECT_EQ(authorize(Form{{"client_id", "web"}, {"request_uri", late}}).status(), 400);
}

TEST_F(Times, access_tokens_end_by_themselves_and_idle_refresh_tokens_too) {
  const json::Object tokens = redeem(code());
  const std::string access = text(tokens, "access_token");
  pass(minutes(59));
  EXPECT_TRUE(is_active(access));
  pass(minutes(2));
  EXPECT_FALSE(is_active(access));
  std::string last = text(tokens, "refresh_token");
  for (int use = 0; use < 3; ++use) {
    pass(hours(24 * 29));
    last = text(refresh(last), "refresh_token");
  }
  EXPECT_TRUE(is_active(last));
  pass(hours(24 * 30));
  EXPECT_FALSE(is_active(last));
  EXPECT_EQ(text(refresh(last, 400), "error"), "invalid_grant");
}

TEST_F(Times, a_refresh_token_that_is_not_offline_ends_with_its_session) {
  const Form form = request();
  Form narrow;
  for (const auto& [name, value] : form.pairs()) narrow.add(name, name == "scope" ? "openid" : value);
  const std::string token = text(redeem(code(narrow)), "refresh_token");
  ASSERT_TRUE(house.floors().sessions.end(browser.session.id, access::system_actor("test")).ok());
  EXPECT_EQ(text(refresh(token, 400), "error"), "invalid_grant");
}

TEST_F(Times, attack_076_withdrawn_consent_ends_what_it_led_to) {
  const json::Object tokens = redeem(code());
  const access::Actor actor = access::system_actor("test");
  ASSERT_TRUE(house.floors().consents.withdraw(ada.id, ClientId("web"), actor).ok());
  ASSERT_TRUE(house.floors().grants.end_of_client(ada.id, ClientId("web"), "withdrawn", actor).ok());
  EXPECT_FALSE(is_active(text(tokens, "access_token")));
  EXPECT_EQ(text(refresh(text(tokens, "refresh_token"), 400), "error"), "invalid_grant");
}

TEST_F(Times, attack_087_an_expired_hint_counts_and_an_altered_one_does_not) {
  const std::string hint = text(redeem(code()), "id_token");
  pass(hours(24 * 3));
  browser = house.sign_in(ada);
  EXPECT_NE(answered(authorize(with(request(), "id_token_hint", hint)), "code"), "");
  EXPECT_EQ(house.get(with_query("/end_session", Form{{"id_token_hint", hint}}), browser.cookies).status(),
            200);
  const std::size_t payload = hint.find('.') + 5;
  std::string altered = hint;
  altered[payload] = altered[payload] == 'a' ? 'b' : 'a';
  EXPECT_EQ(answered(authorize(with(request(), "id_token_hint", altered)), "error"), "invalid_request");
  EXPECT_EQ(house.get(with_query("/end_session", Form{{"id_token_hint", altered}}), browser.cookies).status(),
            400);
  // Of somebody else: the person signs in again.
  const accounts::Account grace = house.somebody("Grace");
  browser = house.sign_in(grace);
  EXPECT_TRUE(location(authorize(with(request(), "id_token_hint", hint))).starts_with("/login?"));
}

TEST_F(Times, max_age_asks_for_a_login_that_is_young_enough) {
  pass(seconds(100));
  EXPECT_NE(answered(authorize(with(request(), "max_age", "101")), "code"), "");
  EXPECT_TRUE(location(authorize(with(request(), "max_age", "99"))).starts_with("/login?"));
  EXPECT_TRUE(location(authorize(with(request(), "max_age", "0"))).starts_with("/login?"));
  for (const char* wrong : {"-1", "x", "1.5"})
    EXPECT_EQ(answered(authorize(with(request(), "max_age", wrong)), "error"), "invalid_request") << wrong;
  EXPECT_EQ(answered(authorize(with(with(request(), "max_age", "99"), "prompt", "none")), "error"),
            "login_required");
}

TEST_F(Times, prompt_login_wants_a_login_after_the_request) {
  pass(seconds(1));
  const net::Response asked = authorize(with(request(), "prompt", "login"));
  EXPECT_TRUE(location(asked).starts_with("/login?")) << location(asked);
  const std::string interaction = test::cookie_of(asked, "lanyard-request");
  const std::string back = cat("/authorize/continue?request=", answered(asked, "request"));
  pass(seconds(5));
  EXPECT_TRUE(location(house.get(back, cat(browser.cookies, "; ", interaction))).starts_with("/login?"))
      << "coming back without having signed in changes nothing";
  browser = house.sign_in(ada);
  EXPECT_NE(answered(house.get(back, cat(browser.cookies, "; ", interaction)), "code"), "");
}

TEST_F(Times, prompt_none_never_shows_a_page) {
  const auto outcome = [&](const std::string& client, const std::string& cookies) {
    const net::Response response = authorize(with(request(client), "prompt", "none"), cookies);
    EXPECT_TRUE(location(response).starts_with(client == "web" ? kWeb : kNative)) << location(response);
    EXPECT_EQ(answered(response, "iss"), "http://127.0.0.1:8080");
    return answered(response, "error");
  };
  EXPECT_EQ(outcome("web", browser.cookies), "");
  EXPECT_EQ(outcome("web", ""), "login_required");
  EXPECT_EQ(outcome("native", browser.cookies), "consent_required");
  const accounts::Account waiting = house.somebody("Waiting", accounts::State::pending);
  EXPECT_EQ(outcome("web", house.sign_in(waiting).cookies), "interaction_required");
  EXPECT_EQ(answered(authorize(with(request(), "prompt", "none login")), "error"), "invalid_request");
}

}  // namespace
}  // namespace lanyard::doors::oauth
