#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <new>

#include "base/text.h"
#include "platform/net/answer.h"
#include "platform/net/client_certificate.h"
#include "platform/net/exchange_parts.h"
#include "platform/net/request_rules.h"

// The protocol's side of a connection: from bytes to a request, to its handler, to an answer.
namespace lanyard::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kOneWrite =
    32 * 1024;  // answers up to this are copied behind their head and sent at once
constexpr std::size_t kLoggedPath = 256;

// A request that left its loop. The worker answers, the loop writes.
class HandlerWork final : public Work {
 public:
  HandlerWork(std::shared_ptr<Connection> connection, Request request, const Exchange& exchange)
      : connection_(std::move(connection)), request_(std::move(request)), exchange_(exchange) {}

  void run() noexcept override;
  Request& request() { return request_; }

 private:
  std::shared_ptr<Connection> connection_;
  Request request_;
  Exchange exchange_;
};

// Stand for "the handler failed" and "it had no memory" between call() and give_answer(); never sent.
constexpr int kFailed = 0;
constexpr int kNoMemory = 1;

// Exceptions are bugs or exhaustion: the request fails, the server goes on.
std::optional<Response> call(const Request& request, const Endpoint& endpoint, bool quick, const Log& log) {
  const auto failed = [&](std::string_view cause, int status) {
    log.error("http.handler_failed",
              {{"route", endpoint.pattern}, {"request", request.id()}, {"cause", cause}});
    return Response(status);
  };
  try {
    if (quick) return endpoint.quick(request);
    return endpoint.handler(request);
  } catch (const std::bad_alloc& exception) {
    return failed(exception.what(), kNoMemory);
  } catch (const std::exception& exception) {
    return failed(exception.what(), kFailed);
  } catch (...) {
    return failed("not a std::exception", kFailed);
  }
}

// The class for this one request. A fault in choosing is no reason to lose the request.
Runs class_of(const Request& request, const Endpoint& endpoint, const Log& log) {
  if (!endpoint.choose) return endpoint.runs;
  try {
    return endpoint.choose(request);
  } catch (const std::exception& exception) {
    log.error("http.choose_failed", {{"route", endpoint.pattern},
                                     {"request", request.id()},
                                     {"cause", std::string_view(exception.what())}});
  }
  return endpoint.runs;
}

void HandlerWork::run() noexcept {
  Response response = *call(request_, *exchange_.endpoint, false, connection_->loop().common.log);
  try {
    boost::asio::post(connection_->loop().io,
                      [connection = connection_, request = std::move(request_),
                       response = std::move(response), exchange = exchange_]() mutable {
                        connection->finish(std::move(request), std::move(response), exchange);
                      });
  } catch (const std::bad_alloc&) {
    connection_->give_up();
  }
}

}  // namespace

void Connection::process(std::string_view bytes) {
  const bool held = !pending_.empty();  // then `bytes` is what is pending
  reading_ = true;
  std::size_t used = 0;
  while (wants_bytes() && used < bytes.size()) {
    const std::size_t step =
        state_ == State::head ? take_head(bytes.substr(used)) : take_body(bytes.substr(used));
    if (step == 0) break;
    used += step;
  }
  reading_ = false;
  if (state_ == State::ending) return end(used < bytes.size());
  if (state_ == State::closed || state_ == State::lingering) return;
  if (!held) {
    pending_.assign(bytes.substr(used));
  } else if (used == bytes.size()) {
    std::string().swap(pending_);
  } else {
    pending_.erase(0, used);
  }
}

