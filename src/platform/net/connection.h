// One connection as a state machine. It lives on one loop for life and is kept small while it is idle.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "platform/net/chunked.h"
#include "platform/net/loop.h"
#include "platform/net/request_head.h"

namespace lanyard::net {

// What must be known of a request until its answer is written.
struct Exchange {
  const Endpoint* endpoint = nullptr;
  bool keep_alive = false;
  bool head_only = false;
  std::string_view reason;  // why the server refused; for the log
  std::chrono::steady_clock::time_point began;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, const Door& door, OpenSocket socket, std::string peer, bool trusted);
  ~Connection();
  void start();
  void check_time(std::chrono::steady_clock::time_point now, bool draining);
  void close();
  // A worker's answer, on the loop's thread. The request's memory goes back to the loop.
  void finish(Request&& request, Response&& response, const Exchange& exchange);
  // From a worker that has no memory to bring its answer: the loop closes this connection soon.
  void give_up() { given_up_.store(true, std::memory_order_relaxed); }
  Loop& loop() { return loop_; }

  std::size_t slot = 0;  // where the loop keeps it

 private:
  enum class State : std::uint8_t { handshake, head, body, working, writing, ending, lingering, closed };
  struct Intake;    // a body that did not come with its head
  struct Outgoing;  // an answer that the socket did not take at once

  bool wants_bytes() const { return state_ == State::head || state_ == State::body; }
  bool has_buffered() const { return tls_ && tls_->has_buffered(); }
  // Exhaustion costs the connection that met it, and nobody else anything.
  template <class Step>
  void guarded(Step step);
  void wait(bool for_read);
  void on_ready();
  void shake_hands();
  void fill();
  void resume();
  void arm();
  void time_is_over();
  void end(bool more_came);
  void linger();
  Io read_some(std::size_t& count);
  Io write_some(std::string_view bytes, std::size_t& count);

  void process(std::string_view bytes);
  void give_answer(Request& request, Response response, const Exchange& exchange);
  std::size_t take_head(std::string_view bytes);
  std::size_t take_body(std::string_view bytes);
  int find_client(Request::Data& data) const;
  std::size_t begin(std::string_view bytes, std::size_t head_size, const Framing& framing, Exchange exchange);
  void dispatch(Request& request, Exchange exchange, std::string_view head);
  bool has_room_for(Request::Data& data, std::size_t more);
  void refuse_for_now(const Request& request, Exchange exchange);
  void hand_over(Request& request, const Exchange& exchange, std::string_view head, Runs runs);

  void refuse(const Request* request, int status, Exchange exchange);
  void respond(const Request* request, Response response, const Exchange& exchange);
  void report(const Request* request, int status, std::string_view id, const Exchange& exchange,
              std::size_t bytes) const;
  Response error_response(const Request* request, int status);
  Response come_again(const Request* request);  // 503
  void flush();
  void after_answer();

  using Descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
  Loop& loop_;
  const Door& door_;
  Descriptor socket_;
  State state_ = State::head;
  std::atomic<bool> given_up_{false};
  bool trusted_ = false;
  bool keep_alive_ = true;
  bool unread_ = false;  // the peer may still send what nobody will read
  bool head_begun_ = false;
  bool skipped_line_ = false;  // the one empty line that may stand in front of a request
  bool reading_ = false;       // inside process(), which goes on by itself
  unsigned requests_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::steady_clock::time_point active_;
  HeadScan scan_;
  std::string peer_;
  std::string pending_;  // bytes that arrived and could not be used yet
  std::unique_ptr<TlsChannel> tls_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Outgoing> outgoing_;
};

}  // namespace lanyard::net
