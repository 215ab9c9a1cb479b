#include "doors/panda/panda.h"

#include "doors/panda/handlers.h"

namespace lanyard::doors::panda {

struct Panda::State {
  Desk desk;
};

Panda::Panda(Parts parts, Settings settings) : state_(new State{Desk{parts, std::move(settings)}}) {}

Panda::~Panda() = default;

void Panda::mount(net::Router& router) {
  using Handler = net::Response (*)(const Desk&, const net::Request&);
  const auto route = [&](net::Method method, std::string pattern, Handler handler) {
    router.add(
        method, std::move(pattern), net::Runs::db,
        [state = state_, handler](const net::Request& request) { return handler(state->desk, request); });
  };
  route(net::Method::get, "/auth/{file}", give_configuration);
  route(net::Method::get, "/panda/verify", verify);
  route(net::Method::post, "/panda/verify", verify);
}

}  // namespace lanyard::doors::panda
