// Reading: the layers, their order, what print shows, secrets in files.
#include "app/config_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "app/config_test_support.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

using test::find_fault;
using test::Folder;
using test::kShortest;
using test::read_text;
using test::require_loaded;
using test::source_of;
using test::value_of;

std::string with_provider(std::string_view more = "") {
  return std::string(kShortest) +
         "providers:\n  - id: my-idp\n    issuer: https://sso.example.org\n    client_id: lanyard\n" +
         std::string(more);
}

TEST(Config, the_shortest_file_gives_the_defaults) {
  const LoadedConfig loaded = require_loaded(read_text(std::string(kShortest)));
  EXPECT_EQ(loaded.config.server.public_url, "https://id.example.org");
  EXPECT_EQ(loaded.config.server.listen, "127.0.0.1:8080");
  EXPECT_EQ(loaded.config.auth.session_life, std::chrono::hours(12));
  EXPECT_TRUE(loaded.config.auth.enabled);
}

TEST(Config, every_type_is_read) {
  const LoadedConfig loaded =
      require_loaded(read_text(with_provider("    scopes: [openid, email]\n    enabled: false\n    "
                                             "authorize_parameters: {access_type: offline, prompt: consent}\n"
                                             "    admission:\n      new_accounts: refused\n      "
                                             "allowed_users:\n        - alice\n        - \"007\"\n"
                                             "limits: {queue: 25, head_time: 250ms}\n")));
  ASSERT_EQ(loaded.config.providers.size(), 1U);
  const ProviderConfig& provider = loaded.config.providers[0];
  EXPECT_EQ(provider.scopes, (std::vector<std::string>{"openid", "email"}));
  EXPECT_FALSE(provider.enabled);
  EXPECT_EQ(provider.authorize_parameters.at("access_type"), "offline");
  EXPECT_EQ(provider.admission.new_accounts, NewAccounts::refused);
  EXPECT_EQ(provider.admission.allowed_users, (std::vector<std::string>{"alice", "007"}));
  EXPECT_EQ(loaded.config.limits.queue, 25U);
  EXPECT_EQ(loaded.config.limits.head_time, std::chrono::milliseconds(250));
  EXPECT_EQ(provider.label, "my-idp");  // shown to people when there is no other
}

TEST(Config, a_section_with_every_key_commented_out_is_nothing) {
  require_loaded(read_text(std::string(kShortest) + "auth:\n  # enabled: false\nproviders:\njournal:\n"));
}

TEST(Config, flag_beats_environment_beats_file_beats_default) {
  const std::string file =
      std::string(kShortest) + "limits:\n  queue: 2\n  connections: 2\n  head_bytes: 2048\n";
  const LoadedConfig loaded = require_loaded(read_text(
      file, {{"LANYARD_LIMITS__QUEUE", "3"}, {"LANYARD_LIMITS__CONNECTIONS", "3"}}, {{"limits.queue", "4"}}));
  EXPECT_EQ(loaded.config.limits.queue, 4U);
  EXPECT_EQ(loaded.config.limits.connections, 3U);
  EXPECT_EQ(loaded.config.limits.head_bytes, 2048U);
  EXPECT_EQ(source_of(loaded, "limits.queue"), "flag --limits-queue");
  EXPECT_EQ(source_of(loaded, "limits.connections"), "environment LANYARD_LIMITS__CONNECTIONS");
  EXPECT_EQ(source_of(loaded, "limits.head_bytes"), "file lanyard.yaml:8");
  EXPECT_EQ(source_of(loaded, "limits.drain_time"), "default");
}

TEST(Config, a_fault_of_shape_stays_one_when_a_stronger_source_hides_the_value) {
  const std::string file = std::string(kShortest) + "limits:\n  queue: many\n";
  EXPECT_NE(find_fault(read_text(file, {{"LANYARD_LIMITS__QUEUE", "3"}}), "limits.queue"), nullptr);
}

