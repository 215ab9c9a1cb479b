// The gate in front of two applications, with everything below it real: SQLite in memory, two issuers whose
// keys a test controls, a clock that stands still.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/url.h"
#include "doors/gate/gate.h"
#include "platform/net/request_data.h"
#include "test/support/databases.h"
#include "test/support/fakes.h"
#include "test/support/test_issuer.h"

namespace lanyard::doors::gate {

class GateHouse : public testing::Test {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  GateHouse() { marks.confirmed(clock.steady()); }

  // The gate with these rules; called by the first question when a test did not.
  void open(std::vector<Route> routes = {}, callers::Switches switches = {}) {
    grid.publish({&rsa, &ec});
    lab.publish({&other_ec});
    tokens = std::make_unique<issuers::Tokens>(
        std::vector<issuers::Tokens::Entry>{entry(grid, "grid"), entry(lab, "lab")}, clock);
    rules = std::make_unique<admission::CurrentRules>(
        std::make_shared<const admission::RuleBook>(std::vector<admission::Rules>{
            source("issuers[grid]"), source("issuers[lab]"), source("providers[uni]")}));
    callers = std::make_unique<callers::Callers>(
        callers::Parts{directory, approvals, groups, sessions, credentials, *tokens, *rules, explanations,
                       marks, verdicts, clock, log.log(), identity_lines},
        switches);
    gate = std::make_unique<Gate>(Parts{*callers, clients, sessions, artefacts, explanations, frame, guard,
                                        cookies, identity_key, random, clock, log.log()},
                                  Settings{"https://id.example", std::move(routes), std::chrono::minutes(5)});
    router = std::make_unique<net::Router>();
    gate->mount(*router);
  }

  net::Response send(net::RequestDraft draft) {
    if (!gate) open();
    auto made = net::make_request(draft);
    if (!made) {
      ADD_FAILURE() << made.error().message;
      return net::Response(0);
    }
    net::Request request = std::move(*made);
    const net::Match match = router->match(request.method(), request.path());
    if (match.endpoint == nullptr) return net::Response(404);
    request.data().parts = match.parts;
    was_quick = false;
    if (match.endpoint->quick) {
      if (auto answer = match.endpoint->quick(request)) {
        was_quick = true;
        return std::move(*answer);
      }
    }
    ran = match.endpoint->choose ? match.endpoint->choose(request) : match.endpoint->runs;
    return match.endpoint->handler(request);
  }

  // As nginx asks.
  net::Response ask(const std::string& path, Headers headers = {}, const std::string& client = "wiki") {
    headers.emplace_back("X-Original-URI", path);
    headers.emplace_back("X-Original-Method", "GET");
    return send(
        {.target = cat("/gate/check/", client), .headers = std::move(headers), .trusted_proxy = true});
  }
  net::Response through_proxy(const std::string& target, Headers headers = {}) {
    return send({.target = target, .headers = std::move(headers), .trusted_proxy = true});
  }
  static Headers bearer(const std::string& token) { return {{"Authorization", cat("Bearer ", token)}}; }
  static Headers cookie(const std::string& value) {
    return {{"Cookie", cat("__Host-lanyard-app-wiki=", value)}};
  }

  accounts::Account somebody(const std::string& name, accounts::State state = accounts::State::active,
                             bool is_admin = false) {
    accounts::Arrival arrival;
    arrival.issuer = "https://uni.example";
    arrival.subject = cat("sub-", name);
    arrival.source = "providers[uni]";
    arrival.username = to_lower_ascii(name);
    arrival.name = name;
    arrival.email = cat(to_lower_ascii(name), "@uni.example");
    arrival.email_verified = true;
    arrival.make_admin = is_admin;
    arrival.newcomer = state == accounts::State::pending || state == accounts::State::rejected
                           ? accounts::Newcomer::pending
                           : accounts::Newcomer::active;
    accounts::Account account = sure(directory.arrive(arrival, console)).account;
    using accounts::State;
    if (state == State::rejected)
      account =
          sure(approvals.decide(account.id, {accounts::Decision::Answer::reject, "no", "test", {}}, console));
    if (state == State::suspended) account = apply(account, accounts::Event::suspend);
    if (state == State::closed) account = apply(account, accounts::Event::close);
    return account;
  }
  accounts::Account apply(const accounts::Account& account, accounts::Event event) {
    return sure(approvals.apply(account.id, event, "", console));
  }
  // The account that a token's identity got, made active.
  accounts::Account activate_bearer(const std::string& subject = "u-1") {
    auto found = sure(directory.find_known(grid.issuer(), subject));
    EXPECT_TRUE(found.has_value());
    return sure(
        approvals.decide(found->account.id, {accounts::Decision::Answer::approve, "", "test", {}}, console));
  }

