// The texts that are made from the schema say what the reader does.
#include <gtest/gtest.h>

#include "app/config_names.h"
#include "app/config_schema.h"
#include "app/config_test_support.h"
#include "app/config_values.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

using test::Folder;
using test::require_loaded;

// The folder of the sources: the nearest one above the test's binary that holds ROOMS.txt.
std::filesystem::path source_folder() {
  for (std::filesystem::path at = std::filesystem::read_symlink("/proc/self/exe"); at != at.root_path();
       at = at.parent_path()) {
    if (std::filesystem::exists(at / "ROOMS.txt")) return at;
  }
  return std::filesystem::current_path();
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// Reads a text whose secret files are named as in /etc/lanyard; they stand in `folder` instead.
ConfigOutcome read_with_files(std::string text, const Folder& folder) {
  for (std::size_t at = text.find("/etc/lanyard/"); at != std::string::npos;
       at = text.find("/etc/lanyard/", at)) {
    const std::size_t end = text.find_first_of(" \n", at);
    folder.write(text.substr(at + 13, end - at - 13), "a secret\n");
    text.replace(at, 13, folder.path());
  }
  ConfigInput input;
  input.file_name = "lanyard.yaml";
  input.text = std::move(text);
  return read_config(input);
}

// Removes the "#" of every setting or sample; what explains ("##") stays a comment.
std::string uncomment(const std::string& text) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t hash = line.find_first_not_of(' ');
    const bool setting = hash != std::string_view::npos && line[hash] == '#' && line.substr(hash, 2) != "##";
    out += setting ? cat(line.substr(0, hash), line.substr(hash + 1)) : std::string(line);
    out += '\n';
  }
  return out;
}

void expect_values(const LoadedConfig& loaded, const LoadedConfig& normal) {
  for (const ConfigValue& value : normal.values) {
    EXPECT_EQ(test::value_of(loaded, value.key), value.value) << value.key;
  }
}

TEST(ConfigText, the_page_in_docs_is_what_the_program_writes) {
  EXPECT_EQ(file_text(source_folder() / "docs/reference/configuration.md"), config_reference())
      << "Write it anew: lanyardd config reference > docs/reference/configuration.md";
}

TEST(ConfigText, the_example_in_the_sources_is_what_the_program_writes) {
  EXPECT_EQ(file_text(source_folder() / "examples/lanyard.yaml"), config_example())
      << "Write it anew: lanyardd config example > examples/lanyard.yaml";
}

TEST(ConfigText, the_example_as_it_stands_is_the_defaults) {
  const Folder folder;
  const LoadedConfig normal = require_loaded(read_with_files(
      "server:\n  public_url: https://id.example.org\n  secret_key_file: /etc/lanyard/secret_key\n", folder));
  const LoadedConfig loaded = require_loaded(read_with_files(config_example(), folder));
  expect_values(loaded, normal);
  EXPECT_EQ(loaded.values.size(), normal.values.size());
}

TEST(ConfigText, the_example_with_its_comment_marks_removed_is_still_the_defaults) {
  const Folder folder;
  const std::string text = uncomment(config_example());
  const LoadedConfig loaded = require_loaded(read_with_files(text, folder));
  const LoadedConfig normal = require_loaded(read_with_files(
      "server:\n  public_url: https://id.example.org\n  secret_key_file: /etc/lanyard/secret_key\n", folder));
  expect_values(loaded, normal);
  EXPECT_EQ(loaded.config.providers.size(), 1U);
  EXPECT_EQ(loaded.config.issuers.size(), 1U);
  EXPECT_EQ(loaded.config.clients.size(), 1U);
  EXPECT_EQ(loaded.config.gate.routes.size(), 1U);
}

TEST(ConfigText, a_star_in_code_is_still_there_in_a_comment) {
  EXPECT_NE(config_example().find("wildcards (*)"), std::string::npos);
  EXPECT_NE(config_example().find("anonymous operator with all rights"), std::string::npos);
}

TEST(ConfigText, optional_keys_of_a_sample_are_shown_with_their_defaults) {
  const Folder folder;
  const LoadedConfig loaded = require_loaded(read_with_files(uncomment(config_example()), folder));
  ASSERT_EQ(loaded.config.providers.size(), 1U);
  EXPECT_TRUE(loaded.config.providers[0].private_networks.empty());
  EXPECT_TRUE(loaded.config.providers[0].admission.allowed_users.empty());
}

TEST(ConfigText, every_yaml_block_of_the_reference_is_read_without_a_fault) {
  const std::string page = config_reference();
  std::size_t blocks = 0;
  for (std::size_t at = page.find("```yaml\n"); at != std::string::npos; at = page.find("```yaml\n", at)) {
    at += 8;
    const std::size_t end = page.find("```", at);
    std::string block = page.substr(at, end - at);
    if (block.find("server:") == std::string::npos) {
      block = "server:\n  public_url: https://id.example.org\n  secret_key_file: /etc/lanyard/secret_key\n" +
              block;
    }
    const Folder folder;
    const ConfigOutcome outcome = read_with_files(block, folder);
    EXPECT_TRUE(outcome.loaded.has_value()) << block << describe(outcome.faults);
    ++blocks;
  }
  EXPECT_EQ(blocks, 14U);
}

