#include "platform/net/pools.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <thread>

namespace lanyard::net {
namespace {

struct Step final : Work {
  explicit Step(std::function<void()> given, std::size_t whom = 0) : act(std::move(given)) {
    waits_for = whom;
  }
  void run() noexcept override { act(); }
  std::function<void()> act;
};

TEST(Pool, attack_041_those_who_wait_for_one_leave_half_of_the_threads_to_others) {
  std::promise<void> open;
  const std::shared_future<void> opened = open.get_future().share();
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  std::atomic<int> passed{0};
  Pool pool(4, 100);
  const auto submit = [&pool](std::unique_ptr<Work> work) { ASSERT_TRUE(pool.submit(work)); };
  for (int i = 0; i < 6; ++i) {
    submit(std::make_unique<Step>(
        [&] {
          most = std::max(most.load(), ++inside);
          opened.wait();
          --inside;
          ++done;
        },
        7));
  }
  for (int i = 0; i < 3; ++i) {
    submit(std::make_unique<Step>([&] { ++passed; }, 8));
    submit(std::make_unique<Step>([&] { ++passed; }));
  }
  while (passed < 6) std::this_thread::yield();  // for ever, when those who hang held all threads
  EXPECT_EQ(done, 0);
  EXPECT_EQ(pool.waiting(), 4U);
  open.set_value();
  while (done < 6) std::this_thread::yield();
  EXPECT_EQ(most, 2);
}

TEST(Pool, drops_what_waits_and_refuses_after_it_was_stopped) {
  std::atomic<int> done{0};
  Pool pool(2, 1);
  for (int i = 0; i < 2; ++i) {
    std::unique_ptr<Work> work = std::make_unique<Step>([&] { ++done; });
    EXPECT_TRUE(pool.submit(work));
    EXPECT_EQ(work, nullptr);
  }
  while (done < 2) std::this_thread::yield();
  pool.stop();
  std::unique_ptr<Work> late = std::make_unique<Step>([] {});
  EXPECT_FALSE(pool.submit(late));
  EXPECT_NE(late, nullptr);  // still with whoever must answer for it
}

}  // namespace
}  // namespace lanyard::net
