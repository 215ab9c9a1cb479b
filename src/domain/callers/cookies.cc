#include "domain/callers/cookies.h"

#include "base/text.h"

namespace lanyard::callers {

static std::string prefixed(bool secure, std::string_view name) {
  return cat(secure ? "__Host-" : "", name);
}

std::string Cookies::session_name() const {
  return prefixed(secure_, "lanyard");
}
std::string Cookies::application_name(std::string_view client) const {
  return prefixed(secure_, cat("lanyard-app-", client));
}
std::string Cookies::begun_name(std::string_view client) const {
  return prefixed(secure_, cat("lanyard-begun-", client));
}
std::string Cookies::login_name() const {
  return prefixed(secure_, "lanyard-login");
}

net::Cookie Cookies::make(std::string name, std::string_view value, std::chrono::seconds life) const {
  net::Cookie cookie;
  cookie.name = std::move(name);
  cookie.value = std::string(value);
  cookie.max_age = life;
  cookie.secure = secure_;
  return cookie;
}

net::Cookie Cookies::session(std::string_view value, std::chrono::seconds life) const {
  return make(session_name(), value, life);
}
net::Cookie Cookies::application(std::string_view client, std::string_view value,
                                 std::chrono::seconds life) const {
  return make(application_name(client), value, life);
}
net::Cookie Cookies::begun(std::string_view client, std::string_view value, std::chrono::seconds life) const {
  return make(begun_name(client), value, life);
}
net::Cookie Cookies::login(std::string_view value) const {
  return make(login_name(), value, std::chrono::minutes(10));
}
std::string Cookies::interaction_name() const {
  return prefixed(secure_, "lanyard-request");
}
net::Cookie Cookies::interaction(std::string_view value) const {
  net::Cookie cookie = make(interaction_name(), value, std::chrono::seconds(0));
  cookie.max_age.reset();
  return cookie;
}
std::string Cookies::last_provider_name() const {
  return prefixed(secure_, "lanyard-provider");
}
net::Cookie Cookies::last_provider(std::string_view id) const {
  return make(last_provider_name(), id, std::chrono::hours(24 * 180));
}
net::Cookie Cookies::removed(std::string name) const {
  return make(std::move(name), "", std::chrono::seconds(0));
}

}  // namespace lanyard::callers
