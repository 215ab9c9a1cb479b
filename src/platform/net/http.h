// What a handler sees of HTTP: requests, responses, cookies. No network library shows through.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/url.h"

namespace lanyard::net {

enum class Method { get, head, post, put, patch, del, options, other };
std::string_view to_string(Method method);

struct HeaderField {
  std::string_view name;   // as sent
  std::string_view value;  // without surrounding white space
};

// A request as the server understood it, complete with its body. The views point into memory that the request
// owns; it can be moved to another thread. Handlers read it, nobody changes it.
class Request {
 public:
  Request();
  ~Request();
  Request(Request&&) noexcept;
  Request& operator=(Request&&) noexcept;

  Method method() const;
  std::string_view method_text() const;
  std::string_view target() const;  // as sent: path and query
  // Percent-decoded once and normalised. Requests with an encoded slash, a dot segment (plain or encoded), a
  // double slash, a NUL, a backslash or text that is not UTF-8 in the path never reach a handler (400).
  std::string_view path() const;
  std::string_view query() const;  // as sent, without the question mark
  const std::vector<HeaderField>& headers() const;
  // The value of a header that must not repeat: empty optional when absent, Code::invalid when sent twice.
  Result<std::optional<std::string_view>> header(std::string_view name) const;
  std::string_view header_or(std::string_view name, std::string_view fallback) const;  // first one
  std::string_view body() const;

  Result<Form> query_form() const;
  // Body as a form; Code::invalid unless the content type is application/x-www-form-urlencoded.
  Result<Form> form() const;
  // A cookie's value; a name sent twice counts as an attack and is Code::invalid.
  Result<std::optional<std::string_view>> cookie(std::string_view name) const;

  // {name} parts of the route's pattern.
  std::string_view path_part(std::string_view name) const;

  std::string_view id() const;              // ours, 16 hexadecimal digits, also in the log and on error pages
  std::string_view client_address() const;  // after trusted proxies
  bool from_trusted_proxy() const;          // only then may X-Forwarded-* and X-Original-* be read
  bool is_tls() const;
  // The certificate (DER) whose key the client has shown to have; empty when there is none. Nobody has
  // checked who signed it.
  std::string_view client_certificate_der() const;
  SteadyTime started() const;

  struct Data;  // filled by the server and by tests' RequestBuilder
  explicit Request(std::unique_ptr<Data> data);
  Data& data() { return *data_; }
  const Data& data() const { return *data_; }

 private:
  std::unique_ptr<Data> data_;
};

// Builds a Request without a network: for tests, benchmarks and fuzzers.
struct RequestDraft {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string client_address = "127.0.0.1";
  bool trusted_proxy = false;
  bool tls = false;
  std::string client_certificate_der = {};
};
// Applies the server's own rules to target and headers (paths that the server refuses are an error here too).
Result<Request> make_request(const RequestDraft& draft);

struct Cookie {
  std::string name;
  std::string value;
  std::string path = "/";
  std::optional<std::chrono::seconds> max_age;  // 0 s removes it; none: until the browser closes
  bool secure = true;
  enum class SameSite { lax, strict, none } same_site = SameSite::lax;  // always HttpOnly, never a Domain
};

// The server adds Content-Length, Connection, Date and X-Request-Id, and the security headers that every
// answer has (nosniff, Referrer-Policy, COOP, Cache-Control: no-store unless set, HSTS when public_url is
// https).
class Response {
 public:
  explicit Response(int status = 200) : status_(status) {}
  static Response text(int status, std::string body);
  static Response html(int status, std::string body);
  static Response json(int status, std::string body);
  // 303 See Other. `location` is our own path or a URL that the caller has checked.
  static Response redirect(std::string_view location);

  int status() const { return status_; }
  // CR, LF and NUL in a value never reach the wire: the header is dropped and the drop is logged as our
  // fault.
  Response& header(std::string_view name, std::string_view value);
  Response& cookie(const Cookie& cookie);
  Response& body(std::string_view content_type, std::string body);
  // A block of complete "Name: value\r\n" lines and a body that many answers share (verdicts, key sets,
  // assets).
  Response& shared_headers(std::shared_ptr<const std::string> lines);
  Response& shared_body(std::shared_ptr<const std::string> body);

  const std::string& header_lines() const { return lines_; }
  const std::shared_ptr<const std::string>& shared_header_lines() const { return shared_lines_; }
  std::string_view body() const {
    return shared_body_ ? std::string_view(*shared_body_) : std::string_view(body_);
  }
  std::optional<std::string> find_header(std::string_view name) const;  // for tests and filters
  bool header_was_dropped() const { return dropped_; }

 private:
  int status_;
  bool dropped_ = false;
  std::string lines_;
  std::shared_ptr<const std::string> shared_lines_;
  std::string body_;
  std::shared_ptr<const std::string> shared_body_;
};

}  // namespace lanyard::net
