// lanyardd user create, admin bootstrap: for the first people, and for rescue.
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/beside.h"
#include "app/bootstrap.h"
#include "app/commands.h"
#include "app/mapping.h"
#include "app/serve.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

// The fifth argument, standard input for "-", or the file of --refresh-token-file.
Result<Secret> refresh_token(const terminal::Given& given) {
  const std::string argument = given.argument(4);
  const std::string file_name = given.value_or("refresh-token-file", "");
  if (!argument.empty() && !file_name.empty())
    return make_error(Code::invalid, "The refresh token was given twice.", "Give the file alone.");
  std::string text = argument;
  if (argument == "-") {
    std::getline(std::cin, text);
  } else if (!file_name.empty()) {
    std::ifstream file(file_name);
    std::ostringstream all;
    all << file.rdbuf();
    if (!file) return make_error(Code::invalid, cat("\"", file_name, "\" can not be read."));
    text = all.str();
  } else if (!argument.empty()) {
    std::cerr << "warning: arguments can be seen by other users of this machine; give \"-\" and the token on "
                 "standard input, or --refresh-token-file\n";
  }
  return Secret(std::string(trim(text)));
}

}  // namespace

int user_create(const terminal::Given& given) {
  int exit = 0;
  const auto beside = Beside::open(given, exit);
  if (!beside) return exit;
  Floors& floors = beside->floors();
  if (const Status ready = bring_up_to_date(floors); !ready) return terminal::fail(ready.error());
  auto token = refresh_token(given);
  if (!token) return terminal::fail(token.error());
  Config config = floors.config;
  if (given.has("issuer")) config.auth.default_issuer = given.value_or("issuer", "");
  const auto issuer = default_issuer(config);
  if (!issuer) return terminal::fail(issuer.error());

  accounts::NewAccount wanted;
  wanted.issuer = *issuer;
  wanted.subject = given.argument(0);
  wanted.email = given.argument(1);
  wanted.name = given.argument(2);
  wanted.institution = given.argument(3);
  wanted.is_admin = given.has("admin");
  wanted.source = "command line";
  const auto created = floors.directory.create(wanted, beside->actor());
  if (!created) return terminal::fail(created.error());
  if (!token->empty()) {
    const auto recorded = floors.credentials.record_refresh_token(created->id, *token, beside->actor());
    if (!recorded) {
      std::cerr << "the account was created, but not its refresh token\n";
      return terminal::fail(recorded.error());
    }
  }
  std::cout << created->id.str() << "\n";
  std::cerr << "created: " << created->name << " <" << created->email
            << "> is let in at the first login as \"" << wanted.subject << "\" of " << *issuer << "\n";
  return 0;
}

int admin_bootstrap(const terminal::Given& given) {
  int exit = 0;
  const auto beside = Beside::open(given, exit);
  if (!beside) return exit;
  Floors& floors = beside->floors();
  if (const Status ready = bring_up_to_date(floors); !ready) return terminal::fail(ready.error());
  const auto link = make_bootstrap_link(floors, beside->actor());
  if (!link) return terminal::fail(link.error());
  std::cout << link->reveal() << "\n";
  std::cerr << "open it within one hour in the browser of the first administrator and sign in; it works "
               "once, and never again after it was used\n";
  return 0;
}

}  // namespace lanyard::app
