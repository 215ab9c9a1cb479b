// What a client asked for, kept while a person signs in, waits for approval or decides. Named by a random
// value, sealed, and bound to the browser that brought it (attack rows 55, 66): the name alone, which stands
// in addresses, is worth nothing in another browser.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doors/oauth/request.h"

namespace lanyard::doors::oauth {

struct Interaction {
  std::string id;  // the random value; empty until it was kept
  AuthRequest request;
  Time begun{};  // prompt=login asks for a login after that
  bool was_pushed = false;
};

// Keeps it, and returns the cookie that binds it to this browser when the browser has none yet.
struct Kept {
  std::string id;
  std::optional<net::Cookie> cookie;
};
Result<Kept> keep(const Desk& desk, const net::Request& request, const Interaction& interaction);

// The same for the page of the device grant, with the code that was typed.
Result<Kept> keep_device(const Desk& desk, const net::Request& request, const std::string& user_code);

// Reads it again, with the client as it is now. `rejected` where the client is not what it was.
struct Found {
  const Desk* desk = nullptr;  // of the issuer that was asked, with an interaction or a rejection
  std::optional<Interaction> interaction;
  std::optional<RejectedRequest> rejected;
  std::optional<std::string> user_code;  // it was kept by keep_device()
};
// Code::unauthenticated: unknown, used, or of another browser; Code::expired.
Result<Found> find_interaction(const Desk& desk, const net::Request& request, std::string_view id);
// Exactly one caller uses it up.
Status use_up(const Desk& desk, const Interaction& interaction);

// What to do next with it, as the person stands now: sign in, wait, consent, or back with a code.
net::Response proceed(const Desk& desk, const net::Request& request, Interaction interaction);

// A code for what was asked, and the browser's way back with it.
Result<std::string> issue_code(const Desk& desk, const callers::Caller& caller, const AuthRequest& request);
std::string code_url(const Desk& desk, const AuthRequest& request, const std::string& code);

}  // namespace lanyard::doors::oauth
