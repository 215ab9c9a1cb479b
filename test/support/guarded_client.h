// A guarded client on a clock of the test's, with a server outside that it may reach.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "platform/net/client.h"
#include "test/support/fakes.h"
#include "test/support/outside.h"

namespace lanyard::test {

class GuardedClient : public ::testing::Test {
 protected:
  GuardedClient() {
    options.calls_per_host = 8;
    options.breaker_failures = 100;
    here.http = true;
    here.loopback = true;
  }

  net::Client& client() {
    if (!client_) client_ = net::make_client(options, clock, book.log());
    return *client_;
  }
  Result<net::Reply> get(const std::string& url, const net::Reach& reach) {
    net::Call call;
    call.url = url;
    call.reach = reach;
    call.time_limit = limit;
    call.most_bytes = most_bytes;
    return client().send(call);
  }
  Result<net::Reply> get(const std::string& url) { return get(url, here); }
  // Scripted bytes for one path, and what the client makes of them.
  Result<net::Reply> get_raw(const std::string& bytes) {
    server.raw("/raw", bytes);
    return get(server.url("/raw"));
  }

  net::ClientOptions options;
  net::Reach here;
  Duration limit = std::chrono::seconds(5);
  std::size_t most_bytes = 1 << 20;
  FakeClock clock;
  LogBook book{clock};
  OutsideServer server;

 private:
  std::unique_ptr<net::Client> client_;
};

inline Code code_of(const Result<net::Reply>& result) {
  return result.ok() ? Code::internal : result.error().code;
}

}  // namespace lanyard::test
