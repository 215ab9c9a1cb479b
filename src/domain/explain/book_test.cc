#include "domain/explain/book.h"

#include <gtest/gtest.h>

namespace lanyard::explain {
namespace {

Trace trace(std::string request, std::string username) {
  Trace t;
  t.request_id = std::move(request);
  t.username = std::move(username);
  return t;
}

TEST(Book, finds_by_request_and_by_words_newest_first) {
  Book book;
  book.add(trace("r1", "mia"));
  book.add(trace("r2", "noah"));
  book.add(trace("r3", "mia"));
  EXPECT_EQ(book.find_by_request("r2")->username, "noah");
  EXPECT_FALSE(book.find_by_request("r4").has_value());
  const auto found = book.find("mia", 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].request_id, "r3");
  EXPECT_EQ(book.find("mia", 1).size(), 1u);
}

TEST(Book, is_bounded_in_entries_and_in_what_an_entry_holds) {
  Book book(2);
  book.add(trace("r1", "a"));
  book.add(trace("r2", std::string(10'000, 'x')));
  book.add(trace("r3", "b"));
  EXPECT_FALSE(book.find_by_request("r1").has_value());
  EXPECT_LE(book.find_by_request("r2")->username.size(), 300u);
}

}  // namespace
}  // namespace lanyard::explain
