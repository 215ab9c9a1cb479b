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
  using net::Method;
  using net::Runs;
  route(Method::get, "/authorize", Runs::db, authorize);
  route(Method::post, "/authorize", Runs::db, authorize_by_form);
  route(Method::get, "/authorize/continue", Runs::db, continue_request);
  route(Method::post, "/par", Runs::db, push_request);
  route(Method::post, "/consent", Runs::db, decide_consent);
  route(Method::post, "/token", Runs::db, give_token);
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
  route(Method::post, "/devicecode", Runs::db, begin_device);
  route(Method::get, "/device", Runs::db, show_device);
  route(Method::post, "/device", Runs::db, enter_device_code);
  route(Method::post, "/device/confirm", Runs::db, decide_device);
  route(Method::post, "/introspect", Runs::db, introspect);
  route(Method::post, "/revoke", Runs::db, revoke);
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
