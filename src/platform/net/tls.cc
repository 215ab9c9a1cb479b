#include "platform/net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <new>

#include "base/text.h"

namespace lanyard::net {
namespace {

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool comes_again() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL.
int bio_write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::send(socket_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (count < 0 && comes_again()) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int bio_read(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::recv(socket_of(bio), data, static_cast<std::size_t>(size), 0);
  if (count < 0 && comes_again()) BIO_set_retry_read(bio);
  return static_cast<int>(count);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* bio_method() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (method == nullptr) throw std::bad_alloc();
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_ctrl(method, bio_control);
    BIO_meth_set_create(method, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return method;
  }();
  return kMethod;
}

// RFC 7301 section 3.2: a client that offers protocols and not ours gets an alert, so that it can not be led
// to speak another protocol to this port.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, kOurs, sizeof kOurs - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

Error file_error(std::string_view what, std::string_view file, std::string_view hint) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return make_error(Code::invalid,
                    cat("The TLS ", what, " ", file, " can not be used", reason == nullptr ? "" : ": ",
                        reason == nullptr ? "" : reason, "."),
                    std::string(hint));
}

Status check_readable(std::string_view what, const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0) return {};
  return make_error(Code::invalid,
                    cat("The TLS ", what, " ", file, " can not be read: ", std::strerror(errno), "."),
                    "Check the path and that the server's user may read it.");
}

// RFC 8446 section 4.3.2 without a list of authorities. The chain is not looked at here, but the signature
// over the handshake is, so whoever shows a certificate has its key.
void ask_for_certificates(SSL_CTX* ctx) {
  constexpr long kLongestChain = 32 * 1024;
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(
      ctx, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
  SSL_CTX_set_max_cert_list(ctx, kLongestChain);
  // Resumed sessions carry the certificate of their first handshake; without a context of its own OpenSSL
  // breaks them off.
  static constexpr unsigned char kContext[] = "lanyard";
  SSL_CTX_set_session_id_context(ctx, kContext, sizeof kContext - 1);
}

}  // namespace

Result<TlsContext> load_tls(const TlsFiles& files) {
  LANYARD_CHECK(check_readable("certificate", files.certificate));
  LANYARD_CHECK(check_readable("key", files.key));
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return internal_error("SSL_CTX_new failed");
  SSL_CTX* ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK") != 1)
    return internal_error("no TLS cipher is available");
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(
      ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(ctx, 1);
  SSL_CTX_set_read_ahead(ctx, 1);
  SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, nullptr);
  // A key with a passphrase would make a daemon ask on a terminal that it does not have.
  SSL_CTX_set_default_passwd_cb(ctx, [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(ctx, files.certificate.c_str()) != 1) {
    return file_error("certificate", files.certificate,
                      "It must be a PEM file: the server's certificate first, then the intermediates.");
  }
  if (SSL_CTX_use_PrivateKey_file(ctx, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(ctx) != 1) {
    return file_error("key", files.key,
                      "It must be a PEM file without a passphrase that belongs to the certificate.");
  }
  if (files.ask_client_certificate) ask_for_certificates(ctx);
  return context;
}

TlsChannel::TlsChannel(const TlsContext& context, int socket) : ssl_(SSL_new(context.get())) {
  BIO* bio = ssl_ == nullptr ? nullptr : BIO_new(bio_method());
  if (bio == nullptr) {
    SSL_free(ssl_);
    throw std::bad_alloc();
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

TlsChannel::~TlsChannel() {
  SSL_free(ssl_);
}

Io TlsChannel::outcome(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE:
      return Io::done;
    case SSL_ERROR_WANT_READ:
      return Io::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Io::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Io::closed;
    default:
      ERR_clear_error();
      return Io::failed;
  }
}

Io TlsChannel::handshake() {
  ERR_clear_error();
  const Io io = outcome(SSL_do_handshake(ssl_));
  if (io == Io::done) keep_client_certificate();
  return io;
}

void TlsChannel::keep_client_certificate() {
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate == nullptr) return;
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned(
      data, [](unsigned char* bytes) { OPENSSL_free(bytes); });
  if (size > 0)
    client_certificate_ = std::make_shared<const std::string>(reinterpret_cast<const char*>(data),
                                                              static_cast<std::size_t>(size));
}

Io TlsChannel::read(char* into, std::size_t size, std::size_t& count) {
  ERR_clear_error();
  return outcome(SSL_read_ex(ssl_, into, size, &count));
}

Io TlsChannel::write(const char* from, std::size_t size, std::size_t& count) {
  ERR_clear_error();
  return outcome(SSL_write_ex(ssl_, from, size, &count));
}

bool TlsChannel::has_buffered() const {
  return SSL_has_pending(ssl_) == 1;
}

void TlsChannel::say_goodbye() {
  if (SSL_is_init_finished(ssl_) == 0) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace lanyard::net
