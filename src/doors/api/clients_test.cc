#include "doors/api/program_for_test.h"

namespace lanyard::doors::api {
namespace {

app::Config site_with_clients() {
  app::Config config = test::small_site();
  app::ClientConfig declared;
  declared.id = "declared";
  declared.kind = "oauth";
  declared.auth_method = "none";
  declared.redirect_uris = {"http://127.0.0.1/cb"};
  config.clients.push_back(declared);
  return config;
}

class ClientsOfTheApi : public Program {
 protected:
  ClientsOfTheApi() : Program(site_with_clients()) {}

  static std::string body(std::string_view more = "", std::string_view id = "hub") {
    return cat(R"({"client_id": ")", id,
               R"(", "client_name": "Hub", "redirect_uris": ["https://hub.example.org/cb"])", more, "}");
  }
  json::Object make(const std::string& sent = body()) { return read(call("POST", "/clients", sent), 201); }
  net::Response put(std::string_view id, const std::string& sent, std::string_view if_match) {
    return call("PUT", cat("/clients/", id), sent, {.headers = {{"If-Match", std::string(if_match)}}});
  }
  bool is_good(std::string_view id, std::string_view secret) {
    clients::Registry& registry = house.floors().registry;
    const auto client = registry.find(id);
    return client.ok() && registry.check_secret(**client, Secret(std::string(secret))).ok();
  }
};

TEST_F(ClientsOfTheApi, are_made_with_a_secret_that_is_shown_once) {
  const net::Response response = call("POST", "/clients", body(R"(, "trusted": true)"));
  const json::Object made = read(response, 201);
  expect_shape(made, "ClientMade", "Client");
  EXPECT_EQ(response.find_header("Location"), "/api/v1/clients/hub");
  EXPECT_EQ(response.find_header("ETag"), "\"1\"");
  EXPECT_EQ(text(made, "source"), "api");
  EXPECT_TRUE(made.find("owner")->is_null());
  const std::string secret = text(made, "client_secret");
  EXPECT_TRUE(is_good("hub", secret));
  const net::Response again = call("GET", "/clients/hub");
  expect_shape(read(again), "Client");
  EXPECT_EQ(again.find_header("ETag"), "\"1\"");
  EXPECT_EQ(again.body().find(secret), std::string::npos);
  EXPECT_EQ(house.log_text().find(secret), std::string::npos);
  expect_problem(call("POST", "/clients", body()), 409, "conflict");
  const json::Object open = make(body(R"(, "token_endpoint_auth_method": "none")", "spa"));
  EXPECT_TRUE(open.find("client_secret")->is_null());
}

TEST_F(ClientsOfTheApi, what_can_not_be_a_client_is_refused_with_all_faults) {
  const json::Object refused =
      expect_problem(call("POST", "/clients", body(R"(, "scope": "role:x", "refresh_grace_seconds": 0,
                     "refresh_policy": "grace")")),
                     400, "invalid");
  EXPECT_NE(text(refused, "detail").find("scope[0]"), std::string::npos);
  EXPECT_NE(text(refused, "detail").find("refresh_grace_seconds"), std::string::npos);
  for (const char* more :
       {R"(, "source": "built-in")", R"(, "owner": "000000000000000")", R"(, "client_secret": "mine")",
        R"(, "kind": "gate")", R"(, "version": 7)", R"(, "trusted": "yes")",
        R"(, "grant_types": ["password"])", R"(, "id_token_seconds": 604801)", R"(, "jwks": [])"})
    expect_problem(call("POST", "/clients", body(more)), 400, "invalid");
  expect_problem(call("POST", "/clients", "{}"), 400, "invalid");
  expect_problem(call("GET", "/clients/hub"), 404, "not_found");
}

TEST_F(ClientsOfTheApi, attack_053_redirect_addresses_are_held_to_the_rules) {
  for (const char* uri : {"https://*.example.org/cb", "javascript:alert(1)", "https://a.example/cb#x",
                          "http://a.example/cb", "https://u@a.example/cb"})
    expect_problem(call("POST", "/clients",
                        cat(R"({"client_name": "x", "redirect_uris": [")", std::string_view(uri), "\"]}")),
                   400, "invalid");
}

TEST_F(ClientsOfTheApi, attack_078_an_id_like_an_account_s_is_refused) {
  expect_problem(call("POST", "/clients", body("", "abcdefghijklmno")), 400, "invalid");
  expect_problem(call("POST", "/clients", body("", root.id.str())), 400, "invalid");
  const json::Object chosen = make(body("", ""));
  EXPECT_FALSE(is_id_text(text(chosen, "client_id")));
}

TEST_F(ClientsOfTheApi, are_replaced_as_a_whole_by_whoever_has_seen_them) {
  make(body(R"(, "trusted": true)"));
  const std::string renamed =
      R"({"client_name": "The Hub", "redirect_uris": ["https://hub.example.org/cb"]})";
  expect_problem(call("PUT", "/clients/hub", renamed), 428, "precondition_required");
  expect_problem(put("hub", renamed, "\"7\""), 412, "precondition_failed");
  const net::Response response = put("hub", renamed, "\"1\"");
  const json::Object now = read(response);
  expect_shape(now, "Client");
  EXPECT_EQ(text(now, "client_name"), "The Hub");
  EXPECT_FALSE(*now.find("trusted")->as_bool()) << "what is not sent has its default";
  EXPECT_EQ(response.find_header("ETag"), "\"2\"");
  expect_problem(put("hub", body("", "other"), "\"2\""), 400, "invalid");
  expect_problem(put("hub", R"({"client_name": "x"})", "\"2\""), 400, "invalid");
  expect_problem(put("nobody", renamed, "*"), 404, "not_found");
}

