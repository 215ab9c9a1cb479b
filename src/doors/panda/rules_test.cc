// The PanDA server's golden table: what its code was seen to do with a token, and what this door does. Where
// the two differ, the row says why.
#include "doors/panda/rules.h"

#include <gtest/gtest.h>

#include <map>

#include "base/text.h"
#include "platform/crypto/jws.h"
#include "test/support/test_issuer.h"

namespace lanyard::doors::panda {
namespace {

using crypto::Algorithm;

constexpr std::string_view kIssuer = "https://id.example.org";
constexpr std::int64_t kNow = 1'767'225'600;

std::string key_id() {
  return test::test_key(Algorithm::rs256).kid();
}

json::Object claims_of(std::string_view changes) {
  json::Object claims{{"iss", kIssuer},
                      {"sub", "0123456789abcde"},
                      {"aud", "cid"},
                      {"exp", kNow + 3600},
                      {"iat", kNow},
                      {"jti", "aaaaaaaaaaaaaaa.0123456789abcdef"},
                      {"name", "jane mary DOE"},
                      {"preferred_username", "jdoe"},
                      {"groups", json::Array{"Rubin", "Rubin/production"}}};
  const auto changed = json::parse_object(changes);
  EXPECT_TRUE(changed.ok()) << changes;
  for (const json::Member& member : *changed) {
    if (member.value.is_null())
      claims.erase(member.name);
    else
      claims.set(member.name, member.value);
  }
  return claims;
}

std::string token_of(std::string_view changes, std::string_view header = "") {
  const std::string usual = cat(R"({"alg":"RS256","typ":"JWT","kid":")", key_id(), "\"}");
  return test::signed_token(test::test_key(Algorithm::rs256), header.empty() ? usual : header,
                            json::write(claims_of(changes)));
}

class PandaRules : public ::testing::Test {
 protected:
  PandaRules() {
    add("cid", "Rubin");
    add("web", "Rubin");
    add("grid", "atlas").profile = clients::Profile::wlcg;
    add("vo", "vo.example.org");
    add("off", "Rubin").enabled = false;
    add("hub", "");
  }
  clients::Client& add(const std::string& id, const std::string& organisation) {
    clients::Client& client = clients_[id];
    client.id = ClientId(id);
    client.kind = "oauth";
    client.virtual_organisation = organisation;
    return client;
  }
  Result<Good> check(std::string_view token, std::optional<std::string_view> origin) {
    const Sources sources{kIssuer,
                          issuers_,
                          [this](std::string_view id) -> Result<clients::ClientPtr> {
                            const auto found = clients_.find(std::string(id));
                            if (found == clients_.end()) return make_error(Code::not_found, "none");
                            return std::make_shared<const clients::Client>(found->second);
                          },
                          [this](std::string_view name) -> Result<std::vector<clients::Client>> {
                            std::vector<clients::Client> all;
                            for (const auto& [id, client] : clients_)
                              if (client.virtual_organisation == name) all.push_back(client);
                            return all;
                          },
                          keys_,
                          from_unix_seconds(kNow)};
    return check_token(sources, token, origin);
  }
  // "" when it is good.
  std::string said(std::string_view token, std::optional<std::string_view> origin) {
    const auto good = check(token, origin);
    return good ? "" : good.error().message;
  }

