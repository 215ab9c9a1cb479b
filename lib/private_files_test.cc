#include "lib/private_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace lanyard::lib {
namespace {

namespace fs = std::filesystem;

class PrivateFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "private-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }
  std::string at(const std::string& name) const { return (root_ / name).string(); }
  static mode_t mode(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
  }
  static std::string text(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }

  fs::path root_;
};

TEST_F(PrivateFiles, row_PA8_folder_0700_and_file_0600_under_any_mask) {
  for (const mode_t mask : {0000, 0022, 0277}) {
    const std::string path = at("a/b/lanyard" + std::to_string(mask));
    fs::create_directories(root_ / "a" / "b");
    const mode_t before = ::umask(mask == 0277 ? 0077 : mask);
    const auto folder = PrivateFolder::open(path);
    ::umask(mask);
    const bool written = folder.ok() && folder->write("one.json", "{}").ok();
    ::umask(before);
    ASSERT_TRUE(written);
    EXPECT_EQ(mode(path), 0700u);
    EXPECT_EQ(mode(path + "/one.json"), 0600u);
  }
}

TEST_F(PrivateFiles, written_read_listed_removed) {
  const auto folder = PrivateFolder::open(at("lanyard"));
  ASSERT_TRUE(folder.ok());
  EXPECT_FALSE(folder->read("one.json")->has_value());
  ASSERT_TRUE(folder->write("one.json", "first").ok());
  ASSERT_TRUE(folder->write("one.json", "second").ok());
  EXPECT_EQ((*folder->read("one.json"))->reveal(), "second");
  EXPECT_EQ(*folder->names(".json"), std::vector<std::string>{"one.json"});
  EXPECT_EQ(std::distance(fs::directory_iterator(at("lanyard")), {}), 1) << "nothing is left lying about";
  EXPECT_TRUE(*folder->remove("one.json"));
  EXPECT_FALSE(*folder->remove("one.json"));
}

TEST_F(PrivateFiles, row_PA8_a_link_is_not_read_and_not_written_through) {
  std::ofstream(at("victim")) << "victim";
  ::chmod(at("victim").c_str(), 0600);
  const auto folder = PrivateFolder::open(at("lanyard"));
  ASSERT_TRUE(folder.ok());
  fs::create_symlink(at("victim"), at("lanyard/one.json"));
  const auto read = folder->read("one.json");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::forbidden);
  ASSERT_TRUE(folder->write("one.json", "mine").ok());
  EXPECT_EQ(text(at("victim")), "victim");
  EXPECT_FALSE(fs::is_symlink(at("lanyard/one.json")));
  fs::create_symlink(at("victim"), at("lanyard/two.json.lock"));
  EXPECT_FALSE(folder->lock("two.json").ok());
}

TEST_F(PrivateFiles, row_PA8_a_folder_that_is_a_link_or_open_is_refused) {
  fs::create_directory(at("real"));
  ::chmod(at("real").c_str(), 0700);
  fs::create_directory_symlink(at("real"), at("link"));
  EXPECT_EQ(PrivateFolder::open(at("link")).error().code, Code::forbidden);
  for (const mode_t open : {0701, 0710, 0755, 0777}) {
    ::chmod(at("real").c_str(), open);
    const auto folder = PrivateFolder::open(at("real"));
    ASSERT_FALSE(folder.ok()) << open;
    EXPECT_NE(folder.error().hint.find("chmod 700"), std::string::npos);
  }
  EXPECT_EQ(PrivateFolder::open("relative").error().code, Code::invalid);
}

TEST_F(PrivateFiles, row_PA8_a_file_of_others_or_for_others_is_refused) {
  const auto folder = PrivateFolder::open(at("lanyard"));
  ASSERT_TRUE(folder.ok());
  ASSERT_TRUE(folder->write("one.json", "text").ok());
  for (const mode_t open : {0604, 0640, 0644, 0666}) {
    ::chmod(at("lanyard/one.json").c_str(), open);
    EXPECT_EQ(folder->read("one.json").error().code, Code::forbidden) << open;
  }
  ::chmod(at("lanyard/one.json").c_str(), 0600);
  EXPECT_TRUE(folder->read("one.json").ok());
  ASSERT_EQ(::mkfifo(at("lanyard/pipe.json").c_str(), 0600), 0);
  EXPECT_EQ(folder->read("pipe.json").error().code, Code::forbidden) << "a pipe would keep us waiting";
  if (::getuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(::chown(at("lanyard/one.json").c_str(), 12345, 12345), 0);
  EXPECT_EQ(folder->read("one.json").error().code, Code::forbidden);
  ASSERT_EQ(::chown(at("lanyard").c_str(), 12345, 12345), 0);
  EXPECT_EQ(PrivateFolder::open(at("lanyard")).error().code, Code::forbidden);
}

TEST_F(PrivateFiles, readers_see_the_old_text_or_the_new) {
  const auto folder = PrivateFolder::open(at("lanyard"));
  ASSERT_TRUE(folder.ok());
  const std::string first(50'000, 'a'), second(50'000, 'b');
  ASSERT_TRUE(folder->write("one.json", first).ok());
  std::atomic<bool> over = false;
  std::atomic<int> torn = 0;
  std::thread reader([&] {
    while (!over) {
      const auto read = folder->read("one.json");
      if (!read.ok() || !*read || ((*read)->reveal() != first && (*read)->reveal() != second)) ++torn;
    }
  });
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(folder->write("one.json", i % 2 == 0 ? second : first).ok());
  over = true;
  reader.join();
  EXPECT_EQ(torn, 0);
}

TEST_F(PrivateFiles, a_lock_is_held_by_one) {
  const auto folder = PrivateFolder::open(at("lanyard"));
  ASSERT_TRUE(folder.ok());
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 5; ++turn) {
        const auto lock = folder->lock("one.json");
        if (!lock.ok()) continue;
        most = std::max<int>(most, ++inside);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
}

TEST_F(PrivateFiles, row_TK1_a_bearer_file_replaces_a_link) {
  std::ofstream(at("victim")) << "victim";
  fs::create_symlink(at("victim"), at("bt_u1"));
  ASSERT_TRUE(write_private_file(at("bt_u1"), "token").ok());
  EXPECT_EQ(text(at("bt_u1")), "token");
  EXPECT_EQ(text(at("victim")), "victim");
  EXPECT_EQ(mode(at("bt_u1")), 0600u);
  EXPECT_FALSE(write_private_file(at("absent/bt_u1"), "token").ok());
}

}  // namespace
}  // namespace lanyard::lib
