#include "platform/view/guard.h"

#include "base/secret.h"
#include "base/text.h"
#include "platform/crypto/digest.h"

namespace lanyard::view {

Guard::Guard(std::string key, std::string origin) : key_(std::move(key)), origin_(std::move(origin)) {}

std::string Guard::value_for(std::string_view handle) const {
  return base64url_encode(crypto::hmac_sha256(key_, handle));
}

Status Guard::check(const net::Request& request, const Form& form, std::string_view handle) const {
  const Error foreign = make_error(Code::forbidden, "This form did not come from our page.",
                                   "Open the page again and press the button there.");
  LANYARD_TRY(const auto site, request.header("Sec-Fetch-Site"));
  if (site && *site != "same-origin" && *site != "none") return foreign;
  LANYARD_TRY(const auto origin, request.header("Origin"));
  if (origin && *origin != origin_) return foreign;
  if (handle.empty() || !equal_in_constant_time(form.value_or(kField, ""), value_for(handle))) {
    return make_error(Code::forbidden, "This form is too old, or did not come from our page.",
                      "Open the page again and press the button there.");
  }
  return {};
}

}  // namespace lanyard::view
