#include "doors/api/api.h"

#include "base/text.h"
#include "doors/api/body.h"
#include "doors/api/desk.h"

namespace lanyard::doors::api {

struct Api::State {
  Desk desk;
};

Api::Api(Parts parts, Settings settings) : state_(new State{Desk{std::move(parts), std::move(settings)}}) {}

Api::~Api() = default;

void Api::mount(net::Router& router) {
  for (const Route& route : routes()) {
    net::Endpoint endpoint;
    endpoint.method = route.method;
    endpoint.pattern = cat("/api/v1", route.path);
    endpoint.runs = route.runs;
    if (route.takes == Takes::long_body) endpoint.body_limit = kLongestList;
    endpoint.handler = [state = state_, &route](const net::Request& request) {
      return serve(state->desk, route, request);
    };
    router.add(std::move(endpoint));
  }
}

}  // namespace lanyard::doors::api