  std::map<std::string, clients::Client> clients_;
  std::vector<std::string> issuers_{std::string(kIssuer), cat(kIssuer, "/vo/rubin")};
  std::vector<crypto::PublicKey> keys_{test::test_key(Algorithm::rs256).public_key(),
                                       test::test_key(Algorithm::es256).public_key()};
};

struct Row {
  const char* what;
  const char* claims;
  const char* origin;  // nullptr: no header
  const char* panda;   // what the PanDA server does
  const char* ours;    // "": accepted; otherwise the beginning of what we say
  const char* why;     // where we differ
};

constexpr const char* kDecode = "Token decode failure. ";
constexpr Row kRows[] = {
    {"normal", "{}", "Rubin", "ok", "", ""},
    {"role by a colon", "{}", "Rubin:production", "ok", "", ""},
    {"role by a dot", "{}", "Rubin.production", "ok", "", ""},
    {"role that is not held", R"({"groups":["Rubin"]})", "Rubin:production", "refused",
     "Not a member of the Rubin/production group", ""},
    {"slash in front", R"({"groups":["/Rubin"]})", "Rubin", "ok", "", ""},
    {"another group", R"({"groups":["other"]})", "Rubin", "refused", "Not a member of the Rubin group", ""},
    {"the parent is not the child's", R"({"groups":["Rubin/production"]})", "Rubin", "refused",
     "Not a member of the Rubin group", ""},
    {"a longer name", R"({"groups":["Rubin2"]})", "Rubin", "refused", "Not a member of the Rubin group", ""},
    {"no Origin", "{}", nullptr, "refused", kDecode, ""},
    {"empty Origin", "{}", "", "refused", kDecode, ""},
    {"no groups claim", R"({"groups":null})", "Rubin", "refused", "Token decode failure. 'groups'", ""},
    {"groups is a text", R"({"groups":"Rubin"})", "Rubin", "ok, by a piece of the text",
     "Token decode failure. 'groups'", "a text holds every piece of itself"},
    {"aud is a list", R"({"aud":["cid"]})", "Rubin", "refused",
     "Token decode failure. unhashable type: 'list'", ""},
    {"aud is another, client_id ours", R"({"aud":"other","client_id":"cid"})", "Rubin", "ok",
     "cannot extract client_id from token", "a token for somebody else is none for PanDA"},
    {"no aud, client_id ours", R"({"aud":null,"client_id":"cid"})", "Rubin", "ok",
     "cannot extract client_id from token", "an ID token has an audience"},
    {"aud is another", R"({"aud":"other"})", "Rubin", "refused", "cannot extract client_id from token", ""},
    {"sub is a client", R"({"aud":null,"sub":"cid"})", "Rubin", "ok, if it is a robot",
     "cannot extract client_id from token", "a robot is no person, and has no ID token here"},
    {"a second client of the organisation", R"({"aud":"web"})", "Rubin", "ok", "", ""},
    {"a client that is off", R"({"aud":"off"})", "Rubin", "ok", "cannot extract client_id from token",
     "its state is read at each use"},
    {"a client without an organisation", R"({"aud":"hub"})", "Rubin", "refused",
     "cannot extract client_id from token", ""},
    {"expired", R"({"exp":1767225600})", "Rubin", "refused", "Invalid token. Signature has expired", ""},
    {"no exp", R"({"exp":null})", "Rubin", "ok", "Invalid token. Token is missing the \"exp\" claim",
     "it would be good for ever"},
    {"exp is a text", R"({"exp":"9999999999"})", "Rubin", "ok",
     "Invalid token. Token is missing the \"exp\" claim", "a time is a number (RFC 7519 section 2)"},
    {"not yet", R"({"nbf":1767229200})", "Rubin", "refused",
     "Invalid token. The token is not yet valid (nbf)", ""},
    {"from the future", R"({"iat":1767229200})", "Rubin", "refused",
     "Invalid token. The token is not yet valid (iat)", ""},
    {"another issuer", R"({"iss":"https://evil.example"})", "Rubin", "refused",
     "failed to decode: Invalid issuer", ""},
    {"issuer with a slash at the end", R"({"iss":"https://id.example.org/"})", "Rubin",
     "ok the other way round", "failed to decode: Invalid issuer", "byte for byte"},
    {"a piece of the issuer", R"({"iss":"h"})", "Rubin", "ok", "failed to decode: Invalid issuer",
     "a prefix is another issuer"},
    {"no issuer", R"({"iss":null})", "Rubin", "refused", "failed to decode: Invalid issuer", ""},
    {"unknown organisation", "{}", "nosuch", "refused", "Unknown vo : nosuch", ""},
    {"another organisation's, and a member of it", R"({"groups":["Rubin","atlas"]})", "atlas", "ok",
     "Unknown vo : atlas", "the client is about one organisation"},
    {"a role without a file, held", R"({"groups":["Rubin/zz"]})", "Rubin:zz", "ok", "", ""},
    {"two colons", "{}", "Rubin:production:extra", "refused",
     "Not a member of the Rubin/production:extra group", ""},
    {"a slash in the role", R"({"groups":["Rubin/production/x"]})", "Rubin:production/x", "ok",
     "Not a member of the Rubin/production/x group", "/Rubin/Role=production/x reads as production"},
    {"organisation with dots", R"({"aud":"vo","groups":["vo.example.org"]})", "vo.example.org", "ok", "", ""},
    {"organisation with dots, and a role", R"({"aud":"vo","groups":["vo.example.org/pilot"]})",
     "vo.example.org:pilot", "ok", "", ""},
    {"wlcg", R"({"aud":"grid","groups":null,"wlcg.groups":["/atlas"]})", "atlas", "ok", "", ""},
    {"wlcg with a role", R"({"aud":"grid","groups":null,"wlcg.groups":["/atlas/production"]})",
     "atlas:production", "refused where the role has no file", "", "the client says which claim it is"},
    {"wlcg without its claim", R"({"aud":"grid"})", "atlas", "refused", "Token decode failure. 'wlcg.groups'",
     ""},
};

TEST_F(PandaRules, row_PA6_golden_table) {
  for (const Row& row : kRows) {
    const std::optional<std::string_view> origin =
        row.origin != nullptr ? std::optional<std::string_view>(row.origin) : std::nullopt;
    const std::string text = said(token_of(row.claims), origin);
    if (std::string_view(row.ours).empty())
      EXPECT_EQ(text, "") << row.what;
    else
      EXPECT_TRUE(text.starts_with(row.ours)) << row.what << ": " << text;
    const bool differs = std::string_view(row.panda).starts_with("ok") != std::string_view(row.ours).empty();
    EXPECT_EQ(differs, !std::string_view(row.why).empty()) << row.what << ": say why";
  }
}

TEST_F(PandaRules, row_PA6_a_role_scope_gives_nothing) {
  const auto good = check(token_of(R"({"scope":"openid role:/atlas/Role=production"})"), "Rubin");
  ASSERT_TRUE(good.ok()) << good.error().message;
  EXPECT_EQ(good->origin.role, "");
  EXPECT_EQ(good->group, "Rubin");
}

TEST_F(PandaRules, row_PA6_headers_and_signatures) {
  const std::string kid = key_id();
  struct Case {
    std::string token;
    const char* said;
  };
  const std::string good = token_of("{}");
  const std::string es256 = test::signed_token(
      test::test_key(Algorithm::es256),
      cat(R"({"alg":"ES256","typ":"JWT","kid":")", test::test_key(Algorithm::es256).kid(), "\"}"),
      json::write(claims_of("{}")));
  const std::string header = R"({"alg":"RS256","typ":"JWT"})";
  for (const Case& one : {
           Case{token_of("{}", header), "cannot extract kid from headers"},
           Case{token_of("{}", R"({"alg":"RS256","typ":"JWT","kid":"zz"})"), "JWK not found for kid=zz"},
           Case{token_of("{}", cat(R"({"alg":"HS256","typ":"JWT","kid":")", kid, "\"}")),
                "Invalid token. The specified alg value is not allowed"},
           Case{token_of("{}", cat(R"({"alg":"RS512","typ":"JWT","kid":")", kid, "\"}")),
                "Invalid token. The specified alg value is not allowed"},
           Case{es256, "Invalid token. The specified alg value is not allowed"},
           Case{token_of("{}", cat(R"({"alg":"RS256","typ":"at+jwt","kid":")", kid, "\"}")),
                "Token decode failure. this is not an ID token"},
           Case{test::raw_token(cat(R"({"alg":"RS256","typ":"JWT","kid":")", kid, "\"}"),
                                json::write(claims_of("{}")), std::string(256, 'x')),
                "Invalid token. Signature verification failed"},
           Case{"garbage", "Invalid token. Not enough segments"},
           Case{"", "Invalid token. Not enough segments"},
           Case{"a.b.c", "Invalid token. Invalid header padding"},
       }) {
    const std::string text = said(one.token, "Rubin");
    EXPECT_TRUE(text.starts_with(one.said)) << text << " instead of " << one.said;
  }
  EXPECT_EQ(said(good, "Rubin"), "");
}

