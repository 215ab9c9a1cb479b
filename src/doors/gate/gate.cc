#include "doors/gate/gate.h"

#include "doors/gate/check.h"
#include "doors/gate/handlers.h"

namespace lanyard::doors::gate {
namespace {

using net::Method;
using net::Runs;

// An original request may have any method, and none of them is a way around the question (attack row 131).
constexpr Method kMethods[] = {Method::get,   Method::post, Method::put,
                               Method::patch, Method::del,  Method::options};

void add_question(net::Router& router, const std::shared_ptr<Desk>& desk, const std::string& pattern,
                  Wording wording) {
  for (const Method method : kMethods) {
    net::Endpoint endpoint;
    endpoint.method = method;
    endpoint.pattern = pattern;
    endpoint.runs = Runs::db;
    endpoint.is_quiet = true;
    endpoint.quick = [desk, wording](const net::Request& request) {
      return check_now(*desk, wording, request);
    };
    endpoint.choose = [desk](const net::Request& request) { return choose_class(*desk, request); };
    endpoint.handler = [desk, wording](const net::Request& request) {
      return check(*desk, wording, request);
    };
    router.add(std::move(endpoint));
  }
}

}  // namespace

Gate::Gate(Parts parts, Settings settings)
    : desk_(std::make_shared<Desk>(std::move(parts), std::move(settings))) {}

Gate::~Gate() = default;

void Gate::mount(net::Router& router) {
  const auto page = [&](Method method, std::string pattern, Runs runs, auto function) {
    router.add(method, std::move(pattern), runs,
               [desk = desk_, function](const net::Request& request) { return function(*desk, request); });
  };
  add_question(router, desk_, "/gate/check/{client}", Wording::headers);
  add_question(router, desk_, "/gate/envoy/{client}/{rest...}", Wording::path);
  page(Method::get, "/gate/app/{client}/login", Runs::waits, begin_at_application);
  page(Method::get, "/gate/app/{client}/callback", Runs::db, finish_at_application);
  page(Method::get, "/gate/app/{client}/logout", Runs::db, ask_sign_out);
  page(Method::post, "/gate/app/{client}/logout", Runs::db, do_sign_out);
  page(Method::get, "/gate/app/{client}/assets/{name}", Runs::on_loop,
       [](Desk&, const net::Request& request) { return send_asset(request); });
  page(Method::get, "/gate/start/{client}", Runs::db, start);
  page(Method::get, "/gate/keys", Runs::on_loop,
       [](Desk& desk, const net::Request&) { return send_keys(desk); });
}

}  // namespace lanyard::doors::gate
