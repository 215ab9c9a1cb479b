#include <gtest/gtest.h>

#include "base/text.h"
#include "domain/tokens/mint.h"
#include "test/support/house.h"

namespace lanyard::doors::panda {
namespace {

class PandaDoor : public ::testing::Test {
 protected:
  static app::ClientConfig client(const std::string& id, const std::string& organisation) {
    app::ClientConfig one;
    one.id = id;
    one.kind = "oauth";
    one.name = id;
    one.native = true;
    one.auth_method = "none";
    one.grants = {"device_code", "refresh_token"};
    one.scopes = {"openid", "profile", "email", "offline_access"};
    one.profile = "iam";
    one.virtual_organisation = organisation;
    one.id_token_life = std::chrono::hours(24);
    return one;
  }
  static app::Config site() {
    app::Config config = test::small_site();
    config.clients.push_back(client("panda", "Rubin"));
    config.clients.push_back(client("dotted", "vo.example.org"));
    app::ClientConfig grid = client("grid", "atlas");
    grid.profile = "wlcg";
    grid.audiences = {"https://panda.example.org"};
    config.clients.push_back(grid);
    app::ClientConfig secret = client("secret", "closed");
    secret.auth_method = "client_secret_basic";
    secret.client_secret = Secret("0123456789012345678901234567890123456789");
    config.clients.push_back(secret);
    app::ClientConfig pilot = secret;
    pilot.id = "pilot";
    pilot.grants = {"client_credentials"};
    pilot.auth_method = "client_secret_post";
    pilot.virtual_organisation = "Dune";
    pilot.robot_roles = {"production"};
    pilot.audiences = {"https://panda.example.org"};
    pilot.access_token_algorithm = "RS256";
    config.clients.push_back(pilot);
    config.clients.push_back(client("dune", "Dune"));
    return config;
  }
  PandaDoor() { ada = house.somebody("Ada"); }

  // An ID token behind which a grant stands.
  std::string token(const std::vector<std::string>& groups) {
    const auto client = house.floors().registry.find("panda");
    tokens::TokenGrant grant;
    grant.id = house.floors().grants.make_id();
    grant.client = (*client)->id;
    grant.account = ada.id;
    grant.issuer = "https://login.uni.example";
    grant.subject = "sub-Ada";
    grant.source = "providers[uni]";
    grant.kind = "device_code";
    EXPECT_TRUE(house.floors().ledger.change(
        access::system_actor("test"), [&](store::Connection& connection, journal::Notes& notes) {
          return house.floors().grants.insert(connection, notes, grant, (*client)->lives);
        }));
    grant_id = grant.id;
    tokens::Subject subject;
    subject.id = ada.id.str();
    subject.name = "Ada";
    subject.username = "ada";
    subject.groups = groups;
    tokens::Order order;
    order.client = client->get();
    order.subject = &subject;
    order.scopes = {"openid", "profile"};
    order.grant_id = grant.id.str();
    const auto minted = house.house().mint().id_token(order, "");
    EXPECT_TRUE(minted.ok());
    return minted ? minted->token : "";
  }
  void join_group(const std::string& path) {
    const access::Actor actor = access::console_actor("test");
    groups::NewGroup wanted;
    wanted.path = path;
    const auto group = house.floors().groups.create(wanted, actor);
    ASSERT_TRUE(group.ok()) << group.error().message;
    ASSERT_TRUE(house.floors()
                    .groups
                    .add_member(group->id, {groups::Subject::Kind::account, ada.id.str()},
                                access::Level::can_read, {}, actor)
                    .ok());
  }
  net::Response verify(const std::string& token, const std::string& origin) {
    net::RequestDraft draft;
    draft.target = "/panda/verify";
    draft.headers = {{"Authorization", cat("Bearer ", token)}, {"Origin", origin}};
    return house.send(std::move(draft));
  }

