// The device grant's two faces: the endpoint that a program asks (RFC 8628 section 3.1), and the pages on
// which a person says yes (section 3.3).
#include "base/text.h"
#include "doors/oauth/handlers.h"
#include "doors/oauth/interaction.h"
#include "doors/oauth/pages.h"
#include "doors/oauth/proof.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::oauth {
namespace {

using view::el;
using view::group;

Outcome<json::Object> begin(const Desk& desk, const net::Request& request, std::string& client_id) {
  const auto sent = read_client_form(desk, request);
  if (!sent) return sent.error();
  const clients::Client& client = *sent->client;
  client_id = client.id.str();
  if (!client.may(clients::Grant::device_code))
    return unauthorized_client("This application is not registered for the device grant.");
  tokens::DeviceRequest wanted;
  wanted.client = client.id;
  auto scopes = read_scopes(client, sent->form);
  if (!scopes) return scopes.error();
  auto audience = read_audience(client, sent->form);
  if (!audience) return audience.error();
  auto thumbprint = find_dpop(desk, request);
  if (!thumbprint) return thumbprint.error();
  wanted.scopes = *std::move(scopes);
  wanted.audience = *std::move(audience);
  if (!thumbprint->empty()) wanted.bound_to = cat("jkt:", *thumbprint);
  wanted.address = request.client_address();
  wanted.user_agent = request.header_or("User-Agent", "");
  const Duration life = client.lives.device_code;
  wanted.expires_at = desk.parts.clock.now() + life;
  const auto begun = desk.parts.devices.begin(std::move(wanted));
  if (!begun) return from_error(begun.error());
  const std::string page = cat(desk.settings.public_url, "/device");
  return json::Object{
      {"device_code", std::string(begun->device_code.reveal())},
      {"user_code", begun->user_code},
      {"verification_uri", page},
      {"verification_uri_complete", with_query(page, Form{{"user_code", begun->user_code}})},
      {"expires_in", std::chrono::duration_cast<std::chrono::seconds>(life).count()},
      {"interval", std::chrono::duration_cast<std::chrono::seconds>(tokens::kDeviceInterval).count()}};
}

view::Page code_page(const Desk& desk, const callers::Caller& caller, const std::string& code,
                     const std::string& error) {
  view::Page page;
  page.title = "Connect a program";
  page.body.add(el("p",
                   "A program on another screen shows a code of eight letters. Type it here, so that the "
                   "program can act for you."));
  view::TextField field;
  field.name = "user_code";
  field.label = "Code";
  field.value = code;
  field.error = error;
  field.help = "For example BCDF-GHJK. Small letters and blanks do not matter.";
  field.autocomplete = "one-time-code";
  field.longest = 64;
  field.is_required = true;
  page.body.add(
      view::post_form({.action = "/device", .csrf = desk.parts.guard.value_for(caller.session.str())},
                      group(view::text_field(field), view::button({.label = "Go on"}))));
  page.body.add(view::notice(view::NoticeKind::warning, "Somebody sent you a code, or a link to this page?",
                             el("p", "Then it is their program that would act for you. Do not go on.")));
  page.person = signed_in(desk, caller);
  return page;
}

view::Page confirm_page(const Desk& desk, const callers::Caller& caller, const clients::Client& client,
                        const tokens::DeviceRequest& asked, const std::string& code) {
  const std::string name = client.name.empty() ? client.id.str() : client.name;
  view::Page page;
  page.title = cat("Let ", name, " act for you?");
  page.body.add(el("p", "You are signed in as ", el("strong", caller.person->account.name),
                   ". Allow it only if the program shows the same code."));
  page.body.add(view::definitions({{"Program", view::Html(name)},
                                   {"Asked from", view::code(asked.address)},
                                   {"At", view::time_text(asked.created_at)},
                                   {"Code", el("strong", view::code(code))}}));
  if (client.source == "registration") {
    page.body.add(view::notice(view::NoticeKind::warning, "Nobody at this site has checked this program",
                               "It registered itself, under a name that it chose."));
  }
  page.body.add(el("h2", "It will get"));
  page.body.add(list_scopes(asked.scopes, *caller.person));
  if (!asked.audience.empty()) page.body.add(view::hint(cat("To be used at: ", join(asked.audience, ", "))));
  page.body.add(view::notice(view::NoticeKind::warning, "Only if you started it yourself, just now",
                             "Whoever sent you a link or a code would get what stands above."));
  page.body.add(view::post_form({.action = "/device/confirm",
                                 .csrf = desk.parts.guard.value_for(caller.session.str()),
                                 .hidden = {{"user_code", code}}},
                                view::button_row({view::button({.label = "Refuse",
                                                                .emphasis = view::Emphasis::secondary,
                                                                .name = "decision",
                                                                .value = "refuse"}),
                                                  view::button({.label = "Allow",
                                                                .emphasis = view::Emphasis::primary,
                                                                .name = "decision",
                                                                .value = "allow"})})));
  page.person = signed_in(desk, caller);
  return page;
}

// The member behind a page of the device grant, or the way to become one; the code comes back with them.
struct Visitor {
  callers::CallerPtr caller;
  std::optional<net::Response> elsewhere;
};
Visitor find_visitor(const Desk& desk, const net::Request& request, const std::string& code) {
  Visitor visitor;
  if (!desk.parts.callers.switches().enabled || !desk.parts.callers.switches().browser_login) {
    visitor.elsewhere = show_error(
        desk, request, make_error(Code::unavailable, "Signing in in a browser is switched off here."));
    return visitor;
  }
  visitor.caller = find_person(desk, request);
  const auto step = visitor.caller ? callers::standing(*visitor.caller, desk.parts.clock.now()).step
                                   : journey::Step::sign_in;
  if (step == journey::Step::go_on) return visitor;
  const auto kept = keep_device(desk, request, code);
  if (!kept) {
    visitor.elsewhere = show_error(desk, request, kept.error());
    return visitor;
  }
  const bool signs_in = step == journey::Step::sign_in || step == journey::Step::sign_in_again;
  net::Response response =
      net::Response::redirect(with_query(signs_in ? "/login" : "/pending", Form{{"request", kept->id}}));
  if (kept->cookie) response.cookie(*kept->cookie);
  visitor.elsewhere = std::move(response);
  return visitor;
}

net::Response too_many(const Desk& desk, const net::Request& request, std::chrono::seconds wait) {
  net::Response response = show_error(
      desk, request, make_error(Code::too_many, "Too many wrong codes.", "Wait a little, then try again."));
  response.header("Retry-After", cat(wait.count()));
  return response;
}

// A form of these pages from the person that it was made for.
struct Posted {
  callers::CallerPtr caller;
  Form form;
  std::string code;
};
struct ReadPost {
  std::optional<Posted> posted;
  std::optional<net::Response> elsewhere;
};
ReadPost read_post(const Desk& desk, const net::Request& request) {
  ReadPost read;
  auto form = request.form();
  if (!form) {
    read.elsewhere = show_error(desk, request, form.error());
    return read;
  }
  const std::string code = form->value_or("user_code", "");
  Visitor visitor = find_visitor(desk, request, tokens::read_user_code(code) ? code : "");
  if (visitor.elsewhere) {
    read.elsewhere = std::move(visitor.elsewhere);
    return read;
  }
  if (const Status genuine = desk.parts.guard.check(request, *form, visitor.caller->session.str());
      !genuine) {
    read.elsewhere = show_error(desk, request, genuine.error());
    return read;
  }
  const std::string& account = visitor.caller->person->account.id.str();
  if (const auto wait = desk.guesses->wait(account, request.client_address()); wait.count() > 0) {
    read.elsewhere = too_many(desk, request, wait);
    return read;
  }
  read.posted = Posted{visitor.caller, *std::move(form), code};
  return read;
}

bool is_wrong_code(const Error& error) {
  return error.code == Code::not_found || error.code == Code::expired;
}

// A wrong code counts at whichever form it is sent to: the second one would let people guess as well (attack
// row 79).
Result<tokens::DeviceRequest> find_asked(const Desk& desk, const net::Request& request,
                                         const Posted& posted) {
  auto asked = desk.parts.devices.find(posted.code);
  if (asked || !is_wrong_code(asked.error())) return asked;
  const std::string& account = posted.caller->person->account.id.str();
  desk.guesses->failed(account, request.client_address());
  desk.parts.log.info(
      "device.wrong_code",
      {{"account", account}, {"address", request.client_address()}, {"request", request.id()}});
  return asked;
}

}  // namespace

