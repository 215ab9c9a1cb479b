#include <algorithm>
#include <map>
#include <mutex>

#include "base/text.h"
#include "doors/practice/people.h"
#include "doors/practice/practice.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/jws.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::practice {
namespace {

constexpr Duration kCodeLife = std::chrono::seconds(60);
constexpr std::size_t kMostOpen = 1'000;

struct Grant {
  std::string subject, nonce, challenge;
  Time expires_at{};
};

const Somebody* find_person(std::string_view subject) {
  const auto found = std::ranges::find(kPeople, subject, &Somebody::subject);
  return found == kPeople.end() ? nullptr : &*found;
}

net::Response refused(std::string_view error, std::string_view description, int status = 400) {
  return net::Response::json(status,
                             json::write(json::Object{{"error", error}, {"error_description", description}}));
}

}  // namespace

struct Provider::State {
  ProviderSettings settings;
  crypto::PrivateKey key;
  view::PageFrame frame;
  Random& random;
  const Clock& clock;
  std::mutex mutex;
  std::map<std::string, Grant> codes;
  std::map<std::string, std::pair<std::string, Time>> access_tokens;  // token -> subject

  net::Response metadata() const;
  net::Response keys() const;
  net::Response choose(const net::Request& request) const;
  net::Response chosen(const net::Request& request);
  net::Response token(const net::Request& request);
  net::Response userinfo(const net::Request& request);
  Status check_request(const Form& form) const;
  std::string id_token(const Somebody& person, const std::string& nonce) const;
  template <class Entries>
  void make_room(Entries& entries) const {
    if (entries.size() >= kMostOpen) entries.clear();
  }
};

Provider::Provider(ProviderSettings settings, crypto::PrivateKey key, const view::PageFrame& frame,
                   Random& random, const Clock& clock)
    : state_(new State{std::move(settings), std::move(key), frame, random, clock, {}, {}, {}}) {}

Provider::~Provider() = default;

void Provider::mount(net::Router& router) {
  using net::Method;
  const auto at = [&](Method method, std::string pattern, auto answer) {
    router.add(method, std::move(pattern), net::Runs::slow,
               [s = state_, answer](const net::Request& request) { return answer(*s, request); });
  };
  at(Method::get, "/.well-known/openid-configuration",
     [](State& s, const net::Request&) { return s.metadata(); });
  at(Method::get, "/keys", [](State& s, const net::Request&) { return s.keys(); });
  at(Method::get, "/authorize", [](State& s, const net::Request& r) { return s.choose(r); });
  at(Method::post, "/authorize", [](State& s, const net::Request& r) { return s.chosen(r); });
  at(Method::post, "/token", [](State& s, const net::Request& r) { return s.token(r); });
  at(Method::get, "/userinfo", [](State& s, const net::Request& r) { return s.userinfo(r); });
}

net::Response Provider::State::metadata() const {
  const std::string& issuer = settings.issuer;
  const json::Object document{
      {"issuer", issuer},
      {"authorization_endpoint", cat(issuer, "/authorize")},
      {"token_endpoint", cat(issuer, "/token")},
      {"userinfo_endpoint", cat(issuer, "/userinfo")},
      {"jwks_uri", cat(issuer, "/keys")},
      {"response_types_supported", json::Array{"code"}},
      {"subject_types_supported", json::Array{"public"}},
      {"id_token_signing_alg_values_supported", json::Array{"ES256"}},
      {"code_challenge_methods_supported", json::Array{"S256"}},
      {"token_endpoint_auth_methods_supported", json::Array{"client_secret_basic"}},
      {"authorization_response_iss_parameter_supported", true},
  };
  return net::Response::json(200, json::write(document));
}

net::Response Provider::State::keys() const {
  return net::Response::json(200,
                             json::write(json::Object{{"keys", json::Array{key.public_key().to_jwk()}}}));
}

Status Provider::State::check_request(const Form& form) const {
  LANYARD_TRY(const std::string client, form.get("client_id"));
  LANYARD_TRY(const std::string redirect, form.get("redirect_uri"));
  if (client != settings.client_id || redirect != settings.redirect_uri)
    return make_error(Code::invalid, "This client is not known here.");
  LANYARD_TRY(const std::string method, form.get("code_challenge_method"));
  LANYARD_TRY(const std::string challenge, form.get("code_challenge"));
  LANYARD_TRY(const std::string type, form.get("response_type"));
  if (method != "S256" || challenge.size() != 43 || type != "code")
    return make_error(Code::invalid, "This request is not one for a code with PKCE.");
  return {};
}

