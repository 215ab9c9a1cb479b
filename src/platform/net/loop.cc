#include "platform/net/loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <climits>
#include <ctime>
#include <exception>
#include <new>

#include "base/random.h"
#include "platform/net/connection.h"

namespace lanyard::net {
namespace {

constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr std::size_t kLinesBytes = PIPE_BUF;  // more could be torn by what other threads write

// Often enough for the shortest limit, and at most twice a second.
Duration sweep_period(const Limits& limits, bool draining) {
  const Duration shortest = std::min({limits.head_time, limits.body_time, limits.write_time, limits.idle_time,
                                      Duration(std::chrono::seconds(2))});
  const Duration most = draining ? std::chrono::milliseconds(20) : std::chrono::milliseconds(500);
  return std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(10), most);
}

}  // namespace

Loop::Loop(Common& shared)
    : common(shared),
      scratch(kScratchBytes),
      access_log_(shared.log.with_sink([this](std::string_view line) { collect(line); })) {
  lines_.reserve(kLinesBytes);
  SystemRandom random;
  const std::string seed = random.bytes(sizeof id_state_);
  std::copy(seed.begin(), seed.end(), reinterpret_cast<char*>(&id_state_));
}

Loop::~Loop() {
  stop_and_join();
}

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

// An exception here is exhaustion that met nobody's connection (those are closed over it, see
// Connection::guarded); everybody goes on.
void Loop::run() {
  const auto work = boost::asio::make_work_guard(io);
  while (!io.stopped()) {
    try {
      io.run();
    } catch (const std::exception& exception) {
      common.log.error("http.loop_failed", {{"cause", std::string_view(exception.what())}});
    }
  }
  write_lines();
}

void Loop::collect(std::string_view line) {
  if (lines_.size() + line.size() > kLinesBytes) write_lines();
  lines_.append(line);
  if (writing_lines_) return;
  // Runs behind everything that is ready now.
  boost::asio::post(io, for_lines_.keep([this] {
    writing_lines_ = false;
    write_lines();
  }));
  writing_lines_ = true;
}

void Loop::write_lines() {
  common.log.write(lines_);
  lines_.clear();
}

void Loop::stop_and_join() {
  if (!thread_.joinable()) return;
  boost::asio::post(io, [this] {
    close_all();
    io.stop();
  });
  thread_.join();
}

void Loop::close_all() {
  for (std::size_t i = connections_.size(); i > 0; --i) std::shared_ptr(connections_[i - 1])->close();
}

void Loop::adopt(OpenSocket socket, const Door& door, std::string peer, bool trusted) {
  common.connections.fetch_add(1);
  load_.fetch_add(1, std::memory_order_relaxed);
  try {
    boost::asio::post(io,
                      [this, socket = std::move(socket), &door, peer = std::move(peer), trusted]() mutable {
                        take_in(std::move(socket), door, std::move(peer), trusted);
                      });
  } catch (const std::bad_alloc&) {
    uncount();
    throw;
  }
}

void Loop::take_in(OpenSocket socket, const Door& door, std::string peer, bool trusted) {
  std::shared_ptr<Connection> connection;
  try {
    connection = std::make_shared<Connection>(*this, door, std::move(socket), std::move(peer), trusted);
    arm_sweep();
    connections_.push_back(connection);
  } catch (const std::bad_alloc&) {
    common.refused.fetch_add(1, std::memory_order_relaxed);
    uncount();
    return;
  }
  connection->slot = connections_.size() - 1;
  connection->start();
}

void Loop::drain() {
  boost::asio::post(io, [this] {
    sweep_timer_.cancel();
    sweeping_ = false;
    arm_sweep();
  });
}

void Loop::forget(Connection& connection) {
  const std::size_t slot = connection.slot;
  const std::shared_ptr<Connection> keep = connections_[slot];
  connections_[slot] = std::move(connections_.back());
  connections_[slot]->slot = slot;
  connections_.pop_back();
  uncount();
}

void Loop::uncount() {
  load_.fetch_sub(1, std::memory_order_relaxed);
  if (common.connections.fetch_sub(1) == 1) {
    const std::lock_guard lock(common.mutex);
    common.changed.notify_all();
  }
}

// One timer a loop instead of one an operation; none while there is no connection.
void Loop::arm_sweep() {
  if (sweeping_) return;
  sweep_timer_.expires_after(sweep_period(common.options.limits, common.draining));
  sweep_timer_.async_wait(for_sweep_.keep([this](const boost::system::error_code& error) {
    if (error) return;
    sweeping_ = false;
    sweep();
    if (!connections_.empty()) arm_sweep();
  }));
  sweeping_ = true;
}

void Loop::sweep() {
  const auto now = std::chrono::steady_clock::now();
  const bool draining = common.draining;
  // From the end: whoever is forgotten has his slot taken by one that was looked at already.
  for (std::size_t i = connections_.size(); i > 0; --i)
    std::shared_ptr(connections_[i - 1])->check_time(now, draining);
}

std::string_view Loop::date_line() {
  const std::int64_t second = to_unix_seconds(common.clock.now());
  if (second != date_second_) {
    const auto time = static_cast<std::time_t>(second);
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    // The program never calls setlocale(), so these are the English names that RFC 9110 section 5.6.7 asks
    // for.
    const std::size_t size =
        std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    date_line_.assign(text.data(), size);
    date_second_ = second;
  }
  return date_line_;
}

// splitmix64 from a random start: no id comes twice on a loop, and another loop or run starts elsewhere.
void Loop::write_id(std::array<char, 16>& id) {
  id_state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = id_state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  z ^= z >> 31;
  for (char& digit : id) {
    digit = "0123456789abcdef"[z & 15];
    z >>= 4;
  }
}

}  // namespace lanyard::net
