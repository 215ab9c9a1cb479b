// What is known of a login when its answer comes back, filled in rule by rule.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "doors/signin/begun.h"
#include "doors/signin/claims.h"
#include "doors/signin/desk.h"
#include "doors/signin/upstream.h"

namespace lanyard::doors::signin {

struct Returning {
  Desk& desk;
  const net::Request& request;
  const Provider* provider = nullptr;
  Form query;
  std::string state;
  std::string login_cookie, session_cookie;
  bool was_begun = false;  // `begun` holds
  Begun begun;
  std::optional<AccountId> linking;
  std::shared_ptr<const issuers::Metadata> metadata;
  std::string code;
  TokenAnswer tokens;
  json::Object id_token;
  std::optional<json::Object> userinfo;
  Claims claims;
};

// The rules of the answer in their order (callback_rules.cc); the first that does not hold, with its name.
struct Refused {
  std::string_view rule;
  Fault fault;
};
std::optional<Refused> check_answer(Returning& returning);

// Whoever the answer proved is let in, added to an account, or made the first administrator (arrival.cc).
net::Response let_in(Returning& returning);

// Leaves a trace and a line in the log, and leads to the page that explains.
net::Response refuse(const Returning& returning, std::string_view rule, const Fault& fault);
void trace(const Returning& returning, bool admitted, std::string outcome, std::string username,
           const AccountId& account, std::vector<admission::Step> steps);

}  // namespace lanyard::doors::signin
