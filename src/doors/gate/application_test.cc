#include "doors/gate/gate_test_support.h"
#include "doors/gate/ticket.h"

namespace lanyard::doors::gate {
namespace {

using accounts::State;

class GateApplication : public GateHouse {
 protected:
  // What a browser's jar would hold after this answer: "name=value".
  static std::string cookie_of(const net::Response& response, std::string_view name) {
    const std::string& lines = response.header_lines();
    const std::size_t at = lines.find(cat("Set-Cookie: ", name, "="));
    if (at == std::string::npos) return "";
    const std::size_t from = at + 12;
    return lines.substr(from, lines.find(';', from) - from);
  }
  static std::string location(const net::Response& response) { return header_of(response, "Location"); }
  static std::string query_of(const std::string& url, std::string_view name) {
    const std::size_t mark = url.find('?');
    return mark == std::string::npos
               ? ""
               : sure(parse_form(std::string_view(url).substr(mark + 1))).value_or(name, "");
  }
  struct Begun {
    std::string cookie, to;
  };
  Begun begin(const std::string& page = "/page?x=1") {
    const auto answer = through_proxy(cat("/gate/app/wiki/login?to=", percent_encode(page)));
    EXPECT_EQ(answer.status(), 303);
    return {cookie_of(answer, "__Host-lanyard-begun-wiki"), query_of(location(answer), "to")};
  }
  // At our origin, signed in: the address of the callback, as the application's proxy passes it on.
  std::string start(const std::string& session, const std::string& to) {
    const auto answer = send({.target = cat("/gate/start/wiki?to=", percent_encode(to)),
                              .headers = {{"Cookie", cat("__Host-lanyard=", session)}}});
    const std::string leads = location(answer);
    const std::string expected = "https://wiki.example/.lanyard/callback?";
    return leads.starts_with(expected) ? cat("/gate/app/wiki/callback?", leads.substr(expected.size()))
                                       : leads;
  }
  net::Response finish(const std::string& callback, const std::string& jar) {
    Headers headers;
    if (!jar.empty()) headers.emplace_back("Cookie", jar);
    return through_proxy(callback, headers);
  }
};

TEST_F(GateApplication, a_login_goes_round_and_ends_on_the_page) {
  const auto ada = somebody("Ada");
  const Begun begun = begin();
  const std::string callback = start(std::string(sign_in(ada).cookie.reveal()), begun.to);
  const auto done = finish(callback, begun.cookie);
  EXPECT_EQ(done.status(), 303);
  EXPECT_EQ(location(done), "/page?x=1");
  const std::string session = cookie_of(done, "__Host-lanyard-app-wiki");
  ASSERT_FALSE(session.empty());
  EXPECT_EQ(ask("/page", {{"Cookie", session}}).status(), 200);
  EXPECT_NE(done.header_lines().find("Secure; HttpOnly; SameSite=Lax"), std::string::npos);
}

TEST_F(GateApplication, the_ticket_is_good_once_for_one_application_and_a_minute) {
  const std::string session(sign_in(somebody("Ada")).cookie.reveal());
  const Begun begun = begin();
  const std::string once = start(session, begun.to);
  EXPECT_EQ(location(finish(once, begun.cookie)), "/page?x=1");
  const auto again = finish(once, begun.cookie);
  EXPECT_EQ(cookie_of(again, "__Host-lanyard-app-wiki"), "");
  EXPECT_EQ(location(again), "/.lanyard/login?to=%2Fpage%3Fx%3D1&again=1");

  std::string elsewhere = start(session, begun.to);
  elsewhere.replace(elsewhere.find("/wiki/"), 6, "/plots/");
  EXPECT_EQ(cookie_of(finish(elsewhere, begun.cookie), "__Host-lanyard-app-plots"), "");

  const std::string late = start(session, begun.to);
  clock.advance(kTicketLife);
  EXPECT_EQ(cookie_of(finish(late, begun.cookie), "__Host-lanyard-app-wiki"), "");
}

TEST_F(GateApplication, attack_065_a_callback_of_somebody_else_signs_nobody_in) {
  const Begun attackers = begin();
  const std::string callback = start(std::string(sign_in(somebody("Mallory")).cookie.reveal()), attackers.to);
  const Begun victims = begin("/mine");
  ASSERT_NE(victims.cookie, attackers.cookie);
  for (const std::string& jar : {std::string(), victims.cookie, std::string("__Host-lanyard-begun-wiki=x")}) {
    const auto answer = finish(callback, jar);
    EXPECT_EQ(answer.status(), 303);
    EXPECT_EQ(cookie_of(answer, "__Host-lanyard-app-wiki"), "");
    EXPECT_TRUE(location(answer).starts_with("/.lanyard/login?"));
  }
  // It was used up by the first try.
  EXPECT_EQ(cookie_of(finish(callback, attackers.cookie), "__Host-lanyard-app-wiki"), "");
}

TEST_F(GateApplication, attack_065_a_victims_own_session_can_not_be_bound_to_an_attackers_mark) {
  const Begun attackers = begin();
  const std::string callback = start(std::string(sign_in(somebody("Vera")).cookie.reveal()), attackers.to);
  const Begun victims = begin();
  EXPECT_EQ(cookie_of(finish(callback, victims.cookie), "__Host-lanyard-app-wiki"), "");
}

TEST_F(GateApplication, a_browser_without_cookies_does_not_go_round_for_ever) {
  const std::string session(sign_in(somebody("Ada")).cookie.reveal());
  const auto first = finish(start(session, begin().to), "");
  const std::string second = location(first);
  const auto began =
      through_proxy(cat("/gate/app/wiki/", second.substr(std::string_view("/.lanyard/").size())));
  const auto last = finish(start(session, query_of(location(began), "to")), "");
  EXPECT_EQ(last.status(), 403);
}

TEST_F(GateApplication, start_sends_each_person_where_they_belong) {
  const std::string to = begin().to;
  EXPECT_EQ(start("", to), with_query("/login", Form{{"client", "wiki"}, {"to", to}}));
  const std::string noah(sign_in(somebody("Noah", State::pending)).cookie.reveal());
  EXPECT_EQ(start(noah, to), with_query("/pending", Form{{"client", "wiki"}, {"to", to}}));
  // Not begun at the application: there first.
  const std::string ada(sign_in(somebody("Ada")).cookie.reveal());
  EXPECT_EQ(start(ada, "/page"), "https://wiki.example/.lanyard/login?to=%2Fpage");
}

TEST_F(GateApplication, attack_140_141_nobody_is_sent_anywhere_else) {
  const std::string session(sign_in(somebody("Ada")).cookie.reveal());
  for (const std::string bad : {"//evil.example", "/\\evil.example", "https://evil.example", "\\/evil",
                                "/a\tb", "javascript:alert(1)", ""}) {
    const auto login = through_proxy(cat("/gate/app/wiki/login?to=", percent_encode(bad)),
                                     {{"Host", "evil.example"}, {"X-Forwarded-Host", "evil.example"}});
    EXPECT_TRUE(location(login).starts_with("https://id.example/login?client=wiki&to=")) << bad;
    EXPECT_NE(query_of(location(login), "to").find("to=%2F"), std::string::npos) << bad;
    EXPECT_EQ(query_of(location(login), "to").find("evil"), std::string::npos) << bad;
    const Begun begun = begin();
    std::string callback = start(session, begun.to);
    callback = cat(callback.substr(0, callback.find("&to=")), "&to=", percent_encode(bad));
    EXPECT_EQ(location(finish(callback, begun.cookie)), "/") << bad;
  }
}

TEST_F(GateApplication, two_tabs_share_what_binds_them) {
  const Begun first = begin("/one");
  const auto second = through_proxy("/gate/app/wiki/login?to=%2Ftwo", {{"Cookie", first.cookie}});
  EXPECT_EQ(cookie_of(second, "__Host-lanyard-begun-wiki"), first.cookie);
}

TEST_F(GateApplication, a_proxy_that_was_refused_can_lead_a_person_here_and_a_program_not) {
  const auto person = through_proxy(
      "/gate/app/wiki/login",
      {{"X-Original-URI", "/deep?x=1&y=2"}, {"X-Original-Method", "GET"}, {"Accept", "text/html"}});
  EXPECT_EQ(person.status(), 303);
  EXPECT_NE(query_of(location(person), "to").find(percent_encode("/deep?x=1&y=2")), std::string::npos);
  for (const Headers& more :
       {Headers{{"Accept", "*/*"}}, Headers{{"Accept", "text/html"}, {"Authorization", "Bearer x"}},
        Headers{{"Accept", "text/html"}, {"X-Original-Method", "POST"}}}) {
    Headers headers = more;
    headers.emplace_back("X-Original-URI", "/deep");
    const auto program = through_proxy("/gate/app/wiki/login", headers);
    EXPECT_EQ(program.status(), 401);
    EXPECT_TRUE(header_of(program, "WWW-Authenticate").starts_with("Bearer"));
  }
}

TEST_F(GateApplication, attack_136_signing_out_asks_first_and_takes_only_its_own_form) {
  const auto ada = somebody("Ada");
  const std::string session = at_wiki(ada);
  const auto page = through_proxy("/gate/app/wiki/logout", cookie(session));
  EXPECT_EQ(page.status(), 200);
  const std::string body(page.body());
  const std::size_t at = body.find("name=\"csrf\" value=\"");
  ASSERT_NE(at, std::string::npos);
  const std::string field = body.substr(at + 19, body.find('"', at + 19) - at - 19);
  const auto press = [&](const std::string& value, const std::string& origin) {
    Headers headers = cookie(session);
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    headers.emplace_back("Origin", origin);
    return send({.method = "POST",
                 .target = "/gate/app/wiki/logout",
                 .headers = headers,
                 .body = Form{{"csrf", value}}.encode(),
                 .trusted_proxy = true});
  };
  EXPECT_EQ(press("wrong", "https://wiki.example").status(), 403);
  EXPECT_EQ(press(field, "https://evil.example").status(), 403);
  EXPECT_EQ(press(field, "null").status(), 403);
  ASSERT_EQ(ask("/", cookie(session)).status(), 200);
  EXPECT_EQ(press(field, "https://wiki.example").status(), 200);
  EXPECT_EQ(ask("/", cookie(session)).status(), 401);
}

}  // namespace
}  // namespace lanyard::doors::gate
