#include "platform/net/http.h"

#include <algorithm>

#include "base/text.h"
#include "platform/net/request_data.h"
#include "platform/net/request_head.h"
#include "platform/net/request_rules.h"

namespace lanyard::net {
namespace {

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

const HeaderField* find_first(const std::vector<HeaderField>& headers, std::string_view name) {
  for (const HeaderField& field : headers) {
    if (field.name.size() == name.size() && equal_ignoring_case(field.name, name)) return &field;
  }
  return nullptr;
}

// Names that only the server may write.
bool is_reserved(std::string_view name) {
  static constexpr std::string_view kReserved[] = {"connection", "content-length", "date",
                                                   "keep-alive", "trailer",        "transfer-encoding",
                                                   "upgrade",    "x-request-id"};
  return std::ranges::any_of(kReserved, [&](std::string_view reserved) { return same_name(name, reserved); });
}

// Calls `visit(name, value)` for each complete line until it returns true.
template <class Visit>
void for_each_line(std::string_view lines, Visit visit) {
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (visit(line.substr(0, colon), trim_blanks(line.substr(colon + 1)))) return;
  }
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      return "other";
  }
  return "other";
}

Request::Request() : data_(std::make_unique<Data>()) {}
Request::Request(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Request::~Request() = default;
Request::Request(Request&&) noexcept = default;
Request& Request::operator=(Request&&) noexcept = default;

Method Request::method() const {
  return data_->method;
}
std::string_view Request::method_text() const {
  return data_->method_text;
}
std::string_view Request::target() const {
  return data_->target;
}
std::string_view Request::path() const {
  return data_->path;
}
std::string_view Request::query() const {
  return data_->query;
}
const std::vector<HeaderField>& Request::headers() const {
  return data_->headers;
}
std::string_view Request::body() const {
  return data_->body;
}
std::string_view Request::id() const {
  return {data_->id.data(), data_->id.size()};
}
std::string_view Request::client_address() const {
  return data_->client_address;
}
bool Request::from_trusted_proxy() const {
  return data_->trusted_proxy;
}
bool Request::is_tls() const {
  return data_->tls;
}
std::string_view Request::client_certificate_der() const {
  return data_->client_certificate ? std::string_view(*data_->client_certificate) : std::string_view();
}
SteadyTime Request::started() const {
  return data_->started;
}

Result<std::optional<std::string_view>> Request::header(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const HeaderField& field : data_->headers) {
    if (field.name.size() != name.size() || !equal_ignoring_case(field.name, name)) continue;
    if (found)
      return make_error(Code::invalid, cat("The header ", name, " was sent twice."), "Send it once.");
    found = field.value;
  }
  return found;
}

std::string_view Request::header_or(std::string_view name, std::string_view fallback) const {
  const HeaderField* field = find_first(data_->headers, name);
  return field == nullptr ? fallback : field->value;
}

Result<Form> Request::query_form() const {
  return parse_form(data_->query);
}

Result<Form> Request::form() const {
  LANYARD_TRY(const auto type, header("Content-Type"));
  const std::string_view media = type ? trim_blanks(type->substr(0, type->find(';'))) : std::string_view();
  if (!equal_ignoring_case(media, "application/x-www-form-urlencoded")) {
    return make_error(Code::invalid, "The body must be a form.",
                      "Send the header Content-Type: application/x-www-form-urlencoded.");
  }
  return parse_form(data_->body);
}

// RFC 6265 section 5.4 gives the pairs no precedence that a sender could rely on, so a second one is not
// chosen from: it is how a sibling domain tosses its cookie over ours.
Result<std::optional<std::string_view>> Request::cookie(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const HeaderField& field : data_->headers) {
    if (!same_name(field.name, "cookie")) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      const std::size_t semicolon = rest.find(';');
      const std::string_view pair = trim_blanks(rest.substr(0, semicolon));
      rest = semicolon == std::string_view::npos ? std::string_view() : rest.substr(semicolon + 1);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || trim_blanks(pair.substr(0, equals)) != name) continue;
      if (found) {
        return make_error(Code::invalid, cat("The cookie ", name, " was sent twice."),
                          "Delete the cookies of this site and sign in again.");
      }
      std::string_view value = trim_blanks(pair.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      found = value;
    }
  }
  return found;
}

std::string_view Request::path_part(std::string_view name) const {
  for (const auto& [part, value] : data_->parts) {
    if (part == name) return value;
  }
  return {};
}

