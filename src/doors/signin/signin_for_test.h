// The sign-in door on real rooms, with an upstream that says whatever a test tells it to, and a browser that
// keeps cookies.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/url.h"
#include "doors/signin/signin.h"
#include "platform/crypto/digest.h"
#include "platform/net/request_data.h"
#include "test/support/databases.h"
#include "test/support/test_issuer.h"

namespace lanyard::doors::signin::test {

using lanyard::test::ScriptedClient;
using lanyard::test::test_key;

constexpr std::string_view kPublicUrl = "http://127.0.0.1:8080";

// An OpenID provider that signs what it is told. Each claim, and each member of its answers, can be a lie.
class Upstream {
 public:
  Upstream(ScriptedClient& client, const Clock& clock, std::string issuer)
      : client_(client), clock_(clock), issuer_(std::move(issuer)) {
    metadata = {{"issuer", issuer_},
                {"jwks_uri", issuer_ + "/jwks"},
                {"authorization_endpoint", issuer_ + "/authorize"},
                {"token_endpoint", issuer_ + "/token"},
                {"userinfo_endpoint", issuer_ + "/me"}};
    publish();
    client_.route(issuer_ + "/token", [this](const net::Call& call) { return token(call); });
    client_.route(issuer_ + "/me", [this](const net::Call&) { return reply(userinfo_status, userinfo); });
  }

  void publish() {
    client_.reply(issuer_ + "/.well-known/openid-configuration", 200, "application/json",
                  json::write(metadata));
    client_.reply(issuer_ + "/jwks", 200, "application/json", lanyard::test::key_set_text({&key()}));
  }
  const crypto::PrivateKey& key() const { return test_key(crypto::Algorithm::es256); }
  // What the browser brought to the authorization endpoint.
  void asked(const Form& query) { query_ = query; }
  const std::string& issuer() const { return issuer_; }

  json::Object metadata;
  json::Object person{{"sub", "u-1"},
                      {"name", "Ada Lovelace"},
                      {"preferred_username", "ada"},
                      {"email", "ada@uni.example"},
                      {"email_verified", true}};
  json::Object userinfo{{"sub", "u-1"}};
  int userinfo_status = 200;
  std::function<void(json::Object&)> lie = [](json::Object&) {};        // about the ID token
  std::function<void(json::Object&)> token_lie = [](json::Object&) {};  // about the token answer
  std::function<std::string(std::string)> tamper = [](std::string t) { return t; };
  int token_status = 200;
  std::string token_type = "application/json";
  const crypto::PrivateKey* signs_with = nullptr;
  std::string typ = "JWT";
  std::optional<net::Call> token_call;

 private:
  Result<net::Reply> reply(int status, const json::Object& object) const {
    net::Reply reply;
    reply.status = status;
    reply.content_type = token_type;
    reply.body = json::write(object);
    return reply;
  }
  Result<net::Reply> token(const net::Call& call) {
    token_call = call;
    const std::int64_t now = to_unix_seconds(clock_.now());
    json::Object claims = person;
    claims.set("iss", issuer_);
    claims.set("aud", query_.value_or("client_id", ""));
    claims.set("nonce", query_.value_or("nonce", ""));
    claims.set("iat", now);
    claims.set("exp", now + 300);
    lie(claims);
    json::Object answer{{"access_token", "at-1"},
                        {"token_type", "Bearer"},
                        {"id_token", tamper(crypto::sign_jws(signs_with != nullptr ? *signs_with : key(),
                                                             {{"typ", typ}}, json::write(claims)))}};
    token_lie(answer);
    return reply(token_status, answer);
  }

  ScriptedClient& client_;
  const Clock& clock_;
  std::string issuer_;
  Form query_;
};

// Two providers ("uni" with a secret, "lab" without), one application ("wiki").
class SignInTest : public testing::Test {
 protected:
  SignInTest() { build(); }

