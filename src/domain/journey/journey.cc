#include "domain/journey/journey.h"

namespace lanyard::journey {

std::string_view to_string(Step step) {
  switch (step) {
    case Step::sign_in:
      return "sign_in";
    case Step::sign_in_again:
      return "sign_in_again";
    case Step::not_admitted:
      return "not_admitted";
    case Step::wait_for_decision:
      return "wait_for_decision";
    case Step::was_rejected:
      return "was_rejected";
    case Step::is_suspended:
      return "is_suspended";
    case Step::is_closed:
      return "is_closed";
    case Step::complete_profile:
      return "complete_profile";
    case Step::sign_agreements:
      return "sign_agreements";
    case Step::become_active:
      return "become_active";
    case Step::go_on:
      return "go_on";
  }
  return "sign_in";
}

namespace {

Answer own_steps(const Facts& facts) {
  if (!facts.profile_complete)
    return {Step::complete_profile, "Some fields of your profile are still needed."};
  if (facts.unsigned_agreements > 0) return {Step::sign_agreements, "There are agreements to sign first."};
  if (facts.state == accounts::State::approved) return {Step::become_active, "Nothing is left to do."};
  return {Step::go_on, "Your account is active."};
}

}  // namespace

// What ends an account comes before what the person could do about it; an old login is asked to be renewed
// last, when renewing it would help.
Answer next(const Facts& facts) {
  if (!facts.signed_in) return {Step::sign_in, "You are not signed in."};
  switch (facts.state) {
    case accounts::State::closed:
      return {Step::is_closed, "This account is closed."};
    case accounts::State::suspended:
      return {Step::is_suspended, "This account is suspended."};
    case accounts::State::rejected:
      return {Step::was_rejected, "Your request for access was rejected."};
    case accounts::State::pending:
    case accounts::State::approved:
    case accounts::State::active:
      break;
  }
  if (facts.expired) return {Step::is_suspended, "This account has expired."};
  if (!facts.admitted) return {Step::not_admitted, "This login may not use the service any more."};
  if (facts.state == accounts::State::pending)
    return {Step::wait_for_decision, "Your request for access waits for a decision."};
  const Answer own = own_steps(facts);
  if (own.step != Step::go_on) return own;
  if (facts.wanted_freshness && (!facts.since_login || *facts.since_login > *facts.wanted_freshness)) {
    return {Step::sign_in_again, "This needs a fresh login."};
  }
  return own;
}

}  // namespace lanyard::journey
