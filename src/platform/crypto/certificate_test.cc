#include "platform/crypto/certificate.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "platform/crypto/digest.h"
#include "test/support/outside.h"

namespace lanyard::crypto {
namespace {

std::string der_of(const std::string& pem) {
  std::string base64;
  for (const std::string_view line : split(pem, '\n'))
    if (!line.starts_with("-----")) base64 += line;
  return base64_decode(base64).value();
}

class ClientCertificate : public ::testing::Test {
 protected:
  const lanyard::test::TestCertificate authority = lanyard::test::make_authority(),
                                       stranger = lanyard::test::make_authority();
  std::string issue(const lanyard::test::TestCertificate& by, std::string usage = "clientAuth") {
    lanyard::test::CertificateWish wish{.name = "hub.example.org"};
    wish.usage = std::move(usage);
    wish.organisation = "K\xC3\xB6nig, Sons & Co";
    return der_of(make_certificate(by, wish).certificate);
  }
  const lanyard::test::TestFile file{authority.certificate};
  const Time now = SystemClock().now();
};

TEST_F(ClientCertificate, says_its_subject_in_one_normal_form) {
  const auto read = read_certificate(issue(authority));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().subject, "CN=Test Server,O=K\xC3\xB6nig\\, Sons & Co");
  EXPECT_TRUE(read.value().holds_at(now));
  EXPECT_FALSE(read.value().holds_at(now + std::chrono::hours(48)));
}

TEST_F(ClientCertificate, has_a_thumbprint_and_a_key) {
  const std::string der = issue(authority);
  EXPECT_EQ(certificate_thumbprint(der), base64url_encode(sha256_bytes(der)));
  const auto key = certificate_key(der);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key.value().thumbprint().size(), 43U);
  EXPECT_NE(key.value().thumbprint(), certificate_key(issue(authority)).value().thumbprint());
}

TEST_F(ClientCertificate, attack_086_the_same_subject_from_somebody_else) {
  const auto authorities = Authorities::from_file(file.path());
  ASSERT_TRUE(authorities.ok()) << authorities.error().message;
  const std::string mine = issue(authority), theirs = issue(stranger);
  EXPECT_EQ(read_certificate(mine).value().subject, read_certificate(theirs).value().subject);
  EXPECT_TRUE(authorities.value().verify(mine, now).ok());
  const Status refused = authorities.value().verify(theirs, now);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::unauthenticated);
}

TEST_F(ClientCertificate, a_chain_is_for_clients_and_for_now) {
  const auto authorities = Authorities::from_file(file.path());
  ASSERT_TRUE(authorities.ok());
  EXPECT_FALSE(authorities.value().verify(issue(authority, "serverAuth"), now).ok());
  EXPECT_FALSE(authorities.value().verify(issue(authority), now + std::chrono::hours(48)).ok());
  EXPECT_FALSE(authorities.value().verify(issue(authority), now - std::chrono::hours(48)).ok());
}

TEST_F(ClientCertificate, what_is_no_certificate_is_refused) {
  const std::string der = issue(authority);
  for (const std::string& bad : {std::string(), std::string("\x30"), der.substr(0, der.size() - 1), der + "x",
                                 std::string(100'000, '\x30')}) {
    EXPECT_FALSE(read_certificate(bad).ok());
    EXPECT_FALSE(certificate_key(bad).ok());
    EXPECT_FALSE(Authorities::from_file(file.path()).value().verify(bad, now).ok());
  }
  EXPECT_FALSE(Authorities::from_file("/nowhere").ok());
}

}  // namespace
}  // namespace lanyard::crypto
