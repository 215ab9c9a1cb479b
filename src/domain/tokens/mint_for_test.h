// Keys, a mint, and an order that is good, for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "domain/tokens/keys.h"
#include "domain/tokens/mint.h"
#include "platform/crypto/jws.h"
#include "test/support/databases.h"

namespace lanyard::tokens {

constexpr const char* kIssuer = "https://login.example.org/lanyard";

// One database with keys for the whole run: an RSA key takes a good part of a second.
struct Workshop {
  test::FakeClock clock;
  test::FakeRandom random;
  test::TestDatabase database;
  journal::Marks marks;
  journal::Ledger ledger{*database, marks, clock};
  crypto::Sealer sealer = *crypto::Sealer::from_text(Secret(hex_encode(test::FakeRandom(7).bytes(32))));
  Keys keys{ledger, sealer, random, marks, {}};
  Mint mint{keys, random, clock, kIssuer};

  Workshop() { EXPECT_TRUE(test::succeeded(keys.prepare())); }
  static Workshop& shared() {
    static Workshop workshop;
    return workshop;
  }
};

class Minting : public testing::Test {
 protected:
  Minting() {
    client.id = ClientId("hub");
    client.kind = "oauth";
    client.audiences = {"https://service.example.org"};
    subject.id = "0123456789abcde";
    subject.name = "Mia Example";
    subject.given_name = "Mia";
    subject.family_name = "Example";
    subject.username = "mia";
    subject.email = "mia@example.org";
    subject.email_verified = true;
    subject.institution = "Example University";
    subject.groups = {"Rubin", "Rubin/production", "atlas"};
    subject.updated_at = from_unix_seconds(1'700'000'000);
    order.client = &client;
    order.subject = &subject;
    order.scopes = {"openid", "profile", "email"};
    order.auth_time = now() - std::chrono::minutes(5);
  }
  static Time now() { return Workshop::shared().clock.now(); }
  static Mint& mint() { return Workshop::shared().mint; }
  static Keys& keys() { return Workshop::shared().keys; }
  // The claims of what was made; its signature and times hold.
  static json::Object read(const std::string& token) {
    static const std::vector<std::string> issuers{kIssuer};
    const auto ours = read_ours(keys(), issuers, token, now(), Expired::refuse);
    EXPECT_TRUE(test::succeeded(ours));
    return ours ? ours->claims : json::Object{};
  }
  json::Object access() {
    const auto minted = mint().access_token(order);
    EXPECT_TRUE(test::succeeded(minted));
    return minted ? read(minted->token) : json::Object{};
  }
  json::Object id(std::string_view access_token = "") {
    const auto minted = mint().id_token(order, access_token);
    EXPECT_TRUE(test::succeeded(minted));
    return minted ? read(minted->token) : json::Object{};
  }
  static std::string text(const json::Object& claims, std::string_view name) {
    const json::Value* value = claims.find(name);
    return value == nullptr ? "" : value->as_string() != nullptr ? *value->as_string() : json::write(*value);
  }
  static std::string names(const json::Object& claims) {
    std::string out;
    for (const auto& member : claims) out += member.name + " ";
    return out;
  }

  clients::Client client;
  Subject subject;
  Order order;
};

}  // namespace lanyard::tokens
