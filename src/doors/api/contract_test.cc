#include "doors/api/desk.h"
#include "doors/api/program_for_test.h"

namespace lanyard::doors::api {
namespace {

class TheContract : public Program {};

TEST_F(TheContract, has_every_route_and_no_other) {
  std::set<std::string> mounted, written;
  for (const net::Endpoint* endpoint : house.house().router()->all()) {
    const std::string_view pattern = endpoint->pattern;
    if (!pattern.starts_with("/api/")) continue;
    ASSERT_TRUE(pattern.starts_with("/api/v1/"));
    mounted.insert(cat(to_string(endpoint->method), " ", pattern.substr(7)));
  }
  for (const auto& [name, operation] : contract().operations) written.insert(name);
  EXPECT_EQ(mounted, written);
  EXPECT_GT(written.size(), 25u);
}

TEST_F(TheContract, says_who_may_call_and_what_each_route_takes) {
  for (const Route& route : routes()) {
    const std::string name = cat(to_string(route.method), " ", route.path);
    const Contract::Operation& operation = contract().operations.at(name);
    std::set<std::string> query;
    for (const std::string_view one : route.query) query.emplace(one);
    EXPECT_EQ(operation.query, query) << name;
    EXPECT_EQ(operation.is_public, route.who == Who::anybody) << name;
    EXPECT_EQ(operation.takes_body, route.takes != Takes::nothing) << name;
    EXPECT_EQ(operation.has_condition, route.takes == Takes::body_if_match) << name;
    EXPECT_EQ(route.permission.has_value(), route.who == Who::administrator) << name;
    EXPECT_EQ(operation.statuses.contains("401"), route.who != Who::anybody) << name;
    EXPECT_EQ(operation.statuses.contains("415"), route.takes != Takes::nothing) << name;
    EXPECT_EQ(operation.statuses.contains("428"), route.takes == Takes::body_if_match) << name;
  }
}

TEST_F(TheContract, is_served_to_everybody_as_it_was_built_in) {
  const net::Response response = call("GET", "/openapi.yaml", "", {.token = ""});
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(response.find_header("Content-Type"), "application/yaml");
  EXPECT_TRUE(response.body().starts_with("openapi: 3.1.0\n"));
}

TEST_F(TheContract, methods_that_are_not_in_it_are_refused) {
  for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS"})
    expect_problem(call(method, "/accounts"), 405, "method_not_allowed");
  expect_problem(call("POST", "/me", "{}"), 405, "method_not_allowed");
  expect_problem(call("GET", "/nothing"), 404, "not_found");
}

TEST_F(TheContract, no_answer_invites_other_origins) {
  const Sent sent{.token = "its own", .type = "", .headers = {{"Origin", "https://evil.example"}}};
  const net::Response response = call("GET", "/accounts", "", sent);
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(response.find_header("Access-Control-Allow-Origin"), std::nullopt);
}

}  // namespace
}  // namespace lanyard::doors::api
