#include "lib/bearer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"

namespace lanyard::lib {
namespace {

class Bearer : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "bearer-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    for (const char* sub : {"runtime", "tmp"}) std::filesystem::create_directory(folder_ / sub);
    ::chmod((folder_ / "tmp").c_str(), 01777);
    places_.uid = ::getuid();
    places_.temporary = (folder_ / "tmp").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string put(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  std::string found() {
    const auto result = find_bearer_token(places_);
    if (!result.ok()) return cat("error: ", result.error().message);
    return *result ? std::string((*result)->token.reveal()) : "(none)";
  }
  std::string own() const { return cat("bt_u", static_cast<std::int64_t>(places_.uid)); }

  std::filesystem::path folder_;
  Places places_;
};

TEST_F(Bearer, row_TK1_order_of_places) {
  EXPECT_EQ(found(), "(none)");
  put("tmp/" + own(), "from-tmp");
  EXPECT_EQ(found(), "from-tmp");
  places_.environment["XDG_RUNTIME_DIR"] = (folder_ / "runtime").string();
  EXPECT_EQ(found(), "from-tmp");
  put("runtime/" + own(), "from-runtime");
  EXPECT_EQ(found(), "from-runtime");
  places_.environment["BEARER_TOKEN_FILE"] = put("named", "from-named");
  EXPECT_EQ(found(), "from-named");
  places_.environment["BEARER_TOKEN"] = "from-variable";
  EXPECT_EQ(found(), "from-variable");
}

TEST_F(Bearer, row_TK1_white_space_is_cut_and_empty_leads_on) {
  places_.environment["BEARER_TOKEN"] = " \t\r\n\v\f";
  places_.environment["BEARER_TOKEN_FILE"] = put("named", "\n\n");
  put("tmp/" + own(), "  from-tmp\r\n");
  EXPECT_EQ(found(), "from-tmp");
}

TEST_F(Bearer, row_TK1_what_is_no_token_ends_the_search) {
  put("tmp/" + own(), "good");
  for (const char* bad : {"two words", "a\nb", "tok\"en", "t\xC3\xB6ken", "="}) {
    places_.environment["BEARER_TOKEN"] = bad;
    EXPECT_TRUE(found().starts_with("error: ")) << bad;
  }
}

TEST_F(Bearer, row_TK1_a_named_file_must_exist) {
  put("tmp/" + own(), "good");
  places_.environment["BEARER_TOKEN_FILE"] = (folder_ / "absent").string();
  EXPECT_NE(found().find("can not be opened"), std::string::npos);
}

TEST_F(Bearer, row_TK1_configured_file_replaces_the_names) {
  put("tmp/" + own(), "from-tmp");
  places_.environment["BEARER_TOKEN_FILE"] = put("named", "from-named");
  places_.file = put("configured", "from-configured");
  EXPECT_EQ(found(), "from-configured");
  places_.environment["BEARER_TOKEN"] = "from-variable";
  EXPECT_EQ(found(), "from-variable");
}

TEST_F(Bearer, row_TK1_shared_folder_needs_owner_and_mode) {
  const std::string path = put("tmp/" + own(), "token", 0644);
  EXPECT_NE(found().find("can be read by others"), std::string::npos);
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(found(), "token");
  if (::getuid() == 0) {
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    EXPECT_NE(found().find("another user"), std::string::npos);
  }
}

TEST_F(Bearer, attack_015_files_that_are_too_long_or_no_files) {
  places_.environment["BEARER_TOKEN_FILE"] = put("long", std::string(20'000, 'a'));
  EXPECT_NE(found().find("too long"), std::string::npos);
  places_.environment["BEARER_TOKEN_FILE"] = folder_.string();
  EXPECT_TRUE(found().starts_with("error: "));
}

}  // namespace
}  // namespace lanyard::lib