Result<Request> make_request(const RequestDraft& draft) {
  auto data = std::make_unique<Request::Data>();
  const auto breaks_line = [](std::string_view text) {
    return text.find_first_of("\r\n") != std::string_view::npos;
  };
  std::string head = cat(draft.method, " ", draft.target, " HTTP/1.1\r\n");
  bool odd = breaks_line(draft.method) || breaks_line(draft.target);
  bool has_host = false;
  bool has_length = false;
  for (const auto& [name, value] : draft.headers) {
    odd = odd || breaks_line(name) || breaks_line(value);
    has_host = has_host || same_name(name, "host");
    has_length = has_length || same_name(name, "content-length") || same_name(name, "transfer-encoding");
    head += cat(name, ": ", value, "\r\n");
  }
  if (odd) return make_error(Code::invalid, "The request has a line break inside a line.");
  if (!has_host) head += "Host: localhost\r\n";
  if (!has_length && !draft.body.empty()) head += cat("Content-Length: ", draft.body.size(), "\r\n");
  head += "\r\n";

  HeadScan scan;
  Framing framing;
  if (scan.find_end(head) != head.size())
    return make_error(Code::invalid, "The request has no complete head.");
  if (const Refusal refusal = parse_head(head, 100, *data, framing)) {
    return make_error(refusal.status == 431 ? Code::too_large : Code::invalid,
                      cat("The server refuses this request: ", refusal.reason, "."));
  }
  data->keep_head(head);
  data->body = draft.body;
  data->keep_body();
  data->client_address = draft.client_address;
  data->trusted_proxy = draft.trusted_proxy;
  data->tls = draft.tls;
  if (!draft.client_certificate_der.empty())
    data->client_certificate = std::make_shared<const std::string>(draft.client_certificate_der);
  std::ranges::fill(data->id, '0');
  return Request(std::move(data));
}

Response Response::text(int status, std::string body) {
  Response response(status);
  response.body("text/plain; charset=utf-8", std::move(body));
  return response;
}

Response Response::html(int status, std::string body) {
  Response response(status);
  response.body("text/html; charset=utf-8", std::move(body));
  return response;
}

Response Response::json(int status, std::string body) {
  Response response(status);
  response.body("application/json", std::move(body));
  return response;
}

Response Response::redirect(std::string_view location) {
  Response response(303);
  response.header("Location", location);
  return response;
}

Response& Response::header(std::string_view name, std::string_view value) {
  if (!is_token(name) || is_reserved(name) || !is_field_value(value)) {
    dropped_ = true;
    return *this;
  }
  lines_.reserve(lines_.size() + name.size() + value.size() + 4);
  lines_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

Response& Response::cookie(const Cookie& cookie) {
  // RFC 6265 section 4.1.1: anything outside would end the value early or add an attribute.
  const auto is_octet = [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
  };
  const auto in_path = [](char c) { return c >= 0x20 && c < 0x7F && c != ';'; };
  if (!is_token(cookie.name) || !std::ranges::all_of(cookie.value, is_octet) ||
      !std::ranges::all_of(cookie.path, in_path)) {
    dropped_ = true;
    return *this;
  }
  std::string line = cat(cookie.name, "=", cookie.value, "; Path=", cookie.path);
  if (cookie.max_age) line += cat("; Max-Age=", cookie.max_age->count());
  if (cookie.secure) line += "; Secure";
  line += "; HttpOnly; SameSite=";
  switch (cookie.same_site) {
    case Cookie::SameSite::lax:
      line += "Lax";
      break;
    case Cookie::SameSite::strict:
      line += "Strict";
      break;
    case Cookie::SameSite::none:
      line += "None";
      break;
  }
  return header("Set-Cookie", line);
}

Response& Response::body(std::string_view content_type, std::string body) {
  header("Content-Type", content_type);
  body_ = std::move(body);
  shared_body_.reset();
  return *this;
}

Response& Response::shared_headers(std::shared_ptr<const std::string> lines) {
  shared_lines_ = std::move(lines);
  return *this;
}

Response& Response::shared_body(std::shared_ptr<const std::string> body) {
  shared_body_ = std::move(body);
  return *this;
}

std::optional<std::string> Response::find_header(std::string_view name) const {
  std::optional<std::string> found;
  const auto look = [&](std::string_view line_name, std::string_view value) {
    if (!equal_ignoring_case(line_name, name)) return false;
    found = std::string(value);
    return true;
  };
  for_each_line(lines_, look);
  if (!found && shared_lines_) for_each_line(*shared_lines_, look);
  return found;
}

}  // namespace lanyard::net
