#include "domain/admission/admission.h"

#include <gtest/gtest.h>

#include "domain/admission/rule_book.h"

namespace lanyard::admission {
namespace {

Rules rules() {
  Rules r;
  r.source = "providers[uni]";
  r.issuer = "https://login.uni.example";
  return r;
}

Claimed claimed(std::string username) {
  Claimed c;
  c.issuer = "https://login.uni.example";
  c.subject = "s-1";
  c.username = std::move(username);
  return c;
}

std::string last_rule(const Verdict& verdict) {
  return verdict.trace.empty() ? "" : verdict.trace.back().rule;
}

TEST(Admission, nothing_set_admits_and_keeps_the_whole_trace) {
  const Verdict v = admit(rules(), claimed("Mia@Uni.Example"));
  EXPECT_TRUE(v.admitted);
  EXPECT_EQ(v.username, "mia@uni.example");
  EXPECT_FALSE(v.is_admin);
  ASSERT_EQ(v.trace.size(), 9u);
  EXPECT_EQ(v.trace[3].rule, "institution");
  EXPECT_EQ(v.trace[3].outcome, "not set");
  EXPECT_EQ(v.trace[3].setting, "providers[uni].admission.identity_provider");
}

TEST(Admission, row_GL5_deny_beats_allow) {
  Rules r = rules();
  r.allowed_users = {"mia"};
  r.blocked_users = {"MIA"};
  const Verdict v = admit(r, claimed("mia"));
  EXPECT_FALSE(v.admitted);
  EXPECT_EQ(last_rule(v), "blocked");
  EXPECT_EQ(v.refusal->code, Code::forbidden);
}

TEST(Admission, row_GL5_empty_lists_restrict_nothing_and_a_list_restricts) {
  Rules r = rules();
  EXPECT_TRUE(admit(r, claimed("noah")).admitted);
  r.allowed_users = {"mia"};
  EXPECT_FALSE(admit(r, claimed("noah")).admitted);
  EXPECT_FALSE(admit(r, claimed("")).admitted);
  EXPECT_TRUE(admit(r, claimed("Mia")).admitted);
}

TEST(Admission, row_GL5_lists_hold_at_later_uses_too) {
  Rules r = rules();
  EXPECT_TRUE(still_admitted(r, "mia", {}).admitted);
  r.blocked_users = {"mia"};
  EXPECT_FALSE(still_admitted(r, "mia", {}).admitted);
  r.blocked_users.clear();
  r.allowed_groups = {"Rubin"};
  EXPECT_FALSE(still_admitted(r, "mia", {}).admitted);
  EXPECT_TRUE(still_admitted(r, "mia", {"Rubin"}).admitted);
  r.enabled = false;
  EXPECT_FALSE(still_admitted(r, "mia", {"Rubin"}).admitted);
}

TEST(Admission, attack_106_group_allow_list_never_overrides_the_block_list) {
  Rules r = rules();
  r.allowed_groups = {"Rubin"};
  r.blocked_users = {"mia"};
  Claimed c = claimed("mia");
  c.groups = {"Rubin"};
  EXPECT_EQ(last_rule(admit(r, c)), "blocked");
}

TEST(Admission, row_GL9_only_people_of_the_institution_whatever_else_allows_them) {
  Rules r = rules();
  r.identity_provider = {"uni.example"};
  r.allowed_users = {"mia", "eve"};
  r.admin_users = {"eve"};
  EXPECT_TRUE(admit(r, claimed("mia@uni.example")).admitted);
  EXPECT_EQ(admit(r, claimed("mia@uni.example")).username, "mia");
  EXPECT_EQ(last_rule(admit(r, claimed("eve@other.example"))), "institution");
  EXPECT_EQ(last_rule(admit(r, claimed("eve"))), "institution");
  EXPECT_EQ(last_rule(admit(r, claimed("uni.example"))),
            "institution");  // a name equal to the domain is not of the domain
}

TEST(Admission, row_GL9_the_institution_claim_counts_when_it_is_named) {
  Rules r = rules();
  r.identity_provider = {"https://idp.uni.example"};
  r.identity_provider_claim = "idp";
  Claimed c = claimed("mia@elsewhere.example");
  EXPECT_FALSE(admit(r, c).admitted);
  c.institution = "https://idp.uni.example";
  EXPECT_TRUE(admit(r, c).admitted);
}

TEST(Admission, attack_101_second_at_sign_does_not_move_the_domain) {
  Rules r = rules();
  r.identity_provider = {"allowed.example"};
  for (const char* name : {"a@b@allowed.example", "a@allowed.example.evil.example", "a@evil-allowed.example",
                           "a@allowed.example."}) {
    EXPECT_FALSE(admit(r, claimed(name)).admitted) << name;
  }
}

TEST(Admission, several_institutions_keep_equal_local_parts_apart) {
  Rules r = rules();
  r.identity_provider = {"a.example", "b.example"};
  EXPECT_EQ(admit(r, claimed("kim@a.example")).username, "kim@a.example");
  EXPECT_EQ(admit(r, claimed("kim@b.example")).username, "kim@b.example");
}

TEST(Admission, row_GL14_map_is_applied_once_after_lower_casing) {
  Rules r = rules();
  r.username_map = {{"alice", "bob"}, {"bob", "carol"}, {"dora@uni.example", "Dora"}};
  EXPECT_EQ(admit(r, claimed("ALICE")).username, "bob");
  EXPECT_EQ(admit(r, claimed("bob")).username, "carol");
  EXPECT_EQ(admit(r, claimed("Dora@uni.example")).username, "Dora");
}

TEST(Admission, attack_104_row_GL14_pattern_matches_the_whole_name) {
  Rules r = rules();
  r.username_pattern = *Pattern::compile("b.b");
  EXPECT_TRUE(admit(r, claimed("bob")).admitted);
  for (const char* name : {"bobby", "xbob", "bob\n", ""})
    EXPECT_FALSE(admit(r, claimed(name)).admitted) << name;
  r.username_pattern = *Pattern::compile("^a|b$");
  EXPECT_FALSE(admit(r, claimed("axe")).admitted);
}

TEST(Admission, row_GL14_pattern_is_compiled_strictly) {
  const auto bad = Pattern::compile("a(");
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("does not compile"), std::string::npos);
  EXPECT_FALSE(Pattern::compile("a*")->matches_all(std::string(257, 'a')));
}

TEST(Admission, administrators_are_allowed_and_granted) {
  Rules r = rules();
  r.allowed_users = {"mia"};
  r.admin_users = {"Ada"};
  const Verdict v = admit(r, claimed("ada"));
  EXPECT_TRUE(v.admitted);
  EXPECT_TRUE(v.is_admin);
  EXPECT_FALSE(admit(r, claimed("mia")).is_admin);
}

TEST(Admission, attack_109_a_switched_off_source_refuses) {
  Rules r = rules();
  r.enabled = false;
  EXPECT_EQ(last_rule(admit(r, claimed("mia"))), "enabled");
}

TEST(Admission, attack_026_subjects_that_can_not_be_stored_as_they_are) {
  for (const std::string& subject : {std::string(), std::string(256, 'a'), std::string("a\0b", 3),
                                     std::string("a\nb"), std::string("\xff")}) {
    Claimed c = claimed("mia");
    c.subject = subject;
    EXPECT_EQ(last_rule(admit(rules(), c)), "subject");
  }
}

TEST(Admission, another_issuer_than_the_source_s_is_refused) {
  Claimed c = claimed("mia");
  c.issuer = "https://login.uni.example/";
  EXPECT_EQ(last_rule(admit(rules(), c)), "issuer");
}

TEST(RuleBook, a_new_book_is_seen_at_the_next_look) {
  Rules r = rules();
  CurrentRules current(std::make_shared<const RuleBook>(std::vector<Rules>{r}));
  ASSERT_NE(current.get()->find("providers[uni]"), nullptr);
  EXPECT_EQ(current.get()->find("providers[other]"), nullptr);
  r.blocked_users = {"mia"};
  current.set(std::make_shared<const RuleBook>(std::vector<Rules>{r}));
  EXPECT_EQ(current.get()->find("providers[uni]")->blocked_users.size(), 1u);
}

}  // namespace
}  // namespace lanyard::admission
