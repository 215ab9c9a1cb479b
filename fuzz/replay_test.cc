// Every input of the corpora once more in each ordinary build, so that a fault that was mended stays mended,
// and so that the sanitizers of the unit tests see what the fuzzer found worth keeping.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fuzz/fuzz.h"

namespace lanyard::fuzz {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void replay(const Target& target, const std::string& input, const fs::path& from) {
  try {
    target.run(input);
  } catch (const std::exception& fault) {
    ADD_FAILURE() << from << " (the first " << input.size() << " bytes): " << fault.what();
  }
}

class Fuzz : public ::testing::TestWithParam<Target> {};

TEST_P(Fuzz, the_corpus_keeps_what_must_hold) {
  const Target& target = GetParam();
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(LANYARD_SOURCE_DIR) / "fuzz/corpus" / target.name))
    files.push_back(entry.path());
  std::ranges::sort(files);
  EXPECT_GE(files.size(), 5U);
  for (const fs::path& file : files) {
    const std::string input = bytes_of(file);
    replay(target, input, file);
    // Its beginnings are what a peer sends that goes away.
    for (const std::size_t half : {input.size() / 2, input.size() - std::min<std::size_t>(1, input.size())})
      replay(target, input.substr(0, half), file);
  }
}

INSTANTIATE_TEST_SUITE_P(targets, Fuzz, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& about) { return std::string(about.param.name); });

TEST(FuzzTargets, what_does_not_hold_is_reported) {
  EXPECT_THROW(HOLDS(1 + 1 == 3), Broken);
  EXPECT_NO_THROW(HOLDS(1 + 1 == 2));
}

TEST(FuzzTargets, every_corpus_has_its_target) {
  for (const auto& entry : fs::directory_iterator(fs::path(LANYARD_SOURCE_DIR) / "fuzz/corpus")) {
    EXPECT_TRUE(std::ranges::any_of(targets(), [&](const Target& target) {
      return target.name == entry.path().filename().string();
    })) << entry.path();
  }
}

}  // namespace
}  // namespace lanyard::fuzz
