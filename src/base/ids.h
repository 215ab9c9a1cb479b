// Strong identifiers: an account's id is not a group's id, although both are short texts.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "base/result.h"

namespace lanyard {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}
  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string value_;
};

using AccountId = Id<struct AccountTag>;
using GroupId = Id<struct GroupTag>;
using GrantId = Id<struct GrantTag>;
using RequestId = Id<struct RequestTag>;  // a join request that waits for a decision
using CredentialId = Id<struct CredentialTag>;
using ClientId = Id<struct ClientTag>;
using ProviderId = Id<struct ProviderTag>;      // the configured name of a sign-in provider
using TokenGrantId = Id<struct TokenGrantTag>;  // an account lets a client act for it
using SessionId = Id<struct SessionTag>;        // the public handle of a session, not its cookie

// 15 base-36 characters (77 bits) from the random source, never reused.
std::string make_id_text(Random& random);
bool is_id_text(std::string_view text);

template <class Tag>
Id<Tag> make_id(Random& random) {
  return Id<Tag>(make_id_text(random));
}

// Text from outside -> id. invalid when it is not 15 characters of [0-9a-z].
template <class Tag>
Result<Id<Tag>> parse_id(std::string_view text) {
  if (!is_id_text(text)) return make_error(Code::invalid, "This is not an identifier.");
  return Id<Tag>(std::string(text));
}

}  // namespace lanyard

template <class Tag>
struct std::hash<lanyard::Id<Tag>> {
  std::size_t operator()(const lanyard::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
