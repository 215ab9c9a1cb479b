// The rules that one access token must keep, one function each, in the order in which they are asked: what
// costs nothing first, the signature before anything that says more than "401".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/issuers/issuers.h"
#include "platform/crypto/jws.h"

namespace lanyard::issuers {

// A token on its way through the rules. Nothing in it is believed before "signature" has passed.
struct Candidate {
  std::string_view token;
  Time now{};
  const Tokens* tokens = nullptr;
  Patience patience = Patience::none;

  crypto::UnverifiedJws jws;
  json::Object claims;
  const Tokens::Entry* entry = nullptr;
  std::string subject, token_id;
  std::vector<std::string> scopes;
  Time expires_at{};

  const Trust& trust() const { return *entry->trust; }
};

struct Rule {
  std::string_view name;
  Status (*check)(Candidate&);
};

// Code::unauthenticated; from "signature" also Code::unavailable, from "scope" Code::forbidden. The message
// is a short reason that holds nothing from the token.
std::span<const Rule> token_rules();

}  // namespace lanyard::issuers
