#include "domain/accounts/users_file.h"

#include <gtest/gtest.h>

namespace lanyard::accounts {
namespace {

constexpr std::string_view kGood =
    R"({"email":"Ada@EXAMPLE.org","institution":"Society","name":"Ada O'Neil","refresh_token":"abc","sub":"s-1"})";

TEST(UsersFile, row_SX5_a_list_and_the_single_object_are_read) {
  const auto one = parse_users_file("users.json", kGood);
  ASSERT_TRUE(one.ok()) << one.error().message;
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one.value()[0].email, "Ada@example.org");
  EXPECT_EQ(one.value()[0].name, "Ada O'Neil");
  EXPECT_EQ(one.value()[0].institution, "Society");
  EXPECT_EQ(one.value()[0].sub, "s-1");
  EXPECT_EQ(one.value()[0].refresh_token.reveal(), "abc");
  EXPECT_EQ(parse_users_file("users.json", "[" + std::string(kGood) + "]")->size(), 1U);
  EXPECT_EQ(parse_users_file("users.json", "[]")->size(), 0U);
}

TEST(UsersFile, row_SX5_institution_and_refresh_token_may_be_left_out) {
  const auto users = parse_users_file("u", R"([{"email":"a@example.org","name":"A","sub":"1"}])");
  ASSERT_TRUE(users.ok());
  EXPECT_TRUE(users.value()[0].refresh_token.empty());
}

struct Broken {
  const char* text;
  std::vector<const char*> named;
};

TEST(UsersFile, row_SX5_a_broken_file_is_refused_naming_file_entry_and_field) {
  const std::string good(kGood);
  const Broken cases[] = {
      {"", {"users.json"}},
      {"7", {"users.json"}},
      {"[7]", {"users.json", "entry 1"}},
      {R"([{"email":"a@example.org","name":"A","sub":"1"},{"email":"b@example.org","name":"B"}])",
       {"users.json", "entry 2", "\"sub\""}},
      {R"([{"email":"a@example.org","name":"A","sub":""}])", {"entry 1", "\"sub\""}},
      {R"([{"email":"a@example.org","name":"A","sub":1}])", {"entry 1", "\"sub\""}},
      {R"([{"email":"nobody","name":"A","sub":"1"}])", {"entry 1", "\"email\""}},
      {R"([{"email":"a@b@example.org","name":"A","sub":"1"}])", {"entry 1", "\"email\""}},
      {R"([{"email":"a@example.org","name":"A","sub":"1","admin":true}])", {"entry 1", "\"admin\""}},
      {R"([{"email":"a@example.org","name":"A\u0000","sub":"1"}])", {"entry 1", "\"name\""}},
      {R"([{"email":"a@example.org","name":"A","name":"B","sub":"1"}])", {"users.json"}},
      {R"({"email":"a@example.org","name":"A","sub":"1"} {})", {"users.json"}},
  };
  for (const Broken& broken : cases) {
    const auto users = parse_users_file("users.json", broken.text);
    ASSERT_FALSE(users.ok()) << broken.text;
    EXPECT_EQ(users.error().code, Code::invalid);
    for (const char* name : broken.named)
      EXPECT_NE(users.error().message.find(name), std::string::npos)
          << name << " in: " << users.error().message;
  }
}

TEST(UsersFile, attack_119_a_subject_or_address_that_stands_twice_is_refused_and_no_token_is_shown) {
  const auto subjects = parse_users_file(
      "users.json", R"([{"email":"a@example.org","name":"A","sub":"1","refresh_token":"hunter2"},
                        {"email":"b@example.org","name":"B","sub":"2"},
                        {"email":"c@example.org","name":"C","sub":"1","refresh_token":"hunter2"}])");
  ASSERT_FALSE(subjects.ok());
  EXPECT_NE(subjects.error().message.find("entry 3, field \"sub\": is the same as in entry 1"),
            std::string::npos)
      << subjects.error().message;
  EXPECT_EQ(subjects.error().message.find("hunter2"), std::string::npos);
  const auto addresses = parse_users_file("users.json", R"([{"email":"A@example.org","name":"A","sub":"1"},
                                                            {"email":"a@example.org","name":"B","sub":"2"}])");
  ASSERT_FALSE(addresses.ok());
  EXPECT_NE(addresses.error().message.find("entry 2, field \"email\""), std::string::npos);
  const auto token = parse_users_file(
      "users.json", R"([{"email":"a@example.org","name":"A","sub":"1","refresh_token":["hunter2"]}])");
  ASSERT_FALSE(token.ok());
  EXPECT_EQ(token.error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace lanyard::accounts
