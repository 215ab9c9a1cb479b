#include "doors/oauth/interaction.h"

#include <algorithm>

#include "base/text.h"
#include "doors/oauth/code.h"
#include "doors/oauth/pages.h"
#include "platform/crypto/digest.h"

namespace lanyard::doors::oauth {
namespace {

using sessions::ArtefactKind;

std::string mark_of_browser(std::string_view cookie) {
  return base64url_encode(crypto::sha256_bytes(cat("interaction ", cookie)));
}

Result<std::string> browser_cookie(const Desk& desk, const net::Request& request) {
  LANYARD_TRY(const auto cookie, request.cookie(desk.parts.cookies.interaction_name()));
  return std::string(cookie.value_or(""));
}

Error other_browser() {
  return make_error(Code::unauthenticated, "This page belongs to another browser, or was finished before.",
                    "Start again from the application.");
}

// How old a login may be; an empty optional: any age.
std::optional<Duration> wanted_freshness(const Desk& desk, const Interaction& interaction) {
  std::optional<Duration> wanted = interaction.request.max_age;
  if (interaction.request.wants_login) {
    const Duration since = desk.parts.clock.now() - interaction.begun;
    wanted = wanted ? std::min(*wanted, since) : since;
  }
  return wanted;
}

// A GET that came from a client may lead straight back.
net::Response back(const Desk& desk, const AuthRequest& request, const OauthError& error) {
  return net::Response::redirect(error_url(desk, request, error));
}

OauthError interaction_error(std::string word, std::string_view text) {
  OauthError error = access_denied(text);
  error.error = std::move(word);
  return error;
}

// Leaves for one of our own pages, from which the person comes back by the interaction's name.
net::Response leave_for(const Desk& desk, const net::Request& request, Interaction& interaction,
                        std::string_view path, bool again) {
  std::optional<net::Cookie> cookie;
  if (interaction.id.empty()) {
    auto kept = keep(desk, request, interaction);
    if (!kept) return show_error(desk, request, kept.error());
    interaction.id = kept->id;
    cookie = std::move(kept->cookie);
  }
  Form query{{"request", interaction.id}};
  if (again) query.add("again", "1");
  net::Response response = net::Response::redirect(with_query(path, query));
  if (cookie) response.cookie(*cookie);
  return response;
}

// Whether the person has to be asked (attack row 69: a program that cannot prove itself may be anybody's).
Result<bool> needs_consent(const Desk& desk, const AuthRequest& request, const AccountId& account) {
  if (request.wants_consent) return true;
  if (request.client->is_trusted) return false;
  if (request.client->is_public()) return true;
  LANYARD_TRY(const bool covered, desk.parts.consents.covers(account, request.client->id, request.scopes,
                                                             request.audience, request.client->created_at));
  return !covered;
}

net::Response ask_consent(const Desk& desk, const net::Request& request, Interaction& interaction,
                          const callers::Caller& caller) {
  std::optional<net::Cookie> cookie;
  if (interaction.id.empty()) {
    auto kept = keep(desk, request, interaction);
    if (!kept) return show_error(desk, request, kept.error());
    interaction.id = kept->id;
    cookie = std::move(kept->cookie);
  }
  net::Response response = show(desk, request, consent_page(desk, interaction, caller));
  if (cookie) response.cookie(*cookie);
  return response;
}

}  // namespace

static Result<Kept> keep_data(const Desk& desk, const net::Request& request, json::Object data) {
  LANYARD_TRY(std::string cookie, browser_cookie(desk, request));
  Kept kept;
  if (cookie.empty()) {
    cookie = desk.parts.random.token();
    kept.cookie = desk.parts.cookies.interaction(cookie);
  }
  data.set("browser", mark_of_browser(cookie));
  data.set("issuer_path", desk.settings.issuer_path);
  LANYARD_TRY(const Secret id, desk.parts.artefacts.issue(ArtefactKind::interaction, "", {}, data,
                                                          desk.settings.interaction_life));
  kept.id = id.reveal();
  return kept;
}

Result<Kept> keep(const Desk& desk, const net::Request& request, const Interaction& interaction) {
  // The sign-in page says the wish: "Sign in to …".
  const clients::Client& client = *interaction.request.client;
  const std::string& name = client.name.empty() ? client.id.str() : client.name;
  return keep_data(desk, request,
                   json::Object{{"wish", cat("continue to ", name)},
                                {"parameters", interaction.request.parameters.encode()},
                                {"begun", to_micros(interaction.begun)},
                                {"pushed", interaction.was_pushed}});
}

Result<Kept> keep_device(const Desk& desk, const net::Request& request, const std::string& user_code) {
  return keep_data(desk, request, json::Object{{"wish", "connect a program"}, {"user_code", user_code}});
}

Result<Found> find_interaction(const Desk& desk, const net::Request& request, std::string_view id) {
  LANYARD_TRY(const std::string cookie, browser_cookie(desk, request));
  LANYARD_TRY(const auto artefact, desk.parts.artefacts.peek(ArtefactKind::interaction, "", id));
  LANYARD_TRY(const std::string browser, json::get_string(artefact.data, "browser"));
  if (cookie.empty() || !equal_in_constant_time(browser, mark_of_browser(cookie))) return other_browser();
  if (artefact.data.find("user_code") != nullptr) {
    Found device;
    LANYARD_TRY(device.user_code, json::get_string(artefact.data, "user_code"));
    return device;
  }
  LANYARD_TRY(const std::string parameters, json::get_string(artefact.data, "parameters"));
  LANYARD_TRY(const std::int64_t begun, json::get_integer(artefact.data, "begun"));
  LANYARD_TRY(const bool was_pushed, json::get_bool(artefact.data, "pushed"));
  LANYARD_TRY(const Form form, parse_form(parameters));
  LANYARD_TRY(const std::string issuer_path, json::string_or(artefact.data, "issuer_path", ""));
  Found found;
  found.desk = desk.find(issuer_path);
  if (found.desk == nullptr) return other_browser();
  ReadRequest read = read_request(*found.desk, form, was_pushed ? Arrived::pushed : Arrived::by_browser);
  if (read.rejected) {
    found.rejected = std::move(read.rejected);
    return found;
  }
  found.interaction = Interaction{std::string(id), *std::move(read.request), from_micros(begun), was_pushed};
  return found;
}

Status use_up(const Desk& desk, const Interaction& interaction) {
  if (interaction.id.empty()) return {};
  LANYARD_CHECK(desk.parts.artefacts.consume(ArtefactKind::interaction, "", interaction.id));
  return {};
}

net::Response proceed(const Desk& desk, const net::Request& request, Interaction interaction) {
  const AuthRequest& wanted = interaction.request;
  if (!desk.parts.callers.switches().enabled || !desk.parts.callers.switches().browser_login)
    return back(desk, wanted, temporarily_unavailable("Signing in in a browser is switched off here."));
  const callers::CallerPtr caller = find_person(desk, request);
  const bool is_other = caller && !wanted.hinted.empty() && caller->person->account.id.str() != wanted.hinted;
  const auto step =
      caller ? callers::standing(*caller, desk.parts.clock.now(), wanted_freshness(desk, interaction)).step
             : journey::Step::sign_in;
  const bool must_sign_in =
      is_other || step == journey::Step::sign_in || step == journey::Step::sign_in_again;
  if (wanted.wants_none) {
    if (must_sign_in) return back(desk, wanted, interaction_error("login_required", "Nobody is signed in."));
    if (step != journey::Step::go_on)
      return back(desk, wanted,
                  interaction_error("interaction_required", "The account may not be used yet."));
  }
  if (must_sign_in) return leave_for(desk, request, interaction, "/login", caller != nullptr);
  if (step != journey::Step::go_on) return leave_for(desk, request, interaction, "/pending", false);
  if (const auto fault = check_groups(wanted.scopes, *caller->person)) return back(desk, wanted, *fault);

  const auto asks = needs_consent(desk, wanted, caller->person->account.id);
  if (!asks) return show_error(desk, request, asks.error());
  if (*asks) {
    if (wanted.wants_none)
      return back(desk, wanted, interaction_error("consent_required", "The person was not asked yet."));
    return ask_consent(desk, request, interaction, *caller);
  }
  if (const Status used = use_up(desk, interaction); !used) return show_error(desk, request, used.error());
  const auto code = issue_code(desk, *caller, wanted);
  if (!code) return show_error(desk, request, code.error());
  return net::Response::redirect(code_url(desk, wanted, *code));
}

}  // namespace lanyard::doors::oauth
