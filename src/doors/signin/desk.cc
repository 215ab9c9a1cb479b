#include "doors/signin/desk.h"

#include <algorithm>

#include "base/text.h"
#include "platform/view/error_page.h"

namespace lanyard::doors::signin {
Desk::Desk(Parts p, std::vector<Provider> list, Settings s)
    : parts(p),
      providers(std::move(list)),
      settings(std::move(s)),
      limit(settings.logins_per_minute, parts.clock),
      wrong_logouts(settings.logins_per_minute, parts.clock) {}

const Provider* Desk::find_open(std::string_view id) const {
  const auto found = std::ranges::find(providers, id, &Provider::id);
  if (found == providers.end() || !found->enabled) return nullptr;
  const auto book = parts.rules.get();
  const admission::Rules* rules = book->find(source_of(*found));
  return rules != nullptr && rules->enabled ? &*found : nullptr;
}

std::vector<const Provider*> Desk::list_open() const {
  std::vector<const Provider*> open;
  for (const Provider& provider : providers) {
    if (find_open(provider.id) != nullptr) open.push_back(&provider);
  }
  return open;
}

net::Response Desk::show(const net::Request& request, view::Page page, int status) const {
  page.request_id = request.id();
  return view::render(parts.site, page, status);
}

net::Response Desk::show_error(const net::Request& request, const Error& error) const {
  parts.log.info("signin.refused", {{"code", to_string(error.code)},
                                    {"reason", error.message},
                                    {"cause", error.cause},
                                    {"address", request.client_address()},
                                    {"request", request.id()}});
  return view::render_error(parts.site, error.code, request.id());
}

net::Response Desk::explain(const net::Request& request, Problem problem, const ReturnTo& back) const {
  return net::Response::redirect(problem_path(problem, back, request.id()));
}

std::string source_of(const Provider& provider) {
  return cat("providers[", provider.id, "]");
}

Result<std::optional<std::string>> find_login_cookie(const Desk& desk, const net::Request& request) {
  LANYARD_TRY(const auto cookie, request.cookie(desk.parts.cookies.login_name()));
  if (!cookie || !sessions::is_token_text(*cookie)) return std::optional<std::string>();
  return std::optional<std::string>(std::string(*cookie));
}

Result<std::string> session_cookie(const Desk& desk, const net::Request& request) {
  LANYARD_TRY(const auto cookie, request.cookie(desk.parts.cookies.session_name()));
  return std::string(cookie.value_or(""));
}

callers::CallerPtr find_person(const Desk& desk, const net::Request& request) {
  return desk.parts.callers.find_signed_in(request, desk.parts.cookies.session_name());
}

std::string next_page(const callers::Caller& caller, Time now, const ReturnTo& back) {
  switch (callers::standing(caller, now).step) {
    case journey::Step::go_on:
    case journey::Step::become_active:
      return destination(back);
    default:
      return with_return("/pending", back);
  }
}

}  // namespace lanyard::doors::signin
