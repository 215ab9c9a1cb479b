#include "doors/gate/judgement.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"

namespace lanyard::doors::gate {
namespace {

using journey::Step;

constexpr std::string_view kNobodys = "Nobody made a mistake.";
constexpr std::string_view kDecided = "The people who run this site decided so; the service is working.";

std::string pending_address(const Desk& desk, const Question& question) {
  const auto path = clients::parse_return_path(question.target);
  return with_query(cat(desk.settings.public_url, "/pending"),
                    Form{{"client", question.place->client->id.str()}, {"to", path ? *path : "/"}});
}

std::string ask_somebody(const Desk& desk) {
  return desk.parts.site.support.empty() ? "Ask the people who run this site."
                                         : cat("Ask the people who run this site: ", desk.parts.site.support);
}

Refusal about_account(const Desk& desk, const Question& question, const callers::Caller& caller,
                      const journey::Answer& standing) {
  const callers::Person& person = *caller.person;
  Refusal refusal;
  refusal.rule = journey::to_string(standing.step);
  refusal.title = "Your account can not be used here";
  refusal.reason = standing.reason;
  refusal.fault = kDecided;
  refusal.next = ask_somebody(desk);
  switch (standing.step) {
    case Step::wait_for_decision:
    case Step::complete_profile:
    case Step::sign_agreements:
    case Step::become_active:
      refusal.title = "Not yet";
      refusal.fault = kNobodys;
      refusal.next = "See what is still missing; the way back here is kept.";
      refusal.link = pending_address(desk, question);
      refusal.link_label = "See what is missing";
      break;
    case Step::not_admitted:
      if (!person.refused_because.empty()) refusal.reason = person.refused_because;
      break;
    case Step::was_rejected:
    case Step::is_suspended:
      if (!person.account.state_reason.empty())
        refusal.reason = cat(refusal.reason, " Reason: ", person.account.state_reason);
      break;
    default:
      break;
  }
  return refusal;
}

Refusal missing(const Desk& desk, std::string_view rule, std::string reason) {
  Refusal refusal;
  refusal.rule = rule;
  refusal.title = "You may not open this page";
  refusal.reason = std::move(reason);
  refusal.fault = kNobodys;
  refusal.next = ask_somebody(desk);
  return refusal;
}

std::optional<Refusal> check_admin(const Desk& desk, const Route& route, const callers::Caller& caller) {
  if (!route.admin || caller.is_administrator()) return {};
  return missing(desk, "admin", "This page is for administrators only.");
}

std::optional<Refusal> check_scopes(const Desk& desk, const Route& route, const callers::Caller& caller) {
  for (const std::string& scope : route.scopes) {
    if (caller.has_scope(scope)) continue;
    Refusal refusal = missing(desk, "scope", cat("The token does not have the scope \"", scope, "\"."));
    refusal.fault = "The token was made for something else.";
    refusal.next = "Get a token with this scope.";
    refusal.challenge = cat("Bearer error=\"insufficient_scope\", scope=\"", join(route.scopes, " "), "\"");
    return refusal;
  }
  return {};
}

std::optional<Refusal> check_groups(const Desk& desk, const Route& route, const callers::Caller& caller) {
  if (route.groups.empty()) return {};
  const std::vector<std::string>& held = caller.person->groups;
  const bool is_member = std::ranges::any_of(
      route.groups, [&](const std::string& group) { return std::ranges::find(held, group) != held.end(); });
  if (is_member) return {};
  return missing(desk, "group",
                 route.groups.size() == 1
                     ? cat("This page is for members of the group ", route.groups.front(), ".")
                     : cat("This page is for members of one of the groups ", join(route.groups, ", "), "."));
}

}  // namespace

std::optional<Refusal> judge(const Desk& desk, const Question& question, const callers::Caller& caller) {
  // Authentication is off: the anonymous operator may do everything (SX1).
  if (caller.means == callers::Means::open_service) return {};
  if (caller.is_for_api) {
    Refusal refusal =
        missing(desk, "audience", "The token is for Lanyard's own API and not for applications.");
    refusal.status = 401;
    refusal.fault = "The token was made for something else.";
    refusal.next = "Get a token for this service.";
    refusal.challenge = "Bearer error=\"invalid_token\"";
    return refusal;
  }
  const journey::Answer standing = callers::standing(caller, desk.parts.clock.now());
  if (standing.step != Step::go_on) return about_account(desk, question, caller, standing);
  if (question.route == nullptr) return {};
  if (auto refusal = check_admin(desk, *question.route, caller)) return refusal;
  if (auto refusal = check_scopes(desk, *question.route, caller)) return refusal;
  return check_groups(desk, *question.route, caller);
}

}  // namespace lanyard::doors::gate