net::Response begin_device(const Desk& desk, const net::Request& request) {
  std::string client_id;
  const auto begun = begin(desk, request, client_id);
  if (!begun) return refuse(desk, request, begun.error(), client_id);
  net::Response response = net::Response::json(200, json::write(*begun));
  response.header("Cache-Control", "no-store");
  return response;
}

net::Response show_device(const Desk& desk, const net::Request& request) {
  const auto query = request.query_form();
  if (!query) return show_error(desk, request, query.error());
  // A code that could be one is kept over the login; anything else is not repeated anywhere.
  const auto code = tokens::read_user_code(query->value_or("user_code", ""));
  const std::string shown = code ? tokens::write_user_code(*code) : "";
  Visitor visitor = find_visitor(desk, request, shown);
  if (visitor.elsewhere) return *std::move(visitor.elsewhere);
  return show(desk, request, code_page(desk, *visitor.caller, shown, ""));
}

net::Response enter_device_code(const Desk& desk, const net::Request& request) {
  ReadPost read = read_post(desk, request);
  if (read.elsewhere) return *std::move(read.elsewhere);
  const Posted& posted = *read.posted;
  const std::string& account = posted.caller->person->account.id.str();
  const auto asked = find_asked(desk, request, posted);
  if (!asked && !is_wrong_code(asked.error())) return show_error(desk, request, asked.error());
  if (!asked) {
    return show(
        desk, request,
        code_page(desk, *posted.caller, posted.code, cat(asked.error().message, " ", asked.error().hint)),
        422);
  }
  if (asked->state != tokens::DeviceState::waiting)
    return show(desk, request,
                code_page(desk, *posted.caller, "", "This code was used already. Start the program again."),
                422);
  const auto client = desk.parts.registry.find(asked->client.str());
  if (!client) return show_error(desk, request, client.error());
  desk.guesses->proved(account, request.client_address());
  return show(desk, request,
              confirm_page(desk, *posted.caller, **client, *asked,
                           tokens::write_user_code(*tokens::read_user_code(posted.code))));
}

