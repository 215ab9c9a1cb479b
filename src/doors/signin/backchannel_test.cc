// Logout tokens of an upstream, right and wrong.
#include "doors/signin/signin_for_test.h"

namespace lanyard::doors::signin::test {
namespace {

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";

class Backchannel : public SignInTest {
 protected:
  Backchannel() {
    uni.lie = [this](json::Object& claims) { claims.set("sid", sid); };
  }
  Browser arrive(std::string session_there) {
    sid = std::move(session_there);
    Browser browser;
    sign_in(browser);
    EXPECT_FALSE(session_of(browser).str().empty());
    return browser;
  }
  bool is_in(const Browser& browser) { return !session_of(browser).str().empty(); }

  json::Object claims() {
    const std::int64_t now = to_unix_seconds(clock.now());
    return {{"iss", uni.issuer()},
            {"aud", "lanyard at uni"},
            {"sub", "u-1"},
            {"sid", "s-1"},
            {"iat", now},
            {"exp", now + 120},
            {"jti", cat("j-", ++count)},
            {"events", json::Object{{std::string(kEvent), json::Object()}}}};
  }
  std::string sign(const json::Object& claims, std::string typ = "logout+jwt") {
    return crypto::sign_jws(uni.key(), {{"typ", std::move(typ)}}, json::write(claims));
  }
  int say(const std::string& token, const std::string& provider = "uni") {
    Browser server;
    server.address = from;
    return post(server, cat("/login/backchannel/", provider), Form{{"logout_token", token}}, "").status();
  }

