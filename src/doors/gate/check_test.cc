#include <set>

#include "doors/gate/gate_test_support.h"

namespace lanyard::doors::gate {
namespace {

using accounts::Event;
using accounts::State;
using std::chrono::seconds;

using GateCheck = GateHouse;

TEST_F(GateCheck, somebody_signed_in_and_active_is_let_in_and_named) {
  const auto ada = somebody("Ada");
  const auto answer = ask("/page", cookie(at_wiki(ada)));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(header_of(answer, "Remote-User"), "ada");
  EXPECT_EQ(header_of(answer, "Remote-Name"), "Ada");
  EXPECT_EQ(header_of(answer, "Remote-Email"), "ada@uni.example");
  EXPECT_EQ(header_of(answer, "X-Lanyard-Account"), ada.id.str());
  EXPECT_EQ(header_of(answer, "X-Lanyard-Subject"), "sub-Ada");
  EXPECT_EQ(header_of(answer, "X-Lanyard-Scope"), "(none)");
}

TEST_F(GateCheck, the_second_question_is_answered_from_memory) {
  const std::string ada = at_wiki(somebody("Ada"));
  EXPECT_EQ(ask("/page", cookie(ada)).status(), 200);
  EXPECT_FALSE(was_quick);
  EXPECT_EQ(ran, net::Runs::db);
  EXPECT_EQ(ask("/page", cookie(ada)).status(), 200);
  EXPECT_TRUE(was_quick);
}

TEST_F(GateCheck, row_TK2_a_bearer_token_is_read_from_the_authorization_header) {
  EXPECT_EQ(ask("/", bearer(grid_token())).status(), 403);  // TK6: an account, waiting
  EXPECT_EQ(ran, net::Runs::waits);                         // the keys had to be fetched
  activate_bearer();
  const auto answer = ask("/", bearer(grid_token()));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(header_of(answer, "X-Lanyard-Issuer"), "https://grid.example");
  EXPECT_EQ(header_of(answer, "X-Lanyard-Scope"), "openid servicex");
}

TEST_F(GateCheck, a_token_that_was_never_seen_needs_no_database_when_its_person_is_known) {
  ask("/", bearer(grid_token()));
  activate_bearer();
  ask("/", bearer(grid_token()));  // becomes active by this one, which changes the account
  ask("/", bearer(grid_token()));
  EXPECT_EQ(ask("/", bearer(grid_token("another"))).status(), 200);
  EXPECT_TRUE(was_quick);
}

TEST_F(GateCheck, row_TK5_a_token_without_the_issuers_scope_is_refused) {
  for (const std::string scope : {"openid", "SERVICEX", "servicexx", "my:servicex"}) {
    const auto answer = ask("/", bearer(grid_token_with("scope", scope)));
    EXPECT_EQ(answer.status(), 403) << scope;
    EXPECT_NE(header_of(answer, "WWW-Authenticate").find("insufficient_scope"), std::string::npos);
  }
}

TEST_F(GateCheck, row_TK6_equal_subjects_of_two_issuers_are_two_people) {
  auto claims = lab.claims(clock.now());
  ask("/", bearer(grid_token()));
  activate_bearer();
  EXPECT_EQ(ask("/", bearer(grid_token())).status(), 200);
  EXPECT_EQ(ask("/", bearer(lab.token(other_ec, claims))).status(), 403);  // waits for its own decision
}

TEST_F(GateCheck, row_TK7_each_mechanism_can_be_switched_off) {
  const auto ada = somebody("Ada");
  const std::string session = at_wiki(ada), token = api_token(ada, {"x"});
  open({}, {.browser_login = false});
  EXPECT_EQ(ask("/", cookie(session)).status(), 401);
  EXPECT_EQ(ask("/", bearer(token)).status(), 200);
  verdicts.clear();
  open({}, {.api_tokens = false});
  EXPECT_EQ(ask("/", cookie(session)).status(), 200);
  EXPECT_EQ(ask("/", bearer(token)).status(), 401);
  open({}, {.bearer_tokens = false});
  EXPECT_EQ(ask("/", bearer(grid_token())).status(), 401);
  EXPECT_EQ(outside.count(), 0);
}

TEST_F(GateCheck, row_SX1_with_authentication_off_everybody_is_the_anonymous_operator) {
  open({{"wiki", "/admin/", {}, {"editors"}, false, true}}, {.enabled = false});
  for (const Headers& shown : {Headers{}, bearer("nonsense"), cookie("nonsense")}) {
    const auto answer = ask("/admin/x", shown);
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(header_of(answer, "Remote-User"), "operator");
    EXPECT_EQ(header_of(answer, "Remote-Name"), "anonymous operator");
  }
}

TEST_F(GateCheck, nothing_shown_is_a_bare_challenge_and_something_wrong_is_named) {
  const auto nothing = ask("/");
  EXPECT_EQ(nothing.status(), 401);
  EXPECT_EQ(header_of(nothing, "WWW-Authenticate"), "Bearer");
  const auto wrong = ask("/", bearer("nonsense"));
  EXPECT_EQ(wrong.status(), 401);
  EXPECT_TRUE(
      header_of(wrong, "WWW-Authenticate").starts_with("Bearer error=\"invalid_token\", error_description="));
  EXPECT_NE(header_of(wrong, "X-Lanyard-Reason"), "(none)");
}

TEST_F(GateCheck, a_browser_is_led_to_the_login_and_a_program_gets_text) {
  Headers page{{"Accept", "text/html,*/*"}};
  const auto browser = ask("/page?x=1&y=2", page);
  EXPECT_EQ(header_of(browser, "Refresh"), "0; url=/.lanyard/login?to=%2Fpage%3Fx%3D1%26y%3D2");
  EXPECT_NE(browser.body().find("Sign in to continue"), std::string_view::npos);
  EXPECT_NE(browser.body().find("/.lanyard/assets/site.css"), std::string_view::npos);
  const auto program = ask("/page");
  EXPECT_EQ(header_of(program, "Refresh"), "(none)");
  EXPECT_EQ(header_of(program, "Content-Type"), "text/plain; charset=utf-8");
}

TEST_F(GateCheck, attack_034_suspended_or_signed_out_is_felt_by_the_next_request) {
  const auto ada = somebody("Ada");
  const std::string session = at_wiki(ada), token = api_token(ada, {"x"});
  EXPECT_EQ(ask("/", cookie(session)).status(), 200);
  EXPECT_EQ(ask("/", bearer(token)).status(), 200);
  apply(ada, Event::suspend);
  EXPECT_EQ(ask("/", cookie(session)).status(), 403);
  EXPECT_EQ(ask("/", bearer(token)).status(), 403);
  apply(ada, Event::restore);
  EXPECT_EQ(ask("/", cookie(session)).status(), 200);
  ASSERT_TRUE(sessions.end_all(ada.id, {}, console).ok());
  EXPECT_EQ(ask("/", cookie(session)).status(), 401);
  const auto tokens_of = credentials.list(ada.id);
  ASSERT_TRUE(tokens_of.ok());
  ASSERT_TRUE(credentials.revoke(ada.id, tokens_of->front().id, console).ok());
  EXPECT_EQ(ask("/", bearer(token)).status(), 401);
}

TEST_F(GateCheck, attack_034_a_login_of_somebody_else_in_the_same_browser_ends_the_old_session_at_once) {
  const auto old = sign_in(somebody("Ada"));
  const std::string session(
      sure(sessions.start_child(old.session, ClientId("wiki"), console)).cookie.reveal());
  ask("/", cookie(session));
  ASSERT_EQ(ask("/", cookie(session)).status(), 200);
  ASSERT_TRUE(was_quick);
  const auto bob = somebody("Bob");
  sessions::Login login{bob.id, "https://uni.example", "sub-Bob", "providers[uni]", "", ""};
  ASSERT_TRUE(sessions.start(login, old.cookie.reveal(), console).ok());
  EXPECT_EQ(ask("/", cookie(session)).status(), 401);
}

TEST_F(GateCheck, attack_036_a_changed_payload_or_client_is_not_found_in_the_cache) {
  ask("/", bearer(grid_token()));
  activate_bearer();
  std::string token = grid_token();
  ASSERT_EQ(ask("/", bearer(token)).status(), 200);
  const std::string other = grid_token_with("sub", "u-2");
  const std::string mixed = cat(std::string_view(other).substr(0, other.rfind('.')),
                                std::string_view(token).substr(token.rfind('.')));
  EXPECT_EQ(ask("/", bearer(mixed)).status(), 401);
  EXPECT_EQ(ask("/", bearer(token.substr(0, token.size() - 2))).status(), 401);
  // A session of one application is nothing at another.
  const std::string session = at_wiki(somebody("Ada"));
  ASSERT_EQ(ask("/", cookie(session)).status(), 200);
  EXPECT_EQ(ask("/", {{"Cookie", cat("__Host-lanyard-app-plots=", session)}}, "plots").status(), 401);
}

TEST_F(GateCheck, attack_107_108_only_an_active_account_passes_and_the_reason_is_told) {
  const struct {
    State state;
    std::string_view rule;
  } cases[] = {{State::pending, "wait_for_decision"},
               {State::rejected, "was_rejected"},
               {State::suspended, "is_suspended"},
               {State::closed, "is_closed"}};
  for (const auto& one : cases) {
    const auto person = somebody(cat("P", accounts::to_string(one.state)), one.state);
    const auto answer = ask("/", cookie(at_wiki(person)));
    EXPECT_EQ(answer.status(), 403);
    EXPECT_EQ(header_of(answer, "X-Lanyard-Rule"), one.rule);
    EXPECT_EQ(header_of(answer, "Remote-User"), "(none)");
  }
  const auto pending = somebody("Waiting", State::pending);
  Headers shown = cookie(at_wiki(pending));
  shown.emplace_back("Accept", "text/html");
  EXPECT_NE(ask("/page", shown).body().find("https://id.example/pending?client=wiki&amp;to=%2Fpage"),
            std::string_view::npos);
}

TEST_F(GateCheck, attack_109_a_login_of_a_source_that_was_taken_away_is_refused) {
  const std::string session = at_wiki(somebody("Ada"));
  ASSERT_EQ(ask("/", cookie(session)).status(), 200);
  rules->set(std::make_shared<const admission::RuleBook>(
      std::vector<admission::Rules>{source("issuers[grid]"), source("issuers[lab]")}));
  marks.move_everybody();
  EXPECT_EQ(ask("/", cookie(session)).status(), 403);
}

TEST_F(GateCheck, attack_131_no_method_is_a_way_around) {
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    net::RequestDraft draft{.method = method, .target = "/gate/check/wiki", .trusted_proxy = true};
    for (const std::string original : {"OPTIONS", "HEAD", "TRACE", "CONNECT", "options", "PROPFIND", ""}) {
      draft.headers = {{"X-Original-URI", "/"},
                       {"X-Original-Method", original},
                       {"X-HTTP-Method-Override", "GET"},
                       {"Access-Control-Request-Method", "GET"}};
      EXPECT_EQ(send(draft).status(), 401) << method << " " << original;
    }
    draft.target = "/gate/envoy/wiki/page";
    EXPECT_EQ(send(draft).status(), 401) << method;
  }
}

TEST_F(GateCheck, attack_132_values_can_not_make_lines_and_group_names_can_not_make_groups) {
  callers::Person person;
  person.account.id = AccountId("000000000000001");
  person.account.name = "A\r\nRemote-User: root\x7F 100% \xC3\xA9";
  person.groups = {"a,admins", "b"};
  const std::string lines = identity_lines(person);
  EXPECT_EQ(lines,
            "Remote-User: 000000000000001\r\n"
            "Remote-Name: A%0D%0ARemote-User: root%7F 100%25 %C3%A9\r\n"
            "Remote-Email: \r\n"
            "Remote-Groups: a%2Cadmins,b\r\n"
            "X-Lanyard-Account: 000000000000001\r\n"
            "X-Lanyard-Issuer: \r\n"
            "X-Lanyard-Subject: \r\n");
}

TEST_F(GateCheck, attack_133_only_a_trusted_proxy_is_believed) {
  Headers shown = cookie(at_wiki(somebody("Ada")));
  shown.emplace_back("X-Original-URI", "/");
  for (const std::string target : {"/gate/check/wiki", "/gate/envoy/wiki/page", "/gate/app/wiki/login",
                                   "/gate/app/wiki/callback", "/gate/app/wiki/logout"}) {
    const auto answer = send({.target = target, .headers = shown, .trusted_proxy = false});
    EXPECT_EQ(answer.status(), 403) << target;
    EXPECT_EQ(header_of(answer, "X-Lanyard-Reason"), "This address is not a trusted proxy.");
  }
  const std::string text = log.text();
  EXPECT_EQ(text.find("untrusted_proxy"), text.rfind("untrusted_proxy"));  // one line, not one a request
}

TEST_F(GateCheck, attack_133_two_headers_that_differ_are_refused) {
  open({{"wiki", "/public/", {}, {}, true, false}});
  EXPECT_EQ(ask("/secret", {{"X-Forwarded-Uri", "/public/"}}).status(), 403);
  EXPECT_EQ(ask("/public/", {{"X-Forwarded-Uri", "/secret"}}).status(), 403);
  EXPECT_EQ(ask("/public/", {{"X-Original-URI", "/secret"}}).status(), 403);
  EXPECT_EQ(ask("/public/", {{"X-Original-Method", "POST"}}).status(), 403);
  EXPECT_EQ(ask("/public/", {{"X-Forwarded-Uri", "/public/"}}).status(), 200);
  EXPECT_EQ(through_proxy("/gate/check/wiki").status(), 403);  // none at all
}

TEST_F(GateCheck, attack_134_no_user_agent_and_no_health_path_is_exempt) {
  for (const std::string agent : {"kube-probe/1.30", "GoogleHC/1.0", "ELB-HealthChecker/2.0"})
    EXPECT_EQ(ask("/healthz", {{"User-Agent", agent}}).status(), 401);
}

TEST_F(GateCheck, attack_142_a_cookie_or_a_header_that_is_there_twice_is_refused) {
  const std::string ada = at_wiki(somebody("Ada"));
  const auto twice = ask("/", {{"Cookie", cat("__Host-lanyard-app-wiki=x; __Host-lanyard-app-wiki=", ada)},
                               {"Accept", "text/html"}});
  EXPECT_EQ(twice.status(), 401);
  EXPECT_EQ(header_of(twice, "Refresh"), "(none)");  // a login would not help
  Headers both = bearer("a");
  both.emplace_back("Authorization", "Bearer b");
  EXPECT_EQ(ask("/", both).status(), 401);
  EXPECT_EQ(ask("/", {{"Authorization", "Basic YTpi"}}).status(), 401);
  EXPECT_EQ(ask("/", bearer("a b")).status(), 401);
}

TEST_F(GateCheck, a_public_page_asks_nobody_and_greets_who_is_known) {
  open({{"wiki", "/public/", {}, {}, true, false}});
  const std::string ada = at_wiki(somebody("Ada"));
  const std::string noah = at_wiki(somebody("Noah", State::pending));
  EXPECT_EQ(header_of(ask("/public/x", cookie(ada)), "Remote-User"), "ada");
  for (const Headers& shown : {Headers{}, bearer("nonsense"), cookie("nonsense"), cookie(noah),
                               Headers{{"Authorization", "Basic YTpi"}}}) {
    const auto answer = ask("/public/x", shown);
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(header_of(answer, "Remote-User"), "(none)");
  }
}

TEST_F(GateCheck, rules_ask_for_scopes_groups_and_administrators) {
  open({{"wiki", "/data/", {"read", "write"}, {}, false, false},
        {"wiki", "/edit/", {}, {"editors", "chiefs"}, false, false},
        {"", "/admin/", {}, {}, false, true}});
  const auto ada = somebody("Ada"), root = somebody("Root", State::active, true);
  const std::string session = at_wiki(ada);
  EXPECT_EQ(ask("/data/x", cookie(session)).status(), 200);  // a person may what the person may
  EXPECT_EQ(ask("/data/x", bearer(api_token(ada, {"read", "write"}))).status(), 200);
  const auto less = ask("/data/x", bearer(api_token(ada, {"read"})));
  EXPECT_EQ(less.status(), 403);
  EXPECT_EQ(header_of(less, "WWW-Authenticate"), "Bearer error=\"insufficient_scope\", scope=\"read write\"");
  EXPECT_EQ(ask("/edit/x", cookie(session)).status(), 403);
  const auto editors = sure(groups.create({.path = "editors"}, console));
  ASSERT_TRUE(groups
                  .add_member(editors.id, {groups::Subject::Kind::account, ada.id.str()},
                              access::Level::can_read, "lanyard", console)
                  .ok());
  const auto editor = ask("/edit/x", cookie(session));
  EXPECT_EQ(editor.status(), 200);
  EXPECT_EQ(header_of(editor, "Remote-Groups"), "editors");
  EXPECT_EQ(ask("/admin/x", cookie(session)).status(), 403);
  EXPECT_EQ(ask("/admin/x", cookie(at_wiki(root))).status(), 200);
  EXPECT_EQ(ask("/admin/x", bearer(api_token(root, {"read"}))).status(), 403);
  EXPECT_EQ(ask("/admin/x", bearer(api_token(root, {"admin"}))).status(), 200);
}

TEST_F(GateCheck, an_issuer_or_a_database_that_is_away_is_a_401_that_says_so) {
  open();
  grid.fail();
  const auto answer = ask("/", bearer(grid_token()));
  EXPECT_EQ(answer.status(), 401);
  EXPECT_EQ(header_of(answer, "Retry-After"), "5");
  EXPECT_EQ(header_of(answer, "X-Lanyard-Rule"), "unavailable");
}

TEST_F(GateCheck, an_unknown_application_is_a_403) {
  EXPECT_EQ(ask("/", {}, "nowhere").status(), 403);
  EXPECT_EQ(through_proxy("/gate/envoy/nowhere/x").status(), 403);
}

TEST_F(GateCheck, envoys_path_is_the_original_one_behind_ours) {
  open({{"wiki", "/public/", {}, {}, true, false}});
  EXPECT_EQ(through_proxy("/gate/envoy/wiki/public/x?a=b").status(), 200);
  EXPECT_EQ(through_proxy("/gate/envoy/wiki/secret?/public/").status(), 401);
  EXPECT_EQ(through_proxy("/gate/envoy/wiki/").status(), 401);
  // What the client sent along under the other names does not count.
  EXPECT_EQ(through_proxy("/gate/envoy/wiki/secret", {{"X-Original-URI", "/public/"}}).status(), 401);
}

TEST_F(GateCheck, every_refusal_leaves_a_trace_that_names_the_person) {
  const auto noah = somebody("Noah", State::pending);
  ask("/", cookie(at_wiki(noah)));
  const auto traces = explanations.find(noah.id.str(), 10);
  ASSERT_EQ(traces.size(), 1U);
  EXPECT_EQ(traces[0].door, "gate");
  EXPECT_FALSE(traces[0].admitted);
  const std::size_t before = explanations.find("", 10'000).size();
  ask("/");
  EXPECT_EQ(explanations.find("", 10'000).size(), before + 1);
  EXPECT_EQ(log.text().find("__Host-lanyard-app-wiki="), std::string::npos);
}

TEST_F(GateCheck, a_verdict_does_not_outlive_expiry_the_cache_life_or_a_stale_feed) {
  ask("/", bearer(grid_token()));
  const auto person = activate_bearer();
  const std::string token = grid_token();
  ask("/", bearer(token));  // becomes active by this one, which changes the account
  ask("/", bearer(token));
  ASSERT_EQ(ask("/", bearer(token)).status(), 200);
  ASSERT_TRUE(was_quick);
  clock.advance(seconds(61));  // older than a verdict may be; the feed is stale too
  ask("/", bearer(token));
  EXPECT_FALSE(was_quick);
  marks.confirmed(clock.steady());
  ask("/", bearer(token));
  ask("/", bearer(token));
  EXPECT_TRUE(was_quick);
  clock.advance(seconds(3));  // changes of others could not be read for longer than allowed
  ask("/", bearer(token));
  EXPECT_FALSE(was_quick);
  clock.advance(seconds(3600));
  marks.confirmed(clock.steady());
  EXPECT_EQ(ask("/", bearer(token)).status(), 401);
}

// Account states, proofs, rules and methods in every combination: nothing but 200, 401 and 403, and 200 only
// where it must be.
TEST_F(GateCheck, the_matrix_of_answers) {
  open({{"wiki", "/public/", {}, {}, true, false},
        {"wiki", "/scope/", {"read"}, {}, false, false},
        {"wiki", "/group/", {}, {"editors"}, false, false},
        {"wiki", "/admin/", {}, {}, false, true}});
  struct Who {
    std::string name;
    State state;
    bool is_admin;
  };
  for (const Who& who : {Who{"pending", State::pending, false}, Who{"active", State::active, false},
                         Who{"admin", State::active, true}, Who{"suspended", State::suspended, false},
                         Who{"rejected", State::rejected, false}, Who{"closed", State::closed, false}}) {
    const auto account = somebody(who.name, who.state, who.is_admin);
    const std::string session = at_wiki(account);
    const std::pair<std::string, Headers> proofs[] = {
        {"none", {}},
        {"session", cookie(session)},
        {"old session", cookie(std::string(43, 'A'))},
        {"another application's", {{"Cookie", cat("__Host-lanyard-app-plots=", session)}}},
        {"ours", {{"Cookie", cat("__Host-lanyard=", session)}}},
        {"api token read", bearer(api_token(account, {"read"}))},
        {"api token admin", bearer(api_token(account, {"admin"}))},
        {"bad token", bearer("a.b.c")},
        {"empty token", {{"Authorization", "Bearer "}}},
        {"basic", {{"Authorization", "Basic YTpi"}}}};
    for (const auto& [proof, shown] : proofs) {
      for (const std::string path :
           {"/", "/public/", "/scope/", "/group/", "/admin/", "/public/%2e%2e/x", "//"}) {
        for (const std::string method : {"GET", "POST", "OPTIONS", "PROPFIND"}) {
          Headers headers = shown;
          headers.emplace_back("X-Original-URI", path);
          headers.emplace_back("X-Original-Method", method);
          const auto answer = send({.target = "/gate/check/wiki", .headers = headers, .trusted_proxy = true});
          const bool active = who.state == State::active;
          const bool proven = proof == "session" || proof.starts_with("api token");
          const bool odd = path.find("%2e") != std::string::npos || path == "//";
          const bool may = path == "/" || (path == "/scope/" && proof != "api token admin") ||
                           (path == "/admin/" && who.is_admin && proof != "api token read");
          const int wanted = odd ? 403 : path == "/public/" ? 200 : !proven ? 401 : active && may ? 200 : 403;
          EXPECT_EQ(answer.status(), wanted) << who.name << ", " << proof << ", " << path << ", " << method;
        }
      }
    }
  }
}

TEST_F(GateCheck, the_signed_identity_verifies_and_is_kept_for_half_its_life) {
  const auto ada = somebody("Ada");
  const auto parent = sign_in(ada);
  const std::string session(
      sure(sessions.start_child(parent.session, ClientId("plots"), console)).cookie.reveal());
  const Headers shown{{"Cookie", cat("__Host-lanyard-app-plots=", session)}};
  const auto first = ask("/", shown, "plots");
  ASSERT_EQ(first.status(), 200);
  const std::string token = header_of(first, "X-Lanyard-Token");
  const auto jws = crypto::parse_jws(std::string_view(token));
  ASSERT_TRUE(jws.ok());
  EXPECT_EQ(jws->typ, "lanyard-identity+jwt");
  const auto keys = crypto::parse_jwk_set(through_proxy("/gate/keys").body());
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(crypto::verify_jws(*jws, keys->keys, {crypto::Algorithm::es256}).ok());
  const auto claims = json::parse_object(jws->payload);
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ(sure(json::get_string(*claims, "iss")), "https://id.example");
  EXPECT_EQ(sure(json::get_string(*claims, "aud")), "https://plots.example");
  EXPECT_EQ(sure(json::get_string(*claims, "sub")), ada.id.str());
  EXPECT_EQ(sure(json::get_integer(*claims, "exp")) - sure(json::get_integer(*claims, "iat")), 300);
  EXPECT_EQ(header_of(ask("/", shown, "plots"), "X-Lanyard-Token"), token);
  EXPECT_EQ(header_of(ask("/", cookie(at_wiki(ada))), "X-Lanyard-Token"), "(none)");
  clock.advance(seconds(151));
  marks.confirmed(clock.steady());
  EXPECT_NE(header_of(ask("/", shown, "plots"), "X-Lanyard-Token"), token);
}

}  // namespace
}  // namespace lanyard::doors::gate
