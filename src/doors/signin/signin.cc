#include "doors/signin/signin.h"

#include <functional>

#include "doors/signin/handlers.h"

namespace lanyard::doors::signin {

struct SignIn::State {
  Desk desk;
};

SignIn::SignIn(Parts parts, std::vector<Provider> providers, Settings settings)
    : state_(new State{Desk(parts, std::move(providers), std::move(settings))}) {}

SignIn::~SignIn() = default;

void SignIn::mount(net::Router& router) {
  using Handler = net::Response (*)(Desk&, const net::Request&);
  const auto route = [&](net::Method method, std::string pattern, net::Runs runs, Handler handler) {
    net::Endpoint endpoint{.method = method, .pattern = std::move(pattern), .runs = runs};
    endpoint.handler = [state = state_, handler](const net::Request& request) {
      return handler(state->desk, request);
    };
    // One sign-in service that hangs does not keep people from the others.
    if (runs == net::Runs::waits) {
      endpoint.waits_for = [](const net::Request& request) {
        return std::hash<std::string_view>()(request.path_part("provider"));
      };
    }
    router.add(std::move(endpoint));
  };
  using net::Method;
  using net::Runs;
  route(Method::get, "/login", Runs::db, show_chooser);
  route(Method::post, "/login/{provider}", Runs::waits, begin_login);
  route(Method::get, "/login/callback/{provider}", Runs::waits, finish_login);
  route(Method::post, "/login/backchannel/{provider}", Runs::waits, hear_logout);
  route(Method::get, "/login/problem/{kind}", Runs::db, show_problem);
  route(Method::get, "/login/link", Runs::db, show_link_advice);
  route(Method::get, "/logout", Runs::db, ask_logout);
  route(Method::post, "/logout", Runs::db, do_logout);
  route(Method::get, "/bootstrap", Runs::db, show_bootstrap);
}

}  // namespace lanyard::doors::signin
