#include "platform/net/connection.h"

#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <new>

#include "platform/net/exchange_parts.h"

// The socket's side: readiness, reading, writing, time. What the bytes mean is in exchange.cc.
namespace lanyard::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How long a peer that we stopped listening to may take to read our answer before the socket goes.
constexpr auto kLinger = std::chrono::seconds(2);
// In a drain, whoever was active this recently may just be sending the next request.
constexpr auto kDrainGrace = std::chrono::milliseconds(250);
// How often one connection may read before the others on its loop get their turn.
constexpr int kRounds = 16;

}  // namespace

Connection::Connection(Loop& loop, const Door& door, OpenSocket socket, std::string peer, bool trusted)
    : loop_(loop), door_(door), socket_(loop.io), trusted_(trusted), peer_(std::move(peer)) {
  boost::system::error_code error;
  socket_.assign(socket.get(), error);
  if (error) throw std::bad_alloc();  // the kernel has no room to watch it
  const int descriptor = socket.release();
  active_ = SteadyClock::now();
  deadline_ = active_ + loop_.common.options.limits.head_time;
  if (const TlsContext context = door.current_tls()) {
    tls_ = std::make_unique<TlsChannel>(context, descriptor);
    state_ = State::handshake;
  }
}

Connection::~Connection() = default;

void Connection::start() {
  guarded([this] { wait(true); });
}

void Connection::wait(bool for_read) {
  socket_.async_wait(for_read ? Descriptor::wait_read : Descriptor::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (error || self->state_ == State::closed) return;
                       self->guarded([&self] { self->on_ready(); });
                     });
}

void Connection::on_ready() {
  switch (state_) {
    case State::handshake:
      return shake_hands();
    case State::head:
    case State::body:
      return fill();
    case State::writing:
      return flush();
    case State::lingering: {
      std::size_t count = 0;
      if (read_some(count) == Io::wants_read || count > 0) return wait(true);
      return close();
    }
    case State::working:
    case State::ending:
    case State::closed:
      return;
  }
}

void Connection::shake_hands() {
  switch (tls_->handshake()) {
    case Io::done:
      state_ = State::head;
      return fill();  // the first request may have come with the last handshake message
    case Io::wants_read:
      return wait(true);
    case Io::wants_write:
      return wait(false);
    default:
      return close();
  }
}

Io Connection::read_some(std::size_t& count) {
  if (tls_) return tls_->read(loop_.scratch.data(), loop_.scratch.size(), count);
  const ssize_t got = ::recv(socket_.native_handle(), loop_.scratch.data(), loop_.scratch.size(), 0);
  if (got > 0) {
    count = static_cast<std::size_t>(got);
    return Io::done;
  }
  if (got == 0) return Io::closed;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::wants_read : Io::failed;
}

Io Connection::write_some(std::string_view bytes, std::size_t& count) {
  if (tls_) return tls_->write(bytes.data(), bytes.size(), count);
  const ssize_t sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) {
    count = static_cast<std::size_t>(sent);
    return Io::done;
  }
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::wants_write : Io::failed;
}

void Connection::fill() {
  for (int round = 0; round < kRounds; ++round) {
    std::size_t count = 0;
    switch (read_some(count)) {
      case Io::done:
        break;
      case Io::wants_read:
        return wait(true);
      case Io::wants_write:
        return wait(false);
      default:
        return close();
    }
    const std::string_view bytes(loop_.scratch.data(), count);
    if (pending_.empty()) {
      process(bytes);
    } else {
      pending_.append(bytes);
      process(pending_);
    }
    if (!wants_bytes() || !has_buffered()) return arm();
  }
  // What TLS holds already would never make the socket readable, and others want their turn.
  boost::asio::post(loop_.io, [self = shared_from_this()] {
    if (self->wants_bytes()) self->guarded([&self] { self->fill(); });
  });
}

void Connection::resume() {
  if (wants_bytes() && !pending_.empty()) process(pending_);
  if (wants_bytes() && has_buffered()) return fill();
  arm();
}

void Connection::arm() {
  if (wants_bytes() || state_ == State::lingering) wait(true);
  if (state_ == State::writing) wait(false);
}

void Connection::flush() {
  while (!outgoing_->done()) {
    std::size_t count = 0;
    const Io io = write_some(outgoing_->next(), count);
    if (io == Io::wants_read || io == Io::wants_write) {
      // Answers given inside process() are waited for when it has put the bytes behind them away.
      if (!reading_) wait(io == Io::wants_read);
      return;
    }
    if (io != Io::done) return close();
    outgoing_->advance(count);
  }
  outgoing_.reset();
  after_answer();
  if (!reading_) resume();
}

void Connection::after_answer() {
  active_ = SteadyClock::now();
  if (!keep_alive_) {
    // Inside process() it is not known yet whether anything came behind the request.
    if (reading_) {
      state_ = State::ending;
      return;
    }
    return end(!pending_.empty());
  }
  state_ = State::head;
  scan_ = HeadScan();
  skipped_line_ = head_begun_ = false;
  deadline_ = active_ + loop_.common.options.limits.idle_time;
}

void Connection::end(bool more_came) {
  if (unread_ || more_came) return linger();
  close();
}

// Closing a socket with unread bytes resets the connection, and the peer may lose our answer over it (RFC
// 9112 section 9.6).
void Connection::linger() {
  if (tls_) tls_->say_goodbye();
  ::shutdown(socket_.native_handle(), SHUT_WR);
  tls_.reset();
  std::string().swap(pending_);
  state_ = State::lingering;
  deadline_ = SteadyClock::now() + kLinger;
}

void Connection::close() {
  if (state_ == State::closed) return;
  if (tls_) tls_->say_goodbye();
  state_ = State::closed;
  boost::system::error_code ignored;
  socket_.close(ignored);
  loop_.forget(*this);
}

void Connection::check_time(SteadyClock::time_point now, bool draining) {
  if (given_up_.load(std::memory_order_relaxed)) return close();
  if (draining && state_ == State::head && pending_.empty() && now - active_ > kDrainGrace) return close();
  if (now >= deadline_) guarded([this] { time_is_over(); });
}

void Connection::time_is_over() {
  if (state_ == State::body) {
    socket_.cancel();  // whatever is waited for now, the answer waits for something else
    const auto intake = std::move(intake_);
    intake->exchange.reason = "the body took too long";
    return refuse(&intake->request, 408, intake->exchange);
  }
  if (state_ == State::head && !pending_.empty()) {
    socket_.cancel();
    return refuse(nullptr, 408, {.reason = "the head took too long", .began = active_});
  }
  if (state_ != State::working) close();
}

}  // namespace lanyard::net
