// Who is let in, added to an account, or made the first administrator.
#include "doors/signin/signin_for_test.h"

namespace lanyard::doors::signin::test {
namespace {

class Arriving : public SignInTest {
 protected:
  void expect_turned_away(const net::Response& response, const std::string& rule) {
    EXPECT_EQ(response.status(), 403);
    EXPECT_NE(response.body().find("You can not sign in here"), std::string_view::npos);
    const auto trace = book.find_by_request(last_request);
    ASSERT_TRUE(trace);
    EXPECT_FALSE(trace->admitted);
    ASSERT_FALSE(trace->steps.empty());
    EXPECT_EQ(trace->steps.back().rule, rule);
    std::vector<journal::Entry> entries;
    ASSERT_TRUE(database
                    ->read([&](store::Connection& connection) -> Status {
                      LANYARD_TRY(entries, journal::list_before(connection, std::int64_t{1} << 60,
                                                                {.event = "login.refused"}, 1));
                      return {};
                    })
                    .ok());
    ASSERT_FALSE(entries.empty());
    EXPECT_EQ(entries[0].request_id, last_request);
    EXPECT_NE(json::write(entries[0].data).find(rule), std::string::npos);
  }
};

TEST_F(Arriving, row_GL9_only_people_of_the_institution_come_in) {
  rules_uni.identity_provider = {"uni.example"};
  build();
  uni.person.set("preferred_username", "ada@elsewhere.example");
  Browser browser;
  expect_turned_away(sign_in(browser), "institution");
  EXPECT_FALSE(browser.cookies.contains("lanyard"));
  EXPECT_FALSE(account_of("u-1"));
  uni.person.set("preferred_username", "ada@uni.example");
  EXPECT_EQ(location(sign_in(browser)), "/pending");
  EXPECT_EQ(account_of("u-1")->username, "ada");
}

TEST_F(Arriving, row_GL9_the_institution_may_be_a_claim_of_its_own) {
  rules_uni.identity_provider = {"uni.example"};
  rules_uni.identity_provider_claim = "idp";
  providers[0].identity_provider_claim = "idp";
  build();
  uni.person.set("idp", "elsewhere.example");
  Browser browser;
  expect_turned_away(sign_in(browser), "institution");
  uni.person.set("idp", "uni.example");
  EXPECT_EQ(location(sign_in(browser)), "/pending");
}

TEST_F(Arriving, row_GL14_a_name_that_does_not_match_as_a_whole_is_not_tried) {
  rules_uni.username_map = {{"ada", "Lovelace!"}, {"grace", "hopper"}};
  rules_uni.username_pattern = admission::Pattern::compile("[a-z]+").value();
  build();
  Browser browser;
  expect_turned_away(sign_in(browser), "pattern");
  uni.person.set("preferred_username", "grace");
  EXPECT_EQ(location(sign_in(browser)), "/pending");
  EXPECT_EQ(account_of("u-1")->username, "hopper");
}

TEST_F(Arriving, row_GL5_blocked_beats_allowed) {
  rules_uni.allowed_users = {"ada"};
  rules_uni.blocked_users = {"ada"};
  build();
  Browser browser;
  expect_turned_away(sign_in(browser), "blocked");
}

TEST_F(Arriving, row_GL5_a_group_lets_in_and_groups_are_kept) {
  ASSERT_TRUE(groups.create({"physics", groups::Kind::role, "", {}}, console).ok());
  providers[0].groups_claim = "groups";
  rules_uni.allowed_groups = {"physics"};
  build();
  uni.person.set("groups", json::Array{"chemistry"});
  Browser browser;
  expect_turned_away(sign_in(browser), "allowed");
  uni.person.set("groups", json::Array{"chemistry", "physics"});
  EXPECT_EQ(location(sign_in(browser)), "/pending");
  EXPECT_EQ(groups.paths_of(account_of("u-1")->id).value(), std::vector<std::string>{"physics"});
}

TEST_F(Arriving, unknown_people_are_turned_away_where_only_known_ones_are_let_in) {
  rules_uni.newcomers = accounts::Newcomer::refused;
  build();
  Browser browser;
  EXPECT_EQ(sign_in(browser).status(), 403);
  EXPECT_FALSE(browser.cookies.contains("lanyard"));
  EXPECT_FALSE(account_of("u-1"));
}

TEST_F(Arriving, attack_108_somebody_suspended_gets_no_session_and_the_reason) {
  Browser browser;
  sign_in(browser);
  activate("u-1");
  ASSERT_TRUE(
      approvals.apply(account_of("u-1")->id, accounts::Event::suspend, "Ask the office.", console).ok());
  Browser later;
  const net::Response response = sign_in(later);
  EXPECT_EQ(response.status(), 403);
  EXPECT_NE(response.body().find("Ask the office."), std::string_view::npos);
  EXPECT_FALSE(later.cookies.contains("lanyard"));
}

TEST_F(Arriving, somebody_rejected_is_told_so_on_the_page_of_the_waiting) {
  Browser browser;
  sign_in(browser);
  ASSERT_TRUE(
      approvals.decide(account_of("u-1")->id, {accounts::Decision::Answer::reject, "no", "page", {}}, console)
          .ok());
  Browser later;
  EXPECT_EQ(location(sign_in(later)), "/pending");
}

TEST_F(Arriving, attack_093_a_verified_address_of_another_account_is_only_an_offer) {
  Browser first;
  sign_in(first);
  lab.person.set("sub", "l-1");
  Browser second;
  const net::Response response = sign_in(second, Form{{"client", "wiki"}, {"to", "/page"}}, "lab");
  EXPECT_EQ(location(response), "/login/link?client=wiki&to=%2Fpage");
  EXPECT_NE(account_of("l-1", "https://lab.example")->id, account_of("u-1")->id);
  const net::Response page = get(second, location(response));
  EXPECT_NE(page.body().find("You may already have an account"), std::string_view::npos);
  EXPECT_EQ(page.body().find("ada@"), std::string_view::npos);
}

class Linking : public SignInTest {
 protected:
  // Ada, active, signed in with "uni"; "lab" would be her second login.
  Linking() {
    sign_in(ada);
    account = activate("u-1");
    lab.person.set("sub", "l-1");
  }
  net::Response begin_link(Browser& browser, std::string_view handle) {
    const net::Response response = post(browser, "/login/lab", Form{{"link", "1"}}, handle);
    if (const auto refresh = response.find_header("Refresh")) {
      asked = parse_form(parse_url(refresh->substr(7)).value().query.value_or("")).value();
      lab.asked(asked);
    }
    return response;
  }
  Browser ada;
  accounts::Account account;
};

TEST_F(Linking, a_second_login_is_added) {
  ASSERT_EQ(begin_link(ada, session_of(ada).str()).status(), 200);
  EXPECT_EQ(location(come_back(ada, answer(), "lab")), "/account/identities");
  EXPECT_EQ(account_of("l-1", "https://lab.example")->id, account.id);
  Browser elsewhere;
  EXPECT_EQ(location(sign_in(elsewhere, {}, "lab")), "/account");
}

TEST_F(Linking, attack_098_needs_the_form_of_this_session) {
  EXPECT_EQ(begin_link(ada, "").status(), 403);
  EXPECT_EQ(begin_link(ada, "another session").status(), 403);
  Browser nobody;
  EXPECT_EQ(begin_link(nobody, session_of(ada).str()).status(), 401);
}

TEST_F(Linking, attack_097_the_answer_is_good_only_in_the_session_that_asked) {
  begin_link(ada, session_of(ada).str());
  const Form query = answer();
  const std::string login = ada.cookies["lanyard-login"];
  // Signing in again makes another session, in the same browser.
  sign_in(ada);
  ada.cookies["lanyard-login"] = login;
  EXPECT_EQ(problem(come_back(ada, query, "lab")), "too-old-login");
  EXPECT_FALSE(account_of("l-1", "https://lab.example"));
  // And a login that was begun to sign in does not link.
  begin(ada, {}, "lab");
  come_back(ada, answer(), "lab");
  EXPECT_NE(account_of("l-1", "https://lab.example")->id, account.id);
}

TEST_F(Linking, attack_097_the_session_must_be_there_when_the_answer_comes) {
  begin_link(ada, session_of(ada).str());
  ASSERT_TRUE(sessions.end(session_of(ada), console).ok());
  EXPECT_EQ(problem(come_back(ada, answer(), "lab")), "too-old-login");
  EXPECT_FALSE(account_of("l-1", "https://lab.example"));
}

TEST_F(Linking, attack_099_needs_a_fresh_login) {
  clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(problem(begin_link(ada, session_of(ada).str())), "too-old-login");
  sign_in(ada);
  begin_link(ada, session_of(ada).str());
  clock.advance(std::chrono::minutes(9));
  EXPECT_EQ(location(come_back(ada, answer(), "lab")), "/account/identities");
}

TEST_F(Linking, an_identity_of_another_account_is_not_taken) {
  Browser other;
  sign_in(other, {}, "lab");
  begin_link(ada, session_of(ada).str());
  EXPECT_EQ(problem(come_back(ada, answer(), "lab")), "linked-elsewhere");
}

TEST_F(Linking, an_identity_that_is_not_admitted_is_not_linked) {
  rules_lab.blocked_users = {"ada"};
  build();
  begin_link(ada, session_of(ada).str());
  EXPECT_EQ(come_back(ada, answer(), "lab").status(), 403);
  EXPECT_FALSE(account_of("l-1", "https://lab.example"));
}

TEST_F(Linking, somebody_pending_does_not_link) {
  Browser grace;
  uni.person.set("sub", "u-2");
  sign_in(grace);
  EXPECT_EQ(problem(begin_link(grace, session_of(grace).str())), "not-allowed");
}

class Bootstrapping : public SignInTest {
 protected:
  std::string make_link() {
    return std::string(artefacts.issue(sessions::ArtefactKind::bootstrap, "", {}, {}, std::chrono::hours(1))
                           .value()
                           .reveal());
  }
};

TEST_F(Bootstrapping, the_link_makes_the_first_administrator) {
  rules_uni.newcomers = accounts::Newcomer::refused;
  build();
  const std::string token = make_link();
  Browser browser;
  const net::Response page = get(browser, "/bootstrap?token=" + token);
  EXPECT_EQ(page.status(), 200);
  EXPECT_NE(page.body().find("Become the first administrator"), std::string_view::npos);
  EXPECT_NE(page.body().find(token), std::string_view::npos);
  EXPECT_EQ(get(browser, "/bootstrap?token=" + token).status(), 200);  // looking uses nothing up
  EXPECT_EQ(location(sign_in(browser, Form{{"bootstrap", token}})), "/account");
  EXPECT_TRUE(account_of("u-1")->is_admin);
  EXPECT_EQ(account_of("u-1")->state, accounts::State::active);
  EXPECT_TRUE(directory.bootstrap_is_closed().value());
  EXPECT_EQ(log_book.text().find(token), std::string::npos);
}

TEST_F(Bootstrapping, attack_116_the_link_is_good_once_and_closed_for_ever) {
  const std::string token = make_link(), other = make_link();
  Browser first, second;
  begin(first, Form{{"bootstrap", token}});
  const Form first_answer = answer();
  begin(second, Form{{"bootstrap", token}});
  uni.person.set("sub", "u-2");
  EXPECT_EQ(location(come_back(second, answer())), "/account");
  uni.person.set("sub", "u-1");
  uni.lie = [&](json::Object& claims) { claims.set("nonce", "x"); };
  EXPECT_EQ(problem(come_back(first, first_answer)), "wrong-answer");
  uni.lie = [](json::Object&) {};
  EXPECT_EQ(problem(get(first, "/bootstrap?token=" + token)), "bootstrap-over");
  EXPECT_EQ(problem(get(first, "/bootstrap?token=" + other)), "bootstrap-over");
  // A login that carries the other link, begun by hand.
  const net::Response late = sign_in(first, Form{{"bootstrap", other}});
  EXPECT_EQ(problem(late), "bootstrap-over");
  EXPECT_FALSE(account_of("u-1"));
}

TEST_F(Bootstrapping, attack_116_two_browsers_at_once_make_one_administrator) {
  const std::string token = make_link();
  Browser first, second;
  begin(first, Form{{"bootstrap", token}});
  const Form first_answer = answer();
  const Form first_asked = asked;
  begin(second, Form{{"bootstrap", token}});
  uni.person.set("sub", "u-2");
  EXPECT_EQ(location(come_back(second, answer())), "/account");
  uni.asked(first_asked);
  uni.person.set("sub", "u-1");
  expect_refused(first, come_back(first, first_answer), "bootstrap-over");
  EXPECT_FALSE(account_of("u-1"));
}

TEST_F(Bootstrapping, a_made_up_or_old_link_does_nothing) {
  Browser browser;
  EXPECT_EQ(problem(get(browser, "/bootstrap?token=" + std::string(43, 'A'))), "bootstrap-over");
  EXPECT_EQ(problem(begin(browser, Form{{"bootstrap", std::string(43, 'A')}})), "bootstrap-over");
  const std::string token = make_link();
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(problem(get(browser, "/bootstrap?token=" + token)), "bootstrap-over");
}

}  // namespace
}  // namespace lanyard::doors::signin::test