void for_each_key(const Part& part, const std::function<void(const Part&, const Key&)>& look) {
  for (const Key& key : part.keys) look(part, key);
  for (const Child& child : part.children) for_each_key(child.part(), look);
}

TEST(ConfigText, every_key_is_explained_and_in_both_texts) {
  const std::string page = config_reference(), example = config_example();
  std::size_t keys = 0;
  for_each_key(config_parts(), [&](const Part&, const Key& key) {
    ++keys;
    EXPECT_GT(key.says.size(), 15U) << key.name;
    EXPECT_TRUE(key.says.ends_with('.')) << key.name;
    EXPECT_NE(page.find(cat("| `", key.name, "`")), std::string::npos) << key.name;
    EXPECT_NE(example.find(cat(key.name, key.name == "secret_key" ? "_file: " : ": ")), std::string::npos)
        << key.name;
    EXPECT_TRUE(key.need == Need::optional || !key.example.empty()) << key.name;
  });
  EXPECT_GT(keys, 90U);
}

// A member of the structs without a row could not be set by anybody. Sizes change when a member is added.
TEST(ConfigText, every_member_of_the_structs_has_a_row) {
  const auto bytes_of = [](const Part& part) {
    std::size_t sum = 0;
    for (const Key& key : part.keys) {
      sum += std::visit([](auto* member) { return sizeof(*member); }, key.slot(part.fresh()));
    }
    return sum;
  };
  const auto near = [](std::size_t whole, std::size_t rows) { return whole >= rows && whole - rows < 24; };
  EXPECT_PRED2(near, sizeof(ProviderConfig) - sizeof(AdmissionConfig), bytes_of(provider_part()));
  EXPECT_PRED2(near, sizeof(IssuerConfig) - sizeof(AdmissionConfig), bytes_of(issuer_part()));
  EXPECT_PRED2(near, sizeof(AdmissionConfig), bytes_of(admission_part()));
  EXPECT_PRED2(near, sizeof(ClientConfig), bytes_of(client_part()));
  EXPECT_PRED2(near, sizeof(TokensConfig), bytes_of(tokens_part()));
  EXPECT_PRED2(near, sizeof(ServerConfig), bytes_of(config_parts().find_child("server")->part()));
  EXPECT_PRED2(near, sizeof(DatabaseConfig), bytes_of(config_parts().find_child("database")->part()));
  EXPECT_PRED2(near, sizeof(AuthConfig), bytes_of(config_parts().find_child("auth")->part()));
  EXPECT_PRED2(near, sizeof(LimitsConfig), bytes_of(config_parts().find_child("limits")->part()));
  EXPECT_PRED2(near, sizeof(JournalConfig), bytes_of(config_parts().find_child("journal")->part()));
  EXPECT_PRED2(near, sizeof(GateConfig) - sizeof(GateConfig::routes), bytes_of(gate_part()));
}

TEST(ConfigText, no_two_keys_of_a_part_share_a_name_of_another_system) {
  const std::function<void(const Part&)> look = [&](const Part& part) {
    std::map<std::string, std::string> seen;
    for (const Key& key : part.keys) {
      for (const std::string_view word : split_words(key.also)) {
        EXPECT_TRUE(seen.emplace(word, key.name).second) << word << " of " << key.name;
        EXPECT_EQ(part.find(word), nullptr) << word;
      }
    }
    for (const Child& child : part.children) look(child.part());
  };
  look(config_parts());
}

TEST(ConfigText, what_is_written_as_yaml_is_read_as_the_same_text) {
  for (const std::string text : {"plain", "8080", "yes", "", "a: b", "- a", "#x", "a #b", "\"", "\\", "{a}",
                                 "é", "a,b", "*", "1:30", "~", "x:"}) {
    ConfigInput input;
    input.text = "server:\n  public_url: https://id.example.org\n  site_name: " +
                 quote_yaml(text.empty() ? "x" : text) + "\ndatabase:\n  url: \"sqlite::memory:\"\n";
    EXPECT_EQ(require_loaded(read_config(input)).config.server.site_name, text.empty() ? "x" : text);
  }
}

TEST(ConfigText, names_of_variables_and_flags) {
  EXPECT_EQ(environment_name("server.public_url"), "LANYARD_SERVER__PUBLIC_URL");
  EXPECT_EQ(environment_name("providers.my-idp.client_secret"), "LANYARD_PROVIDERS__MY_IDP__CLIENT_SECRET");
  EXPECT_EQ(flag_name("server.public_url"), "--public-url");
  EXPECT_EQ(flag_name("database.url"), "--database-url");
}

}  // namespace
}  // namespace lanyard::app