// One consumer takes tokens of several issuers of ours, each with its own clients (PA3).
TEST_F(PandaRules, row_PA3_a_client_of_a_further_issuer_has_tokens_of_that_issuer) {
  add("vera", "Rubin").issuer_path = "/vo/rubin";
  const std::string rubin = cat(kIssuer, "/vo/rubin");
  EXPECT_EQ(said(token_of(cat(R"({"aud":"vera","iss":")", rubin, "\"}")), "Rubin"), "");
  const std::string wrong = "failed to decode: Invalid issuer";
  EXPECT_EQ(said(token_of(R"({"aud":"vera"})"), "Rubin"), wrong);
  EXPECT_EQ(said(token_of(cat(R"({"iss":")", rubin, "\"}")), "Rubin"), wrong);
  issuers_.pop_back();
  EXPECT_EQ(said(token_of(cat(R"({"aud":"vera","iss":")", rubin, "\"}")), "Rubin"), wrong)
      << "an issuer that was taken out of the configuration";
}

// What a client gets for itself: no groups, no name, `sub` is the client.
class PandaRobots : public PandaRules {
 protected:
  PandaRobots() {
    clients::Client& robot = add("pilot", "Rubin");
    robot.robot_roles = {"production"};
    robot.grants = {clients::Grant::client_credentials};
    add("plain", "Rubin").grants = {clients::Grant::client_credentials};
  }
  static std::string token(std::string_view changes = "{}", std::string_view typ = "at+jwt") {
    json::Object claims = claims_of(
        R"({"sub":"pilot","client_id":"pilot","aud":"https://panda.example.org","name":null,"groups":null,
            "preferred_username":null,"jti":"0123456789abcdef012345"})");
    const auto changed = json::parse_object(changes);
    for (const json::Member& member : *changed) claims.set(member.name, member.value);
    return test::signed_token(test::test_key(Algorithm::rs256),
                              cat(R"({"alg":"RS256","typ":")", typ, R"(","kid":")", key_id(), "\"}"),
                              json::write(claims));
  }
};

