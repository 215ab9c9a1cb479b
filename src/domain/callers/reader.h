// Reads a person in one go: account, effective groups, and whether admission still holds. Only for
// callers.cc.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "domain/callers/callers.h"

namespace lanyard::callers {

class Reader {
 public:
  explicit Reader(Parts& parts) : parts_(parts) {}

  // By a proven identity. An approved account that has nothing left to do becomes active here: its own next
  // step. What is read may be kept under a mark that was taken before the proof was looked at, and under no
  // later one: a change in between would be missed.
  Result<std::shared_ptr<const Person>> read(const AccountId& account, std::string_view issuer,
                                             std::string_view subject, std::string_view source,
                                             const net::Request& request);
  // By an API token: every identity's rules count; one that is blocked is enough to refuse.
  Result<std::shared_ptr<const Person>> read(const AccountId& account, const net::Request& request);

 private:
  Result<std::shared_ptr<const Person>> finish(Person person, const net::Request& request);
  Parts& parts_;
};

}  // namespace lanyard::callers