  test::TestHouse house{site()};
  accounts::Account ada;
  TokenGrantId grant_id;
};

TEST_F(PandaDoor, row_PA5_configuration_in_every_form) {
  for (const char* stem : {"Rubin", "Rubin:production", "Rubin.production", "Rubin:x.y"}) {
    const auto answer = house.get(cat("/auth/", stem, "_auth_config.json"));
    ASSERT_EQ(answer.status(), 200) << stem;
    EXPECT_EQ(answer.body(),
              R"({"audience":"panda","client_id":"panda","client_secret":null,)"
              R"("oidc_config_url":"http://127.0.0.1:8080/.well-known/openid-configuration","vo":"Rubin"})");
  }
  EXPECT_NE(house.get("/auth/vo.example.org_auth_config.json").body().find(R"("client_id":"dotted")"),
            std::string_view::npos);
  const auto grid = house.get("/auth/atlas_auth_config.json");
  EXPECT_NE(grid.body().find(R"("jwt_profile":"wlcg")"), std::string_view::npos);
  EXPECT_NE(grid.body().find(R"("audience":"https://panda.example.org")"), std::string_view::npos);
}

TEST_F(PandaDoor, what_is_not_public_is_not_shown) {
  for (const char* file :
       {"nosuch_auth_config.json", "closed_auth_config.json", "Rubin", "_auth_config.json"}) {
    const auto answer = house.get(cat("/auth/", file));
    EXPECT_EQ(answer.status(), 404) << file;
    EXPECT_EQ(answer.find_header("Content-Type"), "application/problem+json");
  }
}

TEST_F(PandaDoor, row_PA6_roles_and_the_distinguished_name) {
  join_group("Rubin");
  join_group("Rubin/production");
  const std::string good = token({"Rubin", "Rubin/production"});
  const auto plain = verify(good, "Rubin");
  ASSERT_EQ(plain.status(), 200) << plain.body();
  EXPECT_NE(plain.body().find(R"("dn":"Ada/CN=nickname:ada")"), std::string_view::npos) << plain.body();
  EXPECT_NE(plain.body().find(R"("role":"user")"), std::string_view::npos);
  const auto role = verify(good, "Rubin:production");
  ASSERT_EQ(role.status(), 200) << role.body();
  EXPECT_NE(role.body().find(R"("fqans":["/Rubin/Role=production"])"), std::string_view::npos) << role.body();
}

TEST_F(PandaDoor, attack_107_the_state_is_read_at_each_use) {
  join_group("Rubin");
  const std::string good = token({"Rubin", "Rubin/production"});
  EXPECT_EQ(verify(good, "Rubin").status(), 200);
  // The token says more than is true.
  const auto role = verify(good, "Rubin:production");
  EXPECT_EQ(role.status(), 403);
  EXPECT_NE(role.body().find("Not a member of the Rubin/production group"), std::string_view::npos);
  ASSERT_TRUE(house.floors()
                  .approvals.apply(ada.id, accounts::Event::suspend, "", access::console_actor("test"))
                  .ok());
  const auto banned = verify(good, "Rubin");
  EXPECT_EQ(banned.status(), 403);
  EXPECT_NE(banned.body().find("Ada is banned"), std::string_view::npos) << banned.body();
}

TEST_F(PandaDoor, a_sign_in_that_ended_ends_its_tokens) {
  join_group("Rubin");
  const std::string good = token({"Rubin"});
  EXPECT_EQ(verify(good, "Rubin").status(), 200);
  ASSERT_TRUE(house.floors().grants.end(grant_id, "test", access::console_actor("test")).ok());
  EXPECT_EQ(verify(good, "Rubin").status(), 403);
}

TEST_F(PandaDoor, the_scheme_is_bearer) {
  for (const char* header : {"Bearer", "Bearer ", "Token x", "Basic x", "x"}) {
    net::RequestDraft draft;
    draft.target = "/panda/verify";
    draft.headers = {{"Authorization", header}, {"Origin", "Rubin"}};
    EXPECT_EQ(house.send(std::move(draft)).status(), 403) << header;
  }
  const auto none = house.get("/panda/verify");
  EXPECT_EQ(none.status(), 401);
  EXPECT_TRUE(none.find_header("WWW-Authenticate"));
}

// The token endpoint as a PanDA server asks it for its robots: with the secret in the form's body.
TEST_F(PandaDoor, row_PA6_a_robot_is_who_its_client_is) {
  const auto got = house.post("/token", Form{{"grant_type", "client_credentials"},
                                             {"client_id", "pilot"},
                                             {"client_secret", "0123456789012345678901234567890123456789"}});
  ASSERT_EQ(got.status(), 200) << got.body();
  const std::string robot = *json::get_string(*json::parse_object(got.body()), "access_token");
  const auto answer = verify(robot, "Dune:production");
  ASSERT_EQ(answer.status(), 200) << answer.body();
  const auto document = json::parse_object(answer.body());
  const json::Object& data = *document->find("data")->as_object();
  EXPECT_EQ(*json::get_string(data, "dn"), "Robot Production");
  EXPECT_EQ(*json::get_string(data, "role"), "production");
  EXPECT_EQ(*json::get_string(data, "sub"), "pilot");
  EXPECT_EQ(json::write(*data.find("fqans")), R"(["/Dune/Role=production"])");
  EXPECT_NE(verify(robot, "Dune").body().find("\"dn\":\"Robot None\""), std::string::npos);
  EXPECT_EQ(verify(robot, "Dune:pilot").status(), 403);
  EXPECT_EQ(verify(robot, "atlas").status(), 403);
  EXPECT_NE(house.get("/auth/Dune_auth_config.json").body().find(R"("robot_ids":["pilot"])"),
            std::string::npos);

  ASSERT_EQ(house
                .post("/revoke", Form{{"token", robot},
                                      {"client_id", "pilot"},
                                      {"client_secret", "0123456789012345678901234567890123456789"}})
                .status(),
            200);
  EXPECT_EQ(verify(robot, "Dune:production").status(), 403) << "revoked";
}

}  // namespace
}  // namespace lanyard::doors::panda
