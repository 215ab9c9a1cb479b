// What sign-ins left: one private file for each issuer and organisation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "lib/bearer.h"
#include "lib/private_files.h"

namespace lanyard::lib {

struct Held {
  std::string issuer;        // as the issuer writes itself
  std::string organisation;  // "" where there is only one
  std::string client_id;
  std::string scope;                             // what was granted
  std::string audience;                          // what was asked for, "" for the issuer's own choice
  Secret access_token, id_token, refresh_token;  // the last two may be empty
  Time obtained_at{};
  std::optional<Time> expires_at;  // the access token's, where the issuer said it
};

json::Object to_json(const Held& held);
Result<Held> read_held(std::string_view text);

// $XDG_STATE_HOME/lanyard, else $HOME/.local/state/lanyard; "" when neither is set.
std::string state_folder(const Environment& environment);

class TokenStore {
 public:
  static Result<TokenStore> open(const std::string& folder);

  // An issuer is found with and without its final slash.
  Result<std::optional<Held>> find(std::string_view issuer, std::string_view organisation) const;
  Status keep(const Held& held) const;
  Result<bool> forget(std::string_view issuer, std::string_view organisation) const;  // false: there was none
  Result<std::vector<Held>> list() const;
  // For reading, refreshing and keeping as one step.
  Result<Lock> lock(std::string_view issuer, std::string_view organisation) const;
  std::string path_of(std::string_view issuer, std::string_view organisation) const;

 private:
  explicit TokenStore(PrivateFolder folder) : folder_(std::move(folder)) {}
  PrivateFolder folder_;
};

}  // namespace lanyard::lib
