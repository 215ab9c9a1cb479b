// lanyard login, lanyard logout.
#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "base/text.h"
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

Status sign_in(const terminal::Given& given, const Shelf& shelf) {
  const std::string& server = shelf.settings().server;
  if (server.empty()) return no_server(shelf.environment());
  LANYARD_TRY(const lib::Caller caller, shelf.caller(server));
  lib::DeviceWish wish;
  wish.client_id = given.value_or("client-id", kClient);
  wish.scope = given.value_or("scope", kScope);
  wish.audience = given.value_or("audience", "");
  wish.organisation = shelf.organisation();
  // Opened before anybody is asked: an approval whose tokens have no place is worth nothing.
  LANYARD_TRY(const lib::TokenStore* const store, shelf.store());
  end_when_interrupted();
  LANYARD_TRY(const lib::Metadata metadata,
              lib::discover(caller.client, caller.reach, server, lib::Spelling::with_final_slash));
  LANYARD_TRY(const lib::DeviceCode code, lib::begin_device_flow(caller, metadata, wish));
  say_where(given, code);
  const auto pause = [](Duration time) {
    std::this_thread::sleep_for(time);
    return true;
  };
  LANYARD_TRY(const lib::Held held, lib::wait_for_approval(caller, metadata, wish, code, pause));
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
    revoked = lib::revoke(*caller, *metadata, *current);
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