  sessions::Sessions::Started sign_in(const accounts::Account& account) {
    sessions::Login login{account.id, "https://uni.example", cat("sub-", account.name), "providers[uni]", "",
                          ""};
    return sure(sessions.start(login, "", console));
  }
  // The value of the application's cookie.
  std::string at_wiki(const accounts::Account& account) {
    const auto parent = sign_in(account);
    return std::string(sure(sessions.start_child(parent.session, ClientId("wiki"), console)).cookie.reveal());
  }
  std::string api_token(const accounts::Account& account, std::vector<std::string> scopes) {
    return std::string(
        sure(credentials.make_token({account.id, "test", std::move(scopes), std::chrono::hours(24)}, console))
            .token.reveal());
  }
  std::string grid_token(const std::string& jti = "t-1") {
    auto claims = grid.claims(clock.now());
    claims.set("jti", jti);
    return grid.token(ec, claims);
  }
  std::string grid_token_with(const std::string& name, json::Value value) {
    auto claims = grid.claims(clock.now());
    claims.set(name, std::move(value));
    return grid.token(ec, claims);
  }

  template <class T>
  static T sure(Result<T> result) {
    if (!result.ok()) throw std::runtime_error(cat(result.error().message, " ", result.error().cause));
    return std::move(result).value();
  }

  issuers::Tokens::Entry entry(const test::TestIssuer& issuer, const std::string& id) {
    auto trust = std::make_shared<issuers::Trust>();
    trust->id = id;
    trust->issuer = issuer.issuer();
    trust->audiences = {"https://here.example.org"};
    trust->required_scope = "servicex";
    trust->algorithms = {crypto::Algorithm::rs256, crypto::Algorithm::es256};
    trust->username_claim = "preferred_username";
    trust->name_claim = "name";
    issuers::PublisherOptions options;
    options.id = id;
    options.issuer = issuer.issuer();
    return {trust, std::make_shared<issuers::Publisher>(options, outside, *database, clock, log.log())};
  }
  static admission::Rules source(const std::string& name) {
    admission::Rules one;
    one.source = name;
    return one;
  }

  test::FakeClock clock;
  test::FakeRandom random;
  test::LogBook log{clock};
  test::TestDatabase database;
  test::ScriptedClient outside;
  const crypto::PrivateKey& rsa = test::test_key(crypto::Algorithm::rs256);
  const crypto::PrivateKey& ec = test::test_key(crypto::Algorithm::es256);
  const crypto::PrivateKey& other_ec = test::test_key(crypto::Algorithm::es256, 1);
  const crypto::PrivateKey& identity_key = test::test_key(crypto::Algorithm::es256, 2);
  test::TestIssuer grid{outside, "https://grid.example"};
  test::TestIssuer lab{outside, "https://lab.example"};
  const access::Actor console = access::console_actor("test");

  crypto::Sealer sealer =
      crypto::Sealer::from_text(Secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
          .value();
  journal::Marks marks;
  journal::Ledger ledger{*database, marks, clock};
  accounts::Directory directory{ledger, random};
  accounts::Approvals approvals{ledger};
  groups::Groups groups{ledger, random};
  credentials::Credentials credentials{ledger, random, crypto::KeyedHash({"credentials"}),
                                       std::chrono::hours(24 * 365)};
  sessions::Sessions sessions{ledger, random, crypto::KeyedHash({"sessions"}), {}};
  sessions::Artefacts artefacts{*database, sealer, random, clock};
  explain::Book explanations;
  callers::Verdicts verdicts{callers::VerdictLimits{}, marks, clock};
  clients::Clients clients{{{ClientId("wiki"), "gate", "Wiki", "https://wiki.example", false},
                            {ClientId("plots"), "gate", "Plots", "https://plots.example", true}}};
  view::PageFrame frame{.site_name = "Test site", .support = "help@example.org"};
  view::Guard guard{"guard key", "https://id.example"};
  callers::Cookies cookies{true};
  std::unique_ptr<issuers::Tokens> tokens;
  std::unique_ptr<admission::CurrentRules> rules;
  std::unique_ptr<callers::Callers> callers;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<net::Router> router;
  bool was_quick = false;              // the last answer came from the event loop
  net::Runs ran = net::Runs::on_loop;  // otherwise the class in which it ran
};

inline std::string header_of(const net::Response& response, std::string_view name) {
  return response.find_header(name).value_or("(none)");
}

}  // namespace lanyard::doors::gate