TEST(Config, a_stronger_source_may_name_another_file_than_one_that_is_not_there) {
  const Folder folder;
  const std::string file =
      "server:\n  public_url: https://id.example.org\n  secret_key_file: /nonexistent/key\n";
  EXPECT_NE(find_fault(read_text(file), "server.secret_key_file"), nullptr);
  const auto loaded =
      require_loaded(read_text(file, {{"LANYARD_SERVER__SECRET_KEY_FILE", folder.write("k", "k1")}}));
  EXPECT_EQ(loaded.config.server.secret_key.reveal(), "k1");
  EXPECT_EQ(require_loaded(read_text(file, {{"LANYARD_SERVER__SECRET_KEY", "k2"}}))
                .config.server.secret_key.reveal(),
            "k2");
}

TEST(Config, faults_do_not_repeat_control_characters_and_come_to_an_end) {
  const ConfigOutcome outcome = read_text(std::string(kShortest) + "\"\\e[31mred\\n\": 1\n");
  ASSERT_EQ(outcome.faults.size(), 1U);
  EXPECT_EQ(outcome.faults[0].key, "?[31mred?");
  // The parser of YAML repeats what stands behind a backslash: one byte, also of a letter that takes two.
  for (const std::string_view letter : {"\x04", "\x7f", "\xc3\xa9"}) {
    const ConfigOutcome broken = read_text(cat("server: \"\\", letter, "\"\n"));
    ASSERT_EQ(broken.faults.size(), 1U);
    EXPECT_FALSE(has_control(broken.faults[0].what)) << broken.faults[0].what;
    EXPECT_TRUE(is_utf8(broken.faults[0].what)) << broken.faults[0].what;
  }
  std::string many = std::string(kShortest);
  for (int i = 0; i < 20'000; ++i) many += "unknown_" + std::to_string(i) + ": 1\n";
  EXPECT_LE(read_text(many).faults.size(), 100U);
}

TEST(Config, flags_are_named_after_their_keys) {
  const ConfigOutcome outcome = read_text(std::string(kShortest), {}, {{"server.listen", "0.0.0.0:1"}});
  EXPECT_EQ(source_of(require_loaded(outcome), "server.listen"), "flag --listen");
}

TEST(Config, a_list_of_the_environment_replaces_the_whole_list) {
  const std::string file = std::string(kShortest) + "  connections: 1\n";
  const LoadedConfig loaded =
      require_loaded(read_text(file, {{"LANYARD_SERVER__TRUSTED_PROXIES", "10.1.0.7, 10.2.0.0/16"}}));
  EXPECT_EQ(loaded.config.server.trusted_proxies, (std::vector<std::string>{"10.1.0.7", "10.2.0.0/16"}));
  EXPECT_TRUE(require_loaded(read_text(file, {{"LANYARD_SERVER__TRUSTED_PROXIES", ""}}))
                  .config.server.trusted_proxies.empty());
}

TEST(Config, environment_alone_is_enough) {
  ConfigInput input;
  input.environment = {{"LANYARD_SERVER__PUBLIC_URL", "https://id.example.org"},
                       {"LANYARD_DATABASE__URL", "sqlite::memory:"}};
  EXPECT_EQ(require_loaded(read_config(input)).config.server.public_url, "https://id.example.org");
}

TEST(Config, the_environment_sets_the_secret_of_a_named_provider) {
  const Folder folder;
  const std::string file = folder.write("secret", "from a file\n");
  const LoadedConfig loaded =
      require_loaded(read_text(with_provider(), {{"LANYARD_PROVIDERS__MY_IDP__CLIENT_SECRET_FILE", file}}));
  EXPECT_EQ(loaded.config.providers[0].client_secret.reveal(), "from a file");
  EXPECT_EQ(source_of(loaded, "providers[my-idp].client_secret"),
            "environment LANYARD_PROVIDERS__MY_IDP__CLIENT_SECRET_FILE");
  const LoadedConfig direct =
      require_loaded(read_text(with_provider(), {{"LANYARD_PROVIDERS__MY_IDP__CLIENT_SECRET", "direct"}}));
  EXPECT_EQ(direct.config.providers[0].client_secret.reveal(), "direct");
}

TEST(Config, the_environment_sets_nothing_else_of_a_provider) {
  for (const char* name : {"LANYARD_PROVIDERS__MY_IDP__ISSUER", "LANYARD_PROVIDERS__OTHER__CLIENT_SECRET",
                           "LANYARD_PROVIDERS"}) {
    const ConfigOutcome outcome = read_text(with_provider(), {{name, "private-value"}});
    ASSERT_EQ(outcome.faults.size(), 1U) << name;
    EXPECT_EQ(outcome.faults[0].where, std::string("environment ") + name);
    EXPECT_EQ(describe(outcome.faults).find("private-value"), std::string::npos);
  }
}

TEST(Config, variables_with_other_uses_are_left_alone) {
  require_loaded(read_text(std::string(kShortest),
                           {{"LANYARD_CONFIG", "x"}, {"LANYARD_SERVER", "x"}, {"LANYARD_TOKEN", "x"}}));
}

TEST(Config, an_unknown_variable_is_a_fault_with_the_nearest_name) {
  const ConfigOutcome outcome = read_text(std::string(kShortest), {{"LANYARD_SERVER__LISTN", "x"}});
  ASSERT_EQ(outcome.faults.size(), 1U);
  EXPECT_EQ(outcome.faults[0].where, "environment LANYARD_SERVER__LISTN");
  EXPECT_NE(outcome.faults[0].remedy.find("LANYARD_SERVER__LISTEN"), std::string::npos);
}

TEST(Config, a_variable_and_its_file_twin_together_are_a_fault) {
  const Folder folder;
  const ConfigOutcome outcome = read_text(
      std::string(kShortest),
      {{"LANYARD_SERVER__SECRET_KEY", "k"}, {"LANYARD_SERVER__SECRET_KEY_FILE", folder.write("k", "k")}});
  ASSERT_EQ(outcome.faults.size(), 1U) << describe(outcome.faults);
  EXPECT_NE(outcome.faults[0].what.find("twice"), std::string::npos);
}

TEST(Config, a_secret_is_not_taken_from_the_command_line_but_its_file_is) {
  const ConfigOutcome outcome = read_text(std::string(kShortest), {}, {{"server.secret_key", "hunter2"}});
  ASSERT_EQ(outcome.faults.size(), 1U);
  EXPECT_NE(outcome.faults[0].remedy.find("--secret-key-file"), std::string::npos);
  EXPECT_EQ(describe(outcome.faults).find("hunter2"), std::string::npos);
  const Folder folder;
  const ConfigOutcome by_file =
      read_text(std::string(kShortest), {}, {{"server.secret_key_file", folder.write("k", "key")}});
  EXPECT_EQ(require_loaded(by_file).config.server.secret_key.reveal(), "key");
}

TEST(Config, an_unknown_flag_is_a_fault) {
  const ConfigOutcome outcome = read_text(std::string(kShortest), {}, {{"server.lisen", "x"}});
  ASSERT_EQ(outcome.faults.size(), 1U);
  EXPECT_NE(outcome.faults[0].remedy.find("server.listen"), std::string::npos);
}

TEST(Config, secrets_are_hidden_in_print_and_in_faults) {
  const std::string text = with_provider("    client_secret: hunter2\n") + "auth:\n  api_tokens: maybe\n";
  EXPECT_EQ(describe(read_text(text).faults).find("hunter2"), std::string::npos);
  const LoadedConfig loaded = require_loaded(read_text(with_provider("    client_secret: hunter2\n")));
  EXPECT_EQ(value_of(loaded, "providers[my-idp].client_secret"), "(hidden)");
  EXPECT_EQ(value_of(loaded, "database.password"), "\"\"");
  for (const ConfigValue& value : loaded.values)
    EXPECT_EQ(value.value.find("hunter2"), std::string::npos) << value.key;
}

TEST(Config, a_secret_of_another_type_is_refused_without_being_repeated) {
  for (const char* secret : {"12345678", "yes", "\" padded\"", "[hunter2]", "{hunter2: x}"}) {
    const ConfigOutcome outcome =
        read_text(with_provider(std::string("    client_secret: ") + secret + "\n"));
    ASSERT_EQ(outcome.faults.size(), 1U) << secret;
    const std::string text = describe(outcome.faults);
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
    EXPECT_EQ(text.find("12345678"), std::string::npos) << text;
    EXPECT_EQ(text.find("padded"), std::string::npos) << text;
  }
}

TEST(Config, print_shows_values_as_the_file_would_have_them_in_schema_order) {
  const LoadedConfig loaded = require_loaded(read_text(with_provider("    label: \"yes\"\n")));
  EXPECT_EQ(loaded.values.front().key, "server.public_url");
  EXPECT_EQ(value_of(loaded, "providers[my-idp].label"), "\"yes\"");
  EXPECT_EQ(value_of(loaded, "providers[my-idp].scopes"), "[openid, profile, email]");
  EXPECT_EQ(value_of(loaded, "providers[my-idp].admission.new_accounts"), "pending");
  EXPECT_EQ(value_of(loaded, "journal.keep"), "3650d");
  EXPECT_EQ(loaded.values.back().key, "limits.failures_per_minute");
}

TEST(Config, a_secret_file_beside_the_configuration_is_read_without_its_line_end) {
  const Folder folder;
  folder.write("key", "a key\r\n");
  ConfigInput input;
  input.file_name = folder.path() + "lanyard.yaml";
  input.text = "server:\n  public_url: https://id.example.org\n  secret_key_file: key\n";
  const LoadedConfig loaded = require_loaded(read_config(input));
  EXPECT_EQ(loaded.config.server.secret_key.reveal(), "a key");
  EXPECT_EQ(source_of(loaded, "server.secret_key"), "file lanyard.yaml:3");
}

TEST(Config, attack_161_a_secret_file_that_others_can_read_stops_the_start) {
  const Folder folder;
  struct Row {
    mode_t mode;
    bool fine_for_root_owner;  // the tests may run as root or not
    bool fine;
  };
  for (const Row& row :
       {Row{0600, true, true}, Row{0400, true, true}, Row{0440, true, false}, Row{0640, true, false},
        Row{0644, false, false}, Row{0604, false, false}, Row{0660, false, false}, Row{0602, false, false}}) {
    const std::string file = folder.write("key", "a key", row.mode);
    const ConfigOutcome outcome =
        read_text("server:\n  public_url: https://id.example.org\n  secret_key_file: " + file + "\n");
    const bool fine = ::geteuid() == 0 ? row.fine_for_root_owner : row.fine;
    EXPECT_EQ(outcome.loaded.has_value(), fine) << std::oct << row.mode << describe(outcome.faults);
    if (!fine) {
      ASSERT_EQ(outcome.faults.size(), 1U);
      EXPECT_EQ(outcome.faults[0].key, "server.secret_key_file");
      EXPECT_EQ(outcome.faults[0].where, "lanyard.yaml:3:20");
      EXPECT_NE(outcome.faults[0].remedy.find("chmod"), std::string::npos);
    }
  }
}

TEST(Config, attack_161_a_secret_in_a_configuration_file_that_others_can_read_stops_the_start) {
  ConfigInput input;
  input.file_name = "lanyard.yaml";
  input.text = with_provider("    client_secret: hunter2\n");
  input.readable_by_others = true;
  const ConfigOutcome outcome = read_config(input);
  ASSERT_EQ(outcome.faults.size(), 1U);
  EXPECT_EQ(outcome.faults[0].key, "providers[0].client_secret");
  EXPECT_EQ(describe(outcome.faults).find("hunter2"), std::string::npos);
  input.text = with_provider();
  require_loaded(read_config(input));
}

TEST(Config, a_secret_file_that_is_none_is_refused) {
  const Folder folder;
  const std::vector<std::pair<std::string, std::string>> rows = {
      {folder.path(), "not a regular file"},
      {folder.path() + "absent", "No such file"},
      {folder.write("empty", "\n"), "is empty"},
      {folder.write("lines", "one\ntwo\n"), "not one line"},
      {folder.write("large", std::string(100'000, 'x')), "larger than 64 KiB"},
      {folder.write("binary", std::string("a\0b", 3)), "not one line"}};
  for (const auto& [file, words] : rows) {
    const ConfigOutcome outcome =
        read_text(std::string(kShortest), {{"LANYARD_SERVER__SECRET_KEY_FILE", file}});
    ASSERT_EQ(outcome.faults.size(), 1U) << file;
    EXPECT_NE(outcome.faults[0].what.find(words), std::string::npos) << outcome.faults[0].what;
  }
}

TEST(Config, files_that_are_named_must_be_there_and_private_ones_private) {
  const Folder folder;
  const std::string certificate = folder.write("tls.crt", "x", 0644),
                    open_key = folder.write("open.key", "x", 0644), key = folder.write("tls.key", "x", 0600);
  const auto with_tls = [&](const std::string& one, const std::string& two) {
    return read_text(std::string(kShortest),
                     {{"LANYARD_SERVER__TLS_CERTIFICATE", one}, {"LANYARD_SERVER__TLS_KEY", two}});
  };
  require_loaded(with_tls(certificate, key));
  EXPECT_NE(find_fault(with_tls(certificate, open_key), "server.tls_key"), nullptr);
  EXPECT_NE(find_fault(with_tls(certificate + "x", key), "server.tls_certificate"), nullptr);
}

TEST(Config, all_faults_come_at_once_with_their_places) {
  const ConfigOutcome outcome = read_text(
      "server:\n"
      "  public_url: http://id.example.org\n"
      "  lissen: 1\n"
      "limits:\n"
      "  queue: \"5\"\n"
      "nonsense: 1\n",
      {{"LANYARD_DATABASE__CONNECTIONS", "0"}});
  EXPECT_FALSE(outcome.loaded.has_value());
  ASSERT_NE(find_fault(outcome, "server.public_url"), nullptr);
  EXPECT_EQ(find_fault(outcome, "server.public_url")->where, "lanyard.yaml:2:3");
  EXPECT_EQ(find_fault(outcome, "server.lissen")->where, "lanyard.yaml:3:3");
  EXPECT_EQ(find_fault(outcome, "limits.queue")->where, "lanyard.yaml:5:10");
  EXPECT_EQ(find_fault(outcome, "nonsense")->where, "lanyard.yaml:6:1");
  EXPECT_EQ(find_fault(outcome, "database.connections")->where, "environment LANYARD_DATABASE__CONNECTIONS");
  EXPECT_NE(find_fault(outcome, "server.secret_key"), nullptr);
  EXPECT_EQ(outcome.faults.size(), 6U) << describe(outcome.faults);
  EXPECT_NE(describe(outcome.faults).find("lanyard.yaml:3:3: server.lissen is not a key"), std::string::npos);
}

TEST(Config, a_file_that_is_not_yaml_names_the_place) {
  const ConfigOutcome outcome = read_text("server:\n\tlisten: 1\n");
  ASSERT_FALSE(outcome.faults.empty());
  EXPECT_EQ(outcome.faults[0].where.substr(0, 15), "lanyard.yaml:2:");
}

TEST(Config, what_two_readers_could_read_differently_is_refused) {
  for (const std::string& text :
       {std::string("a: &x 1\n"), std::string("server: &s {}\nauth: *s\n"), std::string("server: !!map {}\n"),
        std::string("server:\n  site_name: !!str x\n"), std::string("server: {}\n---\nserver: {}\n"),
        std::string("server: {<<: {listen: x}}\n"), std::string("server: \xFF\n"),
        std::string("server:\n  site_name: \"a\0b\"\n", 28)}) {
    EXPECT_FALSE(read_text(text).faults.empty()) << text;
  }
}

TEST(Config, an_alias_bomb_and_a_tower_are_refused_at_once) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 9; ++i) bomb += std::string(i == 0 ? "" : ", ") + "*" + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  EXPECT_FALSE(read_text(bomb).faults.empty());
  EXPECT_FALSE(read_text(std::string(20'000, '[')).faults.empty());
  EXPECT_FALSE(read_text("server: " + std::string(2 << 20, 'x')).faults.empty());
}

TEST(Config, load_config_says_which_file_is_missing) {
  const ConfigOutcome outcome = load_config("/nonexistent/lanyard.yaml", {});
  ASSERT_EQ(outcome.faults.size(), 1U);
  EXPECT_EQ(outcome.faults[0].where, "/nonexistent/lanyard.yaml");
}

TEST(Config, load_config_reads_a_file_and_its_mode) {
  const Folder folder;
  const std::string text = with_provider("    client_secret: hunter2\n");
  require_loaded(load_config(folder.write("closed.yaml", text, 0600), {}));
  EXPECT_FALSE(load_config(folder.write("open.yaml", text, 0644), {}).faults.empty());
  EXPECT_FALSE(load_config(folder.path(), {}).faults.empty());
}

}  // namespace
}  // namespace lanyard::app
