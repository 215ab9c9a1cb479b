// Writes the head of an answer: status line, the server's own headers, the handler's headers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/net/http.h"

namespace lanyard::net {

std::string_view reason_phrase(int status);

struct AnswerHead {
  std::string_view date_line;   // complete with its line end
  std::string_view request_id;  // 16 digits
  bool keep_alive = true;
  bool hsts = false;
};

// Appends everything up to and including the empty line. 1xx, 204 and 304 get no Content-Length (RFC 9110
// section 8.6).
void append_head(std::string& out, const Response& response, const AnswerHead& head);

// False for answers whose body must not be sent whatever the handler gave.
bool may_have_body(int status);

}  // namespace lanyard::net
