#include "doors/signin/begun.h"

#include "base/text.h"
#include "platform/crypto/digest.h"

namespace lanyard::doors::signin {

std::string_view to_string(Purpose purpose) {
  switch (purpose) {
    case Purpose::login:
      return "login";
    case Purpose::link:
      return "link";
    case Purpose::bootstrap:
      return "bootstrap";
  }
  return "login";
}

json::Object to_json(const Begun& begun) {
  return json::Object{{"purpose", to_string(begun.purpose)},
                      {"issuer", begun.issuer},
                      {"nonce", begun.nonce},
                      {"verifier", begun.verifier},
                      {"browser", begun.browser},
                      {"client", begun.back.client},
                      {"to", begun.back.path},
                      {"request", begun.back.request},
                      {"session", begun.session},
                      {"bootstrap", begun.bootstrap}};
}

Result<Begun> parse_begun(const json::Object& object) {
  Begun begun;
  LANYARD_TRY(const std::string purpose, json::get_string(object, "purpose"));
  if (purpose == to_string(Purpose::link)) begun.purpose = Purpose::link;
  if (purpose == to_string(Purpose::bootstrap)) begun.purpose = Purpose::bootstrap;
  LANYARD_TRY(begun.issuer, json::get_string(object, "issuer"));
  LANYARD_TRY(begun.nonce, json::get_string(object, "nonce"));
  LANYARD_TRY(begun.verifier, json::get_string(object, "verifier"));
  LANYARD_TRY(begun.browser, json::get_string(object, "browser"));
  LANYARD_TRY(begun.back.client, json::get_string(object, "client"));
  LANYARD_TRY(begun.back.path, json::get_string(object, "to"));
  LANYARD_TRY(begun.back.request, json::string_or(object, "request", ""));
  LANYARD_TRY(begun.session, json::get_string(object, "session"));
  LANYARD_TRY(begun.bootstrap, json::get_string(object, "bootstrap"));
  return begun;
}

std::string browser_mark(std::string_view login_cookie) {
  return base64url_encode(crypto::sha256_bytes(cat("login cookie ", login_cookie)));
}

}  // namespace lanyard::doors::signin
