// A whole house in one test process: real rooms on SQLite in memory (or on a database that the test brings),
// a clock and a random source that the test controls, no network in front. Requests go straight to the
// router's handlers.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/house.h"
#include "platform/net/http.h"
#include "test/support/fakes.h"

namespace lanyard::test {

// A configuration with one provider ("uni"), one issuer ("grid") and one gated application ("wiki"), all
// outside reach.
app::Config small_site();

class TestHouse {
 public:
  explicit TestHouse(const app::Config& config = small_site());

  app::Floors& floors() { return house_->floors(); }
  app::House& house() { return *house_; }
  FakeClock& clock() { return clock_; }
  std::string log_text() const { return book_.text(); }

  // As the server would: the quick function first, then the handler. 404 and 405 where no endpoint fits.
  net::Response send(net::RequestDraft draft);
  bool was_quick() const { return was_quick_; }  // the last answer came from the quick function
  net::Response get(std::string target, std::string cookies = "");
  // A form, with the guard's value for `handle` when that is not empty.
  net::Response post(std::string target, Form form, std::string cookies = "", std::string_view handle = "");

  // Somebody in that state, with an identity at the provider "uni".
  accounts::Account somebody(const std::string& name, accounts::State state = accounts::State::active,
                             bool is_admin = false);
  struct Browser {
    std::string cookies;  // "lanyard=…"
    std::string handle;   // for the guard
    sessions::Session session;
  };
  Browser sign_in(const accounts::Account& account);
  std::string api_token(const accounts::Account& account, std::vector<std::string> scopes);

 private:
  FakeClock clock_;
  FakeRandom random_;
  LogBook book_{clock_};
  std::unique_ptr<app::House> house_;
  bool was_quick_ = false;
};

// "name=value" of a Set-Cookie line that a response carries; "" when there is none of that name.
std::string cookie_of(const net::Response& response, std::string_view name);

}  // namespace lanyard::test