// Returns how many bytes were used; 0 when the head is not complete or was refused.
std::size_t Connection::take_head(std::string_view bytes) {
  const Limits& limits = loop_.common.options.limits;
  // RFC 9112 section 2.2: one empty line in front of a request is read over.
  if (!skipped_line_ && bytes.front() == '\r') {
    if (bytes.size() == 1) return 0;
    if (bytes[1] == '\n') {
      skipped_line_ = true;
      return 2;
    }
  }
  const std::size_t size = scan_.find_end(bytes);
  Exchange exchange{.began = SteadyClock::now()};
  if (!head_begun_) {
    head_begun_ = true;
    // The first head's time runs from the moment of the connection, so that silence does not extend it.
    if (requests_ > 0) deadline_ = exchange.began + limits.head_time;
  }
  if (scan_.refusal()) {
    exchange.reason = scan_.refusal().reason;
    refuse(nullptr, scan_.refusal().status, exchange);
    return 0;
  }
  if (size > limits.head_bytes || (size == 0 && bytes.size() >= limits.head_bytes)) {
    exchange.reason = "the head is too long";
    refuse(nullptr, 431, exchange);
    return 0;
  }
  if (size == 0) return 0;

  ++requests_;
  Request::Data& data = loop_.request.data();
  data.clear();
  loop_.write_id(data.id);
  data.client_address = peer_;
  data.started = loop_.common.clock.steady();
  data.tls = tls_ != nullptr;
  data.trusted_proxy = trusted_;
  Framing framing;
  if (const Refusal refusal = parse_head(bytes.substr(0, size), limits.header_count, data, framing)) {
    exchange.reason = refusal.reason;
    refuse(nullptr, refusal.status, exchange);
    return 0;
  }
  return begin(bytes, size, framing, exchange);
}

// The head is good: who answers, and is there a body to wait for?
std::size_t Connection::begin(std::string_view bytes, std::size_t head_size, const Framing& framing,
                              Exchange exchange) {
  const Limits& limits = loop_.common.options.limits;
  Request& request = loop_.request;
  Request::Data& data = request.data();
  exchange.keep_alive = framing.keep_alive && requests_ < limits.requests_per_connection;
  exchange.head_only = data.method == Method::head;
  if (framing.upgrade) unread_ = true;
  const auto refuse_here = [&](int status, std::string_view reason) {
    exchange.reason = reason;
    // A body that nobody reads could be taken for the next request.
    if (framing.has_body) {
      exchange.keep_alive = false;
      unread_ = true;
    }
    respond(&request, error_response(&request, status), exchange);
    return head_size;
  };
  if (trusted_) {
    const auto client = loop_.common.proxies.forwarded_client(data.headers);
    if (!client) return refuse_here(400, "X-Forwarded-For has something that is not an address");
    if (!client->empty()) data.client_address = *client;
    const std::string& header = loop_.common.options.client_certificate_header;
    if (!header.empty() && !read_certificate_header(header, data))
      return refuse_here(400, "the header with the client's certificate is not one URL-encoded PEM text");
  } else if (tls_ != nullptr) {
    data.client_certificate = tls_->client_certificate();
  }
  if (data.method == Method::other) {
    return data.method_text == "TRACE" ? refuse_here(405, "TRACE is not served")
                                       : refuse_here(501, "a method that nobody knows");
  }
  Match match = door_.listener.router->match(data.method, data.path);
  exchange.endpoint = match.endpoint;
  data.parts = std::move(match.parts);
  if (match.endpoint == nullptr) {
    if (match.allowed.empty()) return refuse_here(404, "");
    if (framing.has_body) {
      exchange.keep_alive = false;
      unread_ = true;
    }
    respond(&request, std::move(error_response(&request, 405).header("Allow", match.allowed)), exchange);
    return head_size;
  }
  if (framing.length > match.endpoint->body_limit)
    return refuse_here(413, "the body is over the endpoint's limit");

  const std::string_view head = bytes.substr(0, head_size);
  const std::string_view rest = bytes.substr(head_size);
  if (!framing.chunked && rest.size() >= framing.length) {
    data.body = rest.substr(0, static_cast<std::size_t>(framing.length));
    const std::size_t used = head_size + data.body.size();
    dispatch(request, exchange, head);
    return used;
  }

  data.keep_head(head);
  intake_ = std::make_unique<Intake>();
  std::swap(intake_->request, loop_.request);
  intake_->exchange = exchange;
  intake_->chunked = framing.chunked;
  intake_->left = framing.length;
  state_ = State::body;
  deadline_ = SteadyClock::now() + limits.body_time;
  if (framing.expect_continue && rest.empty()) {
    // A fresh connection's buffer always takes 25 bytes; if it does not, the peer does not read and will be
    // cut off.
    std::size_t count = 0;
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (write_some(kContinue, count) != Io::done || count != kContinue.size()) close();
  }
  return head_size;
}