  // After a change of `settings`, `rules`, `switches` or a provider.
  void build() {
    rules_book.emplace(std::make_shared<admission::RuleBook>(std::vector{rules_uni, rules_lab}));
    callers.emplace(callers::Parts{directory,
                                   approvals,
                                   groups,
                                   sessions,
                                   credentials,
                                   issuer_tokens,
                                   *rules_book,
                                   book,
                                   marks,
                                   verdicts,
                                   clock,
                                   log_book.log(),
                                   {}},
                    switches);
    for (Provider& provider : providers) {
      issuers::PublisherOptions options;
      options.id = cat("providers[", provider.id, "]");
      options.issuer = provider.issuer;
      provider.keys =
          std::make_shared<issuers::Publisher>(options, outside, *database, clock, log_book.log());
    }
    door.emplace(Parts{ledger, directory, approvals, groups, sessions, artefacts, once, *rules_book, *callers,
                       clients, book, outside, site, guard, cookies, random, clock, log_book.log()},
                 providers, settings);
    router.emplace();
    door->mount(*router);
  }

  struct Browser {
    std::map<std::string, std::string> cookies;
    std::string address = "192.0.2.1";
    std::string header() const {
      std::string text;
      for (const auto& [name, value] : cookies)
        text.append(text.empty() ? "" : "; ").append(cat(name, "=", value));
      return text;
    }
    void keep(const net::Response& response) {
      const std::string& lines = response.header_lines();
      constexpr std::string_view kName = "Set-Cookie: ";
      for (std::size_t at = lines.find(kName); at != std::string::npos; at = lines.find(kName, at + 1)) {
        const std::size_t from = at + kName.size();
        const std::size_t equals = lines.find('=', from);
        const std::size_t end = lines.find_first_of(";\r", from);
        const std::string name = lines.substr(from, equals - from);
        if (lines.substr(end, lines.find('\r', end) - end).find("Max-Age=0") != std::string::npos)
          cookies.erase(name);
        else
          cookies[name] = lines.substr(equals + 1, end - equals - 1);
      }
    }
  };

  net::Response send(Browser& browser, net::RequestDraft draft) {
    draft.client_address = browser.address;
    if (!browser.cookies.empty()) draft.headers.emplace_back("Cookie", browser.header());
    net::Request request = net::make_request(draft).value();
    const net::Match match = router->match(request.method(), request.path());
    if (match.endpoint == nullptr) return net::Response(match.allowed.empty() ? 404 : 405);
    request.data().parts = match.parts;
    last_request = request.id();
    net::Response response = match.endpoint->handler(request);
    browser.keep(response);
    return response;
  }
  net::Response get(Browser& browser, std::string target) {
    net::RequestDraft draft;
    draft.target = std::move(target);
    return send(browser, std::move(draft));
  }
  net::Response post(Browser& browser, std::string target, Form form, std::string_view handle) {
    net::RequestDraft draft;
    draft.method = "POST";
    draft.target = std::move(target);
    draft.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    if (!handle.empty()) form.add(std::string(view::Guard::kField), guard.value_for(handle));
    draft.body = form.encode();
    return send(browser, std::move(draft));
  }

  // The chooser, then the button. What the browser brings to the upstream is kept.
  net::Response begin(Browser& browser, Form fields = {}, const std::string& provider = "uni") {
    if (!browser.cookies.contains("lanyard-login")) get(browser, "/login?again=1");
    net::Response response =
        post(browser, cat("/login/", provider), std::move(fields), browser.cookies["lanyard-login"]);
    asked = Form();
    if (const auto refresh = response.find_header("Refresh")) {
      const std::string url = refresh->substr(std::string_view("0; url=").size());
      asked = parse_form(parse_url(url).value().query.value_or("")).value();
      (provider == "uni" ? uni : lab).asked(asked);
    }
    return response;
  }
  Form answer() { return Form{{"code", "c-1"}, {"state", asked.value_or("state", "")}}; }
  net::Response come_back(Browser& browser, const Form& query, const std::string& provider = "uni") {
    return get(browser, with_query(cat("/login/callback/", provider), query));
  }
  net::Response sign_in(Browser& browser, Form fields = {}, const std::string& provider = "uni") {
    begin(browser, std::move(fields), provider);
    return come_back(browser, answer(), provider);
  }