net::Response decide_device(const Desk& desk, const net::Request& request) {
  ReadPost read = read_post(desk, request);
  if (read.elsewhere) return *std::move(read.elsewhere);
  const Posted& posted = *read.posted;
  const callers::Person& person = *posted.caller->person;
  const std::string decision = posted.form.value_or("decision", "");
  if (decision != "allow" && decision != "refuse")
    return show_error(desk, request, make_error(Code::invalid, "The form was not complete."));
  const access::Actor actor = callers::to_actor(*posted.caller, request);
  const auto asked = find_asked(desk, request, posted);
  if (!asked) return show_error(desk, request, asked.error());
  const auto client = desk.parts.registry.find(asked->client.str());
  if (!client) return show_error(desk, request, client.error());
  const std::string& name = (*client)->name.empty() ? (*client)->id.str() : (*client)->name;
  Status decided;
  if (decision == "allow") {
    if (const auto fault = check_groups(asked->scopes, person))
      return show_error(desk, request, make_error(Code::forbidden, fault->description));
    tokens::DeviceRequest by;
    by.account = person.account.id;
    by.issuer = person.issuer;
    by.subject = person.subject;
    by.source = person.source;
    by.session = posted.caller->session.str();
    by.auth_time = posted.caller->auth_time;
    decided = desk.parts.devices.approve(posted.code, by, actor);
  } else {
    decided = desk.parts.devices.deny(posted.code, actor);
  }
  if (!decided) return show_error(desk, request, decided.error());
  view::Page page;
  if (decision == "allow") {
    page.title = cat(name, " is connected");
    page.body.add(
        el("p", "The program goes on by itself within a few seconds. You can close this page now."));
    page.body.add(view::hint(group("Not what you wanted? Stop it on ",
                                   view::text_link("the page of what acts for you", "/account/apps"), ".")));
  } else {
    page.title = cat(name, " was refused");
    page.body.add(el("p", "The program gets nothing. You can close this page now."));
    page.body.add(view::hint("Did somebody send you the code? Then tell the people who run this service."));
  }
  page.person = signed_in(desk, *posted.caller);
  return show(desk, request, std::move(page));
}

}  // namespace lanyard::doors::oauth
