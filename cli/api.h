// Calls of the public API: the token is found, sent, and what comes back is an object or an error in our own
// terms.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "base/url.h"
#include "cli/settings.h"
#include "lib/bearer.h"
#include "platform/net/client.h"
#include "platform/terminal/commands.h"

namespace lanyard::cli {

struct Answer {
  int status = 0;
  json::Object object;
  std::string etag;
  std::string request_id;
};

class Api {
 public:
  // Code::unauthenticated when there is no token anywhere, with what to do.
  static Result<std::unique_ptr<Api>> open(const terminal::Given& given);

  // `path` begins with "/". An answer that is no 2xx is an Error; the request id is then in
  // last_request_id().
  Result<Answer> get(std::string_view path, const Form& query = {});
  Result<Answer> post(std::string_view path, const json::Object& body, std::string_view method = "POST",
                      std::string_view if_match = {});

  const std::string& last_request_id() const { return request_id_; }
  const std::string& server() const { return settings_.server; }

 private:
  Api(Settings settings, net::Reach reach, lib::Found token);
  Result<Answer> send(net::Call call);

  SystemClock clock_;
  Log log_;
  Settings settings_;
  net::Reach reach_;
  lib::Found token_;
  std::unique_ptr<net::Client> client_;
  std::string request_id_;
};

// A segment of a path, from what was typed.
std::string segment(std::string_view text);

}  // namespace lanyard::cli