std::size_t Connection::take_body(std::string_view bytes) {
  Request::Data& data = intake_->request.data();
  const std::size_t before = data.body_memory.size();
  std::size_t used = 0;
  bool complete = false;
  if (intake_->chunked) {
    used = intake_->chunks.read(bytes, data.body_memory, intake_->exchange.endpoint->body_limit);
    if (const Refusal refusal = intake_->chunks.refusal()) {
      const auto intake = std::move(intake_);
      intake->exchange.reason = refusal.reason;
      refuse(&intake->request, refusal.status, intake->exchange);
      return 0;
    }
    complete = intake_->chunks.done();
  } else {
    used = static_cast<std::size_t>(std::min<std::uint64_t>(intake_->left, bytes.size()));
    data.body_memory.append(bytes.substr(0, used));
    intake_->left -= used;
    complete = intake_->left == 0;
  }
  if (!has_room_for(data, data.body_memory.size() - before)) {
    const auto intake = std::move(intake_);
    intake->exchange.keep_alive = false;
    unread_ = true;
    refuse_for_now(intake->request, intake->exchange);
    return 0;
  }
  if (complete) {
    const auto intake = std::move(intake_);
    data.body = data.body_memory;
    dispatch(intake->request, intake->exchange, {});
  }
  return used;
}

// An empty `head` means that the request owns its memory already.
void Connection::dispatch(Request& request, Exchange exchange, std::string_view head) {
  const Endpoint& endpoint = *exchange.endpoint;
  const Log& log = loop_.common.log;
  std::optional<Response> response;
  if (endpoint.quick) response = call(request, endpoint, true, log);
  if (!response) {
    const Runs runs = class_of(request, endpoint, log);
    if (runs != Runs::on_loop) return hand_over(request, exchange, head, runs);
    response = call(request, endpoint, false, log);
  }
  give_answer(request, std::move(*response), exchange);
}

void Connection::give_answer(Request& request, Response response, const Exchange& exchange) {
  if (response.status() == kFailed) response = error_response(&request, 500);
  if (response.status() == kNoMemory) response = come_again(&request);
  respond(&request, std::move(response), exchange);
}

bool Connection::has_room_for(Request::Data& data, std::size_t more) {
  Common& common = loop_.common;
  return more == 0 || data.body_share.take(common.body_bytes, more, common.options.limits.bodies);
}

void Connection::refuse_for_now(const Request& request, Exchange exchange) {
  loop_.common.refused.fetch_add(1, std::memory_order_relaxed);
  exchange.reason = "the bodies of all requests together are over their limit";
  respond(&request, come_again(&request), exchange);
}

void Connection::hand_over(Request& request, const Exchange& exchange, std::string_view head, Runs runs) {
  if (!head.empty()) {
    if (!has_room_for(request.data(), request.data().body.size())) return refuse_for_now(request, exchange);
    request.data().keep_head(head);
    request.data().keep_body();
  }
  Request owned;
  std::swap(owned, request);
  state_ = State::working;
  auto handler_work = std::make_unique<HandlerWork>(shared_from_this(), std::move(owned), exchange);
  HandlerWork* left = handler_work.get();
  if (exchange.endpoint->waits_for) left->waits_for = exchange.endpoint->waits_for(left->request());
  std::unique_ptr<Work> work = std::move(handler_work);
  if (loop_.common.pool(runs).submit(work)) return;
  loop_.common.refused.fetch_add(1, std::memory_order_relaxed);
  Exchange busy = exchange;
  busy.reason = "the queue of this class of work is full";
  respond(&left->request(), come_again(&left->request()), busy);
}

