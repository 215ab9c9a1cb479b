// Keeps other sites from pressing our buttons (attack row 136): every form carries a value that only this
// server can make for this session, and the browser's own word about where a request comes from is heard too.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/url.h"
#include "platform/net/http.h"

namespace lanyard::view {

class Guard {
 public:
  // `key` is derived from the server's secret for this purpose; `origin` is public_url's.
  Guard(std::string key, std::string origin);

  // The value for forms of this session; before anybody signed in `handle` is the login cookie's value.
  std::string value_for(std::string_view handle) const;
  static constexpr std::string_view kField = "csrf";  // what pieces.h writes into every form

  // Code::forbidden unless: Sec-Fetch-Site, when sent, is same-origin or none; Origin, when sent, is ours
  // ("null" is not); and the form's field is the handle's value, compared in constant time.
  Status check(const net::Request& request, const Form& form, std::string_view handle) const;

 private:
  std::string key_, origin_;
};

}  // namespace lanyard::view
