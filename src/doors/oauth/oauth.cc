#include "doors/oauth/oauth.h"

#include "base/text.h"
#include "doors/oauth/handlers.h"

namespace lanyard::doors::oauth {

namespace {

using Handler = net::Response (*)(const Desk&, const net::Request&);
using Quick = std::optional<net::Response> (*)(const Desk&, const net::Request&);

// Adds the routes of one issuer, or those that all share.
class Routes {
 public:
  // `state` keeps the desk alive.
  Routes(net::Router& router, std::shared_ptr<const void> state, const Desk& desk)
      : router_(router), state_(std::move(state)), desk_(desk) {}

  void at(net::Method method, std::string pattern, net::Runs runs, Handler handler) {
    router_.add(method, std::move(pattern), runs, with_desk(handler));
  }
  void below(net::Method method, std::string_view path, net::Runs runs, Handler handler) {
    at(method, cat(desk_.settings.issuer_path, path), runs, handler);
  }
  // For endpoints at which clients prove themselves. Whoever shows an assertion or a certificate may have its
  // keys at a server of its own, which may be slow: such a request waits among those that wait.
  void for_clients(std::string_view path, Handler handler, Quick quick = nullptr) {
    net::Endpoint endpoint;
    endpoint.method = net::Method::post;
    endpoint.pattern = cat(desk_.settings.issuer_path, path);
    endpoint.choose = [](const net::Request& request) {
      const bool may_wait = request.body().find("client_assertion=") != std::string_view::npos ||
                            !request.client_certificate_der().empty();
      return may_wait ? net::Runs::waits : net::Runs::db;
    };
    endpoint.handler = with_desk(handler);
    if (quick != nullptr) endpoint.quick = with_desk(quick);
    router_.add(std::move(endpoint));
  }
  void read_quickly(std::string_view path, Quick quick, Handler handler) {
    net::Endpoint endpoint;
    endpoint.pattern = cat(desk_.settings.issuer_path, path);
    endpoint.handler = with_desk(handler);
    endpoint.quick = with_desk(quick);
    router_.add(std::move(endpoint));
  }
  // RFC 8414 section 3.1 puts the segment in front of an issuer's path, OpenID Connect Discovery section 4
  // behind it, and clients in use look for either document at either place.
  void metadata() {
    const std::string& path = desk_.settings.issuer_path;
    for (const std::string_view name :
         {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
      at(net::Method::get, cat(path, name), net::Runs::on_loop, give_metadata);
      if (!path.empty()) at(net::Method::get, cat(name, path), net::Runs::on_loop, give_metadata);
    }
    at(net::Method::get, cat("/.well-known/oauth-protected-resource", path, "/userinfo"), net::Runs::on_loop,
       give_userinfo_metadata);
  }

 private:
  template <class Answer>
  std::function<Answer(const net::Request&)> with_desk(Answer (*handler)(const Desk&,
                                                                         const net::Request&)) const {
    return [state = state_, desk = &desk_, handler](const net::Request& request) {
      return handler(*desk, request);
    };
  }

  net::Router& router_;
  std::shared_ptr<const void> state_;
  const Desk& desk_;
};

using net::Method;
using net::Runs;

void mount_issuer(Routes routes) {
  routes.below(Method::get, "/authorize", Runs::db, authorize);
  routes.below(Method::post, "/authorize", Runs::db, authorize_by_form);
  routes.for_clients("/par", push_request);
  routes.for_clients("/token", give_token);
  routes.read_quickly("/userinfo", give_userinfo_now, give_userinfo);
  routes.below(Method::post, "/userinfo", Runs::db, give_userinfo);
  routes.for_clients("/devicecode", begin_device);
  routes.for_clients("/introspect", introspect, introspect_now);
  routes.for_clients("/revoke", revoke);
  routes.below(Method::post, "/register", Runs::db, register_client);
  routes.below(Method::get, "/register/{id}", Runs::db, show_registration);
  routes.below(Method::put, "/register/{id}", Runs::db, replace_registration);
  routes.below(Method::del, "/register/{id}", Runs::db, remove_registration);
  routes.below(Method::get, "/end_session", Runs::db, ask_end_session);
  routes.below(Method::post, "/end_session", Runs::db, end_session);
  routes.read_quickly("/jwks", give_keys_now, give_keys);
  routes.metadata();
}

// The pages that people see: one address for all, whichever issuer sent them there.
void mount_pages(Routes routes) {
  routes.at(Method::get, "/authorize/continue", Runs::db, continue_request);
  routes.at(Method::post, "/consent", Runs::db, decide_consent);
  routes.at(Method::get, "/device", Runs::db, show_device);
  routes.at(Method::post, "/device", Runs::db, enter_device_code);
  routes.at(Method::post, "/device/confirm", Runs::db, decide_device);
}

}  // namespace

struct OAuth::State {
  std::vector<std::unique_ptr<Desk>> desks;  // of the main issuer first
};

OAuth::OAuth(const Parts& parts, Settings settings) : state_(new State) {
  const auto further = std::move(settings.further_issuers);
  state_->desks.push_back(std::make_unique<Desk>(parts, settings));
  for (const FurtherIssuer& one : further) {
    settings.issuer_path = one.path;
    settings.open_registration = one.open_registration;
    state_->desks.push_back(std::make_unique<Desk>(parts, settings));
  }
  for (const auto& desk : state_->desks) desk->all = &state_->desks;
}

OAuth::~OAuth() = default;

void OAuth::mount(net::Router& router) {
  for (const auto& desk : state_->desks) mount_issuer({router, state_, *desk});
  mount_pages({router, state_, *state_->desks.front()});
}

}  // namespace lanyard::doors::oauth
