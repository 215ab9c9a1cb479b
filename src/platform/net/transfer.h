// One outgoing exchange on a libcurl handle: what is asked for, what is tolerated in the answer, and what a
// failure is called. The client starts transfers and owns the thread they run on.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/url.h"
#include "platform/net/breaker.h"
#include "platform/net/client.h"

namespace lanyard::net::outgoing {

// Limits on the head of an answer, interim answers and trailers included.
constexpr std::size_t kMostHeadBytes = 64 * 1024;
constexpr std::size_t kMostHeadLines = 200;

// The call's URL, if scheme, host and headers are such that it may be tried at all. A host that is written as
// an address is held against `reach` here already; a name is, once it has been resolved.
Result<Url> check_call(const Call& call);

struct Outcome {
  Result<Reply> reply;
  Breakers::Outcome host = Breakers::Outcome::neutral;
};

class Transfer {
 public:
  // `call` has passed check_call().
  Transfer(Call call, Url url, const ClientOptions& options);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void* handle() const;  // CURL*
  void limit_time(std::chrono::milliseconds left);
  // The answer, after libcurl has said how it ended.
  Outcome finish(int curl_code);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lanyard::net::outgoing
