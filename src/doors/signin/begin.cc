// POST /login/{provider}: leaving for the upstream.
#include "base/text.h"
#include "doors/signin/begun.h"
#include "doors/signin/handlers.h"
#include "doors/signin/upstream.h"
#include "platform/net/place.h"
#include "platform/view/error_page.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::signin {
namespace {

struct Leaving {
  const Provider* provider = nullptr;
  Form form;
  Begun begun;
  std::string login_cookie;
  std::optional<AccountId> account;  // link: whose
};

net::Response too_many(const Desk& desk, const net::Request& request, std::chrono::seconds wait) {
  desk.parts.log.info(
      "signin.refused",
      {{"rule", "rate"}, {"place", net::place_of(request.client_address())}, {"request", request.id()}});
  net::Response response = view::render_error(desk.parts.site, Code::too_many, request.id());
  response.header("Retry-After", cat(wait.count()));
  return response;
}

// The form came from our page in this browser: from the chooser, which gave a login cookie, or from a page of
// the account, whose forms carry the session.
Status check_form(const Desk& desk, const net::Request& request, Leaving& leaving) {
  LANYARD_TRY(leaving.form, request.form());
  LANYARD_TRY(const auto cookie, find_login_cookie(desk, request));
  leaving.login_cookie = cookie.value_or("");
  if (leaving.form.value_or("link", "") != "1")
    return desk.parts.guard.check(request, leaving.form, leaving.login_cookie);
  leaving.begun.purpose = Purpose::link;
  const auto person = find_person(desk, request);
  if (!person) return make_error(Code::unauthenticated, "To add a login, sign in first.");
  LANYARD_CHECK(desk.parts.guard.check(request, leaving.form, person->session.str()));
  if (leaving.login_cookie.empty()) leaving.login_cookie = desk.parts.random.token();
  leaving.begun.session = person->session.str();
  leaving.account = person->person->account.id;
  return {};
}

// Adding a login is for people whose account is in order and who signed in a moment ago.
Checked check_linker(const Desk& desk, const net::Request& request, const Leaving& leaving) {
  if (leaving.begun.purpose != Purpose::link) return {};
  const auto person = find_person(desk, request);
  if (!person) return Fault{Problem::too_old_login, "the session has ended"};
  switch (callers::standing(*person, desk.parts.clock.now(), desk.settings.fresh_for).step) {
    case journey::Step::go_on:
      return {};
    case journey::Step::sign_in_again:
      return Fault{Problem::too_old_login, "the login is not fresh"};
    default:
      return Fault{Problem::not_allowed, "the account is not active"};
  }
}

Status read_purpose(const Desk& desk, Leaving& leaving) {
  LANYARD_TRY(const auto token, leaving.form.find("bootstrap"));
  if (leaving.begun.purpose == Purpose::link) {
    leaving.begun.back = {"", "/account/identities", ""};
    return {};
  }
  if (token && !token->empty()) {
    LANYARD_CHECK(desk.parts.artefacts.peek(sessions::ArtefactKind::bootstrap, "", *token));
    leaving.begun.purpose = Purpose::bootstrap;
    leaving.begun.bootstrap = *token;
    return {};
  }
  LANYARD_TRY(leaving.begun.back, read_return(leaving.form, desk.parts.clients));
  return {};
}

net::Response lead_away(const Desk& desk, const net::Request& request, const Leaving& leaving,
                        const std::string& url) {
  const auto parsed = parse_url(url);
  view::Page page;
  page.title = cat("Taking you to ", leaving.provider->label);
  page.body = view::el("p", "You sign in at ", view::el("strong", parsed ? parsed->host : ""),
                       " and come back here by yourself.");
  page.request_id = request.id();
  net::Response response = view::render_leading_on(desk.parts.site, std::move(page), url);
  response.cookie(desk.parts.cookies.login(leaving.login_cookie));
  return response;
}

}  // namespace

net::Response begin_login(Desk& desk, const net::Request& request) {
  if (auto closed = when_closed(desk, request)) return std::move(*closed);
  const std::chrono::seconds wait = desk.limit.take(request.client_address());
  if (wait.count() > 0) return too_many(desk, request, wait);

  Leaving leaving;
  if (const Status ours = check_form(desk, request, leaving); !ours)
    return desk.show_error(request, ours.error());
  if (const Status purpose = read_purpose(desk, leaving); !purpose) {
    const bool is_link_over =
        leaving.form.value_or("bootstrap", "") != "" &&
        (purpose.error().code == Code::unauthenticated || purpose.error().code == Code::expired);
    return is_link_over ? desk.explain(request, Problem::bootstrap_over, {})
                        : desk.show_error(request, purpose.error());
  }
  const auto stop = [&](const Fault& fault) {
    desk.parts.log.info("signin.refused", {{"provider", request.path_part("provider")},
                                           {"problem", to_string(fault.problem)},
                                           {"reason", fault.reason},
                                           {"address", request.client_address()},
                                           {"request", request.id()}});
    return desk.explain(request, fault.problem, leaving.begun.back);
  };
  leaving.provider = desk.find_open(request.path_part("provider"));
  if (leaving.provider == nullptr) return stop({Problem::switched_off, "not configured, or switched off"});
  if (const Checked fault = check_linker(desk, request, leaving)) return stop(*fault);

  const auto metadata = leaving.provider->keys->metadata(issuers::Patience::may_wait);
  if (!metadata) return stop({Problem::provider_down, metadata.error().message});
  leaving.begun.issuer = leaving.provider->issuer;
  leaving.begun.nonce = desk.parts.random.token();
  leaving.begun.verifier = desk.parts.random.token();
  leaving.begun.browser = browser_mark(leaving.login_cookie);
  const auto state = desk.parts.artefacts.issue(sessions::ArtefactKind::login, leaving.provider->id,
                                                leaving.account, to_json(leaving.begun), kLoginLife);
  if (!state) return desk.show_error(request, state.error());
  const auto url =
      authorize_url(*leaving.provider, **metadata, desk.settings, leaving.begun, state->reveal());
  if (!url) return stop({Problem::provider_down, url.error().message});
  return lead_away(desk, request, leaving, *url);
}

}  // namespace lanyard::doors::signin
