#include "platform/view/error_page.h"

#include <gtest/gtest.h>

#include <set>

namespace lanyard::view {
namespace {

TEST(ErrorPage, every_code_has_its_own_sentences) {
  std::set<std::string> bodies;
  std::set<int> statuses;
  for (int i = 0; i <= static_cast<int>(Code::internal); ++i) {
    const Page page = error_page(static_cast<Code>(i), "7f3a91c20badcafe");
    EXPECT_FALSE(page.title.empty());
    EXPECT_NE(page.body.str().find("What to do:"), std::string::npos);
    EXPECT_NE(page.body.str().find("<code>7f3a91c20badcafe</code>"), std::string::npos);
    bodies.insert(page.body.str());
    statuses.insert(status_of(static_cast<Code>(i)));
  }
  EXPECT_EQ(bodies.size(), 11U);
  EXPECT_EQ(statuses.size(), 11U);
}

TEST(ErrorPage, attack_092_nothing_of_the_request_or_the_error_is_shown) {
  // There is no way in for words: the functions take a code or a status, and the request's own number.
  static_assert(!std::is_invocable_v<decltype(&error_page), Error, std::string_view>);
  static_assert(!std::is_invocable_v<decltype(&error_page), std::string_view, std::string_view>);
  const Page page = error_page(Code::invalid, "<script>");
  EXPECT_EQ(page.body.str().find("<script"), std::string::npos);
}

TEST(ErrorPage, an_unknown_status_reads_as_the_general_one) {
  EXPECT_EQ(error_page_of_status(418, "").title, error_page_of_status(400, "").title);
  EXPECT_EQ(error_page_of_status(599, "").title, error_page_of_status(500, "").title);
  EXPECT_EQ(error_page_of_status(-1, "").title, error_page_of_status(500, "").title);
  EXPECT_NE(error_page_of_status(405, "").title, error_page_of_status(400, "").title);
}

}  // namespace
}  // namespace lanyard::view
