#include "app/built_in_clients.h"

namespace lanyard::app {

std::vector<clients::Declared> built_in_clients(const clients::Lives& lives) {
  clients::Declared cli;
  clients::Client& client = cli.client;
  client.id = ClientId("lanyard-cli");
  client.kind = "oauth";
  client.name = "Lanyard on the command line";
  client.source = "built-in";
  client.is_native = true;
  client.auth = clients::AuthMethod::none;
  client.grants = {clients::Grant::device_code, clients::Grant::refresh_token};
  client.scopes = {"openid", "profile", "email", "groups", "offline_access", "account", "tokens", "admin"};
  client.lives = lives;
  return {cli};
}

}  // namespace lanyard::app
