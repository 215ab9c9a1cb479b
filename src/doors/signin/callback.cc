// GET /login/callback/{provider}: the upstream's answer.
#include "base/text.h"
#include "doors/signin/handlers.h"
#include "doors/signin/returning.h"

namespace lanyard::doors::signin {

void trace(const Returning& r, bool admitted, std::string outcome, std::string username,
           const AccountId& account, std::vector<admission::Step> steps) {
  explain::Trace one;
  one.at = r.desk.parts.clock.now();
  one.request_id = r.request.id();
  one.door = "signin";
  if (r.provider != nullptr) {
    one.source = source_of(*r.provider);
    one.issuer = r.provider->issuer;
  }
  one.subject = r.claims.subject;
  one.username = std::move(username);
  one.account = account;
  one.admitted = admitted;
  one.outcome = std::move(outcome);
  one.steps = std::move(steps);
  r.desk.parts.book.add(std::move(one));
}

net::Response refuse(const Returning& r, std::string_view rule, const Fault& fault) {
  r.desk.parts.log.info("signin.refused", {{"provider", r.request.path_part("provider")},
                                           {"rule", rule},
                                           {"problem", to_string(fault.problem)},
                                           {"reason", fault.reason},
                                           {"subject", r.claims.subject},
                                           {"address", r.request.client_address()},
                                           {"request", r.request.id()}});
  trace(r, false, fault.reason, r.claims.username, {}, {{std::string(rule), "", fault.reason, false}});
  // What a foreign login says about where to go is not followed.
  return r.desk.explain(r.request, fault.problem, r.was_begun ? r.begun.back : ReturnTo());
}

net::Response finish_login(Desk& desk, const net::Request& request) {
  if (auto closed = when_closed(desk, request)) return std::move(*closed);
  Returning returning{.desk = desk, .request = request};
  if (const auto refused = check_answer(returning)) return refuse(returning, refused->rule, refused->fault);
  return let_in(returning);
}

}  // namespace lanyard::doors::signin
