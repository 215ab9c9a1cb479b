// An office in a test process, with a clock that the test moves: what a wire can not be made to wait for.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/json.h"
#include "base/text.h"
#include "platform/crypto/digest.h"
#include "test/support/databases.h"
#include "test/support/house.h"

namespace lanyard::doors::oauth {

// Clients: "web" proves itself with a secret and is trusted; "native" is public.
class OfficeInTest : public testing::Test {
 protected:
  static constexpr const char* kWeb = "https://web.example.org/callback";
  static constexpr const char* kNative = "http://127.0.0.1/callback";
  static constexpr const char* kSecret = "a secret of two programs, long enough";
  static constexpr const char* kVerifier = "0123456789-0123456789-0123456789-0123456789";

  static app::Config site() {
    app::Config config = test::small_site();
    app::ClientConfig web;
    web.id = "web";
    web.kind = "oauth";
    web.client_secret = Secret(kSecret);
    web.auth_method = "client_secret";
    web.redirect_uris = {kWeb};
    web.grants = {"authorization_code", "refresh_token"};
    web.scopes = {"openid", "email", "offline_access"};
    web.trusted = true;
    app::ClientConfig native = web;
    native.id = "native";
    native.client_secret = Secret();
    native.auth_method = "none";
    native.redirect_uris = {kNative};
    native.grants.push_back("device_code");
    native.trusted = false;
    config.clients.push_back(web);
    config.clients.push_back(native);
    return config;
  }

  test::TestHouse house{site()};
  accounts::Account ada = house.somebody("Ada");
  test::TestHouse::Browser browser = house.sign_in(ada);

  void pass(Duration time) { house.clock().advance(time); }

  static Form request(const std::string& client = "web") {
    return Form{{"client_id", client},
                {"redirect_uri", client == "web" ? kWeb : kNative},
                {"response_type", "code"},
                {"scope", "openid offline_access"},
                {"state", "s"},
                {"code_challenge", base64url_encode(crypto::sha256_bytes(kVerifier))},
                {"code_challenge_method", "S256"}};
  }
  static Form with(Form form, const std::string& name, const std::string& value) {
    form.add(name, value);
    return form;
  }
  net::Response authorize(const Form& form) { return authorize(form, browser.cookies); }
  net::Response authorize(const Form& form, const std::string& cookies) {
    return house.get(with_query("/authorize", form), cookies);
  }
  static std::string location(const net::Response& response) {
    return std::string(response.find_header("Location").value_or(""));
  }
  // A parameter of the address that a redirect leads to.
  static std::string answered(const net::Response& response, std::string_view name) {
    const std::string where = location(response);
    const std::size_t query = where.find('?');
    if (query == std::string::npos) return "";
    const auto form = parse_form(std::string_view(where).substr(query + 1));
    return form ? form->value_or(name, "") : "";
  }
  std::string code(const Form& form = request()) {
    const std::string given = answered(authorize(form), "code");
    EXPECT_NE(given, "");
    return given;
  }

  // As the client "web".
  json::Object send(const std::string& path, Form form, int status = 200) {
    form.add("client_id", "web");
    form.add("client_secret", kSecret);
    return read(house.post(path, form), status);
  }
  static json::Object read(const net::Response& response, int status = 200) {
    EXPECT_EQ(response.status(), status) << response.body();
    auto object = json::parse_object(response.body());
    EXPECT_TRUE(object.ok());
    return object.ok() ? *std::move(object) : json::Object{};
  }
  static std::string text(const json::Object& object, std::string_view name) {
    const json::Value* value = object.find(name);
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : "";
  }
  static bool flag(const json::Object& object, std::string_view name) {
    const json::Value* value = object.find(name);
    return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
  }
  json::Object redeem(const std::string& given, int status = 200) {
    return send("/token",
                Form{{"grant_type", "authorization_code"}, {"code", given}, {"code_verifier", kVerifier}},
                status);
  }
  json::Object refresh(const std::string& token, int status = 200) {
    return send("/token", Form{{"grant_type", "refresh_token"}, {"refresh_token", token}}, status);
  }
  bool is_active(const std::string& token) {
    return flag(send("/introspect", Form{{"token", token}}), "active");
  }
};

}  // namespace lanyard::doors::oauth
