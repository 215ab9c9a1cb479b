// lanyard login, lanyard logout.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <thread>

#include "base/text.h"
#include "cli/organisation.h"
#include "cli/qr.h"
#include "cli/shelf.h"
#include "cli/table.h"
#include "lib/claims.h"
#include "lib/device.h"
#include "lib/private_files.h"
#include "platform/terminal/output.h"

namespace lanyard::cli {
namespace {

constexpr std::string_view kClient = "lanyard-cli";
constexpr std::string_view kScope = "openid profile email offline_access";

// Nothing is kept before somebody has approved, so Ctrl-C may end the program wherever it is.
void end_when_interrupted() {
  struct sigaction action {};
  action.sa_handler = [](int) {
    constexpr std::string_view text = "\ninterrupted\n";
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) ::_exit(130);
    ::_exit(130);
  };
  ::sigaction(SIGINT, &action, nullptr);
}

// A token that has arrived is kept, whatever is pressed now.
void let_nothing_interrupt() {
  ::signal(SIGINT, SIG_IGN);
}

void event(const json::Object& object) {
  std::cout << json::write(object) << std::endl;
}

void say_where(const terminal::Given& given, const lib::DeviceCode& code) {
  const std::string& open = code.complete_uri.empty() ? code.verification_uri : code.complete_uri;
  if (given.has("json")) {
    event({{"event", "approval_needed"},
           {"verification_uri", code.verification_uri},
           {"verification_uri_complete", code.complete_uri},
           {"user_code", code.user_code},
           {"expires_in", std::chrono::duration_cast<std::chrono::seconds>(code.life).count()}});
    return;
  }
  std::cout << "Open this page in a browser, on whatever device:\n\n  " << open << "\n\n";
  if (terminal::output_is_terminal() && !given.has("no-qr")) {
    std::cout << qr_square(open, terminal::wants_color()) << "\n";
  }
  std::cout << "It shows this code; approve only if it is the same:\n\n  "
            << terminal::harmless(code.user_code) << "\n"
            << std::endl;
  std::cerr << "Waiting until it is approved; the code is good for " << format_duration(code.life) << " …"
            << std::endl;
}

std::string who(const lib::Held& held) {
  const auto claims =
      lib::read_claims(held.id_token.empty() ? held.access_token.reveal() : held.id_token.reveal());
  if (!claims.ok()) return "";
  return claims->name.empty() ? claims->subject : claims->name;
}

void say_done(const terminal::Given& given, const lib::Held& held) {
  if (given.has("json")) {
    json::Object object{{"event", "signed_in"},
                        {"issuer", held.issuer},
                        {"organisation", held.organisation},
                        {"name", who(held)},
                        {"scope", held.scope}};
    if (held.expires_at) object.set("expires_at", format_rfc3339(*held.expires_at));
    event(object);
    return;
  }
  const std::string name = who(held);
  std::cerr << "Signed in at " << held.issuer;
  if (!name.empty()) std::cerr << " as " << terminal::harmless(name);
  if (held.expires_at) std::cerr << ", until " << format_rfc3339(*held.expires_at);
  std::cerr << (held.refresh_token.empty() ? ".\n" : "; renewed when it is used.\n");
}

struct Plan {
  std::string issuer;
  lib::DeviceWish wish;
  bool may_add_groups = false;  // nobody said for what to ask
};

// Who asks whom for what. A virtual organisation that is named alone is looked up at the server.
Result<Plan> plan_of(const terminal::Given& given, const Shelf& shelf) {
  Plan plan;
  plan.issuer = shelf.settings().server;
  if (plan.issuer.empty()) return no_server(shelf.environment());
  plan.wish.organisation = shelf.organisation();
  plan.wish.proof.client_id = given.value_or("client-id", kClient);
  plan.wish.scope = given.value_or("scope", kScope);
  plan.wish.audience = given.value_or("audience", "");
  plan.may_add_groups = !given.has("scope");
  if (!given.has("vo") || given.has("client-id")) return plan;
  LANYARD_TRY(const lib::Caller caller, shelf.caller(plan.issuer));
  LANYARD_TRY(Organisation found, find_organisation(caller, plan.issuer, given.value_or("vo", "")));
  plan.issuer = std::move(found.issuer);
  plan.wish.proof.client_id = std::move(found.client_id);
  if (!given.has("audience")) plan.wish.audience = std::move(found.audience);
  if (!given.has("scope")) plan.wish.scope = std::move(found.scope);
  plan.may_add_groups = false;  // the organisation's profile brings them
  return plan;
}

// With the groups where the server announces them, so that whoami can show them; without, when this client
// may not ask for them.
Result<lib::DeviceCode> begin(const lib::Caller& caller, const lib::Metadata& metadata, Plan& plan) {
  const bool announced =
      std::ranges::find(metadata.scopes_supported, "groups") != metadata.scopes_supported.end();
  if (!plan.may_add_groups || !announced) return lib::begin_device_flow(caller, metadata, plan.wish);
  const std::string without = plan.wish.scope;
  plan.wish.scope += " groups";
  auto code = lib::begin_device_flow(caller, metadata, plan.wish);
  if (code.ok() || code.error().code != Code::invalid) return code;
  plan.wish.scope = without;
  return lib::begin_device_flow(caller, metadata, plan.wish);
}

Status sign_in(const terminal::Given& given, const Shelf& shelf) {
  LANYARD_TRY(Plan plan, plan_of(given, shelf));
  LANYARD_TRY(const lib::Caller caller, shelf.caller(plan.issuer));
  // Opened before anybody is asked: an approval whose tokens have no place is worth nothing.
  LANYARD_TRY(const lib::TokenStore* const store, shelf.store());
  end_when_interrupted();
  LANYARD_TRY(const lib::Metadata metadata,
              lib::discover(caller.client, caller.reach, plan.issuer, lib::Spelling::with_final_slash));
  LANYARD_TRY(const lib::DeviceCode code, begin(caller, metadata, plan));
  say_where(given, code);
  const auto pause = [](Duration time) {
    std::this_thread::sleep_for(time);
    return true;
  };
  LANYARD_TRY(const lib::Held held, lib::wait_for_approval(caller, metadata, plan.wish, code, pause));
  let_nothing_interrupt();
  {
    LANYARD_TRY(const lib::Lock lock, store->lock(held.issuer, held.organisation));
    LANYARD_CHECK(store->keep(held));
  }
  if (given.has("write-bearer-file"))
    LANYARD_CHECK(lib::write_private_file(lib::bearer_file(shelf.places()), held.access_token.reveal()));
  say_done(given, held);
  return {};
}

// The bearer file goes too when it holds the very token that ends here; another program's stays.
void remove_bearer_file(const Shelf& shelf, const lib::Held& held) {
  const std::string path = lib::bearer_file(shelf.places());
  const auto token = lib::read_token_file(path, ::geteuid());
  if (token.ok() && equal_in_constant_time(token->reveal(), held.access_token.reveal()))
    ::unlink(path.c_str());
}

Status sign_out(const Shelf& shelf, const lib::Held& held) {
  LANYARD_TRY(const lib::TokenStore* const store, shelf.store());
  LANYARD_TRY(const lib::Lock lock, store->lock(held.issuer, held.organisation));
  LANYARD_TRY(const auto current, store->find(held.issuer, held.organisation));
  if (!current) return {};
  Status revoked;
  const auto caller = shelf.caller(current->issuer);
  if (!caller.ok()) {
    revoked = caller.error();
  } else if (const auto metadata =
                 lib::discover(caller->client, caller->reach, current->issuer, lib::Spelling::exact);
             !metadata.ok()) {
    revoked = metadata.error();
  } else {
    revoked = lib::revoke(*caller, *metadata, *current, {current->client_id, {}, false});
  }
  // Here the sign-in ends in any case; that the server may not know yet is said.
  remove_bearer_file(shelf, *current);
  LANYARD_CHECK(store->forget(current->issuer, current->organisation));
  if (revoked.ok()) return {};
  Error error = revoked.error();
  return make_error(error.code,
                    cat("The tokens are deleted here, but the server did not revoke them: ", error.message),
                    "They end by themselves; end the sign-in on the account page to be sure.");
}

Result<std::vector<lib::Held>> to_end(const terminal::Given& given, const Shelf& shelf) {
  std::vector<lib::Held> ending;
  if (given.has("all") && shelf.has_store()) {
    LANYARD_TRY(const lib::TokenStore* const store, shelf.store());
    return store->list();
  }
  LANYARD_TRY(auto one, shelf.chosen());
  if (one) ending.push_back(std::move(*one));
  return ending;
}

}  // namespace

int login(const terminal::Given& given) {
  const auto shelf = Shelf::open(given);
  if (!shelf.ok()) return terminal::fail(shelf.error());
  const Status done = sign_in(given, **shelf);
  return done.ok() ? 0 : terminal::fail(done.error());
}

int logout(const terminal::Given& given) {
  const auto shelf = Shelf::open(given);
  if (!shelf.ok()) return terminal::fail(shelf.error());
  const auto ending = to_end(given, **shelf);
  if (!ending.ok()) return terminal::fail(ending.error());
  if (ending->empty()) return terminal::fail(not_signed_in());
  int code = 0;
  for (const lib::Held& held : *ending) {
    if (const Status done = sign_out(**shelf, held); !done.ok()) {
      code = terminal::fail(done.error());
    } else if (!given.has("quiet")) {
      std::cerr << "Signed out at " << held.issuer << ".\n";
    }
  }
  return code;
}

}  // namespace lanyard::cli
