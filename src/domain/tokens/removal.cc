#include "domain/tokens/removal.h"

namespace lanyard::tokens {

Status remove_client(clients::Registry& registry, Grants& grants, const clients::Client& client,
                     const std::string& reason, const access::Actor& actor) {
  // The registry refuses these; nobody's access is to end by a request that is refused.
  if (client.source == "configuration") return registry.remove(client.id, actor);
  LANYARD_CHECK(grants.end_all_of_client(client.id, reason, actor));
  LANYARD_CHECK(registry.remove(client.id, actor));
  // Whoever signed in between the two.
  LANYARD_CHECK(grants.end_all_of_client(client.id, reason, actor));
  return {};
}

}  // namespace lanyard::tokens