TEST_F(ClientsOfTheApi, secrets_change_with_an_overlap) {
  const std::string first = text(make(), "client_secret");
  const json::Object second = read(call("POST", "/clients/hub/secret", R"({"overlap_seconds": 60})"));
  expect_shape(second, "ClientSecret");
  EXPECT_TRUE(is_good("hub", first));
  EXPECT_TRUE(is_good("hub", text(second, "client_secret")));
  house.clock().advance(std::chrono::seconds(60));
  EXPECT_FALSE(is_good("hub", first));
  EXPECT_TRUE(is_good("hub", text(second, "client_secret")));
  const json::Object third = read(call("POST", "/clients/hub/secret", "{}"));
  EXPECT_TRUE(is_good("hub", text(second, "client_secret")));
  EXPECT_TRUE(is_good("hub", text(third, "client_secret")));
  for (const char* bad : {R"({"overlap_seconds": -1})", R"({"overlap_seconds": 2592001})",
                          R"({"overlap_seconds": 9223372036854775807})", R"({"secret": "mine"})"})
    expect_problem(call("POST", "/clients/hub/secret", bad), 400, "invalid");
  expect_problem(call("POST", "/clients/nobody/secret", "{}"), 404, "not_found");
}

TEST_F(ClientsOfTheApi, those_of_the_configuration_are_shown_and_not_changed) {
  make();
  const json::Object page = get("/clients?limit=1");
  expect_shape(page, "ClientPage");
  EXPECT_EQ(text(items(page).at(0), "client_id"), "declared");
  expect_shape(items(page).at(0), "Client");
  std::set<std::string> ids;
  std::string query = "/clients?limit=1";
  for (int i = 0; i < 9; ++i) {
    const json::Object one = get(query);
    for (const json::Object& client : items(one)) ids.insert(text(client, "client_id"));
    if (one.find("next_cursor")->is_null()) break;
    query = cat("/clients?limit=1&cursor=", text(one, "next_cursor"));
  }
  EXPECT_TRUE(ids.contains("declared") && ids.contains("hub"));
  const std::string change = body("", "declared");
  expect_problem(put("declared", change, "*"), 409, "conflict");
  expect_problem(call("DELETE", "/clients/declared"), 409, "conflict");
  expect_problem(call("POST", "/clients/declared/secret", "{}"), 409, "conflict");
  expect_problem(call("POST", "/clients", change), 409, "conflict");
}

TEST_F(ClientsOfTheApi, are_removed) {
  make();
  EXPECT_EQ(call("DELETE", "/clients/hub").status(), 204);
  expect_problem(call("GET", "/clients/hub"), 404, "not_found");
  expect_problem(call("DELETE", "/clients/hub"), 404, "not_found");
  const json::Object page = get("/journal?subject=client:hub");
  ASSERT_EQ(items(page).size(), 2U);
  EXPECT_EQ(text(items(page)[0], "event"), "client.deleted");
}

TEST_F(ClientsOfTheApi, attack_076_what_people_let_a_client_do_ends_with_it) {
  make(body(R"(, "grant_types": ["authorization_code", "refresh_token"])"));
  tokens::Grants& grants = house.floors().grants;
  const auto give = [&](const std::string& client) {
    const auto found = house.floors().registry.find(client);
    tokens::TokenGrant grant;
    grant.id = grants.make_id();
    grant.client = (*found)->id;
    grant.account = root.id;
    grant.kind = "authorization_code";
    grant.scopes = {"openid", "offline_access"};
    EXPECT_TRUE(house.floors().ledger.change(
        access::system_actor("test"), [&](store::Connection& connection, journal::Notes& notes) {
          return grants.insert(connection, notes, grant, (*found)->lives);
        }));
    return grant;
  };
  const auto hub = **house.floors().registry.find("hub");
  const tokens::TokenGrant grant = give("hub"), other = give("declared");
  const Secret refresh_token = grants.refresh_token(grant);
  EXPECT_EQ(call("DELETE", "/clients/hub").status(), 204);
  const auto ended = grants.get(grant.id);
  ASSERT_TRUE(ended.ok());
  EXPECT_TRUE(ended->ended_at) << "ended, and not only out of reach";
  EXPECT_EQ(ended->end_reason, "the client was removed");
  EXPECT_EQ(grants.refresh(hub, refresh_token).error().code, Code::unauthenticated);
  // A client of that name that is made later inherits nothing.
  make();
  EXPECT_EQ(grants.refresh(**house.floors().registry.find("hub"), refresh_token).error().code,
            Code::unauthenticated);
  expect_problem(call("DELETE", "/clients/declared"), 409, "conflict");
  EXPECT_FALSE(grants.get(other.id)->ended_at) << "nothing ends by a request that is refused";
}

}  // namespace
}  // namespace lanyard::doors::api
