// api/openapi.yaml, as it was built in.
#include <span>

#include "base/embedded.h"
#include "doors/api/handlers.h"

namespace lanyard::embedded {
std::span<const EmbeddedFile> contract();
}

namespace lanyard::doors::api {

Result<net::Response> get_contract(Desk&, const Ask&) {
  static const auto text = std::make_shared<const std::string>(embedded::contract().front().bytes);
  net::Response response(200);
  response.body("application/yaml", "").shared_body(text);
  return response;
}

}  // namespace lanyard::doors::api
