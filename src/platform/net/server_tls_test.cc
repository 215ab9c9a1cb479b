#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "platform/net/raw_client.h"
#include "platform/net/server.h"

namespace lanyard::net {
namespace {

using test::hello_router;
using test::make_router;
using test::on;
using test::RawClient;
using test::Running;

// A folder with a certificate that names `name`, made for this test.
class Files {
 public:
  Files() {
    std::string path = (std::filesystem::temp_directory_path() / "lanyard-tls-XXXXXX").string();
    folder_ = ::mkdtemp(path.data());
  }
  ~Files() { std::filesystem::remove_all(folder_); }
  TlsFiles files() const { return {folder_ + "/cert.pem", folder_ + "/key.pem"}; }

  void write(const std::string& name) const {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen(files().certificate.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(files().key.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

 private:
  std::string folder_;
};

// OpenSSL's own client on a blocking socket.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int version = 0, const char* ciphers = nullptr,
                     std::string_view alpn = {}, const TlsFiles& own = {}, SSL_SESSION* session = nullptr)
      : socket_(port) {
    context_ = SSL_CTX_new(TLS_client_method());
    if (version != 0) {
      SSL_CTX_set_security_level(context_, 0);
      SSL_CTX_set_min_proto_version(context_, version);
      SSL_CTX_set_max_proto_version(context_, version);
    }
    if (ciphers != nullptr) SSL_CTX_set_cipher_list(context_, ciphers);
    if (!alpn.empty())
      SSL_CTX_set_alpn_protos(context_, reinterpret_cast<const unsigned char*>(alpn.data()),
                              static_cast<unsigned>(alpn.size()));
    if (!own.empty()) {
      SSL_CTX_use_certificate_file(context_, own.certificate.c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_use_PrivateKey_file(context_, own.key.c_str(), SSL_FILETYPE_PEM);
    }
    ssl_ = SSL_new(context_);
    if (session != nullptr) SSL_set_session(ssl_, session);
    SSL_set_fd(ssl_, socket_.fd());
    open_ = SSL_connect(ssl_) == 1;
    ERR_clear_error();
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool open() const { return open_; }
  bool resumed() const { return SSL_session_reused(ssl_) == 1; }
  SSL_SESSION* session() const { return SSL_get1_session(ssl_); }
  std::string version() const { return SSL_get_version(ssl_); }
  std::string server_name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    X509_free(certificate);
    return name;
  }
  void send(std::string_view bytes) { SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }
  // Everything until the answer ends with `end`, or the connection does.
  std::string read_to(std::string_view end) {
    std::string text;
    char bytes[16384];
    while (!text.ends_with(end)) {
      const int count = SSL_read(ssl_, bytes, sizeof bytes);
      if (count <= 0) break;
      text.append(bytes, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  RawClient socket_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool open_ = false;
};

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

ServerOptions tls_options(const Files& files) {
  ServerOptions options;
  options.listeners.push_back({.tls = files.files()});
  return options;
}

TEST(ServerTls, serves_over_tls_1_2_and_1_3) {
  const Files files;
  files.write("first");
  Running running(
      make_router({on(Runs::on_loop, Method::get, "/",
                      [](const Request& r) { return Response::text(200, r.is_tls() ? "tls" : "plain"); })}),
      tls_options(files));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(running.port(), version);
    ASSERT_TRUE(client.open());
    for (int i = 0; i < 3; ++i) {
      client.send(kGet);
      EXPECT_TRUE(client.read_to("tls").starts_with("HTTP/1.1 200 OK\r\n"));
    }
  }
}

TEST(ServerTls, old_versions_and_weak_ciphers_are_refused) {
  const Files files;
  files.write("first");
  Running running(hello_router(), tls_options(files));
  EXPECT_FALSE(TlsClient(running.port(), TLS1_VERSION).open());
  EXPECT_FALSE(TlsClient(running.port(), TLS1_1_VERSION).open());
  EXPECT_FALSE(TlsClient(running.port(), TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256").open());
  EXPECT_TRUE(TlsClient(running.port(), TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256").open());
  EXPECT_FALSE(TlsClient(running.port(), 0, nullptr, std::string_view("\x02h2", 3)).open());
  EXPECT_TRUE(TlsClient(running.port(), 0, nullptr, std::string_view("\x02h2\x08http/1.1", 12)).open());
}

TEST(ServerTls, plain_http_on_a_tls_port_is_closed) {
  const Files files;
  files.write("first");
  Running running(hello_router(), tls_options(files));
  RawClient client(running.port());
  EXPECT_EQ(client.send(kGet).read().status, 0);
}

TEST(ServerTls, many_small_records_and_large_answers) {
  const Files files;
  files.write("first");
  Endpoint post = on(Runs::db, Method::post, "/", [](const Request& r) {
    return Response::text(200, std::string(2'000'000, 'x') + std::string(r.body()) + "END");
  });
  Running running(make_router({post}), tls_options(files));
  TlsClient client(running.port());
  for (int round = 0; round < 2; ++round) {
    for (const char c : std::string_view("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\n"))
      client.send(std::string_view(&c, 1));
    for (int i = 0; i < 500; ++i) client.send("b");
    const std::string text = client.read_to("END");
    EXPECT_GT(text.size(), 2'000'500U);
    EXPECT_TRUE(text.ends_with("xbbbb" + std::string(496, 'b') + "END"));
  }
}

TEST(ServerTls, reload_shows_the_new_certificate_and_drops_nobody) {
  const Files files;
  files.write("first");
  Running running(hello_router(), tls_options(files));
  TlsClient before(running.port());
  EXPECT_EQ(before.server_name(), "first");
  files.write("second");
  ASSERT_TRUE(running.server().reload_tls().ok());
  EXPECT_EQ(TlsClient(running.port()).server_name(), "second");
  before.send(kGet);
  EXPECT_TRUE(before.read_to("hello").starts_with("HTTP/1.1 200"));

  std::ofstream(files.files().key) << "nonsense";
  const Status failed = running.server().reload_tls();
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(failed.error().message.find(files.files().key), std::string::npos);
  EXPECT_EQ(TlsClient(running.port()).server_name(), "second");
}

std::string pem_to_der(const std::string& file) {
  std::FILE* in = std::fopen(file.c_str(), "r");
  X509* certificate = PEM_read_X509(in, nullptr, nullptr, nullptr);
  std::fclose(in);
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  std::string der(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  X509_free(certificate);
  return der;
}

// Answers with the certificate that it saw.
std::shared_ptr<const Router> mirror_router() {
  return make_router({on(Runs::db, Method::get, "/", [](const Request& r) {
    return Response::text(200, cat("<", hex_encode(r.client_certificate_der()), ">"));
  })});
}

std::string mirrored(TlsClient& client) {
  client.send(kGet);
  const std::string answer = client.read_to(">");
  const std::size_t at = answer.find('<');
  return at == std::string::npos ? "no answer" : answer.substr(at);
}

TEST(ServerTls, a_clients_certificate_is_asked_for_and_not_insisted_on) {
  const Files files, mine;
  files.write("first");
  mine.write("client");
  ServerOptions options = tls_options(files);
  options.listeners.front().tls.ask_client_certificate = true;
  Running running(mirror_router(), std::move(options));
  const std::string der = pem_to_der(mine.files().certificate);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient with(running.port(), version, nullptr, {}, mine.files());
    ASSERT_TRUE(with.open());
    for (int i = 0; i < 2; ++i) EXPECT_EQ(mirrored(with), cat("<", hex_encode(der), ">"));
    TlsClient without(running.port(), version);
    ASSERT_TRUE(without.open());
    EXPECT_EQ(mirrored(without), "<>");
    // A session that is resumed is the same client's.
    SSL_SESSION* session = with.session();
    TlsClient again(running.port(), version, nullptr, {}, {}, session);
    ASSERT_TRUE(again.open());
    EXPECT_TRUE(again.resumed());
    EXPECT_EQ(mirrored(again), cat("<", hex_encode(der), ">"));
    SSL_SESSION_free(session);
  }
}

TEST(ServerTls, where_none_is_asked_for_there_is_no_certificate) {
  const Files files, mine;
  files.write("first");
  mine.write("client");
  Running running(mirror_router(), tls_options(files));
  TlsClient client(running.port(), 0, nullptr, {}, mine.files());
  EXPECT_EQ(mirrored(client), "<>");
}

TEST(ServerTls, attack_086_what_a_proxy_shows_in_its_own_handshake_is_not_the_clients) {
  const Files files, mine;
  files.write("first");
  mine.write("proxy");
  ServerOptions options = tls_options(files);
  options.listeners.front().tls.ask_client_certificate = true;
  options.trusted_proxies = {"127.0.0.1"};
  Running running(mirror_router(), std::move(options));
  TlsClient proxy(running.port(), 0, nullptr, {}, mine.files());
  EXPECT_EQ(mirrored(proxy), "<>");
}

TEST(ServerTls, a_certificate_that_can_not_be_used_is_named_at_start) {
  const Files files;
  const lanyard::test::FakeClock clock;
  const lanyard::test::LogBook book(clock);
  const auto error = [&] {
    ServerOptions options = tls_options(files);
    options.listeners.front().router = hello_router();
    const auto made = Server::make(std::move(options), clock, book.log());
    return made.ok() ? std::string() : made.error().message;
  };
  EXPECT_NE(error().find("cert.pem can not be read"), std::string::npos);
  files.write("first");
  EXPECT_EQ(error(), "");
  const Files other;
  other.write("other");
  std::filesystem::copy_file(other.files().key, files.files().key,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_NE(error().find("key.pem can not be used"), std::string::npos) << error();
}

}  // namespace
}  // namespace lanyard::net
