// TLS as the guarded client insists on it.
#include <gtest/gtest.h>

#include "base/text.h"
#include "platform/net/client.h"
#include "test/support/guarded_client.h"

namespace lanyard::net {
namespace {

using namespace std::chrono_literals;
using test::code_of;
using test::GuardedClient;
using test::OutsideServer;

TEST_F(GuardedClient, attack_038_a_connection_that_a_wider_reach_opened_is_not_lent_to_a_narrower_one) {
  const auto authority = test::make_authority();
  OutsideServer secure({test::make_certificate(authority, {"pinned.example"})});
  const test::TestFile ca(authority.certificate);
  options.fixed_addresses = {cat("pinned.example:", secure.port(), ":127.0.0.1")};
  secure.reply("/", 200, "text/plain", "ok");
  const std::string url = cat("https://pinned.example:", secure.port(), "/");
  Reach wide;
  wide.loopback = true;
  wide.ca_file = ca.path();
  Reach narrow;
  narrow.ca_file = ca.path();
  ASSERT_TRUE(get(url, wide).ok());
  EXPECT_EQ(code_of(get(url, narrow)), Code::upstream);
  EXPECT_EQ(secure.count(), 1);
}

class GuardedTls : public GuardedClient {
 protected:
  GuardedTls() {
    secure_reach.loopback = true;
    secure_reach.ca_file = ca.path();
  }
  Result<Reply> ask(OutsideServer& secure) {
    secure.reply("/", 200, "text/plain", "ok");
    return get(secure.url("/"), secure_reach);
  }
  void expect_refused(test::OutsideTls tls, const char* why) {
    OutsideServer secure(std::move(tls));
    const auto reply = ask(secure);
    EXPECT_EQ(code_of(reply), Code::upstream) << why;
    EXPECT_EQ(secure.count(), 0) << why << ": nothing was sent";
  }

  test::TestCertificate authority = test::make_authority();
  test::TestFile ca{authority.certificate};
  Reach secure_reach;
};

TEST_F(GuardedTls, a_valid_certificate_is_accepted) {
  OutsideServer secure({test::make_certificate(authority)});
  const auto reply = ask(secure);
  ASSERT_TRUE(reply.ok()) << reply.error().message << reply.error().cause;
  EXPECT_EQ(reply->body, "ok");
}

TEST_F(GuardedTls, attack_051_bad_certificates_are_refused_before_anything_is_sent) {
  expect_refused({test::make_certificate(authority, {"127.0.0.1", -48h, -24h})}, "expired");
  expect_refused({test::make_certificate(authority, {"127.0.0.1", 24h, 48h})}, "not yet valid");
  expect_refused({test::make_certificate(authority, {"127.0.0.2"})}, "for another address");
  expect_refused({test::make_certificate(authority, {"id.example.org"})}, "for another name");
  expect_refused({test::make_certificate(test::make_authority())}, "of an authority that is not trusted");
  expect_refused({test::make_authority()}, "self-signed");
}

TEST_F(GuardedTls, attack_051_a_private_authority_is_trusted_only_where_it_is_named) {
  OutsideServer secure({test::make_certificate(authority)});
  ASSERT_TRUE(ask(secure).ok());
  Reach system;
  system.loopback = true;
  EXPECT_EQ(code_of(get(secure.url("/"), system)), Code::upstream)
      << "also not over the connection that is still open";
  EXPECT_EQ(secure.count(), 1);
  Reach missing = secure_reach;
  missing.ca_file = "/nonexistent/ca.pem";
  EXPECT_FALSE(get(secure.url("/"), missing).ok());
  EXPECT_EQ(secure.count(), 1);
}

TEST_F(GuardedTls, attack_051_old_tls_is_refused) {
  test::OutsideTls tls{test::make_certificate(authority)};
  tls.only_tls_1_0 = true;
  expect_refused(tls, "TLS 1.0");
}

TEST_F(GuardedTls, attack_051_a_stapled_revocation_is_refused) {
  const auto certificate = test::make_certificate(authority);
  expect_refused({certificate, test::make_revocation(authority, certificate)}, "revoked");
  const auto other = test::make_certificate(authority);
  OutsideServer about_another({certificate, test::make_revocation(authority, other)});
  EXPECT_TRUE(ask(about_another).ok()) << "the word is about another certificate";
}

}  // namespace
}  // namespace lanyard::net
