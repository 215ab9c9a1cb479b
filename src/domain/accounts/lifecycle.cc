#include "domain/accounts/lifecycle.h"

#include <string>

#include "base/text.h"

namespace lanyard::accounts {
namespace {

constexpr std::optional<State> kNobody;

struct Step {
  std::optional<State> from;
  Event event;
  State to;
};

constexpr Step kSteps[] = {
    {kNobody, Event::request, State::pending},          {kNobody, Event::prepare, State::approved},
    {State::pending, Event::approve, State::approved},  {State::pending, Event::reject, State::rejected},
    {State::pending, Event::activate, State::active},   {State::pending, Event::close, State::closed},
    {State::approved, Event::activate, State::active},  {State::approved, Event::suspend, State::suspended},
    {State::approved, Event::reset, State::pending},    {State::approved, Event::close, State::closed},
    {State::active, Event::suspend, State::suspended},  {State::active, Event::reset, State::pending},
    {State::active, Event::close, State::closed},       {State::suspended, Event::restore, State::approved},
    {State::suspended, Event::reset, State::pending},   {State::suspended, Event::close, State::closed},
    {State::rejected, Event::approve, State::approved}, {State::rejected, Event::close, State::closed},
};

std::string possible_from(std::optional<State> from) {
  std::string names;
  for (const Step& step : kSteps)
    if (step.from == from) names.append(names.empty() ? "" : ", ").append(to_string(step.event));
  return names;
}

}  // namespace

std::string_view to_string(Event event) {
  switch (event) {
    case Event::request:
      return "request";
    case Event::prepare:
      return "prepare";
    case Event::approve:
      return "approve";
    case Event::reject:
      return "reject";
    case Event::activate:
      return "activate";
    case Event::suspend:
      return "suspend";
    case Event::restore:
      return "restore";
    case Event::reset:
      return "reset";
    case Event::close:
      return "close";
  }
  return "";
}

Result<State> next(std::optional<State> from, Event event) {
  for (const Step& step : kSteps)
    if (step.from == from && step.event == event) return step.to;
  const std::string possible = possible_from(from);
  return make_error(
      Code::conflict,
      from ? cat("The account is ", to_string(*from), "; \"", to_string(event), "\" is not possible.")
           : cat("There is no account yet; \"", to_string(event), "\" is not possible."),
      possible.empty() ? "Nothing leads out of this state." : cat("Possible now: ", possible, "."));
}

bool may_use_services(State state) {
  return state == State::active;
}

bool may_sign_in(State state) {
  return state == State::pending || state == State::approved || state == State::active ||
         state == State::rejected;
}

bool may_read(State state) {
  return state == State::approved || state == State::active;
}

}  // namespace lanyard::accounts
