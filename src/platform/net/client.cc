#include "platform/net/client.h"

#include <curl/curl.h>
#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <map>
#include <mutex>
#include <new>
#include <thread>

#include "base/text.h"
#include "platform/net/breaker.h"
#include "platform/net/transfer.h"

namespace lanyard::net {
namespace {

using outgoing::Breakers;
using outgoing::Outcome;
using outgoing::Transfer;
using RealTime = std::chrono::steady_clock;

// What the calling thread waits on.
struct Ticket {
  Call call;
  Url url;
  std::string host;  // origin: scheme, name and port
  RealTime::time_point deadline;

  std::mutex mutex;
  std::condition_variable done;
  std::optional<Result<Reply>> answer;

  void settle(Result<Reply> result) {
    const std::lock_guard lock(mutex);
    if (!answer) answer = std::move(result);
    done.notify_all();
  }
};

void initialise_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
  });
}

class CurlClient final : public Client {
 public:
  CurlClient(ClientOptions options, const Clock& clock, const Log& log)
      : options_(std::move(options)),
        clock_(clock),
        log_(log),
        breakers_(options_.breaker_failures, options_.breaker_rest) {
    initialise_curl_once();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 32L);
    thread_ = std::thread([this] { run(); });
  }

  ~CurlClient() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  Result<Reply> send(const Call& call) override {
    auto url = outgoing::check_call(call);
    if (!url.ok()) return std::move(url).error();
    auto ticket = std::make_shared<Ticket>();
    ticket->call = call;
    ticket->host = url->origin();
    ticket->url = std::move(*url);
    ticket->deadline = RealTime::now() + call.time_limit;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return make_error(Code::unavailable, "The server is stopping.");
      if (waiting_ >= options_.waiting) {
        return make_error(Code::unavailable, "Too many calls to services outside wait already.",
                          "Try again soon.");
      }
      arrived_.push_back(ticket);
      ++waiting_;
    }
    curl_multi_wakeup(multi_);
    std::unique_lock lock(ticket->mutex);
    ticket->done.wait(lock, [&] { return ticket->answer.has_value(); });
    return std::move(*ticket->answer);
  }

 private:
  struct Running {
    std::shared_ptr<Ticket> ticket;
    std::unique_ptr<Transfer> transfer;
  };

  void run() {
    // Signals are for the main thread; a peer that hangs up during a TLS write must not raise SIGPIPE.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    pthread_setname_np(pthread_self(), "egress");
    while (take_arrivals()) {
      start_what_may_start();
      int running = 0;
      curl_multi_perform(multi_, &running);
      finish_what_ended();
      start_what_may_start();
      curl_multi_poll(multi_, nullptr, 0, milliseconds_to_sleep(), nullptr);
    }
    stop_everything();
  }

  bool take_arrivals() {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    for (auto& ticket : arrived_) {
      try {
        queue_.push_back(ticket);
      } catch (const std::bad_alloc&) {
        --waiting_;
        ticket->settle(no_memory());
      }
    }
    arrived_.clear();
    return true;
  }

  void start_what_may_start() {
    const auto now = RealTime::now();
    for (auto place = queue_.begin(); place != queue_.end();) {
      const std::shared_ptr<Ticket> ticket = *place;
      try {
        if (!try_to_start(ticket, now)) {
          ++place;
          continue;
        }
      } catch (const std::bad_alloc&) {
        breakers_.record(ticket->host, Breakers::Outcome::neutral, clock_.steady());
        ticket->settle(no_memory());
      }
      place = queue_.erase(place);
      const std::lock_guard lock(mutex_);
      --waiting_;
    }
  }

  // False: it has to wait on.
  bool try_to_start(const std::shared_ptr<Ticket>& ticket, RealTime::time_point now) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(ticket->deadline - now);
    if (left.count() <= 0) {
      ticket->settle(make_error(Code::unavailable,
                                cat("Earlier calls to ", ticket->url.host, " took too long."),
                                "Try again soon."));
      return true;
    }
    const auto active = active_.find(ticket->host);
    if (active != active_.end() && active->second >= options_.calls_per_host) return false;
    if (!breakers_.admit(ticket->host, clock_.steady())) {
      ticket->settle(make_error(Code::unavailable,
                                cat(ticket->url.host, " failed repeatedly and is not asked again yet."),
                                "It is tried again within seconds."));
      return true;
    }
    Running one{ticket, std::make_unique<Transfer>(ticket->call, ticket->url, options_)};
    one.transfer->limit_time(left);
    void* handle = one.transfer->handle();
    const auto place = running_.emplace(handle, std::move(one)).first;
    try {
      ++active_[ticket->host];
    } catch (const std::bad_alloc&) {
      running_.erase(place);
      throw;
    }
    if (curl_multi_add_handle(multi_, handle) != CURLM_OK) {  // it has no other reason
      running_.erase(place);
      leave(ticket->host);
      throw std::bad_alloc();
    }
    return true;
  }

  void finish_what_ended() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const int code = message->data.result;
      const auto found = running_.find(message->easy_handle);
      Running one = std::move(found->second);
      running_.erase(found);
      curl_multi_remove_handle(multi_, one.transfer->handle());
      leave(one.ticket->host);
      try {
        Outcome outcome = one.transfer->finish(code);
        note(*one.ticket, outcome);
        one.ticket->settle(std::move(outcome.reply));
      } catch (const std::bad_alloc&) {
        breakers_.record(one.ticket->host, Breakers::Outcome::neutral, clock_.steady());
        one.ticket->settle(no_memory());
      }
    }
  }

  // Short enough to need none itself.
  static Error no_memory() { return {Code::unavailable, "Out of memory.", {}, {}}; }

  void leave(const std::string& host) {
    const auto active = active_.find(host);
    if (--active->second == 0) active_.erase(active);
  }

  // The log sees the host, never path or query: those can hold codes and tokens.
  void note(const Ticket& ticket, const Outcome& outcome) {
    const auto change = breakers_.record(ticket.host, outcome.host, clock_.steady());
    if (!outcome.reply.ok()) {
      log_.info("outgoing.failed", {{"host", ticket.host},
                                    {"reason", outcome.reply.error().message},
                                    {"cause", outcome.reply.error().cause}});
    }
    if (change == Breakers::Change::opened) log_.warning("outgoing.resting", {{"host", ticket.host}});
    if (change == Breakers::Change::closed) log_.info("outgoing.recovered", {{"host", ticket.host}});
  }

  int milliseconds_to_sleep() const {
    auto next = RealTime::now() + std::chrono::seconds(10);
    for (const auto& ticket : queue_) next = std::min(next, ticket->deadline);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - RealTime::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }

  void stop_everything() {
    const Error stopping = make_error(Code::unavailable, "The server is stopping.");
    for (auto& [handle, one] : running_) {
      curl_multi_remove_handle(multi_, handle);
      one.transfer.reset();
      one.ticket->settle(stopping);
    }
    running_.clear();
    const std::lock_guard lock(mutex_);
    for (const auto& ticket : queue_) ticket->settle(stopping);
    for (const auto& ticket : arrived_) ticket->settle(stopping);
  }

  const ClientOptions options_;
  const Clock& clock_;
  const Log& log_;
  CURLM* multi_ = nullptr;

  std::mutex mutex_;
  bool stopping_ = false;
  std::size_t waiting_ = 0;  // arrived and not started
  std::vector<std::shared_ptr<Ticket>> arrived_;

  // The thread's own.
  Breakers breakers_;
  std::deque<std::shared_ptr<Ticket>> queue_;
  std::map<std::string, std::size_t> active_;
  std::map<void*, Running> running_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Client> make_client(ClientOptions options, const Clock& clock, const Log& log) {
  return std::make_unique<CurlClient>(std::move(options), clock, log);
}

}  // namespace lanyard::net