void Connection::finish(Request&& request, Response&& response, const Exchange& exchange) {
  if (state_ == State::closed) return;
  guarded([&] { give_answer(request, std::move(response), exchange); });
}

void Connection::refuse(const Request* request, int status, Exchange exchange) {
  exchange.keep_alive = false;
  unread_ = true;
  respond(request, error_response(request, status), exchange);
}

Response Connection::error_response(const Request* request, int status) {
  const auto& make = loop_.common.options.error_response;
  if (make) {
    try {
      return make(request, status);
    } catch (const std::exception& exception) {
      loop_.common.log.error("http.error_page_failed", {{"cause", std::string_view(exception.what())}});
    } catch (...) {
      loop_.common.log.error("http.error_page_failed");
    }
  }
  return Response::text(status, cat(reason_phrase(status), "\n"));
}

Response Connection::come_again(const Request* request) {
  Response response = error_response(request, 503);
  if (!response.find_header("Retry-After")) response.header("Retry-After", "1");
  return response;
}

void Connection::respond(const Request* request, Response response, const Exchange& exchange) {
  Common& common = loop_.common;
  keep_alive_ = exchange.keep_alive && !common.draining.load(std::memory_order_relaxed);
  std::array<char, 16> own_id;
  std::string_view id;
  if (request != nullptr) {
    id = request->id();
  } else {
    loop_.write_id(own_id);
    id = std::string_view(own_id.data(), own_id.size());
  }
  std::string& out = loop_.out;
  out.clear();
  append_head(out, response,
              {.date_line = loop_.date_line(),
               .request_id = id,
               .keep_alive = keep_alive_,
               .hsts = common.options.hsts});
  const bool with_body = !exchange.head_only && may_have_body(response.status());
  const std::size_t body_size = with_body ? response.body().size() : 0;
  if (response.header_was_dropped()) {
    common.log.warning(
        "http.header_dropped",
        {{"route", exchange.endpoint != nullptr ? std::string_view(exchange.endpoint->pattern) : ""},
         {"request", id}});
  }
  report(request, response.status(), id, exchange, out.size() + body_size);

  const bool together = body_size <= kOneWrite;
  if (together) out.append(response.body().substr(0, body_size));
  state_ = State::writing;
  deadline_ = SteadyClock::now() + common.options.limits.write_time;
  std::size_t count = 0;
  Io io = together ? write_some(out, count) : Io::wants_write;
  if (io == Io::closed || io == Io::failed) return close();
  if (together && count == out.size()) {
    after_answer();
    if (!reading_) resume();
    return;
  }
  outgoing_ = std::make_unique<Outgoing>(std::string_view(out).substr(count), std::move(response), !together);
  flush();
}

void Connection::report(const Request* request, int status, std::string_view id, const Exchange& exchange,
                        std::size_t bytes) const {
  const Common& common = loop_.common;
  if (!door_.listener.access_log && !common.options.on_finished) return;
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - exchange.began).count();
  const std::string_view method = request == nullptr ? std::string_view() : request->method_text();
  const std::string_view route =
      exchange.endpoint == nullptr ? std::string_view() : std::string_view(exchange.endpoint->pattern);
  if (common.options.on_finished)
    common.options.on_finished(method, route, status, static_cast<double>(micros) * 1e-6);
  const bool is_quiet = exchange.endpoint != nullptr && exchange.endpoint->is_quiet && status < 500;
  if (!door_.listener.access_log || is_quiet) return;
  // Never the query, a cookie or a credential (attack row 148).
  const std::string_view path =
      request == nullptr ? std::string_view() : cut_utf8(request->path(), kLoggedPath);
  loop_.access_log().info(
      "http.request", {{"request", id},
                       {"method", method},
                       {"route", route},
                       {"path", path},
                       {"status", status},
                       {"bytes", bytes},
                       {"micros", micros},
                       {"client", request == nullptr ? std::string_view(peer_) : request->client_address()},
                       {"refused", exchange.reason}});
}

}  // namespace lanyard::net
