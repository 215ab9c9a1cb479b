#include "platform/net/client_certificate.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/url.h"
#include "platform/net/raw_client.h"

namespace lanyard::net {
namespace {

using test::make_router;
using test::on;
using test::RawClient;
using test::Running;

// Not a certificate, but what the header is about: bytes in an ASN.1 sequence.
std::string der() {
  std::string out("\x30\x82", 2);
  for (int i = 0; i < 300; ++i) out.push_back(static_cast<char>(i));
  return out;
}

std::string pem() {
  const std::string base64 = base64_encode(der());
  std::string out = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t i = 0; i < base64.size(); i += 64) out += cat(base64.substr(i, 64), "\n");
  return out + "-----END CERTIFICATE-----\n";
}

TEST(ClientCertificateHeader, is_one_pem_block_encoded_once) {
  const std::string text = pem();
  EXPECT_EQ(parse_escaped_certificate(percent_encode(text)), der());
  EXPECT_EQ(parse_escaped_certificate(percent_encode(text.substr(0, text.size() - 1))), der());
}

TEST(ClientCertificateHeader, attack_173_forged_multi_line_or_encoded_twice) {
  const std::string text = pem();
  const std::string begin = "-----BEGIN CERTIFICATE-----\n", end = "-----END CERTIFICATE-----\n";
  for (const std::string& odd :
       {percent_encode(percent_encode(text)), percent_encode(text + text), percent_encode(text + "\n"),
        percent_encode(" " + text), percent_encode(text + "x"), percent_encode(begin + end),
        percent_encode(begin + "\n" + end), percent_encode(begin + "AAAA\n" + end), percent_encode(begin),
        percent_encode(begin + "MIIB*===\n" + end), percent_encode(begin + "MI\tIB\n" + end),
        percent_encode("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"),
        cat(percent_encode(text), "%"), cat(percent_encode(text), "%00"), std::string("nonsense"),
        percent_encode("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----")}) {
    EXPECT_FALSE(parse_escaped_certificate(odd)) << odd;
  }
}

class CertificateFromProxy : public ::testing::Test {
 protected:
  static std::shared_ptr<const Router> mirror() {
    return make_router({on(Runs::db, Method::get, "/", [](const Request& r) {
      return Response::text(200, hex_encode(r.client_certificate_der()));
    })});
  }
  static ServerOptions options(std::vector<std::string> trusted) {
    ServerOptions out;
    out.trusted_proxies = std::move(trusted);
    out.client_certificate_header = "X-Client-Certificate";
    return out;
  }
  static test::Answer ask(const Running& running, std::string_view headers) {
    RawClient client(running.port());
    return client.send(cat("GET / HTTP/1.1\r\nHost: h\r\n", headers, "\r\n")).read();
  }
  const std::string line = cat("x-client-certificate: ", percent_encode(pem()), "\r\n");
};

TEST_F(CertificateFromProxy, is_read_from_a_trusted_hop) {
  const Running running(mirror(), options({"127.0.0.1"}));
  EXPECT_EQ(ask(running, line).body, hex_encode(der()));
  EXPECT_EQ(ask(running, "").body, "");
  EXPECT_EQ(ask(running, "X-Client-Certificate:\r\n").body, "");
}

TEST_F(CertificateFromProxy, attack_173_a_header_from_anybody_else_is_ignored) {
  const Running running(mirror(), options({"10.1.2.3"}));
  const auto answer = ask(running, line);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

TEST_F(CertificateFromProxy, attack_173_two_headers_or_one_that_can_not_be_read_end_the_request) {
  const Running running(mirror(), options({"127.0.0.1"}));
  EXPECT_EQ(ask(running, line + line).status, 400);
  EXPECT_EQ(ask(running, "X-Client-Certificate: nonsense\r\n").status, 400);
}

TEST_F(CertificateFromProxy, is_not_read_where_no_header_is_configured) {
  ServerOptions none = options({"127.0.0.1"});
  none.client_certificate_header.clear();
  const Running running(mirror(), std::move(none));
  EXPECT_EQ(ask(running, line).body, "");
}

}  // namespace
}  // namespace lanyard::net
