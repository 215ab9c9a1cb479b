#include "domain/tokens/keys.h"

#include "doors/api/program_for_test.h"

namespace lanyard::doors::api {
namespace {

class KeysOfTheApi : public Program {
 protected:
  std::map<std::string, std::string> stages() {  // of each algorithm, newest first
    std::map<std::string, std::string> found;
    const json::Object list = get("/keys");
    expect_shape(list, "KeyList");
    for (const json::Object& one : items(list)) {
      expect_shape(one, "Key");
      found[text(one, "algorithm")] += text(one, "stage") + " ";
    }
    return found;
  }
};

TEST_F(KeysOfTheApi, are_listed_with_stage_and_age_and_nothing_private) {
  EXPECT_EQ(stages(), (std::map<std::string, std::string>{{"ES256", "active "}, {"RS256", "active "}}));
  const net::Response response = call("GET", "/keys");
  for (const char* word : {"PRIVATE", "\"d\"", "sealed"})
    EXPECT_EQ(response.body().find(word), std::string_view::npos) << word;
}

TEST_F(KeysOfTheApi, a_rotation_is_announced_first) {
  const auto made = read(call("POST", "/keys/rotate", R"({"algorithm": "ES256"})"), 201);
  expect_shape(made, "Key");
  EXPECT_EQ(text(made, "stage"), "published");
  expect_problem(call("POST", "/keys/rotate", R"({"algorithm": "ES256"})"), 409, "conflict");
  house.clock().advance(std::chrono::hours(48));
  token = house.api_token(root, {"admin"});  // the other one is over
  EXPECT_EQ(stages()["ES256"], "active retired ");
}

TEST_F(KeysOfTheApi, an_emergency_rotation_acts_at_once) {
  house.clock().advance(std::chrono::hours(1));
  const auto made = read(call("POST", "/keys/rotate", R"({"algorithm": "RS256", "when": "now"})"), 201);
  EXPECT_EQ(text(made, "stage"), "active");
  EXPECT_EQ(stages()["RS256"], "active gone ");
  EXPECT_EQ(items(get("/journal?event=key.rotated")).size(), 1U);
}

TEST_F(KeysOfTheApi, other_wishes_are_refused) {
  for (const char* body :
       {R"({})", R"({"algorithm": "HS256"})", R"({"algorithm": "ES512"})",
        R"({"algorithm": "ES256", "when": "later"})", R"({"algorithm": "ES256", "kid": "x"})"})
    expect_problem(call("POST", "/keys/rotate", body), 400, "invalid");
  EXPECT_EQ(stages()["ES256"], "active ");
}

}  // namespace
}  // namespace lanyard::doors::api
