// One account for tests of rooms that hold something for accounts and know nothing more of them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "domain/accounts/directory.h"
#include "domain/journal/journal.h"
#include "test/support/databases.h"

namespace lanyard::test {

inline AccountId make_account(journal::Ledger& ledger, Random& random, const std::string& subject) {
  accounts::Directory directory(ledger, random);
  accounts::NewAccount wanted;
  wanted.issuer = "https://login.uni.example";
  wanted.subject = subject;
  wanted.name = subject;
  const auto made = directory.create(wanted, access::system_actor("test"));
  EXPECT_TRUE(succeeded(made));
  return made.ok() ? made->id : AccountId();
}

}  // namespace lanyard::test
