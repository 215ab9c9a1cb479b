// Each allocation of the threads that work for others fails once, one run after the other: whoever is met
// hears of it or is cut off, nobody else notices, nothing is kept by half and nothing stays behind.

#include "test/support/scarce_memory.h"

#include <dirent.h>
#include <gtest/gtest.h>

#include <array>
#include <climits>
#include <map>
#include <new>

#include "base/text.h"
#include "platform/net/raw_client.h"
#include "test/support/databases.h"
#include "test/support/guarded_client.h"

namespace lanyard {
namespace {

using namespace std::chrono_literals;
using net::test::on;
using net::test::RawClient;
using test::ScarceMemory;

constexpr int kFarTooMany = 5'000;
const std::array<int, 2> kCounts{1, 6};  // one that fails, and a while in which none succeeds

int open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  int count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

// A visit that uses both kinds of work and a body that comes in two parts. The statuses that were seen.
std::vector<int> visit(std::uint16_t port) {
  RawClient client(port);
  std::vector<int> seen;
  seen.push_back(client.get("/").status);
  client.send("POST /work HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n").send(std::string(3'000, 'a'));
  seen.push_back(client.read().status);
  return seen;
}

TEST(ScarceMemory, ends_no_server_and_costs_only_the_request_that_it_meets) {
  if (!test::memory_can_be_scarce()) GTEST_SKIP() << "the sanitizer keeps the heap";
  net::Limits limits;
  limits.write_time = 200ms;  // how often the loop looks after its connections follows from it
  net::test::Running running(
      net::test::make_router({on(net::Runs::on_loop, net::Method::get, "/", net::test::hello),
                              on(net::Runs::db, net::Method::post, "/work",
                                 [](const net::Request& request) {
                                   const std::string copy(request.body());
                                   return net::Response::text(200, cat(copy.size(), " bytes were taken"));
                                 })}),
      net::test::with_limits(limits));
  ASSERT_EQ(visit(running.port()), (std::vector{200, 200}));  // the threads that are made once
  const int before = open_descriptors();
  std::map<int, int> told;
  for (const int count : kCounts) {
    int first = 1;
    for (bool failed = true; failed; ++first) {
      ASSERT_LT(first, kFarTooMany);
      {
        const ScarceMemory scarce(first, count);
        for (const int status : visit(running.port())) ++told[status];
        failed = scarce.failed() > 0;
      }
      ASSERT_EQ(visit(running.port()), (std::vector{200, 200})) << "after allocation " << first;
    }
    EXPECT_GT(first, 10) << "hardly anything was asked for";
  }
  for (const auto& [status, times] : told)
    EXPECT_TRUE(status == 0 || status == 200 || status == 503) << status;
  EXPECT_GT(told[0], 0);
  EXPECT_GT(told[503], 0);
  running.server().stop();
  EXPECT_EQ(running.server().counts().connections, 0U);
  EXPECT_EQ(running.log().find("http.drain_cut"), std::string::npos);
  EXPECT_LE(open_descriptors(), before);
}

TEST(ScarceMemory, stops_neither_the_watch_over_connections_nor_the_listening_socket) {
  if (!test::memory_can_be_scarce()) GTEST_SKIP() << "the sanitizer keeps the heap";
  net::Limits limits;
  limits.idle_time = limits.head_time = limits.write_time = 1s;
  net::test::Running running(net::test::hello_router(), net::test::with_limits(limits));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<RawClient>(running.port()));
    ASSERT_EQ(clients.back()->get("/").status, 200);
  }
  {
    const ScarceMemory none(1, INT_MAX);
    for (const auto& client : clients) EXPECT_TRUE(client->closes(5'000)) << "nobody looks at the time";
    for (int i = 0; i < 20; ++i) EXPECT_EQ(RawClient(running.port()).get("/").status, 0);
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(RawClient(running.port()).get("/").status, 200);
}

class ScarceMemoryAndChanges : public test::OnEveryDatabase {
 protected:
  static const std::vector<store::Migration>& tables() {
    static const std::vector<store::Migration> kTables{
        {1, "pairs", "CREATE TABLE pairs (number BIGINT NOT NULL, half BIGINT NOT NULL)"}};
    return kTables;
  }
  ScarceMemoryAndChanges() : OnEveryDatabase(tables()) {}

  Status add_pair(std::int64_t number) {
    static const store::Stmt kAdd{"INSERT INTO pairs (number, half) VALUES ($1, $2)"};
    return db().write([number](store::Connection& connection) -> Status {
      LANYARD_CHECK(connection.exec(kAdd, number, 1));
      LANYARD_CHECK(connection.exec(kAdd, number, 2));
      return {};
    });
  }
  std::int64_t halves(std::int64_t number) {
    static const store::Stmt kCount{"SELECT count(*) FROM pairs WHERE number = $1"};
    std::int64_t count = -1;
    EXPECT_TRUE(test::succeeded(db().read([&](store::Connection& connection) -> Status {
      LANYARD_CHECK(connection.query(
          kCount, [&](const store::Row& row) { count = row.integer(0); }, number));
      return {};
    })));
    return count;
  }
};

TEST_P(ScarceMemoryAndChanges, leaves_whole_changes_or_none_and_the_next_one_goes_well) {
  if (!test::memory_can_be_scarce()) GTEST_SKIP() << "the sanitizer keeps the heap";
  ASSERT_TRUE(test::succeeded(add_pair(0)));
  std::int64_t number = 0;
  int refused = 0;
  for (const int count : kCounts) {
    int first = 1;
    for (bool failed = true; failed; ++first) {
      ASSERT_LT(first, kFarTooMany);
      bool acknowledged = false;
      ++number;
      {
        const ScarceMemory scarce(first, count);
        try {
          acknowledged = add_pair(number).ok();
        } catch (const std::bad_alloc&) {
          ++refused;
        }
        failed = scarce.failed() > 0;
      }
      EXPECT_NE(halves(number), 1) << "by half, after allocation " << first;
      if (acknowledged) {
        EXPECT_EQ(halves(number), 2) << "lost, after allocation " << first;
      }
      ++number;
      ASSERT_TRUE(test::succeeded(add_pair(number))) << "after allocation " << first;
      ASSERT_EQ(halves(number), 2);
    }
  }
  RecordProperty("refused", refused);
}
LANYARD_ON_EVERY_DATABASE(ScarceMemoryAndChanges);

class ScarceMemoryOutside : public test::GuardedClient {};

TEST_F(ScarceMemoryOutside, costs_the_call_that_it_meets_and_no_later_one) {
  if (!test::memory_can_be_scarce()) GTEST_SKIP() << "the sanitizer keeps the heap";
  server.reply("/doc", 200, "application/json", std::string(20'000, 'x'));
  ASSERT_TRUE(get(server.url("/doc")).ok());
  int refused = 0;
  for (const int count : kCounts) {
    int first = 1;
    for (bool failed = true; failed; ++first) {
      ASSERT_LT(first, kFarTooMany);
      {
        const ScarceMemory scarce(first, count, "egress");
        const auto reply = get(server.url("/doc"));
        if (!reply.ok()) {
          ++refused;
          EXPECT_EQ(reply.error().code, Code::unavailable) << reply.error().message;
        }
        failed = scarce.failed() > 0;
      }
      const auto next = get(server.url("/doc"));
      ASSERT_TRUE(next.ok()) << "after allocation " << first << ": " << next.error().message;
    }
  }
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace lanyard
