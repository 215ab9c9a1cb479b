// The good path, where it leads, and the pages.
#include "doors/signin/signin_for_test.h"

namespace lanyard::doors::signin::test {
namespace {

class SigningIn : public SignInTest {};

TEST_F(SigningIn, row_SX6_somebody_unknown_is_pending_and_is_told_so) {
  Browser browser;
  const net::Response response = sign_in(browser);
  EXPECT_EQ(response.status(), 303);
  EXPECT_EQ(location(response), "/pending");
  EXPECT_TRUE(browser.cookies.contains("lanyard"));
  EXPECT_FALSE(browser.cookies.contains("lanyard-login"));
  const auto account = account_of("u-1");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->state, accounts::State::pending);
  EXPECT_EQ(account->username, "ada");
  EXPECT_EQ(account->email, "ada@uni.example");
  const auto trace = book.find_by_request(last_request);
  ASSERT_TRUE(trace);
  EXPECT_TRUE(trace->admitted);
  EXPECT_EQ(trace->account, account->id);
}

TEST_F(SigningIn, row_SX6_somebody_known_beforehand_goes_straight_on) {
  accounts::NewAccount entry;
  entry.issuer = "https://uni.example";
  entry.subject = "u-1";
  entry.source = "command line";
  ASSERT_TRUE(directory.create(entry, console).ok());
  Browser browser;
  EXPECT_EQ(location(sign_in(browser, Form{{"client", "wiki"}, {"to", "/page?x=1&y=2"}})),
            "/gate/start/wiki?to=%2Fpage%3Fx%3D1%26y%3D2");
  EXPECT_EQ(account_of("u-1")->state, accounts::State::active);
}

TEST_F(SigningIn, the_return_address_survives_the_wait) {
  Browser browser;
  EXPECT_EQ(location(sign_in(browser, Form{{"client", "wiki"}, {"to", "/page"}})),
            "/pending?client=wiki&to=%2Fpage");
}

TEST_F(SigningIn, asks_for_a_code_with_everything_that_binds_it) {
  providers[0].authorize_parameters = {
      {"prompt", "select_account"}, {"state", "mine"}, {"redirect_uri", "https://evil.example"}};
  build();
  Browser browser;
  const net::Response response = begin(browser);
  EXPECT_EQ(response.status(), 200);
  EXPECT_NE(response.body().find("Taking you to Example University"), std::string_view::npos);
  EXPECT_NE(response.body().find("uni.example"), std::string_view::npos);
  EXPECT_EQ(asked.value_or("response_type", ""), "code");
  EXPECT_EQ(asked.value_or("client_id", ""), "lanyard at uni");
  EXPECT_EQ(asked.value_or("redirect_uri", ""), "http://127.0.0.1:8080/login/callback/uni");
  EXPECT_EQ(asked.value_or("scope", ""), "openid email profile");
  EXPECT_EQ(asked.value_or("prompt", ""), "select_account");
  EXPECT_EQ(asked.value_or("code_challenge_method", ""), "S256");
  EXPECT_EQ(asked.value_or("state", "").size(), 43U);
  EXPECT_EQ(asked.value_or("nonce", "").size(), 43U);
  come_back(browser, answer());
  ASSERT_TRUE(uni.token_call);
  const Form sent = parse_form(uni.token_call->body).value();
  EXPECT_EQ(base64url_encode(crypto::sha256_bytes(sent.value_or("code_verifier", ""))),
            asked.value_or("code_challenge", ""));
  EXPECT_EQ(sent.value_or("redirect_uri", ""), asked.value_or("redirect_uri", ""));
  EXPECT_EQ(sent.value_or("code", ""), "c-1");
}

std::string header_of(const net::Call& call, std::string_view name) {
  for (const auto& [one, value] : call.headers)
    if (one == name) return value;
  return "";
}

TEST_F(SigningIn, a_secret_goes_the_way_that_the_upstream_takes_it) {
  Browser browser;
  sign_in(browser);
  // RFC 6749 section 2.3.1: encoded as a form first.
  EXPECT_EQ(header_of(*uni.token_call, "Authorization"),
            cat("Basic ", base64_encode("lanyard+at+uni:s3cret+%26+more")));
  EXPECT_EQ(uni.token_call->body.find("client_secret"), std::string::npos);

  uni.metadata.set("token_endpoint_auth_methods_supported", json::Array{"client_secret_post"});
  uni.publish();
  providers[0].keys->purge();
  build();
  Browser second;
  sign_in(second);
  EXPECT_EQ(header_of(*uni.token_call, "Authorization"), "");
  EXPECT_EQ(parse_form(uni.token_call->body).value().value_or("client_secret", ""), "s3cret & more");

  Browser third;
  sign_in(third, {}, "lab");
  EXPECT_EQ(header_of(*lab.token_call, "Authorization"), "");
  EXPECT_EQ(parse_form(lab.token_call->body).value().value_or("client_id", ""), "lanyard at lab");
  EXPECT_EQ(log_book.text().find("s3cret"), std::string::npos);
}

TEST_F(SigningIn, attack_067_the_session_is_a_new_one_and_the_old_one_ends) {
  Browser browser;
  sign_in(browser);
  const SessionId first = session_of(browser);
  ASSERT_FALSE(first.empty());
  const std::string old_cookie = browser.cookies["lanyard"];
  sign_in(browser);
  EXPECT_NE(browser.cookies["lanyard"], old_cookie);
  EXPECT_FALSE(sessions.get(first).ok());
  EXPECT_FALSE(session_of(browser).empty());
}

TEST_F(SigningIn, whoever_is_signed_in_goes_on_without_choosing) {
  Browser browser;
  sign_in(browser);
  activate("u-1");
  EXPECT_EQ(location(get(browser, "/login?client=wiki&to=/page")), "/gate/start/wiki?to=%2Fpage");
  EXPECT_EQ(get(browser, "/login?client=wiki&to=/page&again=1").status(), 200);
}

TEST_F(SigningIn, the_chooser_offers_each_provider_and_names_the_application) {
  Browser browser;
  const net::Response response = get(browser, "/login?client=wiki&to=/page");
  const std::string page(response.body());
  EXPECT_NE(page.find("Sign in to continue to Wiki"), std::string::npos);
  EXPECT_NE(page.find("action=\"/login/uni\""), std::string::npos);
  EXPECT_LT(page.find("Example University"), page.find("The Lab"));
  EXPECT_TRUE(browser.cookies.contains("lanyard-login"));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  // The one that was used last comes first the next time.
  sign_in(browser, {}, "lab");
  const std::string again(get(browser, "/login?again=1").body());
  EXPECT_LT(again.find("The Lab"), again.find("Example University"));
}

TEST_F(SigningIn, a_provider_that_is_switched_off_is_not_offered) {
  providers[0].enabled = false;
  build();
  Browser browser;
  EXPECT_EQ(get(browser, "/login").body().find("Example University"), std::string_view::npos);
  EXPECT_EQ(problem(begin(browser)), "switched-off");
  rules_lab.enabled = false;
  build();
  const net::Response none = get(browser, "/login");
  EXPECT_EQ(none.status(), 503);
  EXPECT_NE(none.body().find("Nobody can sign in"), std::string_view::npos);
}

TEST_F(SigningIn, says_so_when_logins_are_off) {
  settings.browser_login = false;
  build();
  Browser browser;
  EXPECT_EQ(get(browser, "/login").status(), 403);
  EXPECT_EQ(begin(browser).status(), 403);
  switches.enabled = false;
  build();
  const net::Response off = get(browser, "/login");
  EXPECT_EQ(off.status(), 200);
  EXPECT_NE(off.body().find("Authentication is off"), std::string_view::npos);
  EXPECT_NE(off.body().find("href=\"/account\""), std::string_view::npos);
}

TEST_F(SigningIn, attack_140_a_return_is_a_known_application_or_a_page_of_ours) {
  Browser browser;
  EXPECT_EQ(get(browser, "/login?client=evil&to=/").status(), 400);
  EXPECT_EQ(get(browser, "/login?client=wiki&to=https://evil.example").status(), 400);
  EXPECT_EQ(get(browser, "/login?client=wiki&to=//evil.example").status(), 400);
  EXPECT_EQ(get(browser, "/login?client=wiki&to=/%5Cevil.example").status(), 400);
  EXPECT_EQ(get(browser, "/login?client=wiki&to=/%09/evil.example").status(), 400);
  EXPECT_EQ(get(browser, "/login?client=wiki&client=wiki").status(), 400);
  sign_in(browser);
  activate("u-1");
  EXPECT_EQ(location(get(browser, "/login?to=//evil.example")), "/");
  EXPECT_EQ(location(get(browser, "/login?to=/account/tokens")), "/account/tokens");
  EXPECT_EQ(location(get(browser, "/login")), "/account");
}

TEST_F(SigningIn, attack_136_beginning_needs_our_form_in_this_browser) {
  Browser browser;
  get(browser, "/login");
  EXPECT_EQ(post(browser, "/login/uni", {}, "").status(), 403);
  EXPECT_EQ(post(browser, "/login/uni", {}, "another browser").status(), 403);
  Browser bare;
  EXPECT_EQ(post(bare, "/login/uni", {}, browser.cookies["lanyard-login"]).status(), 403);
  net::RequestDraft draft;
  draft.method = "POST";
  draft.target = "/login/uni";
  draft.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", "cross-site"}};
  draft.body = Form{{"csrf", guard.value_for(browser.cookies["lanyard-login"])}}.encode();
  EXPECT_EQ(send(browser, draft).status(), 403);
  EXPECT_EQ(outside.count(), 0);
}

TEST_F(SigningIn, attack_142_a_cookie_that_was_sent_twice_is_refused) {
  Browser browser;
  begin(browser);
  Browser tossed = browser;
  tossed.cookies["x=1; lanyard-login"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  expect_refused(tossed, come_back(tossed, answer()), "other-browser");
}

TEST_F(SigningIn, too_many_from_one_place_wait) {
  settings.logins_per_minute = 3;
  build();
  Browser browser;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(begin(browser).status(), 200);
  const net::Response refused = begin(browser);
  EXPECT_EQ(refused.status(), 429);
  EXPECT_EQ(refused.find_header("Retry-After"), "20");
  Browser elsewhere;
  elsewhere.address = "192.0.2.2";
  EXPECT_EQ(begin(elsewhere).status(), 200);
  clock.advance(std::chrono::seconds(20));
  EXPECT_EQ(begin(browser).status(), 200);
}

TEST_F(SigningIn, an_upstream_that_is_down_is_named_as_such) {
  outside.fail("https://uni.example/.well-known/openid-configuration");
  Browser browser;
  EXPECT_EQ(problem(begin(browser)), "provider-down");
  EXPECT_EQ(sign_in(browser, {}, "lab").status(), 303);
}

TEST_F(SigningIn, each_problem_has_its_page) {
  Browser browser;
  for (const char* kind : {"cancelled", "not-verified", "not-allowed", "suspended", "clock", "provider-down",
                           "wrong-answer", "expired", "other-browser", "already-used", "switched-off",
                           "too-old-login", "linked-elsewhere", "bootstrap-over"}) {
    const net::Response page =
        get(browser, cat("/login/problem/", kind, "?ref=0123456789abcdef&client=wiki&to=/x"));
    EXPECT_NE(page.body().find("What to do"), std::string_view::npos) << kind;
    EXPECT_NE(page.body().find("0123456789abcdef"), std::string_view::npos) << kind;
  }
  EXPECT_EQ(get(browser, "/login/problem/nonsense").status(), 404);
  EXPECT_EQ(get(browser, "/login/problem/clock?ref=<script>alert(1)").body().find("alert"),
            std::string_view::npos);
}

class SigningOut : public SignInTest {};

TEST_F(SigningOut, attack_087_a_get_only_asks) {
  Browser browser;
  sign_in(browser);
  const SessionId session = session_of(browser);
  const net::Response page = get(browser, "/logout");
  EXPECT_EQ(page.status(), 200);
  EXPECT_NE(page.body().find("Sign out?"), std::string_view::npos);
  EXPECT_TRUE(sessions.get(session).ok());
  EXPECT_EQ(post(browser, "/logout", {}, "").status(), 403);
  EXPECT_TRUE(sessions.get(session).ok());
}

TEST_F(SigningOut, ends_the_session_and_its_children_and_names_them) {
  Browser browser;
  sign_in(browser);
  const sessions::Session session = sessions.find(browser.cookies["lanyard"], "lanyard", "").value();
  const auto child = sessions.start_child(session, ClientId("wiki"), console).value();
  const net::Response page = post(browser, "/logout", {}, session.id.str());
  EXPECT_EQ(page.status(), 200);
  EXPECT_NE(page.body().find("You are signed out"), std::string_view::npos);
  EXPECT_NE(page.body().find("Wiki"), std::string_view::npos);
  EXPECT_FALSE(sessions.get(session.id).ok());
  EXPECT_FALSE(sessions.get(child.session.id).ok());
  EXPECT_FALSE(browser.cookies.contains("lanyard"));
}

TEST_F(SigningOut, without_a_session_there_is_nothing_to_do) {
  Browser browser;
  EXPECT_EQ(get(browser, "/logout").status(), 200);
  EXPECT_EQ(post(browser, "/logout", {}, "").status(), 200);
}

}  // namespace
}  // namespace lanyard::doors::signin::test
