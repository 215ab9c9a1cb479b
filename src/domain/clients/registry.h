// All clients, declared in the configuration or made here, as they are now. Their state is read at every use:
// what another replica changed is seen within the feed's time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/secret.h"
#include "domain/clients/client.h"
#include "domain/journal/journal.h"
#include "domain/journal/marks.h"
#include "platform/crypto/digest.h"

namespace lanyard::clients {

using ClientPtr = std::shared_ptr<const Client>;

struct Declared {  // from the configuration
  Client client;
  Secret secret;  // empty: none
};

// Thread-safe.
class Registry {
 public:
  Registry(journal::Ledger& ledger, const journal::Marks& marks, Random& random,
           crypto::KeyedHash secret_hashes, std::vector<Declared> declared);
  ~Registry();

  // Code::not_found; clients that are switched off are found too. From memory when nothing changed.
  Result<ClientPtr> find(std::string_view id);

  struct Made {
    Client client;
    Secret secret;              // shown once; empty for clients without one
    Secret registration_token;  // RFC 7592, for `source` "registration"; shown once
  };
  // `wanted.id` empty: one is chosen. Code::invalid with all faults of check(), Code::conflict.
  Result<Made> create(Client wanted, const access::Actor& actor);
  // Full replacement of everything but id, source, owner and times. `version` is the one that was seen.
  // Code::conflict when it changed meanwhile or is declared in the configuration.
  Result<Client> replace(Client wanted, std::int64_t version, const access::Actor& actor);
  // A new secret; the former ones stay good for `overlap`.
  Result<Secret> rotate_secret(const ClientId& id, Duration overlap, const access::Actor& actor);
  Status remove(const ClientId& id, const access::Actor& actor);
  // By id, after `after`; declared ones included.
  Result<std::vector<Client>> list(std::string_view after, std::int64_t limit);
  // Those that are about this virtual organisation, declared ones first; at most 20 of each, by id.
  Result<std::vector<Client>> find_by_organisation(std::string_view name);

  // Constant time for every secret that is good now. Code::unauthenticated.
  Status check_secret(const Client& client, const Secret& secret);
  // Both from memory alone, for event loops: the client, if it is known here and this is its secret; nullptr:
  // ask find() and check_secret().
  ClientPtr find_proved_now(std::string_view id, const Secret& secret) const;
  // RFC 7592: the client that this registration token manages.
  Result<ClientPtr> find_by_registration_token(const Secret& token);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Under which mark changes of a client are announced; a client's id can not be an account's.
AccountId mark_of(std::string_view client_id);

}  // namespace lanyard::clients
