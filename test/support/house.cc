#include "test/support/house.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "app/migration_list.h"
#include "base/text.h"
#include "platform/net/request_data.h"
#include "platform/net/router.h"
#include "platform/store/migrations.h"
#include "test/support/test_issuer.h"

namespace lanyard::test {
namespace {

constexpr std::string_view kProvider = "https://login.uni.example";

// Test set-up that fails is the test's own fault: it stops there with the reason.
template <class T>
T sure(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(cat(result.error().message, " ", result.error().cause));
  return std::move(result).value();
}

}  // namespace

app::Config small_site() {
  app::Config config;
  config.server.public_url = "http://127.0.0.1:8080";
  config.server.secret_key = Secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  config.server.trusted_proxies = {"127.0.0.1"};
  config.database.url = "sqlite::memory:";
  app::ProviderConfig provider;
  provider.id = "uni";
  provider.label = "Example University";
  provider.issuer = kProvider;
  provider.client_id = "lanyard";
  config.providers.push_back(std::move(provider));
  app::IssuerConfig issuer;
  issuer.id = "grid";
  issuer.issuer = "https://grid.example";
  issuer.audiences = {"https://lanyard.example"};
  config.issuers.push_back(std::move(issuer));
  config.auth.default_issuer = "uni";
  app::ClientConfig client;
  client.id = "wiki";
  client.name = "Wiki";
  client.origin = "https://wiki.example";
  config.clients.push_back(std::move(client));
  return config;
}

namespace {

constexpr int kFirst = 100;  // not those of the issuers outside

// The same keys in every house of a run, another one at each rotation.
tokens::MakeKey ready_keys() {
  return [made = std::make_shared<std::map<crypto::Algorithm, int>>()](crypto::Algorithm algorithm) {
    return Result<crypto::PrivateKey>(test_key(algorithm, kFirst + (*made)[algorithm]++));
  };
}

}  // namespace

TestHouse::TestHouse(const app::Config& config) {
  auto floors = sure(app::Floors::make(config, app::Ground{clock_, random_, book_.log(), "", ready_keys()}));
  sure(store::migrate(*floors->database, app::migration_list(), clock_));
  house_ = sure(app::House::make(std::move(floors)));
  house_->floors().marks.confirmed(clock_.steady() + std::chrono::hours(24 * 365));
}

net::Response TestHouse::send(net::RequestDraft draft) {
  net::Request request = sure(net::make_request(draft));
  const net::Match match = house_->router()->match(request.method(), request.path());
  if (match.endpoint == nullptr) return house_->error_response(&request, match.allowed.empty() ? 404 : 405);
  request.data().parts = match.parts;
  was_quick_ = false;
  if (match.endpoint->quick) {
    if (auto answer = match.endpoint->quick(request)) {
      was_quick_ = true;
      return std::move(*answer);
    }
  }
  return match.endpoint->handler(request);
}

net::Response TestHouse::get(std::string target, std::string cookies) {
  net::RequestDraft draft;
  draft.target = std::move(target);
  draft.headers = {{"Accept", "text/html"}};
  if (!cookies.empty()) draft.headers.emplace_back("Cookie", std::move(cookies));
  return send(std::move(draft));
}

net::Response TestHouse::post(std::string target, Form form, std::string cookies, std::string_view handle) {
  net::RequestDraft draft;
  draft.method = "POST";
  draft.target = std::move(target);
  draft.headers = {{"Accept", "text/html"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  if (!cookies.empty()) draft.headers.emplace_back("Cookie", std::move(cookies));
  if (!handle.empty()) form.add(std::string(view::Guard::kField), house_->guard().value_for(handle));
  draft.body = form.encode();
  return send(std::move(draft));
}

accounts::Account TestHouse::somebody(const std::string& name, accounts::State state, bool is_admin) {
  accounts::Arrival arrival;
  arrival.issuer = kProvider;
  arrival.subject = cat("sub-", name);
  arrival.source = "providers[uni]";
  arrival.username = to_lower_ascii(name);
  arrival.name = name;
  arrival.email = cat(to_lower_ascii(name), "@uni.example");
  arrival.email_verified = true;
  arrival.newcomer = accounts::Newcomer::pending;
  const access::Actor actor = access::system_actor("test");
  accounts::Account account = sure(floors().directory.arrive(arrival, actor)).account;
  const auto apply = [&](accounts::Event event) {
    account = sure(floors().approvals.apply(account.id, event, "", actor));
  };
  using accounts::State;
  if (state == State::rejected) {
    return sure(
        floors().approvals.decide(account.id, {accounts::Decision::Answer::reject, "no", "test", {}}, actor));
  }
  if (state == State::pending) return account;
  account = sure(
      floors().approvals.decide(account.id, {accounts::Decision::Answer::approve, "", "test", {}}, actor));
  if (state != State::approved) apply(accounts::Event::activate);
  if (is_admin) account = sure(floors().directory.set_admin(account.id, true, actor));
  if (state == State::suspended) apply(accounts::Event::suspend);
  if (state == State::closed) apply(accounts::Event::close);
  return account;
}

TestHouse::Browser TestHouse::sign_in(const accounts::Account& account) {
  const auto identities = sure(floors().directory.list_identities(account.id));
  sessions::Login login;
  login.account = account.id;
  login.issuer = identities.front().issuer;
  login.subject = identities.front().subject;
  login.source = "providers[uni]";
  const auto started = sure(floors().sessions.start(login, "", access::system_actor("test")));
  return {cat("lanyard=", started.cookie.reveal()), started.session.id.str(), started.session};
}

std::string TestHouse::api_token(const accounts::Account& account, std::vector<std::string> scopes) {
  const auto made = sure(floors().credentials.make_token(
      {account.id, "test", std::move(scopes), std::chrono::hours(24)}, access::system_actor("test")));
  return std::string(made.token.reveal());
}

std::string cookie_of(const net::Response& response, std::string_view name) {
  const std::string wanted = cat("Set-Cookie: ", name, "=");
  const std::string& lines = response.header_lines();
  const std::size_t at = lines.find(wanted);
  if (at == std::string::npos) return "";
  const std::size_t from = at + std::string_view("Set-Cookie: ").size();
  return lines.substr(from, lines.find_first_of(";\r", from) - from);
}

}  // namespace lanyard::test