  std::string sid, from = "192.0.2.77";
  int count = 0;
};

TEST_F(Backchannel, ends_the_session_that_it_names_and_no_other) {
  const Browser first = arrive("s-1"), second = arrive("s-2");
  EXPECT_EQ(say(sign(claims())), 200);
  EXPECT_FALSE(is_in(first));
  EXPECT_TRUE(is_in(second));
}

TEST_F(Backchannel, a_subject_alone_ends_all_and_a_session_alone_is_found) {
  const Browser first = arrive("s-1"), second = arrive("s-2"), silent = arrive("");
  json::Object of_session = claims();
  of_session.erase("sub");
  of_session.set("sid", "s-2");
  EXPECT_EQ(say(sign(of_session)), 200);
  EXPECT_TRUE(is_in(first) && is_in(silent));
  EXPECT_FALSE(is_in(second));
  json::Object of_subject = claims();
  of_subject.erase("sid");
  EXPECT_EQ(say(sign(of_subject)), 200);
  EXPECT_FALSE(is_in(first) || is_in(silent));
}

TEST_F(Backchannel, a_session_whose_name_there_is_not_known_ends_with_its_subject) {
  const Browser silent = arrive("");
  EXPECT_EQ(say(sign(claims())), 200);
  EXPECT_FALSE(is_in(silent));
}

TEST_F(Backchannel, somebody_who_is_not_here_is_no_fault) {
  json::Object other = claims();
  other.set("sub", "u-2");
  EXPECT_EQ(say(sign(other)), 200);
}

TEST_F(Backchannel, attack_088_what_is_no_logout_token_of_this_upstream_ends_nothing) {
  const Browser browser = arrive("s-1");
  const std::int64_t now = to_unix_seconds(clock.now());
  const auto with = [&](const char* name, json::Value value) {
    json::Object changed = claims();
    changed.set(name, std::move(value));
    return sign(changed);
  };
  const auto without = [&](const char* name) {
    json::Object changed = claims();
    changed.erase(name);
    return sign(changed);
  };
  const std::string good = sign(claims());
  const std::string payload = good.substr(good.find('.'), good.rfind('.') - good.find('.') + 1);
  json::Object nameless = claims();
  nameless.erase("sub");
  nameless.erase("sid");
  const std::vector<std::pair<const char*, std::string>> cases{
      {"alg none", cat(base64url_encode(R"({"alg":"none","typ":"logout+jwt"})"), payload)},
      {"alg none, signed", cat(base64url_encode(R"({"alg":"none"})"), payload, "AAAA")},
      {"HMAC", cat(base64url_encode(R"({"alg":"HS256","typ":"logout+jwt"})"), payload, "AAAA")},
      {"no signature", good.substr(0, good.rfind('.') + 1)},
      {"another key",
       crypto::sign_jws(test_key(crypto::Algorithm::rs256), {{"typ", "logout+jwt"}}, json::write(claims()))},
      {"nonce", with("nonce", "n")},
      {"nonce of null", with("nonce", json::Value())},
      {"aud of somebody", with("aud", "somebody")},
      {"aud of our other client", with("aud", "lanyard at lab")},
      {"aud empty", with("aud", json::Array())},
      {"no aud", without("aud")},
      {"another iss", with("iss", lab.issuer())},
      {"iss with a slash", with("iss", cat(uni.issuer(), "/"))},
      {"no iss", without("iss")},
      {"no iat", without("iat")},
      {"iat a text", with("iat", cat(now))},
      {"iat ahead", with("iat", now + 3600)},
      {"iat long ago", with("iat", now - 3600)},
      {"no exp", without("exp")},
      {"exp over", with("exp", now - 61)},
      {"exp of a year", with("exp", now + 31'536'000)},
      {"no jti", without("jti")},
      {"jti empty", with("jti", "")},
      {"jti of 300", with("jti", std::string(300, 'j'))},
      {"jti a number", with("jti", 7)},
      {"no events", without("events")},
      {"another event", with("events", json::Object{{"urn:x", json::Object()}})},
      {"an event that is no object", with("events", json::Object{{std::string(kEvent), true}})},
      {"events a list", with("events", json::Array{std::string(kEvent)})},
      {"nobody", sign(nameless)},
      {"sub a number", with("sub", 1)},
      {"sid empty", with("sid", "")},
      {"an access token", sign(claims(), "at+jwt")},
      {"not a token", "a.b.c"},
      {"empty", ""},
      {"20 kB", with("pad", std::string(20'000, 'x'))},
  };
  for (const auto& [name, token] : cases) {
    from = cat("192.0.2.", 1 + (++count % 200));  // the limit is another test's
    EXPECT_EQ(say(token), 400) << name;
    ASSERT_TRUE(is_in(browser)) << name;
  }
  EXPECT_EQ(say(good, "lab"), 400) << "at the address of another upstream";
  EXPECT_EQ(say(good, "nowhere"), 400);
  EXPECT_TRUE(is_in(browser));
  EXPECT_EQ(log_book.text().find(payload.substr(1, 40)), std::string::npos) << "no token in the log";
  EXPECT_EQ(say(good), 200) << "and it was good all the time";
}

TEST_F(Backchannel, attack_088_a_token_counts_once) {
  const Browser first = arrive("s-1");
  const std::string token = sign(claims());
  EXPECT_EQ(say(token), 200);
  EXPECT_FALSE(is_in(first));
  const Browser again = arrive("s-1");
  EXPECT_EQ(say(token), 400);
  EXPECT_TRUE(is_in(again));
}

TEST_F(Backchannel, attack_088_one_parameter_once_and_as_a_form) {
  const Browser browser = arrive("s-1");
  const std::string token = sign(claims());
  Browser server;
  EXPECT_EQ(post(server, "/login/backchannel/uni", Form{{"logout_token", token}, {"logout_token", token}}, "")
                .status(),
            400);
  EXPECT_EQ(post(server, "/login/backchannel/uni", Form{}, "").status(), 400);
  net::RequestDraft draft;
  draft.method = "POST";
  draft.target = "/login/backchannel/uni";
  draft.headers = {{"Content-Type", "application/json"}};
  draft.body = json::write(json::Object{{"logout_token", token}});
  EXPECT_EQ(send(server, draft).status(), 400);
  EXPECT_EQ(get(server, cat("/login/backchannel/uni?logout_token=", token)).status(), 405);
  EXPECT_TRUE(is_in(browser));
}

TEST_F(Backchannel, attack_088_a_flood_is_cut_off_and_asks_the_upstream_nothing) {
  const Browser browser = arrive("s-1");
  const std::size_t calls = outside.calls().size();
  int refused = 0, cut = 0;
  for (int i = 0; i < 500; ++i) {
    json::Object rubbish = claims();
    rubbish.set("aud", "somebody");
    const int status = say(sign(rubbish));
    refused += status == 400 ? 1 : 0;
    cut += status == 429 ? 1 : 0;
  }
  EXPECT_EQ(refused, 60);
  EXPECT_EQ(cut, 440);
  EXPECT_EQ(outside.calls().size(), calls);
  const std::string good = sign(claims());
  EXPECT_EQ(say(good), 429);
  from = "192.0.2.78";
  EXPECT_EQ(say(good), 200) << "others are heard";
  EXPECT_FALSE(is_in(browser));
}

TEST_F(Backchannel, many_people_who_sign_out_at_once_are_all_heard) {
  for (int i = 0; i < 200; ++i) ASSERT_EQ(say(sign(claims())), 200) << i;
}

TEST_F(Backchannel, a_provider_that_is_switched_off_ends_nothing) {
  const Browser browser = arrive("s-1");
  const std::string token = sign(claims());
  rules_uni.enabled = false;
  rules_book->set(std::make_shared<admission::RuleBook>(std::vector{rules_uni, rules_lab}));
  EXPECT_EQ(say(token), 400);
  EXPECT_TRUE(is_in(browser));
}

}  // namespace
}  // namespace lanyard::doors::signin::test
