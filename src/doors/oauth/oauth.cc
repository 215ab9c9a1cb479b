#include "doors/oauth/oauth.h"

#include "doors/oauth/handlers.h"

namespace lanyard::doors::oauth {

struct OAuth::State {
  Desk desk;
};

OAuth::OAuth(Parts parts, Settings settings) : state_(new State{Desk(parts, std::move(settings))}) {}

OAuth::~OAuth() = default;

void OAuth::mount(net::Router& router) {
  using Handler = net::Response (*)(const Desk&, const net::Request&);
  const auto route = [&](net::Method method, std::string pattern, net::Runs runs, Handler handler) {
    router.add(method, std::move(pattern), runs, [state = state_, handler](const net::Request& request) {
      return handler(state->desk, request);
    });
  };
  // For endpoints at which clients prove themselves. Whoever shows an assertion or a certificate may have its
  // keys at a server of its own, which may be slow: such a request waits among those that wait.
  const auto client_route = [&](std::string pattern, Handler handler) {
    net::Endpoint endpoint;
    endpoint.method = net::Method::post;
    endpoint.pattern = std::move(pattern);
    endpoint.choose = [](const net::Request& request) {
      const bool may_wait = request.body().find("client_assertion=") != std::string_view::npos ||
                            !request.client_certificate_der().empty();
      return may_wait ? net::Runs::waits : net::Runs::db;
    };
    endpoint.handler = [state = state_, handler](const net::Request& request) {
      return handler(state->desk, request);
    };
    router.add(std::move(endpoint));
  };
  using net::Method;
  using net::Runs;
  route(Method::get, "/authorize", Runs::db, authorize);
  route(Method::post, "/authorize", Runs::db, authorize_by_form);
  route(Method::get, "/authorize/continue", Runs::db, continue_request);
  client_route("/par", push_request);
  route(Method::post, "/consent", Runs::db, decide_consent);
  client_route("/token", give_token);
  net::Endpoint userinfo;
  userinfo.pattern = "/userinfo";
  userinfo.handler = [state = state_](const net::Request& request) {
    return give_userinfo(state->desk, request);
  };
  userinfo.quick = [state = state_](const net::Request& request) {
    return give_userinfo_now(state->desk, request);
  };
  router.add(std::move(userinfo));
  route(Method::post, "/userinfo", Runs::db, give_userinfo);
  client_route("/devicecode", begin_device);
  route(Method::get, "/device", Runs::db, show_device);
  route(Method::post, "/device", Runs::db, enter_device_code);
  route(Method::post, "/device/confirm", Runs::db, decide_device);
  client_route("/introspect", introspect);
  client_route("/revoke", revoke);
  route(Method::post, "/register", Runs::db, register_client);
  route(Method::get, "/register/{id}", Runs::db, show_registration);
  route(Method::put, "/register/{id}", Runs::db, replace_registration);
  route(Method::del, "/register/{id}", Runs::db, remove_registration);
  route(Method::get, "/end_session", Runs::db, ask_end_session);
  route(Method::post, "/end_session", Runs::db, end_session);
  route(Method::get, "/jwks", Runs::db, give_keys);
  route(Method::get, "/.well-known/openid-configuration", Runs::on_loop, give_metadata);
  route(Method::get, "/.well-known/oauth-authorization-server", Runs::on_loop, give_metadata);
}

}  // namespace lanyard::doors::oauth
