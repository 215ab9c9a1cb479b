// What an upstream, or somebody in between, may try.
#include "doors/signin/signin_for_test.h"

namespace lanyard::doors::signin::test {
namespace {

class Lies : public SignInTest {
 protected:
  void expect_let_in(const net::Response& response) {
    EXPECT_EQ(problem(response), "") << location(response);
  }
  void expect_claim_refused(const std::string& name, json::Value value,
                            const std::string& kind = "wrong-answer") {
    SCOPED_TRACE(cat(name, " = ", json::write(value)));
    expect_lie_refused([&](json::Object& claims) { claims.set(name, value); }, kind);
  }
  void expect_claim_needed(const std::string& name) {
    SCOPED_TRACE(cat("without ", name));
    expect_lie_refused([&](json::Object& claims) { claims.erase(name); });
  }
  std::int64_t now() { return to_unix_seconds(clock.now()); }
};

TEST_F(Lies, attack_063_an_answer_of_another_issuer_is_refused) {
  Browser browser;
  begin(browser);
  Form query = answer();
  query.add("iss", "https://lab.example");
  expect_refused(browser, come_back(browser, query), "wrong-answer");
  EXPECT_FALSE(uni.token_call);
  begin(browser);
  query = answer();
  query.add("iss", "https://uni.example/");
  expect_refused(browser, come_back(browser, query), "wrong-answer");
  begin(browser);
  query = answer();
  query.add("iss", "https://uni.example");
  expect_let_in(come_back(browser, query));
}

TEST_F(Lies, attack_063_an_issuer_that_announces_iss_always_sends_it) {
  uni.metadata.set("authorization_response_iss_parameter_supported", true);
  uni.publish();
  Browser browser;
  begin(browser);
  expect_refused(browser, come_back(browser, answer()), "wrong-answer");
  // On errors too (RFC 9207 section 2).
  begin(browser);
  expect_refused(browser,
                 come_back(browser, Form{{"error", "access_denied"}, {"state", asked.value_or("state", "")}}),
                 "wrong-answer");
}

TEST_F(Lies, attack_063_an_answer_at_the_address_of_another_provider_is_refused) {
  Browser browser;
  begin(browser);
  expect_refused(browser, come_back(browser, answer(), "lab"), "already-used");
  EXPECT_FALSE(lab.token_call);
  EXPECT_EQ(problem(come_back(browser, answer(), "nowhere")), "switched-off");
}

TEST_F(Lies, attack_064_state_missing_twice_or_made_up) {
  Browser browser;
  begin(browser);
  expect_refused(browser, come_back(browser, Form{{"code", "c-1"}}), "wrong-answer");
  Form twice = answer();
  twice.add("state", asked.value_or("state", ""));
  expect_refused(browser, come_back(browser, twice), "wrong-answer");
  expect_refused(browser, come_back(browser, Form{{"code", "c-1"}, {"state", std::string(43, 'A')}}),
                 "already-used");
  EXPECT_FALSE(uni.token_call);
}

TEST_F(Lies, attack_064_an_answer_is_good_once) {
  Browser browser;
  begin(browser);
  const Form query = answer();
  const std::string login = browser.cookies["lanyard-login"];
  expect_let_in(come_back(browser, query));
  const std::string session = browser.cookies["lanyard"];
  browser.cookies["lanyard-login"] = login;
  uni.token_call.reset();
  EXPECT_EQ(problem(come_back(browser, query)), "already-used");
  EXPECT_FALSE(uni.token_call);
  EXPECT_EQ(browser.cookies["lanyard"], session);
}

TEST_F(Lies, attack_065_an_answer_in_another_browser_is_refused) {
  Browser attacker;
  begin(attacker);
  Browser victim;
  expect_refused(victim, come_back(victim, answer()), "other-browser");
  // A browser that began a login of its own.
  get(victim, "/login");
  begin(attacker);
  expect_refused(victim, come_back(victim, answer()), "other-browser");
  EXPECT_FALSE(uni.token_call);
}

TEST_F(Lies, a_login_that_takes_too_long_is_over) {
  Browser browser;
  begin(browser);
  clock.advance(std::chrono::minutes(10));
  expect_refused(browser, come_back(browser, answer()), "expired");
}

TEST_F(Lies, attack_056_no_parameter_twice) {
  Browser browser;
  begin(browser);
  for (const char* name : {"code", "iss", "error"}) {
    Form query = answer();
    query.add(name, "x");
    query.add(name, "x");
    expect_refused(browser, come_back(browser, query), "wrong-answer");
  }
  expect_let_in(come_back(browser, answer()));
}

TEST_F(Lies, attack_109_a_provider_that_was_switched_off_meanwhile_is_refused) {
  Browser browser;
  begin(browser);
  rules_uni.enabled = false;
  rules_book->set(std::make_shared<admission::RuleBook>(std::vector{rules_uni, rules_lab}));
  expect_refused(browser, come_back(browser, answer()), "switched-off");
}

TEST_F(Lies, what_an_upstream_says_no_with) {
  const std::vector<std::pair<const char*, const char*>> kinds{{"access_denied", "cancelled"},
                                                               {"login_required", "cancelled"},
                                                               {"temporarily_unavailable", "provider-down"},
                                                               {"server_error", "provider-down"},
                                                               {"invalid_request", "wrong-answer"},
                                                               {"<script>", "wrong-answer"}};
  for (const auto& [error, kind] : kinds) {
    Browser browser;
    begin(browser, Form{{"client", "wiki"}, {"to", "/page"}});
    const net::Response response = come_back(
        browser,
        Form{{"error", error}, {"error_description", "<b>x</b>"}, {"state", asked.value_or("state", "")}});
    expect_refused(browser, response, kind);
    // The way back is kept, the upstream's words are not shown.
    const net::Response page = get(browser, location(response));
    EXPECT_NE(page.body().find("client=wiki&amp;to=%2Fpage"), std::string_view::npos);
    EXPECT_EQ(page.body().find("<b>x"), std::string_view::npos);
    EXPECT_EQ(page.body().find("script"), std::string_view::npos);
  }
}

TEST_F(Lies, a_code_must_come) {
  Browser browser;
  begin(browser);
  expect_refused(browser, come_back(browser, Form{{"state", asked.value_or("state", "")}}), "wrong-answer");
}

TEST_F(Lies, the_token_answer_must_be_one) {
  struct Case {
    int status;
    const char* type;
    const char* error;
    const char* kind;
  };
  for (const Case& one :
       {Case{500, "application/json", "", "provider-down"}, Case{201, "application/json", "", "wrong-answer"},
        Case{200, "text/html", "", "wrong-answer"}, Case{400, "application/json", "invalid_grant", "expired"},
        Case{401, "application/json", "invalid_client", "wrong-answer"}}) {
    SCOPED_TRACE(cat(one.status, one.type, one.error));
    uni.token_status = one.status;
    uni.token_type = one.type;
    uni.token_lie = [&](json::Object& answer) { answer.set("error", one.error); };
    Browser browser;
    expect_refused(browser, sign_in(browser), one.kind);
  }
  uni.token_status = 200;
  uni.token_type = "application/json";
  uni.token_lie = [](json::Object& answer) { answer.erase("id_token"); };
  Browser browser;
  expect_refused(browser, sign_in(browser), "wrong-answer");
  outside.fail("https://uni.example/token");
  expect_refused(browser, sign_in(browser), "provider-down");
  outside.reply("https://uni.example/token", 200, "application/json", "[1]");
  expect_refused(browser, sign_in(browser), "wrong-answer");
}

TEST_F(Lies, attack_001_the_signature_must_hold) {
  Browser browser;
  uni.signs_with = &test_key(crypto::Algorithm::es256, 7);
  expect_refused(browser, sign_in(browser), "wrong-answer");
  uni.signs_with = &test_key(crypto::Algorithm::rs256);  // an algorithm that this provider is not allowed
  expect_refused(browser, sign_in(browser), "wrong-answer");
  uni.signs_with = nullptr;
  uni.tamper = [](std::string token) {
    const std::string payload = token.substr(token.find('.'), token.rfind('.') - token.find('.') + 1);
    return cat(base64url_encode(R"({"alg":"none"})"), payload);
  };
  expect_refused(browser, sign_in(browser), "wrong-answer");
  uni.tamper = [](std::string token) { return token.substr(0, token.size() - 4) + "AAAA"; };
  expect_refused(browser, sign_in(browser), "wrong-answer");
  uni.tamper = [](const std::string&) { return std::string("not.a.token"); };
  expect_refused(browser, sign_in(browser), "wrong-answer");
}

TEST_F(Lies, an_access_token_is_no_id_token) {
  uni.typ = "at+jwt";
  Browser browser;
  expect_refused(browser, sign_in(browser), "wrong-answer");
}

TEST_F(Lies, attack_063_the_id_token_names_its_issuer_exactly) {
  expect_claim_needed("iss");
  for (const char* issuer : {"https://lab.example", "https://uni.example/", "HTTPS://uni.example", ""})
    expect_claim_refused("iss", issuer);
}

TEST_F(Lies, the_id_token_is_meant_for_us) {
  expect_claim_needed("aud");
  expect_claim_refused("aud", "somebody else");
  expect_claim_refused("aud", json::Array{});
  expect_claim_refused("aud", json::Array{"somebody", "else"});
  expect_claim_refused("aud", json::Array{"lanyard at uni", 7});
  // Several audiences need azp.
  expect_claim_refused("aud", json::Array{"lanyard at uni", "other"});
  expect_claim_refused("azp", "other");
  expect_claim_refused("azp", 7);
  uni.lie = [](json::Object& claims) {
    claims.set("aud", json::Array{"lanyard at uni", "other"});
    claims.set("azp", "lanyard at uni");
  };
  Browser browser;
  expect_let_in(sign_in(browser));
}

TEST_F(Lies, the_id_token_is_of_now) {
  for (const char* name : {"exp", "iat"}) {
    expect_claim_needed(name);
    expect_claim_refused(name, "1767225600");
    expect_claim_refused(name, -1);
    expect_claim_refused(name, 1e300);
  }
  expect_claim_refused("exp", now() - 60, "clock");
  expect_claim_refused("iat", now() + 61, "clock");
  expect_claim_refused("iat", now() - 601, "clock");
  expect_claim_refused("nbf", now() + 61, "clock");
  expect_claim_refused("nbf", "soon");
  uni.lie = [&](json::Object& claims) {
    claims.set("exp", now() - 59);
    claims.set("iat", static_cast<double>(now()) + 59.5);
  };
  Browser browser;
  expect_let_in(sign_in(browser));
}

TEST_F(Lies, attack_065_the_nonce_is_of_this_login) {
  expect_claim_needed("nonce");
  expect_claim_refused("nonce", "");
  expect_claim_refused("nonce", "another");
  expect_claim_refused("nonce", json::Array{"x"});
}

TEST_F(Lies, at_hash_is_of_the_access_token_when_it_is_there) {
  expect_claim_refused("at_hash", "AAAAAAAAAAAAAAAAAAAAAA");
  expect_claim_refused("at_hash", 7);
  uni.lie = [](json::Object& claims) {
    claims.set("at_hash", base64url_encode(crypto::sha256_bytes("at-1").substr(0, 16)));
  };
  Browser browser;
  expect_let_in(sign_in(browser));
}

TEST_F(Lies, the_subject_is_1_to_255_printable_characters) {
  expect_claim_needed("sub");
  for (const std::string& subject :
       {std::string(), std::string(256, 'x'), std::string("a\nb"), std::string("ü")})
    expect_claim_refused("sub", subject);
  expect_claim_refused("sub", 7);
}

TEST_F(Lies, userinfo_is_asked_only_when_something_is_missing) {
  Browser browser;
  sign_in(browser);
  EXPECT_EQ(outside.count("https://uni.example/me"), 0);
  uni.person = {{"sub", "u-2"}, {"name", "Grace"}};
  uni.userinfo = {
      {"sub", "u-2"}, {"preferred_username", "grace"}, {"email", "g@uni.example"}, {"email_verified", true}};
  Browser second;
  sign_in(second);
  EXPECT_EQ(outside.count("https://uni.example/me"), 1);
  EXPECT_EQ(account_of("u-2")->username, "grace");
  EXPECT_TRUE(account_of("u-2")->email_verified);
}

TEST_F(Lies, userinfo_must_be_of_the_same_subject) {
  uni.person = {{"sub", "u-1"}};
  for (const char* sub : {"u-2", ""}) {
    uni.userinfo = {{"sub", sub}, {"email", "boss@uni.example"}, {"email_verified", true}};
    Browser browser;
    expect_refused(browser, sign_in(browser), "wrong-answer");
  }
  uni.userinfo = {};
  Browser browser;
  expect_refused(browser, sign_in(browser), "wrong-answer");
  EXPECT_FALSE(account_of("u-1"));
}

TEST_F(Lies, attack_094_only_the_boolean_true_verifies_an_address) {
  int number = 0;
  for (const json::Value& value :
       {json::Value("true"), json::Value(1), json::Value(false), json::Value(), json::Value("yes")}) {
    SCOPED_TRACE(json::write(value));
    const std::string subject = cat("v-", ++number);
    uni.person.set("sub", subject);
    uni.person.set("email_verified", value);
    uni.userinfo = {{"sub", subject}};
    Browser browser;
    sign_in(browser);
    ASSERT_TRUE(account_of(subject));
    EXPECT_FALSE(account_of(subject)->email_verified);
  }
}

TEST_F(Lies, attack_095_address_and_its_verification_come_from_one_document) {
  uni.person = {{"sub", "u-1"}, {"name", "Mallory"}, {"preferred_username", "m"}, {"email_verified", true}};
  uni.userinfo = {{"sub", "u-1"}, {"email", "boss@uni.example"}};
  Browser browser;
  sign_in(browser);
  EXPECT_EQ(account_of("u-1")->email, "boss@uni.example");
  EXPECT_FALSE(account_of("u-1")->email_verified);

  uni.person = {
      {"sub", "u-2"}, {"name", "Mallory"}, {"preferred_username", "m2"}, {"email", "boss@uni.example"}};
  uni.userinfo = {{"sub", "u-2"}, {"email_verified", true}};
  Browser second;
  sign_in(second);
  EXPECT_FALSE(account_of("u-2")->email_verified);
}

TEST_F(Lies, a_user_name_that_is_an_address_must_be_a_verified_one) {
  providers[0].username_claim = "email";
  build();
  uni.person.set("email_verified", false);
  Browser browser;
  expect_refused(browser, sign_in(browser), "not-verified");
  uni.person.set("email_verified", true);
  expect_let_in(sign_in(browser));
}

TEST_F(Lies, row_SX2_the_admin_email_counts_only_when_verified) {
  settings.admin_email = "ada@uni.example";
  build();
  for (const json::Value& value : {json::Value(false), json::Value("true")}) {
    uni.person.set("sub", cat("m-", json::write(value).size()));
    uni.person.set("email_verified", value);
    Browser mallory;
    EXPECT_EQ(location(sign_in(mallory)), "/pending");
    EXPECT_FALSE(account_of(cat("m-", json::write(value).size()))->is_admin);
  }
  uni.person.set("sub", "u-1");
  uni.person.set("email_verified", true);
  Browser ada;
  EXPECT_EQ(location(sign_in(ada)), "/account");
  EXPECT_TRUE(account_of("u-1")->is_admin);
  EXPECT_EQ(account_of("u-1")->state, accounts::State::active);
}

}  // namespace
}  // namespace lanyard::doors::signin::test
