#include <array>

#include "base/text.h"
#include "doors/practice/practice.h"
#include "platform/view/assets.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::practice {
namespace {

constexpr std::string_view kOwnFolder = "/.lanyard/";  // of the gate, on the application's own origin

constexpr std::array<std::string_view, 9> kIdentityHeaders{
    "remote-user",      "remote-name",       "remote-email",    "remote-groups",  "x-lanyard-account",
    "x-lanyard-issuer", "x-lanyard-subject", "x-lanyard-scope", "x-lanyard-token"};

}  // namespace

struct Application::State {
  ApplicationSettings settings;
  net::Client& outside;
  view::PageFrame frame;

  net::Response answer(const net::Request& request) const;
  net::Response forward(const net::Request& request) const;
  net::Response page(const net::Request& request, const net::Reply& verdict) const;
  Result<net::Reply> ask(const net::Request& request, std::string method, std::string url) const;
};

Application::Application(ApplicationSettings settings, net::Client& outside, const view::PageFrame& frame)
    : state_(new State{std::move(settings), outside, frame}) {}

Application::~Application() = default;

void Application::mount(net::Router& router) {
  for (const net::Method method : {net::Method::get, net::Method::post}) {
    router.add(method, "/{rest...}", net::Runs::waits,
               [s = state_](const net::Request& request) { return s->answer(request); });
  }
}

// What a proxy passes on to the gate: the person's cookies and token, and where they wanted to go.
Result<net::Reply> Application::State::ask(const net::Request& request, std::string method,
                                           std::string url) const {
  net::Call call;
  call.method = std::move(method);
  call.url = std::move(url);
  call.reach.http = call.reach.loopback = true;
  for (const std::string_view name :
       {"Cookie", "Authorization", "Accept", "User-Agent", "Content-Type", "Origin", "Sec-Fetch-Site"}) {
    const std::string_view value = request.header_or(name, "");
    if (!value.empty()) call.headers.emplace_back(name, value);
  }
  call.headers.emplace_back("X-Original-URI", request.target());
  call.headers.emplace_back("X-Original-Method", request.method_text());
  call.headers.emplace_back("X-Forwarded-For", request.client_address());
  call.body = std::string(request.body());
  return outside.send(call);
}

net::Response Application::State::answer(const net::Request& request) const {
  if (request.path().starts_with("/assets/")) {
    const auto query = request.query_form();
    return view::asset_response(request.path().substr(std::string_view("/assets/").size()),
                                query ? query->value_or("v", "") : "");
  }
  if (request.path().starts_with(kOwnFolder)) return forward(request);
  const auto verdict = ask(request, "GET", cat(settings.gate_url, "/check/", settings.client));
  if (!verdict)
    return net::Response::text(502, cat("The gate does not answer: ", verdict.error().message, "\n"));
  if (verdict->status == 401)
    return net::Response::redirect(cat(kOwnFolder, "login?to=", percent_encode(request.target())));
  if (verdict->status >= 300) {
    net::Response response(verdict->status);
    response.body(
        verdict->content_type.empty() ? "text/plain" : cat(verdict->content_type, "; charset=utf-8"),
        verdict->body);
    if (const auto policy = verdict->header("content-security-policy"))
      response.header("Content-Security-Policy", *policy);
    return response;
  }
  return page(request, *verdict);
}

net::Response Application::State::forward(const net::Request& request) const {
  const std::string_view rest = request.target().substr(kOwnFolder.size());
  const auto reply = ask(request, std::string(request.method_text()),
                         cat(settings.gate_url, "/app/", settings.client, "/", rest));
  if (!reply) return net::Response::text(502, cat("The gate does not answer: ", reply.error().message, "\n"));
  net::Response response(reply->status);
  for (const auto& [name, value] : reply->headers) {
    if (name == "location" || name == "set-cookie" || name == "content-security-policy" || name == "refresh")
      response.header(name, value);
  }
  if (!reply->body.empty()) response.body(cat(reply->content_type, "; charset=utf-8"), reply->body);
  return response;
}

net::Response Application::State::page(const net::Request& request, const net::Reply& verdict) const {
  std::vector<std::pair<std::string, view::Html>> items;
  for (const std::string_view name : kIdentityHeaders) {
    const auto value = verdict.header(name);
    items.emplace_back(std::string(name),
                       value && !value->empty() ? view::code(*value) : view::Html("(nothing)"));
  }
  view::Page page;
  page.title = "Practice application";
  page.heading = cat("Hello, ", verdict.header("remote-name").value_or("somebody"));
  page.body = view::group(
      view::hint("This application knows nothing of logins. The gate told it who you are, in these headers:"),
      view::definitions(items), view::text_link("Sign out of this application", cat(kOwnFolder, "logout")));
  page.request_id = request.id();
  return view::render(frame, page);
}

}  // namespace lanyard::doors::practice
