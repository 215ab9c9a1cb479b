// The outside world as a test needs it: a server that says exactly the bytes it is told to say, late, wrongly
// or never, and a client without a network for tests that count calls on a clock of their own.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "platform/net/client.h"

namespace lanyard::test {

// A certificate made for one test, with its key; PEM.
struct TestCertificate {
  std::string certificate, key;
};
struct CertificateWish {
  std::string name = "127.0.0.1";  // DNS name or address, in the subject alternative name
  std::chrono::hours not_before{-1}, not_after{24};
  std::string usage = "serverAuth";  // or "clientAuth"
  std::string organisation = {};     // UTF-8, in the subject; may be empty
};
TestCertificate make_authority();
TestCertificate make_certificate(const TestCertificate& authority, const CertificateWish& wish = {});
// A signed OCSP answer (DER) that says "revoked" about `certificate`.
std::string make_revocation(const TestCertificate& authority, const TestCertificate& certificate);

// A file that is gone with the object. For ca_file.
class TestFile {
 public:
  explicit TestFile(std::string_view content);
  ~TestFile();
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct OutsideRequest {
  std::string method, target, path;  // path: target without query
  std::string head;                  // request line and headers, as they came
  std::string body;
  std::string header(std::string_view name) const;  // "" when absent
};

// The connection, for handlers that do not play by the rules.
class OutsideWire {
 public:
  virtual ~OutsideWire() = default;
  virtual bool write(std::string_view bytes) = 0;          // false when the other side is gone
  virtual bool pause(std::chrono::milliseconds time) = 0;  // false when the server is being stopped
};

struct OutsideTls {
  TestCertificate certificate;
  std::string stapled;  // OCSP answer, DER
  bool only_tls_1_0 = false;
};

// Listens on a port of 127.0.0.1 that the kernel chose; a thread a connection. Unknown paths get 404.
class OutsideServer {
 public:
  // Writes a whole answer, or whatever it likes; the connection is kept when it returns true.
  using Handler = std::function<bool(const OutsideRequest&, OutsideWire&)>;
  OutsideServer();
  explicit OutsideServer(OutsideTls tls);
  ~OutsideServer();

  std::string origin() const;                    // "http://127.0.0.1:4711"
  std::string url(std::string_view path) const;  // origin and path
  int port() const;

  void route(std::string path, Handler handler);  // replaces
  void reply(std::string path, int status, std::string content_type, std::string body);
  void raw(std::string path, std::string bytes);  // these bytes, then the connection is closed

  int count(std::string_view path) const;  // requests for this path so far
  int count() const;                       // all requests
  int connections() const;
  int most_at_once() const;  // requests being handled at the same time, at most
  std::vector<OutsideRequest> requests() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Status line, length and body of an ordinary answer.
std::string http_answer(int status, std::string_view content_type, std::string_view body,
                        std::string_view extra = {});

// A client without a network. Calls run on the calling thread. Thread-safe.
class ScriptedClient final : public net::Client {
 public:
  using Handler = std::function<Result<net::Reply>(const net::Call&)>;
  Result<net::Reply> send(const net::Call& call) override;
  void route(std::string url, Handler handler);
  void reply(std::string url, int status, std::string content_type, std::string body);
  void fail(std::string url, Code code = Code::unavailable);
  int count(std::string_view url) const;
  int count() const;
  std::vector<net::Call> calls() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Handler, std::less<>> routes_;
  std::vector<net::Call> calls_;
};

}  // namespace lanyard::test
