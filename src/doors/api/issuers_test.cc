#include "domain/issuers/issuers.h"

#include "doors/api/program_for_test.h"
#include "platform/crypto/jws.h"
#include "test/support/outside.h"
#include "test/support/test_issuer.h"

namespace lanyard::doors::api {
namespace {

const crypto::PrivateKey& key() {
  return test::test_key(crypto::Algorithm::es256);
}

app::Config site() {
  static const test::TestFile keys(test::key_set_text({&key()}));
  app::Config config = test::small_site();
  config.issuers[0].jwks_file = keys.path();
  app::IssuerConfig uni = config.issuers[0];  // of the same name as the provider
  uni.id = "uni";
  uni.issuer = "https://tokens.uni.example";
  config.issuers.push_back(uni);
  return config;
}

class IssuersOfTheApi : public Program {
 protected:
  IssuersOfTheApi() : Program(site()) {}

  std::string make_token(const std::string& audience) {
    const std::int64_t now = to_unix_seconds(house.clock().now());
    const json::Object claims{{"iss", "https://grid.example"},
                              {"sub", "u-1"},
                              {"aud", audience},
                              {"iat", now},
                              {"exp", now + 600},
                              {"jti", "1"},
                              {"scope", "servicex"}};
    return crypto::sign_jws(key(), {{"typ", "JWT"}}, json::write(claims));
  }
  json::Object test_of(std::string_view issuer, const std::string& shown) {
    return read(
        call("POST", cat("/issuers/", issuer, "/test-token"), json::write(json::Object{{"token", shown}})));
  }
};

TEST_F(IssuersOfTheApi, are_listed_with_their_health) {
  const json::Object list = get("/issuers");
  expect_shape(list, "IssuerList");
  std::set<std::string> names;
  for (const json::Object& one : items(list)) {
    expect_shape(one, "Issuer");
    names.insert(cat(text(one, "kind"), " ", text(one, "id")));
  }
  EXPECT_EQ(names, (std::set<std::string>{"issuer grid", "issuer uni", "provider uni"}));
  const json::Object grid = get("/issuers/grid");
  EXPECT_EQ(text(grid, "issuer"), "https://grid.example");
  EXPECT_EQ(*grid.find("keys")->as_integer(), 1);
  EXPECT_TRUE(*grid.find("usable")->as_bool());
}

TEST_F(IssuersOfTheApi, one_of_two_with_the_same_name_is_chosen_by_kind) {
  EXPECT_EQ(text(get("/issuers/uni"), "kind"), "issuer");
  EXPECT_EQ(text(get("/issuers/uni?kind=provider"), "issuer"), "https://login.uni.example");
  expect_problem(call("GET", "/issuers/grid?kind=provider"), 404, "not_found");
  expect_problem(call("GET", "/issuers/grid?kind=other"), 400, "invalid");
  expect_problem(call("GET", "/issuers/none"), 404, "not_found");
}

TEST_F(IssuersOfTheApi, a_token_is_explained_and_kept_to_itself) {
  const std::string good = make_token("https://lanyard.example");
  const json::Object accepted = test_of("grid", good);
  expect_shape(accepted, "TokenReport");
  EXPECT_TRUE(*accepted.find("accepted")->as_bool());
  EXPECT_GT(items(accepted, "steps").size(), 5u);

  const std::string bad = make_token("https://elsewhere.example");
  const json::Object refused = test_of("grid", bad);
  EXPECT_FALSE(*refused.find("accepted")->as_bool());
  EXPECT_EQ(text(items(refused, "steps").back(), "rule"), "audience");

  for (const std::string& shown : {good, bad, std::string("not.a.token")}) {
    const net::Response response =
        call("POST", "/issuers/grid/test-token", json::write(json::Object{{"token", shown}}));
    EXPECT_EQ(response.body().find(shown), std::string_view::npos);
    EXPECT_EQ(house.log_text().find(shown), std::string::npos);
  }
  EXPECT_FALSE(house.floors().directory.find_by_identity("https://grid.example", "u-1")->has_value());
}

TEST_F(IssuersOfTheApi, a_token_of_another_issuer_is_not_this_ones) {
  const json::Object report = test_of("uni", make_token("https://lanyard.example"));
  EXPECT_FALSE(*report.find("accepted")->as_bool());
  EXPECT_EQ(text(items(report, "steps").back(), "rule"), "issuer");
}

TEST_F(IssuersOfTheApi, only_issuers_of_tokens_test_tokens) {
  expect_problem(call("POST", "/issuers/none/test-token", R"({"token": "x"})"), 404, "not_found");
  for (const char* body : {R"({})", R"({"token": ""})", R"({"token": 1})", R"({"token": "x", "id": "y"})"})
    expect_problem(call("POST", "/issuers/grid/test-token", body), 400, "invalid");
}

}  // namespace
}  // namespace lanyard::doors::api