net::Response Provider::State::choose(const net::Request& request) const {
  const auto query = request.query_form();
  if (!query || !check_request(*query))
    return view::render(frame,
                        {.title = "This request is not understood",
                         .heading = {},
                         .body = {},
                         .person = {},
                         .request_id = std::string(request.id()),
                         .form_origin = {}},
                        400);
  view::Html body = view::hint("Nobody checks a password here: choose who you want to be.");
  for (const Somebody& person : kPeople) {
    view::PostForm form;
    form.action = "/authorize";
    for (const auto& [name, value] : query->pairs()) form.hidden.emplace_back(name, value);
    form.hidden.emplace_back("person", person.subject);
    body.add(view::post_form(form, view::group(view::button({.label = std::string(person.name),
                                                             .emphasis = view::Emphasis::primary,
                                                             .name = {},
                                                             .value = {}}),
                                               view::hint(person.what))));
  }
  const auto target = parse_url(settings.redirect_uri);
  view::Page page;
  page.title = "Who are you today?";
  page.body = std::move(body);
  page.request_id = request.id();
  if (target) page.form_origin = target->origin();
  return view::render(frame, page);
}

net::Response Provider::State::chosen(const net::Request& request) {
  const auto form = request.form();
  if (!form || !check_request(*form)) return refused("invalid_request", "The form is not complete.");
  const Somebody* person = find_person(form->value_or("person", ""));
  if (person == nullptr) return refused("invalid_request", "There is no such person.");
  const std::string code = random.token();
  {
    const std::lock_guard lock(mutex);
    make_room(codes);
    codes[code] = {std::string(person->subject), form->value_or("nonce", ""),
                   form->value_or("code_challenge", ""), clock.now() + kCodeLife};
  }
  return net::Response::redirect(
      with_query(settings.redirect_uri,
                 Form{{"code", code}, {"state", form->value_or("state", "")}, {"iss", settings.issuer}}));
}

std::string Provider::State::id_token(const Somebody& person, const std::string& nonce) const {
  const std::int64_t now = to_unix_seconds(clock.now());
  json::Object claims{{"iss", settings.issuer},
                      {"sub", person.subject},
                      {"aud", settings.client_id},
                      {"iat", now},
                      {"exp", now + 300},
                      {"name", person.name},
                      {"given_name", person.given_name},
                      {"family_name", person.family_name},
                      {"preferred_username", person.username},
                      {"email", person.email},
                      {"email_verified", true},
                      {"organization", "Practice University"}};
  if (!nonce.empty()) claims.set("nonce", nonce);
  return crypto::sign_jws(key, json::Object{{"typ", "JWT"}}, json::write(claims));
}

net::Response Provider::State::token(const net::Request& request) {
  const std::string expected =
      cat("Basic ", base64_encode(cat(percent_encode(settings.client_id), ":",
                                      percent_encode(settings.client_secret.reveal()))));
  if (!equal_in_constant_time(request.header_or("Authorization", ""), expected))
    return refused("invalid_client", "The client did not prove itself.", 401);
  const auto form = request.form();
  if (!form) return refused("invalid_request", "The body is no form.");
  std::optional<Grant> found;
  {
    const std::lock_guard lock(mutex);
    const auto code = codes.find(form->value_or("code", ""));
    if (code != codes.end()) {
      found = code->second;
      codes.erase(code);
    }
  }
  const std::string verifier = form->value_or("code_verifier", "");
  const bool good =
      found && clock.now() < found->expires_at && form->value_or("grant_type", "") == "authorization_code" &&
      form->value_or("redirect_uri", "") == settings.redirect_uri &&
      equal_in_constant_time(base64url_encode(crypto::sha256_bytes(verifier)), found->challenge);
  if (!good) return refused("invalid_grant", "The code is not valid.");
  const std::string access = random.token();
  {
    const std::lock_guard lock(mutex);
    make_room(access_tokens);
    access_tokens[access] = {found->subject, clock.now() + std::chrono::minutes(5)};
  }
  return net::Response::json(
      200, json::write(json::Object{{"access_token", access},
                                    {"token_type", "Bearer"},
                                    {"expires_in", 300},
                                    {"id_token", id_token(*find_person(found->subject), found->nonce)}}));
}

net::Response Provider::State::userinfo(const net::Request& request) {
  const std::string_view header = request.header_or("Authorization", "");
  const std::lock_guard lock(mutex);
  const auto found = access_tokens.find(std::string(header.substr(std::min<std::size_t>(7, header.size()))));
  if (!header.starts_with("Bearer ") || found == access_tokens.end() || found->second.second <= clock.now()) {
    return refused("invalid_token", "The token is not valid.", 401);
  }
  const Somebody& person = *find_person(found->second.first);
  return net::Response::json(200, json::write(json::Object{{"sub", person.subject},
                                                           {"name", person.name},
                                                           {"email", person.email},
                                                           {"email_verified", true}}));
}

}  // namespace lanyard::doors::practice