  static std::string location(const net::Response& response) {
    return response.find_header("Location").value_or("");
  }
  // The kind of problem that a refusal leads to; "" when it was none.
  static std::string problem(const net::Response& response) {
    const std::string to = location(response);
    constexpr std::string_view kPath = "/login/problem/";
    if (!to.starts_with(kPath)) return "";
    return to.substr(kPath.size(), to.find('?') - kPath.size());
  }
  // Refused for `kind`: no session, a trace, a line in the log.
  void expect_refused(Browser& browser, const net::Response& response, const std::string& kind) {
    EXPECT_EQ(problem(response), kind) << response.status() << " " << location(response) << response.body();
    EXPECT_FALSE(browser.cookies.contains("lanyard"));
    const auto trace = book.find_by_request(last_request);
    ASSERT_TRUE(trace);
    EXPECT_FALSE(trace->admitted);
    EXPECT_NE(log_book.text().find(cat("\"request\":\"", last_request, "\"")), std::string::npos);
  }
  // A lie about the ID token, told to a browser of its own.
  void expect_lie_refused(const std::function<void(json::Object&)>& lie,
                          const std::string& kind = "wrong-answer") {
    Browser browser;
    uni.lie = lie;
    expect_refused(browser, sign_in(browser), kind);
    uni.lie = [](json::Object&) {};
  }
  std::optional<accounts::Account> account_of(const std::string& subject,
                                              const std::string& issuer = "https://uni.example") {
    return directory.find_by_identity(issuer, subject).value();
  }
  SessionId session_of(const Browser& browser) {
    const auto found = browser.cookies.find("lanyard");
    if (found == browser.cookies.end()) return {};
    const auto session = sessions.find(found->second, "lanyard", "");
    return session.ok() ? session->id : SessionId();
  }
  accounts::Account activate(const std::string& subject) {
    return approvals.apply(account_of(subject)->id, accounts::Event::activate, "", console).value();
  }

  static Provider make_provider(std::string id, std::string label) {
    Provider provider;
    provider.issuer = cat("https://", id, ".example");
    provider.client_id = "lanyard at " + id;
    provider.id = std::move(id);
    provider.label = std::move(label);
    provider.scopes = {"openid", "email", "profile"};
    provider.username_claim = "preferred_username";
    provider.algorithms = {crypto::Algorithm::es256};
    return provider;
  }
  static admission::Rules make_rules(std::string id) {
    admission::Rules rules;
    rules.issuer = cat("https://", id, ".example");
    rules.source = cat("providers[", id, "]");
    return rules;
  }

  lanyard::test::FakeClock clock;
  lanyard::test::FakeRandom random;
  lanyard::test::LogBook log_book{clock};
  lanyard::test::TestDatabase database;
  ScriptedClient outside;
  Upstream uni{outside, clock, "https://uni.example"}, lab{outside, clock, "https://lab.example"};
  crypto::Sealer sealer =
      crypto::Sealer::from_text(Secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
          .value();
  journal::Marks marks;
  journal::Ledger ledger{*database, marks, clock};
  accounts::Directory directory{ledger, random};
  accounts::Approvals approvals{ledger};
  groups::Groups groups{ledger, random};
  credentials::Credentials credentials{ledger, random, crypto::KeyedHash({"k"}), std::chrono::hours(24)};
  sessions::Sessions sessions{ledger, random, crypto::KeyedHash({"k"}), {}};
  sessions::Artefacts artefacts{*database, sealer, random, clock};
  tokens::Once once{*database, clock};
  issuers::Tokens issuer_tokens{{}, clock};
  explain::Book book;
  callers::Verdicts verdicts{{}, marks, clock};
  clients::Clients clients{{{ClientId("wiki"), "gate", "Wiki", "https://wiki.example", false}}};
  view::PageFrame site{.site_name = "Example Facility"};
  view::Guard guard{"k", std::string(kPublicUrl)};
  callers::Cookies cookies{false};
  const access::Actor console = access::console_actor("tester");

  Settings settings{.public_url = std::string(kPublicUrl)};
  callers::Switches switches;
  std::vector<Provider> providers = [] {
    std::vector<Provider> list{make_provider("uni", "Example University"), make_provider("lab", "The Lab")};
    list[0].client_secret = Secret("s3cret & more");
    return list;
  }();
  admission::Rules rules_uni = make_rules("uni"), rules_lab = make_rules("lab");

  std::optional<admission::CurrentRules> rules_book;
  std::optional<callers::Callers> callers;
  std::optional<SignIn> door;
  std::optional<net::Router> router;
  Form asked;
  std::string last_request;
};

}  // namespace lanyard::doors::signin::test
