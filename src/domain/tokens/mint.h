// Makes tokens. One function for all profiles; what differs between them is which claims stand in it
// (profiles.cc), never how it is signed or how long it may live.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/clients/client.h"
#include "domain/tokens/keys.h"

namespace lanyard::tokens {

// About whom: an account as it stands now, with everything that a claim may say. Filled by the door from
// callers::Person.
struct Subject {
  std::string id;  // `sub`: the account's id, or the client's own id for client credentials
  bool is_person = true;
  std::string name, given_name, family_name, username, email, institution;
  bool email_verified = false;
  std::vector<std::string> groups;  // effective paths without a slash in front: "Rubin/production"
  bool is_admin = false;
  std::string experiment;
  Time updated_at{};
};

struct Order {
  const clients::Client* client = nullptr;
  const Subject* subject = nullptr;
  std::vector<std::string> scopes;
  std::vector<std::string> audience;  // empty: the client's default, else the issuer itself
  std::string grant_id;               // "" for tokens that no grant stands behind
  std::string session_id;             // `sid` of ID tokens; may be empty
  std::string nonce;
  Time auth_time{};
  std::string acr;  // may be empty
  std::vector<std::string> amr;
  std::string dpop_thumbprint;         // `cnf.jkt`; may be empty
  std::string certificate_thumbprint;  // `cnf.x5t#S256`; may be empty
  json::Object act;                    // RFC 8693 section 4.1; may be empty
  std::optional<Time> not_after;       // never later than that, whatever the client's lives say
};

struct Minted {
  std::string token;
  Time expires_at{};
  std::string jti;  // "<grant id>.<16 characters>", or 22 characters where no grant stands behind
};

// The grant's id inside a jti of ours; "" when there is none.
std::string_view grant_of(std::string_view jti);

// How groups are written as entitlements (AARC-G069 section 2).
struct EntitlementNames {
  std::string prefix;     // "urn:geant:example.org": NID and delegated namespace; "": urn:geant and our host
  std::string authority;  // behind "#"; "": none
};

// Thread-safe.
class Mint {
 public:
  // `issuer` is public_url, byte for byte as in the metadata.
  Mint(Keys& keys, Random& random, const Clock& clock, std::string issuer, EntitlementNames names = {});

  // RFC 9068 (`typ` at+jwt, whatever the profile). Code::invalid: a scope that nobody may have, or several
  // audiences where the profile knows one; Code::forbidden: a group that is not held; Code::expired: what
  // stands behind it is over. No token lives longer than the keys' `longest_token`.
  Result<Minted> access_token(const Order& order);
  // OIDC Core section 2; `aud` is the client's id as one text. at_hash when `access_token` is given.
  Result<Minted> id_token(const Order& order, std::string_view access_token);
  // OIDC Core section 5.3: the same claims as the ID token of that scope, and groups.
  json::Object userinfo(const Order& order) const;
  // OIDC Back-Channel Logout section 2.4.
  Result<std::string> logout_token(const clients::Client& client, std::string_view sub, std::string_view sid);

  const std::string& issuer() const { return issuer_; }  // the main one
  // Whose name its tokens bear: its `issuer_path` below the main issuer.
  std::string issuer_of(const clients::Client& client) const;

 private:
  Keys& keys_;
  Random& random_;
  const Clock& clock_;
  std::string issuer_;
  EntitlementNames names_;
};

// A token of ours that holds: signature by one of our keys, `iss` one of `issuers`, times. Which kind, for
// whom and whether what stands behind it still stands is the caller's next question.
struct Ours {
  std::string issuer;  // one of those that it was held against
  std::string typ;     // as crypto::UnverifiedJws::typ
  json::Object claims;
  std::string jti, sub, client_id;
  std::vector<std::string> audience, scopes;
  Time issued_at{}, expires_at{};
  bool is_access_token = false;  // an ID or logout token is not one
};
enum class Expired { refuse, allow };  // allow: for id_token_hint
Result<Ours> read_ours(Keys& keys, std::span<const std::string> issuers, std::string_view token, Time now,
                       Expired expired);

}  // namespace lanyard::tokens
