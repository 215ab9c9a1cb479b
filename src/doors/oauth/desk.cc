#include "doors/oauth/desk.h"

#include <algorithm>

#include "base/text.h"
#include "doors/oauth/handlers.h"
#include "platform/view/error_page.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::oauth {

Desk::Desk(Parts p, Settings s)
    : parts(p),
      settings(std::move(s)),
      issuer(cat(settings.public_url, settings.issuer_path)),
      issuers{issuer},
      auth(std::make_unique<ClientAuth>(ClientAuth::Parts{
          [this](std::string_view id) { return find_client(id); },
          [&registry = p.registry](const clients::Client& client, const Secret& secret) {
            return registry.check_secret(client, secret);
          },
          [this](std::string_view id, const Secret& secret) { return find_proved_now(id, secret); },
          [&once = p.once](std::string_view kind, std::string_view owner, std::string_view text, Time until) {
            return once.first_time(kind, owner, text, until);
          },
          p.remote_keys, settings.authorities, issuer, p.clock, p.log})),
      nonces(std::make_unique<tokens::DpopNonces>(settings.nonce_keys)),
      metadata(write_metadata(settings)),
      userinfo_metadata(write_userinfo_metadata(settings)),
      guesses(std::make_unique<Backoff>(p.clock)),
      registrations(std::make_unique<net::PlaceLimit>(10, p.clock)) {}

Result<clients::ClientPtr> Desk::find_client(std::string_view id) const {
  LANYARD_TRY(auto client, parts.registry.find(id));
  if (client->issuer_path != settings.issuer_path)
    return make_error(Code::not_found, "There is no such client at this issuer.");
  return client;
}

clients::ClientPtr Desk::find_proved_now(std::string_view id, const Secret& secret) const {
  auto client = parts.registry.find_proved_now(id, secret);
  return client && client->issuer_path == settings.issuer_path ? client : nullptr;
}

const Desk* Desk::find(std::string_view issuer_path) const {
  for (const auto& one : *all)
    if (one->settings.issuer_path == issuer_path) return one.get();
  return nullptr;
}

net::Response refuse(const Desk& desk, const net::Request& request, const OauthError& error,
                     std::string_view client) {
  desk.parts.log.info("oauth.refused", {{"error", error.error},
                                        {"reason", error.description},
                                        {"client", client},
                                        {"path", request.path()},
                                        {"address", request.client_address()},
                                        {"request", request.id()}});
  return error_answer(error);
}

net::Response show(const Desk& desk, const net::Request& request, view::Page page, int status) {
  page.request_id = request.id();
  return view::render(desk.parts.site, page, status);
}

net::Response show_fault(const Desk& desk, const net::Request& request, const OauthError& error) {
  desk.parts.log.info("oauth.refused", {{"error", error.error},
                                        {"reason", error.description},
                                        {"path", request.path()},
                                        {"address", request.client_address()},
                                        {"request", request.id()}});
  view::Page page;
  page.title = "The application asked in a way that is not allowed";
  page.body = view::group(
      view::el("p", error.description),
      view::el("p",
               "You did nothing wrong, and nothing was given to the application. You were not sent back "
               "to it, because it is not certain that the address belongs to it."),
      view::el("p", view::el("strong", "What to do: "),
               "Start again from the application itself. If that does not help, tell the people who run it, "
               "with this text."),
      view::el("p", "In the words of the protocol: ", view::code(error.error)));
  return show(desk, request, std::move(page), error.status >= 500 ? error.status : 400);
}

net::Response show_error(const Desk& desk, const net::Request& request, const Error& error) {
  desk.parts.log.info("oauth.refused", {{"code", to_string(error.code)},
                                        {"reason", error.message},
                                        {"cause", error.cause},
                                        {"address", request.client_address()},
                                        {"request", request.id()}});
  return view::render_error(desk.parts.site, error.code, request.id());
}

net::Response lead_back(const Desk& desk, const net::Request& request, const std::string& client_name,
                        const std::string& url) {
  view::Page page;
  page.title = cat("Taking you back to ", client_name);
  page.body = view::el("p",
                       "If nothing happens by itself, press the button. When a program on this computer goes "
                       "on, you can close this page.");
  page.request_id = request.id();
  return view::render_leading_on(desk.parts.site, std::move(page), url);
}

view::SignedIn signed_in(const Desk& desk, const callers::Caller& caller) {
  view::SignedIn person;
  person.name = caller.person->account.name;
  person.sign_out_path = "/logout";
  person.csrf = desk.parts.guard.value_for(caller.session.str());
  return person;
}

callers::CallerPtr find_person(const Desk& desk, const net::Request& request) {
  return desk.parts.callers.find_signed_in(request, desk.parts.cookies.session_name());
}

tokens::Subject subject_of(const callers::Person& person) {
  const accounts::Account& account = person.account;
  tokens::Subject subject;
  subject.id = account.id.str();
  subject.name = account.name;
  subject.given_name = account.given_name;
  subject.family_name = account.family_name;
  subject.username = account.username.value_or("");
  subject.email = account.email;
  subject.email_verified = account.email_verified;
  subject.institution = account.institution;
  subject.experiment = account.experiment;
  subject.groups = person.groups;
  subject.is_admin = account.is_admin;
  subject.updated_at = account.updated_at;
  return subject;
}

Result<tokens::Subject> subject_for(const Desk& desk, const clients::Client& client,
                                    const std::vector<std::string>& scopes, const callers::Person& person) {
  tokens::Subject subject = subject_of(person);
  if (!tokens::is_for_panda(client) || std::ranges::find(scopes, "profile") == scopes.end()) return subject;
  LANYARD_TRY(subject.name, desk.parts.names.name_of(person.account.id, subject.name, subject.username));
  return subject;
}

}  // namespace lanyard::doors::oauth
