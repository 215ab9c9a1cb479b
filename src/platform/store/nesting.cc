#include "platform/store/nesting.h"

#include <cstdio>
#include <cstdlib>

namespace lanyard::store {
namespace {

thread_local const InsideTransaction* innermost = nullptr;

}  // namespace

void refuse_nesting(const void* database) {
  for (const InsideTransaction* at = innermost; at != nullptr; at = at->outer_) {
    if (at->database_ != database) continue;
    std::fputs(
        "lanyard: read() or write() was called inside another read() or write() of the same database on the "
        "same "
        "thread. Hand the Connection down instead.\n",
        stderr);
    std::abort();
  }
}

InsideTransaction::InsideTransaction(const void* database) : database_(database), outer_(innermost) {
  refuse_nesting(database);
  innermost = this;
}

InsideTransaction::~InsideTransaction() {
  innermost = outer_;
}

}  // namespace lanyard::store
