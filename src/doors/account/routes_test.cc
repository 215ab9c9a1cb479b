// What holds for every route of this door. The routes are read from the house's own table, so one that is
// added later is tested without being named here.
#include <algorithm>

#include "base/text.h"
#include "doors/account/front_for_test.h"

namespace lanyard::doors::account {
namespace {

using accounts::State;

constexpr std::string_view kSomeId = "abcdefghij01234";

bool is_ours(std::string_view pattern) {
  return pattern == "/" || pattern == "/pending" || pattern.starts_with("/account") ||
         pattern.starts_with("/admin");
}

std::string fill(std::string pattern) {
  for (const auto& [part, value] :
       {std::pair<std::string_view, std::string_view>{"{id}", kSomeId}, {"{act}", "suspend"}}) {
    const std::size_t at = pattern.find(part);
    if (at != std::string::npos) pattern.replace(at, part.size(), value);
  }
  return pattern;
}

class EveryRoute : public Front {
 protected:
  std::vector<const net::Endpoint*> routes() {
    std::vector<const net::Endpoint*> ours;
    for (const net::Endpoint* endpoint : house.house().router()->all()) {
      if (is_ours(endpoint->pattern)) ours.push_back(endpoint);
    }
    EXPECT_GT(ours.size(), 20U);
    return ours;
  }
  net::Response send(const Browser& who, const net::Endpoint& endpoint) {
    const std::string target = fill(endpoint.pattern);
    return endpoint.method == net::Method::post ? post(who, target) : get(who, target);
  }
};

// What somebody may use who waits or was rejected: the page that says so, and the profile. Who is shut out
// has the first alone.
bool is_for(State state, std::string_view pattern) {
  const bool may_sign_in = state == State::pending || state == State::rejected;
  return pattern == "/pending" || (pattern == "/account/profile" && may_sign_in);
}

TEST_F(EveryRoute, attack_107_nobody_but_members_gets_past_the_waiting_page) {
  for (const State state : {State::pending, State::rejected, State::suspended, State::closed}) {
    const Browser who = browser_of(cat("User-", to_string(state)), state);
    for (const net::Endpoint* route : routes()) {
      if (is_for(state, route->pattern)) continue;
      SCOPED_TRACE(cat(to_string(state), " ", to_string(route->method), " ", route->pattern));
      const std::size_t before = journal_length();
      expect_sent_to(send(who, *route), "/pending");
      EXPECT_EQ(journal_length(), before);
    }
  }
}

TEST_F(EveryRoute, attack_107_no_token_opens_a_page) {
  const accounts::Account pending = house.somebody("Pending", State::pending);
  const accounts::Account admin = house.somebody("Admin", State::active, true);
  for (const accounts::Account& account : {pending, admin}) {
    const std::string token = house.api_token(account, {"account", "admin"});
    for (const net::Endpoint* route : routes()) {
      SCOPED_TRACE(cat(account.name, " ", to_string(route->method), " ", route->pattern));
      net::RequestDraft draft;
      draft.method = to_string(route->method);
      draft.target = fill(route->pattern);
      draft.headers = {{"Authorization", cat("Bearer ", token)},
                       {"Content-Type", "application/x-www-form-urlencoded"}};
      EXPECT_EQ(house.send(draft).status(), 403);
    }
  }
}

TEST_F(EveryRoute, attack_107_without_a_login_leads_to_the_login) {
  for (const net::Endpoint* route : routes()) {
    SCOPED_TRACE(cat(to_string(route->method), " ", route->pattern));
    const net::Response response = send(Browser{}, *route);
    EXPECT_EQ(response.status(), 303);
    EXPECT_TRUE(location(response).starts_with("/login")) << location(response);
  }
}

TEST_F(EveryRoute, attack_107_administrators_pages_are_refused_to_members) {
  const Browser member = browser_of("Member");
  house.clock().advance(std::chrono::minutes(20));  // an old login is no way around either
  for (const net::Endpoint* route : routes()) {
    if (!route->pattern.starts_with("/admin")) continue;
    SCOPED_TRACE(cat(to_string(route->method), " ", route->pattern));
    EXPECT_EQ(send(member, *route).status(), 403);
  }
  EXPECT_NE(house.log_text().find("account.refused"), std::string::npos);
}

TEST_F(EveryRoute, attack_136_no_form_is_taken_that_is_not_ours) {
  const Browser admin = administrator("Admin");
  const Browser other = browser_of("Other");
  int posts = 0;
  for (const net::Endpoint* route : routes()) {
    if (route->method != net::Method::post) continue;
    SCOPED_TRACE(route->pattern);
    ++posts;
    const std::string target = fill(route->pattern);
    const std::size_t before = journal_length();
    EXPECT_EQ(house.post(target, {}, admin.cookies).status(), 403) << "no value";
    EXPECT_EQ(house.post(target, {}, admin.cookies, other.handle).status(), 403) << "another session's value";
    const std::string form = Form{{"csrf", house.house().guard().value_for(admin.handle)}}.encode();
    using Headers = std::vector<std::pair<std::string, std::string>>;
    const std::string type = "application/x-www-form-urlencoded";
    for (const Headers& headers :
         {Headers{{"Content-Type", type}, {"Origin", "null"}},
          Headers{{"Content-Type", type}, {"Origin", "https://evil.example"}},
          Headers{{"Content-Type", type}, {"Sec-Fetch-Site", "cross-site"}},
          Headers{{"Content-Type", type}, {"Sec-Fetch-Site", "same-site"}},
          Headers{{"Content-Type", "text/plain"}}, Headers{{"Content-Type", "application/json"}}}) {
      net::RequestDraft draft;
      draft.method = "POST";
      draft.target = target;
      draft.headers = headers;
      draft.headers.emplace_back("Cookie", admin.cookies);
      draft.body = form;
      const int wanted = headers.front().second == type ? 403 : 400;
      EXPECT_EQ(house.send(draft).status(), wanted) << headers.back().second;
    }
    EXPECT_EQ(journal_length(), before);
  }
  EXPECT_GE(posts, 8);
}

TEST_F(EveryRoute, attack_143_no_answer_may_be_kept_by_a_cache) {
  const Browser admin = administrator("Admin");
  for (const net::Endpoint* route : routes()) {
    if (route->method != net::Method::get) continue;
    SCOPED_TRACE(route->pattern);
    const net::Response response = send(admin, *route);
    if (response.status() == 303) continue;
    EXPECT_EQ(response.find_header("Cache-Control").value_or(""), "no-store");
    EXPECT_EQ(get(admin, cat(fill(route->pattern), ".css")).status(), 404);
  }
}

TEST_F(EveryRoute, attack_142_two_cookies_of_the_name_are_refused) {
  const Browser member = browser_of("Member");
  const Browser twice{cat(member.cookies, "; ", member.cookies), member.handle, member.session};
  EXPECT_EQ(get(twice, "/account").status(), 400);
}

TEST_F(EveryRoute, attack_138_names_are_text_on_every_page) {
  const std::string evil = "<script>alert(1)</script>\"'><img src=x>";
  const accounts::Account pending = house.somebody("Waiting", State::pending);
  const Browser waiting = house.sign_in(pending);
  const accounts::Account admin_account = house.somebody("Admin", State::active, true);
  const Browser admin = house.sign_in(admin_account);
  for (const Browser& who : {waiting, admin}) {
    const std::string version = cat(read(who.session.account).version);
    expect_sent_to(post(who, "/account/profile",
                        {{"name", evil}, {"institution", evil}, {"experiment", evil}, {"version", version}}),
                   "/account/profile?done=saved");
  }
  expect_sent_to(post(waiting, "/pending", {{"note", evil}}), "/pending?done=note");
  const net::Response made =
      post(admin, "/account/tokens", {{"label", evil}, {"account", "1"}, {"days", "3"}});
  EXPECT_EQ(made.status(), 200);
  const access::Actor system = access::system_actor("test");
  const auto group = house.floors().groups.create({.path = "<script>alert(1)<b>"}, system);
  ASSERT_TRUE(group.ok());
  ASSERT_TRUE(house.floors()
                  .groups
                  .add_member(group->id, {groups::Subject::Kind::account, admin_account.id.str()},
                              access::Level::can_read, "lanyard", system)
                  .ok());
  const auto tokens = house.floors().credentials.list(admin_account.id);
  ASSERT_TRUE(tokens.ok() && tokens->size() == 1);
  const std::string detail = cat("/admin/accounts/", pending.id.str());
  std::vector<net::Response> pages;
  for (const char* page : {"/pending", "/account/profile"}) pages.push_back(get(waiting, page));
  for (const std::string& page :
       {std::string("/account"), std::string("/account/profile"), std::string("/account/identities"),
        std::string("/account/sessions"), std::string("/account/tokens"), std::string("/account/groups"),
        cat("/account/tokens/", tokens->front().id.str()), std::string("/admin/queue"),
        std::string("/admin/accounts"), detail, cat("/admin/accounts/", admin_account.id.str()),
        cat("/admin/accounts?", Form{{"q", evil}}.encode())}) {
    pages.push_back(get(admin, page));
  }
  pages.push_back(post(admin, "/account/profile",
                       {{"name", evil}, {"institution", evil}, {"experiment", evil}, {"version", "0"}}));
  for (const net::Response& page : pages) {
    EXPECT_FALSE(shows(page, "<script")) << page.body();
    EXPECT_FALSE(shows(page, "<img")) << page.body();
    EXPECT_TRUE(shows(page, "&lt;script&gt;"));
    EXPECT_EQ(page.find_header("Content-Security-Policy").value_or("").find("unsafe"), std::string::npos);
  }
}

}  // namespace
}  // namespace lanyard::doors::account
