#include "base/random.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <set>
#include <string>

namespace lanyard {
namespace {

// From here on the kernel answers getrandom with this error.
void break_random_source(unsigned error) {
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog all{.len = program.size(), .filter = program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) std::_Exit(3);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) != 0) std::_Exit(4);
}

TEST(Random, attack_155_nothing_is_made_without_a_random_source) {
  for (const unsigned error : {ENOSYS, EPERM, EIO}) {
    const auto token = [error] {
      break_random_source(error);
      SystemRandom().token();
      std::_Exit(0);
    };
    EXPECT_EXIT(token(), testing::KilledBySignal(SIGABRT), "") << error;
  }
}

// What a child of fork() makes is not what its parent makes.
TEST(Random, attack_155_a_forked_process_makes_its_own) {
  constexpr int kChildren = 4;
  SystemRandom random;
  std::set<std::string> made{random.token()};
  for (int i = 0; i < kChildren; ++i) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const std::string token = random.token();
      std::_Exit(::write(ends[1], token.data(), token.size()) == static_cast<ssize_t>(token.size()) ? 0 : 1);
    }
    std::string token(64, '\0');
    ::close(ends[1]);
    token.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(ends[0], token.data(), token.size()), 0)));
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(token.size(), 43U);
    made.insert(token);
    made.insert(random.token());
  }
  EXPECT_EQ(made.size(), 1U + 2U * kChildren);
}

}  // namespace
}  // namespace lanyard
