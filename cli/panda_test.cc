#include "cli/panda.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <filesystem>
#include <fstream>

#include "cli/qr.h"

namespace lanyard::cli {
namespace {

class Panda : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC-2", 1);  // two hours east
    ::tzset();
  }
  void TearDown() override {
    ::unsetenv("TZ");
    ::tzset();
  }
};

TEST_F(Panda, row_PA7_the_seven_lines) {
  const auto claims = lib::claims_of(*json::parse_object(
      R"({"name":"Jane Doe","email":"jane@example.org","groups":["Rubin","Rubin/production"],)"
      R"("organisation_name":"Rubin","iat":1767225600,"exp":1767312000})"));
  EXPECT_EQ(panda_status("/home/jane/.panda/.token", claims, from_unix_seconds(1767225600)),
            "Filename:       /home/jane/.panda/.token\n"
            "Valid starting: 2026-01-01 02:00:00\n"
            "Expires:        2026-01-02 02:00:00\n"
            "Name:           Jane Doe\n"
            "Email:          jane@example.org\n"
            "Groups:         Rubin,Rubin/production\n"
            "Organization:   Rubin\n");
}

TEST_F(Panda, row_PA7_less_than_five_minutes_left_counts_as_none) {
  const auto claims = lib::claims_of(*json::parse_object(R"({"exp":1000})"));
  EXPECT_EQ(panda_status("f", claims, from_unix_seconds(701)), "No token found\n");
  EXPECT_NE(panda_status("f", claims, from_unix_seconds(700)), "No token found\n");
  EXPECT_EQ(panda_status("f", lib::Claims(), from_unix_seconds(0)), "No token found\n");
}

TEST_F(Panda, the_groups_of_wlcg_do_not_crash_it) {
  const auto claims = lib::claims_of(*json::parse_object(R"({"wlcg.groups":["/a","/b"],"exp":1000})"));
  EXPECT_NE(panda_status("f", claims, from_unix_seconds(0)).find("Groups:         /a,/b\n"),
            std::string::npos);
}

TEST_F(Panda, its_own_file) {
  std::string folder = std::string(::testing::TempDir()) + "panda-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  lib::Environment environment;
  EXPECT_FALSE(find_panda_token(environment)->has_value());
  environment["PANDA_CONFIG_ROOT"] = folder + "/";
  EXPECT_FALSE(find_panda_token(environment)->has_value());
  std::ofstream(folder + "/.token") << R"({"id_token": "a.b.c", "refresh_token": "r"})";
  EXPECT_EQ((*find_panda_token(environment))->id_token.reveal(), "a.b.c");
  EXPECT_EQ((*find_panda_token(environment))->file, folder + "/.token");
  environment["HOME"] = folder;
  environment["PANDA_CONFIG_ROOT"] = "~";
  EXPECT_TRUE(find_panda_token(environment)->has_value());
  std::ofstream(folder + "/.token") << "{";
  EXPECT_FALSE(find_panda_token(environment).ok());
  std::filesystem::remove_all(folder);
}

TEST(Square, has_its_size_and_stays_plain_without_colors) {
  const std::string square = qr_square("https://id.example.org/device?user_code=BCDF-GHJK", false);
  EXPECT_EQ(square.find('\x1b'), std::string::npos);
  EXPECT_NE(qr_square("https://id.example.org", true).find('\x1b'), std::string::npos);
  // Version 3: 29 modules and two of white on each side, two rows a line.
  EXPECT_EQ(std::count(square.begin(), square.end(), '\n'), 17);
  EXPECT_EQ(qr_square(std::string(2000, 'a'), false), "");
  EXPECT_EQ(qr_square("", false), "");
}

}  // namespace
}  // namespace lanyard::cli
