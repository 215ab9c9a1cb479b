#include "test/support/outside.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/text.h"

namespace lanyard::test {
namespace {

void need(bool fact, const char* what) {
  if (fact) return;
  std::fprintf(stderr, "OutsideServer: %s\n", what);
  std::abort();
}

}  // namespace

std::string OutsideRequest::header(std::string_view name) const {
  for (const auto line : split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name)) {
      return std::string(trim(line.substr(colon + 1)));
    }
  }
  return {};
}

std::string http_answer(int status, std::string_view content_type, std::string_view body,
                        std::string_view extra) {
  std::string out = cat("HTTP/1.1 ", status, " Scripted\r\n");
  if (!content_type.empty()) out += cat("Content-Type: ", content_type, "\r\n");
  return out + cat("Content-Length: ", body.size(), "\r\n", extra, "\r\n", body);
}

struct OutsideServer::State {
  int listener = -1;
  int port_number = 0;
  SSL_CTX* context = nullptr;
  std::string stapled;
  std::thread thread;

  mutable std::mutex mutex;
  std::condition_variable stopped;
  bool stopping = false;
  std::map<std::string, Handler, std::less<>> routes;
  std::vector<OutsideRequest> seen;
  std::vector<int> sockets;
  std::vector<std::thread> workers;
  int accepted = 0, busy = 0, most_busy = 0;

  ~State() {
    if (context != nullptr) SSL_CTX_free(context);
  }

  void listen_on_loopback() {
    listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    need(::bind(listener, plain, sizeof address) == 0 && ::listen(listener, 1024) == 0, "cannot listen");
    socklen_t size = sizeof address;
    ::getsockname(listener, plain, &size);
    port_number = ntohs(address.sin_port);
  }

  void use_tls(const OutsideTls& tls) {
    context = SSL_CTX_new(TLS_server_method());
    BIO* pem = BIO_new_mem_buf(tls.certificate.certificate.data(),
                               static_cast<int>(tls.certificate.certificate.size()));
    X509* certificate = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
    BIO_free(pem);
    pem = BIO_new_mem_buf(tls.certificate.key.data(), static_cast<int>(tls.certificate.key.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(pem, nullptr, nullptr, nullptr);
    BIO_free(pem);
    need(SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1,
         "certificate");
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (tls.only_tls_1_0) {
      SSL_CTX_set_security_level(context, 0);
      SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
      SSL_CTX_set_max_proto_version(context, TLS1_VERSION);
    }
    stapled = tls.stapled;
    if (stapled.empty()) return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // inside OpenSSL's macros
    int (*staple)(SSL*, void*) = [](SSL* ssl, void* self) {
      const auto& bytes = static_cast<State*>(self)->stapled;
      auto* copy = static_cast<unsigned char*>(OPENSSL_memdup(bytes.data(), bytes.size()));
      SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(bytes.size()));
      return SSL_TLSEXT_ERR_OK;
    };
    SSL_CTX_set_tlsext_status_cb(context, staple);
    SSL_CTX_set_tlsext_status_arg(context, this);
#pragma GCC diagnostic pop
  }

  void accept_all();
  void serve(int socket);
};

namespace {

class Wire final : public OutsideWire {
 public:
  Wire(int socket, SSL* ssl, std::function<bool(std::chrono::milliseconds)> wait)
      : socket_(socket), ssl_(ssl), wait_(std::move(wait)) {}

  bool write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                        : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool pause(std::chrono::milliseconds time) override { return wait_(time); }

  bool read_some(std::string& into) {
    char block[16 * 1024];
    const auto got =
        ssl_ != nullptr ? SSL_read(ssl_, block, sizeof block) : ::recv(socket_, block, sizeof block, 0);
    if (got <= 0) return false;
    into.append(block, static_cast<std::size_t>(got));
    return true;
  }

 private:
  int socket_;
  SSL* ssl_;
  std::function<bool(std::chrono::milliseconds)> wait_;
};

bool read_request(Wire& wire, std::string& buffer, OutsideRequest& out) {
  std::size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!wire.read_some(buffer)) return false;
  }
  out.head = buffer.substr(0, end + 2);
  buffer.erase(0, end + 4);
  const auto words = split_words(std::string_view(out.head).substr(0, out.head.find("\r\n")));
  if (words.size() != 3) return false;
  out.method = words[0];
  out.target = words[1];
  out.path = out.target.substr(0, out.target.find('?'));
  const std::string length = out.header("Content-Length");
  const std::size_t size = length.empty() ? 0 : std::strtoul(length.c_str(), nullptr, 10);
  while (buffer.size() < size) {
    if (!wire.read_some(buffer)) return false;
  }
  out.body = buffer.substr(0, size);
  buffer.erase(0, size);
  return true;
}

}  // namespace

