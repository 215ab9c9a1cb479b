#include "domain/tokens/profiles.h"

#include "domain/tokens/claims.h"
#include "domain/tokens/mint_for_test.h"

namespace lanyard::tokens {
namespace {

using clients::Profile;
using Profiles = Minting;

TEST_F(Profiles, row_TK1_wlcg) {
  client.profile = Profile::wlcg;
  order.scopes = {"openid", "offline_access", "wlcg.groups:/atlas", "wlcg.groups", "storage.read:/data"};
  const auto claims = access();
  EXPECT_EQ(names(claims), "iss sub aud exp iat jti client_id scope auth_time wlcg.ver nbf wlcg.groups ");
  EXPECT_EQ(text(claims, "wlcg.ver"), "1.0");
  EXPECT_EQ(*claims.find("nbf")->as_integer(), to_unix_seconds(now()) - 60);
  EXPECT_EQ(text(claims, "wlcg.groups"), R"(["/atlas","/Rubin","/Rubin/production"])");
  EXPECT_EQ(text(claims, "aud"), "https://service.example.org");
  EXPECT_EQ(text(claims, "scope"), "openid offline_access wlcg.groups:/atlas wlcg.groups storage.read:/data");
  EXPECT_EQ(text(id(), "wlcg.groups"), R"(["/atlas","/Rubin","/Rubin/production"])");
  EXPECT_EQ(text(id(), "wlcg.ver"), "1.0");
  EXPECT_NE(id().find("nbf"), nullptr);
}

TEST_F(Profiles, attack_032_wlcg_groups_that_are_not_held) {
  client.profile = Profile::wlcg;
  order.scopes = {"openid", "wlcg.groups:/atlas/higgs"};
  EXPECT_EQ(mint().access_token(order).error().code, Code::forbidden);
  EXPECT_EQ(mint().id_token(order, "").error().code, Code::forbidden);
  order.scopes = {"openid", "wlcg.groups:/atlas/higgs", "wlcg.groups:/Rubin"};
  EXPECT_EQ(text(mint().userinfo(order), "wlcg.groups"), R"(["/Rubin","/Rubin/production","/atlas"])")
      << "userinfo tells what is held now";
}

TEST_F(Profiles, wlcg_without_groups_and_for_a_client_itself) {
  client.profile = Profile::wlcg;
  order.scopes = {"wlcg", "compute.create"};
  EXPECT_EQ(access().find("wlcg.groups"), nullptr);
  subject = {};
  subject.id = "robot-1";
  subject.is_person = false;
  order.scopes = {"wlcg.groups", "storage.modify:/data"};
  EXPECT_EQ(names(access()), "iss sub aud exp iat jti client_id scope wlcg.ver nbf ");
}

TEST_F(Profiles, row_TK2_scitokens) {
  client.profile = Profile::scitokens;
  order.scopes = {"read:/data", "write:/data/mia"};
  const auto claims = access();
  EXPECT_EQ(names(claims), "iss sub aud exp iat jti client_id scope auth_time ver nbf ");
  EXPECT_EQ(text(claims, "ver"), "scitoken:2.0");
  EXPECT_EQ(text(claims, "scope"), "read:/data write:/data/mia");
}

TEST_F(Profiles, aarc_groups_in_the_namespace_that_was_delegated) {
  client.profile = Profile::aarc;
  subject.groups = {"Rubin/production"};
  order.scopes = {"openid", "entitlements"};
  Workshop& shop = Workshop::shared();
  const auto said = [&](EntitlementNames names) {
    Mint own(shop.keys, shop.random, shop.clock, kIssuer, std::move(names));
    return text(own.userinfo(order), "entitlements");
  };
  EXPECT_EQ(said({"urn:geant:dariah.eu", ""}), R"(["urn:geant:dariah.eu:group:Rubin:production"])");
  EXPECT_EQ(said({"urn:mace:example.org:lab", "id.example.org"}),
            R"(["urn:mace:example.org:lab:group:Rubin:production#id.example.org"])");
  EXPECT_EQ(said({}), R"(["urn:geant:login.example.org:group:Rubin:production"])");
}

TEST_F(Profiles, aarc_by_scope) {
  client.profile = Profile::aarc;
  subject.groups = {"Rubin/production team", "caf\xC3\xA9", "a:b=c#d?e"};
  order.scopes = {"openid", "profile", "entitlements", "eduperson_assurance"};
  const auto claims = id();
  EXPECT_EQ(text(claims, "voperson_id"), "0123456789abcde@login.example.org");
  EXPECT_EQ(text(claims, "aarc_ver"), "https://aarc-community.org/attribute/profile/version/1.0");
  EXPECT_EQ(text(claims, "entitlements"), R"(["urn:geant:login.example.org:group:Rubin:production%20team",)"
                                          R"("urn:geant:login.example.org:group:caf%C3%A9",)"
                                          R"("urn:geant:login.example.org:group:a%3Ab%3Dc%23d%3Fe"])");
  EXPECT_EQ(claims.find("eduperson_entitlement"), nullptr);
  EXPECT_NE(text(claims, "eduperson_assurance").find("/IAP/low"), std::string::npos);
  for (const char* higher : {"IAP/medium", "IAP/high", "cappuccino", "espresso", "local-enterprise"})
    EXPECT_EQ(text(claims, "eduperson_assurance").find(higher), std::string::npos);
  EXPECT_EQ(claims.find("email"), nullptr);
  order.scopes = {"openid", "aarc"};
  EXPECT_EQ(text(id(), "organization_name"), "Example University");
  EXPECT_EQ(text(id(), "email"), "mia@example.org");
  EXPECT_EQ(access().find("email"), nullptr);
  EXPECT_NE(access().find("entitlements"), nullptr);
  order.scopes = {"openid"};
  EXPECT_EQ(names(id()), "iss sub aud exp iat jti auth_time ");
}

// What `panda_auth status` and the PanDA server read.
TEST_F(Profiles, row_PA4_iam) {
  client.profile = Profile::iam;
  order.scopes = {"openid", "profile", "email", "offline_access"};
  const auto minted = mint().id_token(order, "x");
  ASSERT_TRUE(test::succeeded(minted));
  const auto jws = crypto::parse_jws(minted->token);
  EXPECT_EQ(jws->algorithm_name, "RS256");
  const auto claims = read(minted->token);
  EXPECT_EQ(text(claims, "kid"), jws->kid);
  EXPECT_EQ(text(claims, "name"), "Mia Example");
  EXPECT_EQ(text(claims, "preferred_username"), "mia");
  EXPECT_EQ(text(claims, "email"), "mia@example.org");
  EXPECT_EQ(text(claims, "organisation_name"), "Example University");
  EXPECT_EQ(text(claims, "groups"), R"(["Rubin","Rubin/production","atlas"])");
  EXPECT_EQ(text(claims, "aud"), "hub");
  client.virtual_organisation = "Rubin";
  EXPECT_EQ(text(id(), "groups"), R"(["Rubin","Rubin/production"])") << "of this organisation only";
  EXPECT_EQ(text(id(), "organisation_name"), "Rubin");
  client.virtual_organisation = "Rub";
  EXPECT_EQ(text(id(), "groups"), "[]") << "there, though empty";
  order.scopes = {"openid"};
  EXPECT_EQ(id().find("groups"), nullptr);
  EXPECT_EQ(id().find("name"), nullptr);
}

TEST_F(Profiles, row_PA8_a_name_that_would_be_read_as_another_identity_is_not_released) {
  client.profile = Profile::iam;
  for (const char* name : {"Mia/CN=nickname:admin", "Mia=x", "Mia\nx"}) {
    subject.name = name;
    EXPECT_EQ(mint().id_token(order, "").error().code, Code::forbidden) << name;
    EXPECT_EQ(names(mint().userinfo(order)), "sub ") << name;
  }
  subject.name = "Mia";
  subject.username = "bob/CN=limited proxy";
  EXPECT_EQ(mint().id_token(order, "").error().code, Code::forbidden);
  client.profile = Profile::oidc;
  EXPECT_TRUE(mint().id_token(order, "").ok());
}

TEST_F(Profiles, a_robot_of_panda_brings_no_groups) {
  client.profile = Profile::iam;
  subject = {};
  subject.id = "robot-1";
  subject.is_person = false;
  order.scopes = {"profile", "groups"};
  EXPECT_EQ(access().find("groups"), nullptr) << "the server takes them from its configuration then";
}

TEST_F(Profiles, row_SX9_servicex) {
  client.profile = Profile::servicex;
  order.scopes = {"openid", "profile", "email", "servicex"};
  const auto claims = access();
  EXPECT_EQ(text(claims, "type"), "access");
  EXPECT_EQ(text(claims, "fresh"), "false");
  EXPECT_EQ(text(claims, "nbf"), text(claims, "iat"));
  EXPECT_EQ(text(claims, "email"), "mia@example.org");
  EXPECT_EQ(text(claims, "sub"), subject.id);
  EXPECT_NE(claims.find("exp")->as_integer(), nullptr) << "the client reads it without checking";
  EXPECT_EQ(id().find("type"), nullptr);
}

TEST_F(Profiles, attributes) {
  order.scopes = {"openid", "attr"};
  subject.experiment = "ATLAS";
  EXPECT_EQ(text(id(), "attr"), R"({"institution":"Example University","experiment":"ATLAS"})");
  subject.is_admin = true;
  EXPECT_EQ(text(mint().userinfo(order), "attr"),
            R"({"institution":"Example University","experiment":"ATLAS","admin":true})");
}

TEST(PandaKey, row_PA8_what_its_server_makes_of_a_name) {
  for (const char* name :
       {"jane doe", "Jane DOE", "JANE doe 42", "Jane Doe 12", "  jane\tdoe ", "jane  doe_7", "Jane D'oe",
        "jane\xC2\xA0"
        "doe"})
    EXPECT_EQ(panda_key(name), "Jane Doe") << name;
  EXPECT_EQ(panda_key("McDonald"), "Mcdonald");
  EXPECT_EQ(panda_key("jean-pierre d'arc"), "Jean-pierre Darc");
  EXPECT_EQ(panda_key("Łukasz Öz"), "Łukasz Öz");
  EXPECT_EQ(panda_key("ŁUKASZ öZ"), "Łukasz Öz");
  EXPECT_EQ(panda_key("ИВАН иванов"), "Иван Иванов");
  EXPECT_EQ(panda_key("ΓΙΑΝΝΗ ΠΑΠΠΑ"), "Γιαννη Παππα");
  EXPECT_EQ(panda_key("Foo Bar 123456"), "Foo Bar");
  EXPECT_EQ(panda_key("Mario Rossi mario.rossi@roma1.infn.it"), "Mario Rossi");
  EXPECT_EQ(panda_key("Jane Doe A12345"), "Jane Doe A12345");
  EXPECT_EQ(panda_key("Jane (test) O'Neil"), "Jane test Oneil") << "the parenthesis was its first letter";
  EXPECT_EQ(panda_key("jane@example.org"), "Jane@example.org");
  EXPECT_EQ(panda_key("Jane 007 Doe"), "Jane Doe") << "anywhere";
  EXPECT_EQ(panda_key("42"), "42");
  EXPECT_EQ(panda_key(""), "");
  EXPECT_EQ(panda_key("\xC5"), "\xC3\x85") << "bytes that are no UTF-8 do not break it";
}

}  // namespace
}  // namespace lanyard::tokens
