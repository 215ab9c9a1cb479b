#include "doors/oauth/client_auth.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/text.h"
#include "domain/clients/assertion.h"
#include "platform/crypto/jws.h"
#include "test/support/fakes.h"
#include "test/support/outside.h"

namespace lanyard::doors::oauth {
namespace {

using clients::AuthMethod;
using clients::Client;

constexpr std::string_view kIssuer = "https://id.example.org";
constexpr std::string_view kSame = "The client is not known here, or what it proves itself with is wrong.";

class ClientAuthentication : public ::testing::Test {
 protected:
  ClientAuthentication() {
    for (const auto method : {AuthMethod::none, AuthMethod::client_secret, AuthMethod::client_secret_basic,
                              AuthMethod::client_secret_post, AuthMethod::private_key_jwt})
      add(method);
    json::Array keys;
    keys.emplace_back(key.public_key().to_jwk());
    known["private_key_jwt"].jwks = json::Object{{"keys", keys}};
  }
  Client& add(AuthMethod method) {
    const std::string id = names.at(method);
    Client& client = known[id];
    client.id = ClientId(id);
    client.kind = "oauth";
    client.auth = method;
    return client;
  }
  ClientAuth make() {
    return ClientAuth(
        {.find = [this](std::string_view id) -> Result<clients::ClientPtr> {
           if (is_away) return make_error(Code::unavailable, "away");
           const auto found = known.find(std::string(id));
           if (found == known.end()) return make_error(Code::not_found, "unknown");
           return std::make_shared<const Client>(found->second);
         },
         .check_secret = [this](const Client&, const Secret& secret) -> Status {
           ++compared;
           if (equal_in_constant_time(secret.reveal(), good)) return {};
           return make_error(Code::unauthenticated, "no");
         },
         .find_proved_now = [this](std::string_view id, const Secret& secret) -> clients::ClientPtr {
           const auto found = known.find(std::string(id));
           if (is_away || found == known.end()) return nullptr;
           ++compared;
           const bool is_it = equal_in_constant_time(secret.reveal(), good);
           return is_it ? std::make_shared<const Client>(found->second) : nullptr;
         },
         .first_time = [this](std::string_view kind, std::string_view owner, std::string_view text, Time)
             -> Result<bool> { return seen.insert(cat(kind, "/", owner, "/", text)).second; },
         .remote_keys = {.verify = [this](const std::string& jwks_uri, const crypto::UnverifiedJws& jws,
                                          const std::vector<crypto::Algorithm>& allowed) -> Status {
                           asked.push_back(jwks_uri);
                           if (!published) return make_error(Code::unavailable, "10.0.0.1 ...");
                           return crypto::verify_jws(jws, *published, allowed);
                         },
                         .find = [this](const std::string& jwks_uri,
                                        const std::string& thumbprint) -> Status {
                           asked.push_back(jwks_uri);
                           for (const auto& one : *published)
                             if (one.thumbprint() == thumbprint) return {};
                           return make_error(Code::unauthenticated, "no");
                         }},
         .authorities = authorities,
         .issuer = std::string(kIssuer),
         .clock = clock,
         .log = book.log()});
  }
  Authentication ask(const Form& form, const std::vector<std::pair<std::string, std::string>>& headers = {},
                     const std::string& target = "/token") {
    net::RequestDraft draft{.method = "POST", .target = target, .headers = headers};
    draft.client_address = address;
    draft.client_certificate_der = certificate;
    const auto request = net::make_request(draft);
    EXPECT_TRUE(request.ok());
    return auth.authenticate(*request, form);
  }
  static std::pair<std::string, std::string> basic(std::string_view id, std::string_view secret) {
    return {"Authorization", cat("Basic ", base64_encode(cat(id, ":", secret)))};
  }
  std::string assertion(std::string_view jti, std::string_view aud = kIssuer) const {
    const std::int64_t now = to_unix_seconds(clock.now());
    return crypto::sign_jws(key, {},
                            json::write(json::Object{{"iss", "private_key_jwt"},
                                                     {"sub", "private_key_jwt"},
                                                     {"aud", aud},
                                                     {"jti", jti},
                                                     {"exp", now + 60}}));
  }
  Form assertion_form(std::string_view jti, std::string_view aud = kIssuer) const {
    return {{"client_assertion_type", std::string(clients::kAssertionType)},
            {"client_assertion", assertion(jti, aud)}};
  }
  void refused(const Authentication& answer, std::string_view error, std::string_view text,
               int status = 400) {
    ASSERT_FALSE(answer.client.has_value());
    EXPECT_EQ(answer.error.error, error);
    EXPECT_EQ(answer.error.description, text);
    EXPECT_EQ(answer.error.status, status);
    EXPECT_EQ(answer.error.www_authenticate.empty(), status != 401);
  }

