#include "domain/tokens/scopes.h"

#include <gtest/gtest.h>

namespace lanyard::tokens {
namespace {

using Strings = std::vector<std::string>;

TEST(ParseScope, keeps_order_and_forgives_blanks) {
  EXPECT_EQ(*parse_scope(" openid  profile openid email "), (Strings{"openid", "profile", "email"}));
  EXPECT_EQ(*parse_scope("openid profile email offline_access "),
            (Strings{"openid", "profile", "email", "offline_access"}))
      << "as panda-client sends it";
  EXPECT_TRUE(parse_scope("")->empty());
}

TEST(ParseScope, attack_029_refuses_tabs_quotes_and_other_characters) {
  for (const char* text : {"openid\tprofile", "a\nb", "a\"b", "a\\b", "\x7F", "caf\xC3\xA9"})
    EXPECT_EQ(parse_scope(text).error().code, Code::invalid) << text;
}

TEST(ParseScope, is_bounded) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "s" + std::to_string(i) + " ";
  EXPECT_EQ(parse_scope(many)->size(), 100U);
  EXPECT_FALSE(parse_scope(many + "more").ok());
  EXPECT_FALSE(parse_scope(std::string(4001, 'a')).ok());
}

TEST(Covers, attack_030_paths_on_segment_boundaries) {
  EXPECT_TRUE(covers("storage.read:/data", "storage.read:/data"));
  EXPECT_TRUE(covers("storage.read:/data", "storage.read:/data/x"));
  EXPECT_TRUE(covers("storage.read:/data", "storage.read:/data/"));
  EXPECT_TRUE(covers("storage.read:/", "storage.read:/anything/at/all"));
  EXPECT_TRUE(covers("storage.read:/data/", "storage.read:/data/x"));
  EXPECT_TRUE(covers("storage.read:/", "storage.read:/"));
  EXPECT_FALSE(covers("storage.read:/data/", "storage.read:/data")) << "a directory is not the file";
  EXPECT_FALSE(covers("storage.read:/data", "storage.read:/database"));
  EXPECT_FALSE(covers("storage.read:/foo/bar", "storage.read:/foo/bargain"));
  EXPECT_FALSE(covers("storage.read:/foo/bar", "storage.read:/foo"));
  EXPECT_FALSE(covers("storage.read:/data", "storage.read:/DATA"));
  EXPECT_FALSE(covers("storage.read:/data", "storage.modify:/data"));
  EXPECT_FALSE(covers("storage.read:/data", "read:/data"));
  EXPECT_TRUE(covers("read:/data", "read:/data/x"));
}

TEST(Covers, attack_030_paths_that_are_not_normal_are_covered_by_nothing) {
  for (const char* path : {"",
                           ":",
                           ":data",
                           ":/data/../other",
                           ":/data/..",
                           ":/..",
                           ":/./data",
                           ":/data/.",
                           ":/data//x",
                           "://",
                           "://data",
                           ":/data/%2e%2e/x",
                           ":/data/%2E%2E",
                           ":/data/%2E",
                           ":/data%2Fx",
                           ":/data%2fx",
                           ":/data/%5C",
                           ":/data/%00",
                           ":/data/%0A",
                           ":/data/%252E%252E",
                           ":/data/%",
                           ":/data/%4",
                           ":/data/%zz",
                           ":/data/%c3",
                           ":/data/%41",
                           ":/data?x",
                           ":/data#x",
                           ":/data/[x]",
                           ":/data/x//"}) {
    const std::string wanted = std::string("storage.read") + path;
    EXPECT_FALSE(covers("storage.read:/", wanted)) << wanted;
    EXPECT_FALSE(covers(wanted, wanted)) << wanted;
    EXPECT_FALSE(covers("storage.read", wanted)) << wanted;
  }
  EXPECT_FALSE(covers("storage.read", "storage.read:/data")) << "a bare capability holds nothing";
  EXPECT_TRUE(covers("storage.read:/", "storage.read:/data/caf%C3%A9/...x/a=b"));
}

TEST(Covers, attack_070_nothing_that_was_not_registered) {
  const Strings held{"openid", "profile", "wlcg", "storage.read:/data"};
  EXPECT_TRUE(is_covered(held, "openid"));
  EXPECT_TRUE(is_covered(held, "wlcg:1.0"));
  EXPECT_FALSE(is_covered(held, "wlcg:2.0"));
  for (const char* wanted : {"admin", "openid2", "open", "OpenID", "profile:", "", "wlcg.groups", "groups",
                             "storage.read:/", "storage.create:/data", "compute.read"})
    EXPECT_FALSE(is_covered(held, wanted)) << wanted;
  EXPECT_FALSE(is_covered({}, "openid"));
  EXPECT_EQ(first_uncovered(held, {"openid", "profile"}), nullptr);
  const Strings asked{"openid", "admin", "email"};
  ASSERT_NE(first_uncovered(held, asked), nullptr);
  EXPECT_EQ(*first_uncovered(held, asked), "admin");
}

TEST(Covers, groups_of_the_wlcg_profile) {
  EXPECT_TRUE(covers("wlcg.groups", "wlcg.groups"));
  EXPECT_TRUE(covers("wlcg.groups", "wlcg.groups:/cms/uscms"));
  EXPECT_TRUE(covers("wlcg.groups:/cms", "wlcg.groups:/cms"));
  EXPECT_FALSE(covers("wlcg.groups:/cms", "wlcg.groups"));
  EXPECT_FALSE(covers("wlcg.groups:/cms", "wlcg.groups:/cms/uscms"));
  for (const char* wanted : {"wlcg.groups:", "wlcg.groups:cms", "wlcg.groups:/", "wlcg.groups://cms",
                             "wlcg.groups:/cms/", "wlcg.groups:/cms/..", "wlcg.groups:/-cms"})
    EXPECT_FALSE(covers("wlcg.groups", wanted)) << wanted;
}

TEST(Forbidden, row_PA6_scopes_that_the_panda_server_would_believe) {
  for (const char* scope : {"role:/atlas/Role=production", "role:", "Role:x", "ROLE:x"}) {
    EXPECT_TRUE(is_forbidden(scope)) << scope;
    EXPECT_FALSE(covers(scope, scope)) << "even where it was registered";
  }
  EXPECT_FALSE(is_forbidden("role"));
  EXPECT_FALSE(is_forbidden("roles"));
  EXPECT_FALSE(is_forbidden("eduperson_role:x"));
}

// The examples of the WLCG token profile, "Scope-based group selection".
TEST(WlcgGroups, the_order_of_the_request_is_the_order_of_the_claim) {
  const Strings held{"cms", "cms/ALARM", "cms/uscms"};
  EXPECT_EQ(*wlcg_groups({"wlcg.groups:/cms/uscms", "wlcg.groups:/cms/ALARM"}, held),
            (Strings{"/cms/uscms", "/cms/ALARM", "/cms"}));
  EXPECT_EQ(*wlcg_groups({"wlcg.groups", "wlcg.groups:/cms/uscms", "wlcg.groups:/cms/ALARM"}, held),
            (Strings{"/cms", "/cms/uscms", "/cms/ALARM"}));
  EXPECT_EQ(*wlcg_groups({"wlcg.groups:/cms/uscms", "wlcg.groups", "wlcg.groups:/cms/ALARM"}, held),
            (Strings{"/cms/uscms", "/cms", "/cms/ALARM"}));
  EXPECT_EQ(*wlcg_groups({"wlcg.groups:/cms/uscms"}, {"cms", "cms/uscms"}), (Strings{"/cms/uscms", "/cms"}));
  EXPECT_EQ(*wlcg_groups({"openid", "wlcg.groups", "wlcg.groups"}, held),
            (Strings{"/cms", "/cms/ALARM", "/cms/uscms"}));
  EXPECT_EQ(*wlcg_groups({"wlcg.groups:/cms", "wlcg.groups:/cms"}, {"cms"}), Strings{"/cms"});
}

TEST(WlcgGroups, without_the_scope_there_are_none) {
  EXPECT_TRUE(wlcg_groups({"openid", "groups", "wlcg"}, {"cms"})->empty());
  EXPECT_TRUE(wlcg_groups({"wlcg.groups"}, {})->empty());
}

TEST(WlcgGroups, attack_032_a_group_that_is_not_held_is_refused) {
  const Strings held{"cms/uscms"};
  for (const char* scope : {"wlcg.groups:/cms", "wlcg.groups:/cms/USCMS", "wlcg.groups:/cms/uscms/x",
                            "wlcg.groups:cms/uscms", "wlcg.groups:/cms/uscms/", "wlcg.groups:"}) {
    const auto groups = wlcg_groups({scope}, held);
    ASSERT_FALSE(groups.ok()) << scope;
    EXPECT_EQ(groups.error().code, Code::forbidden);
    EXPECT_NE(groups.error().message.find(scope), std::string::npos);
  }
  EXPECT_EQ(*wlcg_groups({"wlcg.groups"}, held), Strings{"/cms/uscms"})
      << "a child does not imply its parent";
}

TEST(WlcgGroups, a_group_that_the_profile_can_not_spell_is_left_out) {
  EXPECT_EQ(*wlcg_groups({"wlcg.groups"}, {"cms", "caf\xC3\xA9", "a b", "-x"}), Strings{"/cms"});
}

TEST(Describe, says_known_scopes_in_plain_words) {
  for (const char* scope : {"openid",
                            "profile",
                            "email",
                            "offline_access",
                            "groups",
                            "wlcg",
                            "wlcg:1.0",
                            "wlcg.groups",
                            "wlcg.groups:/cms/uscms",
                            "storage.read:/data",
                            "storage.create:/",
                            "storage.modify:/data/",
                            "storage.stage:/x",
                            "storage.poll:/x",
                            "compute.read",
                            "compute.create",
                            "compute.modify",
                            "compute.cancel",
                            "account",
                            "admin",
                            "attr",
                            "entitlements",
                            "eduperson_entitlement",
                            "eduperson_assurance",
                            "read:/x",
                            "write:/x",
                            "servicex"})
    EXPECT_NE(describe(scope), scope) << scope;
  EXPECT_EQ(describe("storage.read:/data"), "Read files below /data");
  EXPECT_EQ(describe("profile"), "Your name and user name");
  EXPECT_EQ(describe("something.else"), "something.else");
  EXPECT_EQ(describe("storage.read:/a/../b"), "storage.read:/a/../b") << "never made to look harmless";
}

}  // namespace
}  // namespace lanyard::tokens
