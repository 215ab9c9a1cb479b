#include "cli/import.h"

#include <gtest/gtest.h>

namespace lanyard::cli {
namespace {

TEST(Import, reads_csv_with_quotes_commas_and_line_ends) {
  const auto people =
      parse_people("subject,email,name\r\ns1,a@x.example,\"Ada \"\"A\"\", Dr.\nof X\"\ns2,,Mia\n");
  ASSERT_TRUE(people.ok()) << people.error().message;
  ASSERT_EQ(people->size(), 2u);
  EXPECT_EQ(*(*people)[0].find("name")->as_string(), "Ada \"A\", Dr.\nof X");
  EXPECT_EQ((*people)[1].find("email"), nullptr);
}

TEST(Import, reads_json_lines) {
  const auto people = parse_people("{\"subject\":\"s1\",\"name\":\"Ada\"}\n\n{\"subject\":\"s2\"}\n");
  ASSERT_TRUE(people.ok());
  EXPECT_EQ(people->size(), 2u);
}

TEST(Import, names_the_place_of_a_fault) {
  EXPECT_NE(parse_people("subject,colour\na,b\n").error().message.find("colour"), std::string::npos);
  EXPECT_NE(parse_people("subject,name\na\n").error().message.find("entry 1"), std::string::npos);
  EXPECT_NE(parse_people("{\"subject\":\"a\"}\n{\"x\":1}\n").error().message.find("line 2"),
            std::string::npos);
  EXPECT_FALSE(parse_people("subject,name\na,\"b\n").ok());
  EXPECT_NE(parse_people("subject,email,subject\n").error().message.find("twice"), std::string::npos);
  EXPECT_FALSE(parse_people("").ok());
}

// One program keeps the text behind the quotes, another drops it, a third keeps the quotes.
TEST(Import, refuses_quotes_that_can_be_read_in_two_ways) {
  for (const char* field : {"\"a\"b", "a\"b", "\"a\"\"b\"c", "a\"", "\"a\" "}) {
    const auto people = parse_people(std::string("subject,name\ns,") + field + "\n");
    ASSERT_FALSE(people.ok()) << field;
    EXPECT_NE(people.error().message.find("entry 1: a quote"), std::string::npos) << people.error().message;
  }
}

}  // namespace
}  // namespace lanyard::cli
