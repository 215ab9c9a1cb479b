#include "cli/counterparts.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace lanyard::cli {
namespace {

Wanted wanted_for(const Counterpart& one) {
  return {"thing", one.address_hint.empty() ? "" : "https://there.example.org/", "https://id.example.org",
          one.has_virtual_organisation ? "Rubin" : ""};
}

TEST(Counterparts, each_names_the_client_the_issuer_and_its_own_address) {
  for (const Counterpart& one : counterparts()) {
    SCOPED_TRACE(one.name);
    Wanted wanted = wanted_for(one);
    ASSERT_TRUE(check_wanted(one, wanted).ok());
    const std::string text = one.configuration(wanted);
    EXPECT_NE(text.find("thing"), std::string::npos);
    EXPECT_TRUE(text.ends_with('\n'));
    if (one.client == nullptr) continue;
    EXPECT_NE(text.find("https://id.example.org"), std::string::npos);
    const std::string body = json::write(one.client(wanted));
    EXPECT_NE(body.find("\"client_id\":\"thing\""), std::string::npos);
    EXPECT_EQ(cat(body, text).find("there.example.org//"), std::string::npos);
    if (!wanted.url.empty()) {
      EXPECT_NE(body.find("https://there.example.org"), std::string::npos);
    }
  }
}

TEST(Counterparts, row_PA2_a_panda_client_is_public_and_its_file_has_every_key_that_is_read) {
  const Counterpart* panda = *find_counterpart("panda");
  Wanted wanted = wanted_for(*panda);
  ASSERT_TRUE(check_wanted(*panda, wanted).ok());
  const json::Object body = panda->client(wanted);
  EXPECT_EQ(*json::get_string(body, "token_endpoint_auth_method"), "none");
  EXPECT_EQ(*json::get_string(body, "profile"), "iam");
  EXPECT_GE(*json::get_integer(body, "id_token_seconds"), 3600);
  const std::string text = panda->configuration(wanted);
  const std::size_t open = text.find('{'), close = text.find("\n}");
  ASSERT_LT(open, close);
  const auto file = json::parse_object(text.substr(open, close + 2 - open));
  ASSERT_TRUE(file.ok()) << text;
  for (const char* key : {"audience", "client_id", "client_secret", "oidc_config_url", "vo", "robot_ids"})
    EXPECT_NE(file->find(key), nullptr) << key;
  EXPECT_NE(text.find("PANDA_AUTH=oidc"), std::string::npos);
  EXPECT_NE(text.find("Rubin_auth_config.json"), std::string::npos);
}

TEST(Counterparts, what_is_missing_or_out_of_place_is_said) {
  EXPECT_NE(find_counterpart("gitlab").error().hint.find("jupyterhub"), std::string::npos);
  const Counterpart* hub = *find_counterpart("jupyterhub");
  for (const char* url : {"", "hub.example.org", "https://hub.example.org/hub", "ftp://hub.example.org",
                          "https://u@hub.example.org"}) {
    Wanted wanted{"hub", url, "https://id.example.org", ""};
    EXPECT_FALSE(check_wanted(*hub, wanted).ok()) << url;
  }
  Wanted with_vo{"hub", "https://hub.example.org", "https://id.example.org", "Rubin"};
  EXPECT_FALSE(check_wanted(*hub, with_vo).ok());
  Wanted without_vo{"p", "https://panda.example.org", "https://id.example.org", ""};
  EXPECT_FALSE(check_wanted(**find_counterpart("panda"), without_vo).ok());
  Wanted with_url{"a", "https://a.example.org", "https://id.example.org", ""};
  EXPECT_FALSE(check_wanted(**find_counterpart("oidc-agent"), with_url).ok());
}

TEST(Counterparts, a_name_can_not_break_out_of_the_text) {
  const Counterpart* hub = *find_counterpart("jupyterhub");
  for (const char* name : {"a\"b", "a\nb", "a b", "$(id)", "a'b"}) {
    Wanted wanted{name, "https://hub.example.org", "https://id.example.org", ""};
    EXPECT_FALSE(check_wanted(*hub, wanted).ok()) << name;
  }
}

}  // namespace
}  // namespace lanyard::cli