  const std::map<AuthMethod, std::string> names{{AuthMethod::none, "none"},
                                                {AuthMethod::client_secret, "client_secret"},
                                                {AuthMethod::client_secret_basic, "client_secret_basic"},
                                                {AuthMethod::client_secret_post, "client_secret_post"},
                                                {AuthMethod::private_key_jwt, "private_key_jwt"},
                                                {AuthMethod::tls_client_auth, "tls_client_auth"},
                                                {AuthMethod::self_signed_tls_client_auth, "self_signed"}};
  lanyard::test::FakeClock clock;
  lanyard::test::LogBook book{clock};
  const crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Algorithm::es256).value();
  std::map<std::string, Client> known;
  std::set<std::string> seen;
  std::string good = "lys_secret", address = "192.0.2.1", certificate;
  std::shared_ptr<const crypto::Authorities> authorities;
  std::optional<std::vector<crypto::PublicKey>> published;  // at every jwks_uri; nothing: it is away
  std::vector<std::string> asked;
  bool is_away = false;
  int compared = 0;
  ClientAuth auth = make();
};

TEST_F(ClientAuthentication, each_method_takes_what_is_its_own) {
  const auto in_header = [&](std::string_view id) { return ask({}, {basic(id, good)}).client.has_value(); };
  const auto in_body = [&](std::string_view id) {
    return ask({{"client_id", std::string(id)}, {"client_secret", good}}).client.has_value();
  };
  EXPECT_TRUE(in_header("client_secret"));
  EXPECT_TRUE(in_body("client_secret"));
  EXPECT_TRUE(in_header("client_secret_basic"));
  EXPECT_TRUE(in_body("client_secret_post"));
  const auto by_key = ask(assertion_form("a"));
  ASSERT_TRUE(by_key.client.has_value()) << by_key.error.description;
  EXPECT_EQ(by_key.client->method, AuthMethod::private_key_jwt);
  EXPECT_EQ(by_key.client->client->id.str(), "private_key_jwt");
}

TEST_F(ClientAuthentication, row_PA3_a_public_client_may_send_any_secret) {
  for (const auto* stray : {"None", "", "null", "anything"}) {
    const auto answer = ask({{"client_id", "none"}, {"client_secret", stray}});
    ASSERT_TRUE(answer.client.has_value()) << stray;
    EXPECT_EQ(answer.client->method, AuthMethod::none);
  }
  EXPECT_TRUE(ask({{"client_id", "none"}}).client.has_value());
  EXPECT_TRUE(ask({}, {basic("none", "")}).client.has_value());
  EXPECT_EQ(compared, 0);
}

TEST_F(ClientAuthentication, both_halves_of_the_header_are_form_decoded_or_stand_for_themselves) {
  good = "a+b/c%d e";
  EXPECT_TRUE(ask({}, {basic("client_secret", "a%2Bb%2Fc%25d+e")}).client.has_value());
  EXPECT_TRUE(ask({}, {basic("client%5Fsecret", "a%2Bb%2Fc%25d%20e")}).client.has_value());
  EXPECT_TRUE(ask({}, {basic("client_secret", "a+b/c%d e")}).client.has_value());
  good = "with:colon";
  EXPECT_TRUE(ask({{"client_id", "client_secret"}}, {basic("client_secret", good)}).client.has_value());
}

TEST_F(ClientAuthentication, attack_072_two_methods_at_once) {
  const std::string_view words =
      "The client proves itself in more than one way. Use exactly one (RFC 6749 2.3).";
  refused(ask({{"client_secret", good}}, {basic("client_secret", good)}), "invalid_request", words);
  Form both = assertion_form("a");
  both.add("client_secret", good);
  refused(ask(both), "invalid_request", words);
  refused(ask(assertion_form("a"), {basic("client_secret", good)}), "invalid_request", words);
  refused(ask({{"client_id", "other"}}, {basic("client_secret", good)}), "invalid_request",
          "client_id is another than that of the header Authorization.");
  refused(ask({{"client_id", "none"}, {"client_id", "none"}}), "invalid_request",
          "The parameter client_id was sent twice.");
  refused(ask({}, {basic("client_secret", good), basic("client_secret", good)}), "invalid_request",
          "The header Authorization was sent twice.");
  EXPECT_EQ(compared, 0);
}

TEST_F(ClientAuthentication, attack_072_a_secret_in_the_query) {
  const auto answer = ask({}, {}, "/token?client_id=client_secret&client_secret=lys_secret");
  EXPECT_FALSE(answer.client.has_value());
  EXPECT_EQ(answer.error.error, "invalid_request");
  EXPECT_FALSE(ask({{"client_id", "none"}}, {}, "/token?client_secret=x").client.has_value());
  EXPECT_EQ(compared, 0);
}

TEST_F(ClientAuthentication, attack_072_another_method_than_the_registered_one) {
  refused(ask({}, {basic("client_secret_post", good)}), "invalid_client",
          "This client is registered to prove itself by client_secret_post, and it did not.", 401);
  refused(ask({{"client_id", "client_secret_basic"}, {"client_secret", good}}), "invalid_client",
          "This client is registered to prove itself by client_secret_basic, and it did not.");
  refused(ask({{"client_id", "client_secret"}}), "invalid_client",
          "This client is registered to prove itself by client_secret, and it did not.");
  refused(ask({{"client_id", "private_key_jwt"}, {"client_secret", good}}), "invalid_client",
          "This client is registered to prove itself by private_key_jwt, and it did not.");
  EXPECT_EQ(compared, 0);
}

TEST_F(ClientAuthentication, attack_072_a_secret_of_one_megabyte_is_not_even_compared) {
  refused(ask({{"client_id", "client_secret"}, {"client_secret", std::string(1 << 20, 'x')}}),
          "invalid_client", "The secret is too long.");
  refused(ask({}, {{"Authorization", cat("Basic ", std::string(8'000, 'A'))}}), "invalid_client",
          "The header Authorization is too long.", 401);
  refused(ask({{"client_id", std::string(1 << 20, 'x')}}), "invalid_client", "client_id is too long.");
  EXPECT_EQ(compared, 0);
}

TEST_F(ClientAuthentication, attack_072_an_assertion_is_good_once_and_for_us_alone) {
  EXPECT_TRUE(ask(assertion_form("a")).client.has_value());
  refused(ask(assertion_form("a")), "invalid_client", "client_assertion: it was used before.");
  refused(ask(assertion_form("b", "https://id.example.org/token")), "invalid_client",
          "client_assertion: aud is not our issuer.");
  EXPECT_TRUE(ask(assertion_form("b")).client.has_value());
  Form other = assertion_form("c");
  other.add("client_id", "client_secret");
  refused(ask(other), "invalid_client", "client_assertion: sub is not client_id");
  refused(ask({{"client_assertion", assertion("d")}}), "invalid_request",
          "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer.");
}

TEST_F(ClientAuthentication, keys_at_the_clients_own_address_count_like_those_that_were_registered) {
  Client& client = known["private_key_jwt"];
  client.jwks = {};
  client.jwks_uri = "https://web.example.org/keys";
  published.emplace().push_back(key.public_key());
  const auto good_one = ask(assertion_form("a"));
  EXPECT_TRUE(good_one.client.has_value()) << good_one.error.description;
  EXPECT_EQ(asked, std::vector<std::string>{client.jwks_uri});
  refused(ask(assertion_form("a")), "invalid_client", "client_assertion: it was used before.");
  published = std::vector<crypto::PublicKey>{};
  refused(ask(assertion_form("b")), "invalid_client", "client_assertion: no key with this kid.");
}

TEST_F(ClientAuthentication, attack_037_where_a_clients_keys_can_not_be_had_is_for_the_log_alone) {
  known["private_key_jwt"].jwks = {};
  known["private_key_jwt"].jwks_uri = "https://web.example.org/keys";
  refused(ask(assertion_form("a")), "temporarily_unavailable",
          "The keys at the application's jwks_uri can not be had now.", 503);
  EXPECT_NE(book.text().find("10.0.0.1"), std::string::npos);
}

TEST_F(ClientAuthentication, attack_047_what_is_wrong_without_a_key_asks_nobody_for_one) {
  known["private_key_jwt"].jwks = {};
  known["private_key_jwt"].jwks_uri = "https://web.example.org/keys";
  published.emplace().push_back(key.public_key());
  refused(ask(assertion_form("a", "https://other.example.org")), "invalid_client",
          "client_assertion: aud is not our issuer.");
  EXPECT_TRUE(asked.empty());
}

TEST_F(ClientAuthentication, unknown_switched_off_and_wrong_are_told_in_the_same_words) {
  refused(ask({}, {basic("client_secret", "wrong")}), "invalid_client", kSame, 401);
  refused(ask({}, {basic("nobody", "wrong")}), "invalid_client", kSame, 401);
  EXPECT_EQ(compared, 2) << "whoever is unknown costs the same work";
  refused(ask({{"client_id", "client_secret"}, {"client_secret", "wrong"}}), "invalid_client", kSame);
  refused(ask({{"client_id", "nobody"}}), "invalid_client", kSame);
  known["client_secret"].enabled = false;
  refused(ask({}, {basic("client_secret", good)}), "invalid_client", kSame, 401);
  known["client_secret"].enabled = true;
  known["client_secret"].kind = "gate";
  refused(ask({}, {basic("client_secret", good)}), "invalid_client", kSame, 401);
  EXPECT_NE(book.text().find("unknown client"), std::string::npos);
  EXPECT_EQ(book.text().find("lys_secret"), std::string::npos);
}

TEST_F(ClientAuthentication, a_header_that_is_no_basic_is_answered_with_the_challenge) {
  for (const auto* bad : {"Bearer abc", "Basic", "Basic !!!", "Basic Zm9v", "basic"}) {
    const auto answer = ask({{"client_id", "none"}}, {{"Authorization", bad}});
    ASSERT_FALSE(answer.client.has_value()) << bad;
    EXPECT_EQ(answer.error.status, 401);
    EXPECT_EQ(answer.error.www_authenticate, "Basic realm=\"https://id.example.org\", charset=\"UTF-8\"");
  }
  EXPECT_TRUE(ask({}, {{"Authorization", cat("bAsIc ", base64_encode(cat("client_secret:", good)))}}).client);
}

TEST_F(ClientAuthentication, trouble_of_ours_is_not_the_clients_fault) {
  is_away = true;
  const auto answer = ask({}, {basic("client_secret", good)});
  ASSERT_FALSE(answer.client.has_value());
  EXPECT_EQ(answer.error.status, 503);
  EXPECT_EQ(answer.error.error, "temporarily_unavailable");
}

TEST_F(ClientAuthentication, attack_073_guessing_is_slowed_down_from_one_place_and_from_many) {
  int answered = 0;
  for (int i = 0; i < 100; ++i)
    answered += ask({}, {basic("client_secret", cat("guess", i))}).error.status == 401 ? 1 : 0;
  EXPECT_EQ(answered, 10);
  const auto slowed = ask({}, {basic("client_secret", good)});
  EXPECT_FALSE(slowed.client.has_value()) << "a right guess is not told apart";
  EXPECT_EQ(slowed.error.status, 429);
  EXPECT_GT(slowed.error.retry_after, 0);
  EXPECT_TRUE(ask({{"client_id", "none"}}).client.has_value()) << "public clients have nothing to guess";
  clock.advance(std::chrono::minutes(15));
  EXPECT_TRUE(ask({}, {basic("client_secret", good)}).client.has_value());

  answered = 0;
  for (int i = 0; i < 100; ++i) {
    address = cat("198.51.100.", i);
    answered += ask({}, {basic("client_secret", cat("guess", i))}).error.status == 401 ? 1 : 0;
  }
  EXPECT_EQ(answered, 20);
  address = "192.0.2.1";
  EXPECT_TRUE(ask({}, {basic("client_secret", good)}).client.has_value())
      << "where it proved itself, a client is not locked out by others";
}

// Certificates are made for the present, so the clock of these tests is led there.
class ClientCertificates : public ClientAuthentication {
 protected:
  ClientCertificates() {
    clock.jump(SystemClock().now() - clock.now());
    authorities =
        std::make_shared<const crypto::Authorities>(crypto::Authorities::from_file(file.path()).value());
    add(AuthMethod::tls_client_auth).tls_subject = "CN=Test Server,O=Hub";
    add(AuthMethod::self_signed_tls_client_auth);
  }
  static std::string issue(const lanyard::test::TestCertificate& by) {
    lanyard::test::CertificateWish wish{.name = "hub.example.org"};
    wish.usage = "clientAuth";
    wish.organisation = "Hub";
    std::string base64;
    const std::string pem = make_certificate(by, wish).certificate;
    for (const std::string_view line : split(pem, '\n'))
      if (!line.starts_with("-----")) base64 += line;
    return base64_decode(base64).value();
  }
  bool passes(const std::string& id, const std::string& der, const Form& more = {}) {
    certificate = der;
    ClientAuth fresh = make();
    Form form{{"client_id", id}};
    for (const auto& [name, value] : more.pairs()) form.add(name, value);
    net::RequestDraft draft{.method = "POST", .target = "/token"};
    draft.client_certificate_der = der;
    return fresh.authenticate(net::make_request(draft).value(), form).client.has_value();
  }
  const lanyard::test::TestCertificate authority = lanyard::test::make_authority(),
                                       stranger = lanyard::test::make_authority();
  const lanyard::test::TestFile file{authority.certificate};
};

TEST_F(ClientCertificates, attack_086_the_subject_counts_only_under_our_authority) {
  EXPECT_TRUE(passes("tls_client_auth", issue(authority)));
  EXPECT_FALSE(passes("tls_client_auth", issue(stranger)));
  EXPECT_FALSE(passes("tls_client_auth", ""));
  EXPECT_FALSE(passes("tls_client_auth", "nonsense"));
  EXPECT_FALSE(passes("tls_client_auth", issue(authority), {{"client_secret", "also"}}));
  known["tls_client_auth"].tls_subject = "CN=Test Server,O=Other";
  EXPECT_FALSE(passes("tls_client_auth", issue(authority)));
  known["tls_client_auth"].tls_subject = "";
  EXPECT_FALSE(passes("tls_client_auth", issue(authority)));
  known["tls_client_auth"].tls_subject = "CN=Test Server,O=Hub";
  authorities = nullptr;
  EXPECT_FALSE(passes("tls_client_auth", issue(authority)));
}

TEST_F(ClientCertificates, attack_086_a_self_signed_certificate_counts_by_its_key) {
  const std::string mine = issue(stranger), other = issue(stranger);
  json::Array keys;
  keys.emplace_back(crypto::certificate_key(mine).value().to_jwk());
  known["self_signed"].jwks = json::Object{{"keys", keys}};
  EXPECT_TRUE(passes("self_signed", mine));
  EXPECT_FALSE(passes("self_signed", other));
  EXPECT_FALSE(passes("self_signed", ""));
  EXPECT_FALSE(passes("client_secret", mine)) << "a certificate is not a secret";
  clock.jump(std::chrono::hours(48));
  EXPECT_FALSE(passes("self_signed", mine));
}

TEST_F(ClientCertificates, attack_086_the_key_may_stand_at_the_clients_own_address) {
  const std::string mine = issue(stranger), other = issue(stranger);
  known["self_signed"].jwks_uri = "https://hub.example.org/keys";
  published.emplace().push_back(crypto::certificate_key(mine).value());
  EXPECT_TRUE(passes("self_signed", mine));
  EXPECT_FALSE(passes("self_signed", other));
}

TEST(Backoff, attack_073_memory_is_bounded) {
  const lanyard::test::FakeClock clock;
  FailureTable table(1, 100);
  for (int i = 0; i < 10'000; ++i) table.count(cat("key", i), clock.steady());
  EXPECT_EQ(table.size(), 100U);
  EXPECT_GT(table.wait("key9999", clock.steady()).count(), 0);
  EXPECT_EQ(table.wait("key1", clock.steady()).count(), 0);
}

TEST(Backoff, the_wait_doubles_up_to_a_minute_and_is_forgotten) {
  lanyard::test::FakeClock clock;
  FailureTable table(3, 100);
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 12; ++i) {
    table.count("k", clock.steady());
    waits.push_back(table.wait("k", clock.steady()).count());
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60}));
  clock.advance(std::chrono::minutes(15));
  EXPECT_EQ(table.wait("k", clock.steady()).count(), 0);
}

}  // namespace
}  // namespace lanyard::doors::oauth
