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

TEST(Book, is_bounded_in_bytes_and_in_what_an_entry_holds) {
  Book book(20'000);
  book.add(trace("long", std::string(10'000, 'x')));
  EXPECT_LE(book.find_by_request("long")->username.size(), 300u);
  const auto kept = [&](const std::string& prefix) {
    int count = 0;
    for (int i = 0; i < 100; ++i)
      count += book.find_by_request(prefix + std::to_string(i)).has_value() ? 1 : 0;
    return count;
  };
  for (int i = 0; i < 100; ++i) book.add(trace("short" + std::to_string(i), "mia"));
  const int few_words = kept("short");
  EXPECT_FALSE(book.find_by_request("long").has_value());
  EXPECT_GT(few_words, 20);
  EXPECT_LT(few_words, 100);
  // A login says more, so fewer of them have room.
  for (int i = 0; i < 100; ++i) {
    Trace login = trace("login" + std::to_string(i), "noah");
    login.steps.resize(8, {"institution", "providers[globus].admission.identity_provider", "not set", true});
    book.add(std::move(login));
  }
  EXPECT_EQ(kept("short"), 0);
  EXPECT_TRUE(book.find_by_request("login99").has_value());
  EXPECT_GT(kept("login"), 5);
  EXPECT_LT(kept("login"), few_words / 2);
}

TEST(Book, keeps_the_last_one_whatever_it_takes) {
  Book book(1);
  book.add(trace("r1", "mia"));
  book.add(trace("r2", "noah"));
  EXPECT_FALSE(book.find_by_request("r1").has_value());
  EXPECT_EQ(book.find_by_request("r2")->username, "noah");
}

}  // namespace
}  // namespace lanyard::explain
