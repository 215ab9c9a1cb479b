// The names of our cookies in one place. With https they carry the __Host- prefix, so that no sibling host
// can set them (attack row 142); on a loopback http service they can not. The port is not part of a cookie's
// scope, so each kind and application has its own name.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "platform/net/http.h"

namespace lanyard::callers {

class Cookies {
 public:
  explicit Cookies(bool secure) : secure_(secure) {}
  std::string session_name() const;                             // "__Host-lanyard"
  std::string application_name(std::string_view client) const;  // "__Host-lanyard-app-wiki"
  std::string begun_name(std::string_view client) const;        // binds a login begun at an application
  std::string login_name() const;                               // binds a begun login to the browser
  net::Cookie session(std::string_view value, std::chrono::seconds life) const;
  net::Cookie application(std::string_view client, std::string_view value, std::chrono::seconds life) const;
  net::Cookie begun(std::string_view client, std::string_view value, std::chrono::seconds life) const;
  net::Cookie login(std::string_view value) const;  // ten minutes
  std::string interaction_name() const;  // binds what a client asked for to the browser that brought it
  net::Cookie interaction(std::string_view value) const;  // until the browser closes
  // Which provider this browser used last: only the order of buttons depends on it.
  std::string last_provider_name() const;
  net::Cookie last_provider(std::string_view id) const;  // half a year
  net::Cookie removed(std::string name) const;
  bool secure() const { return secure_; }

 private:
  net::Cookie make(std::string name, std::string_view value, std::chrono::seconds life) const;
  bool secure_;
};

}  // namespace lanyard::callers
