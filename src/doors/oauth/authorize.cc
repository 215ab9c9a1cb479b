// The authorization endpoint (RFC 6749 section 3.1).
#include "base/text.h"
#include "doors/oauth/handlers.h"
#include "doors/oauth/interaction.h"
#include "doors/oauth/par.h"

namespace lanyard::doors::oauth {
namespace {

net::Response reject(const Desk& desk, const net::Request& request, const RejectedRequest& rejected) {
  if (rejected.redirect_uri.empty()) return show_fault(desk, request, rejected.error);
  desk.parts.log.info("oauth.refused", {{"error", rejected.error.error},
                                        {"reason", rejected.error.description},
                                        {"path", request.path()},
                                        {"address", request.client_address()},
                                        {"request", request.id()}});
  return net::Response::redirect(error_url(desk, rejected));
}

}  // namespace

net::Response authorize(const Desk& desk, const net::Request& request) {
  const auto form = request.query_form();
  if (!form) return show_fault(desk, request, invalid_request("The request can not be read."));
  const std::string request_uri = form->value_or("request_uri", "");
  const bool was_pushed = is_pushed_uri(request_uri);
  auto wanted =
      was_pushed ? take_pushed(desk, form->value_or("client_id", ""), request_uri) : Outcome<Form>(*form);
  if (!wanted) return show_fault(desk, request, wanted.error());
  ReadRequest read = read_request(desk, *wanted, was_pushed ? Arrived::pushed : Arrived::by_browser);
  if (read.rejected) return reject(desk, request, *read.rejected);
  Interaction interaction;
  interaction.request = *std::move(read.request);
  interaction.begun = desk.parts.clock.now();
  interaction.was_pushed = was_pushed;
  return proceed(desk, request, std::move(interaction));
}

// OIDC Core section 3.1.2.1 wants POST too. Our cookies do not come with a form of another site, so the
// browser is asked to come once more by itself.
net::Response authorize_by_form(const Desk& desk, const net::Request& request) {
  const auto form = request.form();
  if (!form || !request.query().empty())
    return show_fault(desk, request, invalid_request("The request can not be read as a form."));
  return net::Response::redirect(with_query(cat(desk.settings.issuer_path, "/authorize"), *form));
}

net::Response continue_request(const Desk& desk, const net::Request& request) {
  const auto query = request.query_form();
  if (!query) return show_error(desk, request, query.error());
  const auto id = query->get("request");
  if (!id) return show_error(desk, request, id.error());
  auto found = find_interaction(desk, request, *id);
  if (!found) return show_error(desk, request, found.error());
  if (found->user_code) {
    return net::Response::redirect(found->user_code->empty()
                                       ? "/device"
                                       : with_query("/device", Form{{"user_code", *found->user_code}}));
  }
  if (found->rejected) return reject(*found->desk, request, *found->rejected);
  return proceed(*found->desk, request, *std::move(found->interaction));
}

}  // namespace lanyard::doors::oauth