TEST_F(PandaRobots, row_PA6_a_robot_has_the_roles_that_stand_at_its_client) {
  const auto with_role = check(token(), "Rubin:production");
  ASSERT_TRUE(with_role.ok()) << with_role.error().message;
  EXPECT_TRUE(with_role->is_robot);
  EXPECT_EQ(with_role->name, "robot production");
  EXPECT_EQ(with_role->group, "Rubin/production");
  const auto without = check(token(), "Rubin");
  ASSERT_TRUE(without.ok()) << without.error().message;
  EXPECT_EQ(without->name, "robot None") << "as the PanDA server writes it";
  EXPECT_EQ(said(token(), "Rubin:pilot"), "Not a member of the Rubin/pilot group");
  EXPECT_EQ(said(token(), "atlas"), "Unknown vo : atlas");
}

TEST_F(PandaRobots, attack_078_who_is_not_said_to_be_a_robot_is_none) {
  const std::string unknown = "cannot extract client_id from token";
  EXPECT_EQ(said(token(R"({"sub":"plain","client_id":"plain"})"), "Rubin"), unknown);
  EXPECT_EQ(said(token(R"({"sub":"nobody","client_id":"nobody"})"), "Rubin"), unknown);
  EXPECT_EQ(said(token(R"({"sub":"0123456789abcde"})"), "Rubin"), unknown) << "a person's access token";
  EXPECT_EQ(said(token("{}", "JWT"), "Rubin"), unknown) << "not an access token";
  clients_.at("pilot").enabled = false;
  EXPECT_EQ(said(token(), "Rubin"), unknown);
  clients_.at("pilot").enabled = true;
  clients_.at("pilot").grants = {clients::Grant::authorization_code};
  EXPECT_EQ(said(token(), "Rubin"), unknown);
}

TEST_F(PandaRobots, the_other_rules_hold_for_robots_too) {
  EXPECT_EQ(said(token(cat(R"({"exp":)", kNow, "}")), "Rubin"), "Invalid token. Signature has expired");
  EXPECT_EQ(said(token(R"({"iss":"https://other.example.org"})"), "Rubin"),
            "failed to decode: Invalid issuer");
}

}  // namespace
}  // namespace lanyard::doors::panda
