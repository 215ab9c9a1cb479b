#include "doors/oauth/errors.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace lanyard::doors::oauth {
namespace {

std::string member(const net::Response& response, std::string_view name) {
  const auto document = json::parse_object(response.body());
  return document.ok() ? json::string_or(*document, name, "").value() : std::string();
}

TEST(OauthErrors, an_answer_is_json_that_nobody_keeps) {
  const auto response = error_answer(invalid_grant("The code is not good."));
  EXPECT_EQ(response.status(), 400);
  EXPECT_EQ(member(response, "error"), "invalid_grant");
  EXPECT_EQ(member(response, "error_description"), "The code is not good.");
  EXPECT_EQ(response.find_header("Cache-Control"), "no-store");
  EXPECT_FALSE(response.find_header("WWW-Authenticate"));
}

TEST(OauthErrors, attack_092_a_description_has_only_the_characters_that_are_allowed) {
  EXPECT_EQ(description_text("a\"b\\c\r\n\x7F\xC3\xA9z"), "a'b?c?????z");
  EXPECT_EQ(description_text(std::string(5'000, 'x')).size(), 400U);
}

TEST(OauthErrors, trouble_of_ours_is_never_told_as_a_refusal_nor_as_a_success) {
  const auto refused = invalid_client("no");
  for (const Code code : {Code::unavailable, Code::upstream}) {
    const auto error = from_error(make_error(code, "the database is away"), refused);
    EXPECT_EQ(error.status, 503);
    EXPECT_EQ(error.error, "temporarily_unavailable");
    EXPECT_TRUE(error_answer(error).find_header("Retry-After"));
  }
  const auto internal = from_error(internal_error("secret detail"));
  EXPECT_EQ(internal.status, 500);
  EXPECT_EQ(internal.error, "server_error");
  EXPECT_EQ(internal.description.find("secret"), std::string::npos);
  EXPECT_EQ(from_error(make_error(Code::too_many, "slow")).status, 429);
  EXPECT_EQ(from_error(make_error(Code::unauthenticated, "x"), refused).error, "invalid_client");
  EXPECT_EQ(from_error(make_error(Code::unauthenticated, "x")).error, "invalid_grant");
  EXPECT_EQ(from_error(make_error(Code::invalid, "x")).error, "invalid_request");
  EXPECT_EQ(from_error(make_error(Code::forbidden, "x")).error, "access_denied");
}

TEST(OauthErrors, a_nonce_goes_with_the_answer_that_asks_for_it) {
  const auto response = error_answer(use_dpop_nonce("abc"));
  EXPECT_EQ(response.status(), 400);
  EXPECT_EQ(member(response, "error"), "use_dpop_nonce");
  EXPECT_EQ(response.find_header("DPoP-Nonce"), "abc");
}

TEST(OauthErrors, a_redirect_carries_state_and_issuer) {
  const auto form = redirect_parameters(access_denied("The person said no."), "s", "https://id.example.org");
  EXPECT_EQ(form.encode(),
            "error=access_denied&error_description=The%20person%20said%20no.&state=s&iss=https%3A%2F%2Fid."
            "example.org");
  EXPECT_FALSE(*redirect_parameters(access_denied(""), std::nullopt, "i").find("state"));
}

}  // namespace
}  // namespace lanyard::doors::oauth
