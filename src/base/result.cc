#include "base/result.h"

namespace lanyard {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::unauthenticated:
      return "unauthenticated";
    case Code::forbidden:
      return "forbidden";
    case Code::not_found:
      return "not_found";
    case Code::conflict:
      return "conflict";
    case Code::expired:
      return "expired";
    case Code::too_large:
      return "too_large";
    case Code::too_many:
      return "too_many";
    case Code::upstream:
      return "upstream";
    case Code::unavailable:
      return "unavailable";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

Error make_error(Code code, std::string message, std::string hint, std::string cause) {
  return Error{code, std::move(message), std::move(hint), std::move(cause)};
}

Error internal_error(std::string cause) {
  return Error{Code::internal, "Something went wrong on our side.",
               "Try again; if it stays, tell the operator the request id.", std::move(cause)};
}

}  // namespace lanyard