void OutsideServer::State::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex);
    if (stopping) {
      ::close(socket);
      return;
    }
    ++accepted;
    sockets.push_back(socket);
    workers.emplace_back([this, socket] { serve(socket); });
  }
}

void OutsideServer::State::serve(int socket) {
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  SSL* ssl = nullptr;
  bool usable = true;
  if (context != nullptr) {
    ssl = SSL_new(context);
    SSL_set_fd(ssl, socket);
    usable = SSL_accept(ssl) == 1;
  }
  Wire wire(socket, ssl, [this](std::chrono::milliseconds time) {
    std::unique_lock lock(mutex);
    return !stopped.wait_for(lock, time, [this] { return stopping; });
  });
  std::string buffer;
  while (usable) {
    OutsideRequest request;
    if (!read_request(wire, buffer, request)) break;
    Handler handler;
    {
      const std::lock_guard lock(mutex);
      seen.push_back(request);
      most_busy = std::max(most_busy, ++busy);
      if (const auto found = routes.find(request.path); found != routes.end()) handler = found->second;
    }
    usable = handler ? handler(request, wire) : wire.write(http_answer(404, "text/plain", "not here"));
    const std::lock_guard lock(mutex);
    --busy;
  }
  if (ssl != nullptr) {
    if (usable) SSL_shutdown(ssl);
    SSL_free(ssl);
    ERR_clear_error();
  }
  // Closed by the server's end, so that its number is not given to another connection before.
  ::shutdown(socket, SHUT_RDWR);
}

OutsideServer::OutsideServer() : state_(std::make_shared<State>()) {
  state_->listen_on_loopback();
  state_->thread = std::thread([s = state_.get()] { s->accept_all(); });
}

OutsideServer::OutsideServer(OutsideTls tls) : state_(std::make_shared<State>()) {
  state_->use_tls(tls);
  state_->listen_on_loopback();
  state_->thread = std::thread([s = state_.get()] { s->accept_all(); });
}

OutsideServer::~OutsideServer() {
  std::vector<std::thread> workers;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->stopped.notify_all();
    ::shutdown(state_->listener, SHUT_RDWR);
    for (const int socket : state_->sockets) ::shutdown(socket, SHUT_RDWR);
  }
  state_->thread.join();
  {
    const std::lock_guard lock(state_->mutex);
    workers.swap(state_->workers);
  }
  for (auto& worker : workers) worker.join();
  for (const int socket : state_->sockets) ::close(socket);
  ::close(state_->listener);
}

std::string OutsideServer::origin() const {
  return cat(state_->context != nullptr ? "https" : "http", "://127.0.0.1:", state_->port_number);
}
std::string OutsideServer::url(std::string_view path) const {
  return cat(origin(), path);
}
int OutsideServer::port() const {
  return state_->port_number;
}

void OutsideServer::route(std::string path, Handler handler) {
  const std::lock_guard lock(state_->mutex);
  state_->routes[std::move(path)] = std::move(handler);
}

void OutsideServer::reply(std::string path, int status, std::string content_type, std::string body) {
  route(std::move(path), [answer = http_answer(status, content_type, body)](
                             const OutsideRequest&, OutsideWire& wire) { return wire.write(answer); });
}

void OutsideServer::raw(std::string path, std::string bytes) {
  route(std::move(path), [bytes = std::move(bytes)](const OutsideRequest&, OutsideWire& wire) {
    wire.write(bytes);
    return false;
  });
}

int OutsideServer::count(std::string_view path) const {
  const std::lock_guard lock(state_->mutex);
  int out = 0;
  for (const auto& request : state_->seen) out += request.path == path ? 1 : 0;
  return out;
}
int OutsideServer::count() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<int>(state_->seen.size());
}
int OutsideServer::connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->accepted;
}
int OutsideServer::most_at_once() const {
  const std::lock_guard lock(state_->mutex);
  return state_->most_busy;
}
std::vector<OutsideRequest> OutsideServer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->seen;
}

}  // namespace lanyard::test
