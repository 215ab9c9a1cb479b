// Problems, conditions and cursors by themselves.
#include <gtest/gtest.h>

#include <set>

#include "base/json.h"
#include "base/text.h"
#include "doors/api/condition.h"
#include "doors/api/paging.h"
#include "doors/api/problem.h"

namespace lanyard::doors::api {
namespace {

json::Object document_of(const net::Response& response) {
  auto document = json::parse_object(response.body());
  EXPECT_TRUE(document.ok());
  return document.ok() ? std::move(document).value() : json::Object();
}

TEST(Problem, every_code_has_a_status_and_a_type_of_its_own) {
  std::set<int> statuses;
  for (const Code code :
       {Code::invalid, Code::unauthenticated, Code::forbidden, Code::not_found, Code::conflict, Code::expired,
        Code::too_large, Code::too_many, Code::upstream, Code::unavailable, Code::internal}) {
    const int status = status_of(code);
    statuses.insert(status);
    const json::Object document = document_of(problem_of_status(status, "0123456789abcdef"));
    EXPECT_EQ(json::get_string(document, "code").value(), to_string(code));
  }
  EXPECT_EQ(statuses.size(), 11u);
}

TEST(Problem, shows_the_message_and_never_the_cause) {
  const auto request = net::make_request({});
  ASSERT_TRUE(request.ok());
  const net::Response response = problem(internal_error("password=hunter2"), *request);
  EXPECT_EQ(response.status(), 500);
  EXPECT_EQ(response.body().find("hunter2"), std::string_view::npos);
  const net::Response mine = problem(make_error(Code::conflict, "It is taken.", "Take another."), *request);
  const json::Object document = document_of(mine);
  EXPECT_EQ(json::get_string(document, "detail").value(), "It is taken.");
  EXPECT_EQ(json::get_string(document, "hint").value(), "Take another.");
  EXPECT_EQ(json::get_string(document, "type").value(), "/problems/conflict");
  EXPECT_EQ(json::get_integer(document, "status").value(), 409);
}

TEST(Problem, a_status_without_a_sentence_of_its_own_is_kept) {
  const json::Object document = document_of(problem_of_status(418, ""));
  EXPECT_EQ(json::get_integer(document, "status").value(), 418);
  EXPECT_EQ(json::get_string(document, "code").value(), "invalid");
  EXPECT_EQ(json::get_string(document_of(problem_of_status(505, "")), "code").value(), "internal");
}

TEST(Problem, says_when_to_come_back_and_how_to_sign_in) {
  EXPECT_TRUE(problem_of_status(503, "").find_header("Retry-After").has_value());
  EXPECT_EQ(problem_of_status(401, "").find_header("WWW-Authenticate"), "Bearer");
  EXPECT_FALSE(problem_of_status(404, "").find_header("Retry-After").has_value());
}

TEST(Condition, holds_for_the_strong_tag_of_the_version_alone) {
  EXPECT_EQ(etag_of(7), "\"7\"");
  for (const char* holding : {"\"7\"", "*", " \"7\" ", "\"1\", \"7\"", "W/\"7\", \"7\""})
    EXPECT_TRUE(condition_holds(holding, 7).value()) << holding;
  for (const char* other : {"\"8\"", "W/\"7\"", "\"07\"", "\"\"", "\"7 \""})
    EXPECT_FALSE(condition_holds(other, 7).value()) << other;
  for (const char* wrong : {"", "7", "\"7", "\"7\"\"", "\"7\",", "w/\"7\"", "*, \"7\""})
    EXPECT_FALSE(condition_holds(wrong, 7).ok()) << wrong;
}

TEST(Cursor, attack_145_opens_with_its_key_and_scope_alone) {
  const std::string cursor = seal_cursor("key", "scope", "position");
  EXPECT_EQ(open_cursor("key", "scope", cursor).value(), "position");
  EXPECT_FALSE(open_cursor("other", "scope", cursor).ok());
  EXPECT_FALSE(open_cursor("key", "other", cursor).ok());
  // What moves from the scope into the position is not the same cursor.
  EXPECT_NE(seal_cursor("key", "ab", "c"), seal_cursor("key", "a", "bc"));
  EXPECT_EQ(cursor.find_first_of("+/="), std::string::npos);
}

TEST(Cursor, the_scope_knows_filters_and_not_their_order) {
  const auto scope = [](std::string_view query) { return scope_of("/p", parse_form(query).value()); };
  EXPECT_EQ(scope("a=1&b=2"), scope("b=2&a=1&cursor=x&limit=3"));
  EXPECT_NE(scope("a=1&b=2"), scope("a=1"));
  EXPECT_NE(scope("a=1%0Ab=2"), scope("a=1&b=2"));
}

}  // namespace
}  // namespace lanyard::doors::api
