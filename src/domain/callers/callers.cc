#include "domain/callers/callers.h"

#include "base/text.h"
#include "domain/callers/reader.h"

namespace lanyard::callers {
namespace {

Error not_signed_in() {
  return make_error(Code::unauthenticated, "You are not signed in.", "Sign in, or send a token.");
}

Error switched_off(std::string_view what) {
  return make_error(Code::unauthenticated, cat(what, " are switched off here."),
                    "Use another way to sign in.");
}

// The key under which a person is kept for all tokens of one identity; no proof can have it, as no proof has
// this kind.
crypto::Sha256 identity_key(std::string_view source, std::string_view subject) {
  Proof proof;
  proof.kind = Proof::Kind::none;
  proof.client = source;
  proof.text = subject;
  return verdict_key(proof);
}

std::shared_ptr<Caller> caller_of(std::shared_ptr<const Person> person, Means means, Time expires_at) {
  auto caller = std::make_shared<Caller>();
  caller->person = std::move(person);
  caller->means = means;
  caller->expires_at = expires_at;
  return caller;
}

void set_scopes(Caller& caller, const std::vector<std::string>& scopes) {
  caller.scopes = std::make_shared<const std::vector<std::string>>(scopes);
  caller.scope_text = std::make_shared<const std::string>(join(scopes, " "));
}

// `like` may be another caller of the same identity, whose scopes are shared when they are the same: a
// million tokens differ in little.
CallerPtr bearer(std::shared_ptr<const Person> person, const issuers::Verified& verified,
                 const Caller* like = nullptr) {
  auto caller = caller_of(std::move(person), Means::bearer, verified.expires_at + verified.trust->skew);
  if (like != nullptr && like->scopes && *like->scopes == verified.scopes) {
    caller->scopes = like->scopes;
    caller->scope_text = like->scope_text;
  } else {
    set_scopes(*caller, verified.scopes);
  }
  return caller;
}

std::string text_claim(const issuers::Verified& verified, const std::string& name) {
  const json::Value* value = name.empty() ? nullptr : verified.claims.find(name);
  return value != nullptr && value->as_string() != nullptr ? *value->as_string() : std::string();
}

}  // namespace

std::string source_of(const issuers::Trust& trust) {
  return cat("issuers[", trust.id, "]");
}

Callers::Callers(Parts parts, Switches switches) : parts_(std::move(parts)), switches_(std::move(switches)) {
  auto person = std::make_shared<Person>();
  person->account.name = "anonymous operator";
  person->account.username = "operator";
  person->account.state = accounts::State::active;
  person->account.is_admin = true;
  if (parts_.identity_lines)
    person->identity_lines = std::make_shared<const std::string>(parts_.identity_lines(*person));
  open_service_ = caller_of(std::move(person), Means::open_service, Time::max());
}

Callers::Quick Callers::recognise_now(const Proof& proof) const {
  Seen seen = look(proof);
  return {std::move(seen.caller), std::move(seen.refused), seen.must_wait, seen.is_own};
}

Callers::Seen Callers::look(const Proof& proof) const {
  Seen seen;
  if (!switches_.enabled) {
    seen.caller = open_service_;
    return seen;
  }
  if (proof.kind == Proof::Kind::none) {
    seen.refused = not_signed_in();
    return seen;
  }
  const crypto::Sha256 key = verdict_key(proof);
  seen.caller = parts_.verdicts.find(key);
  if (seen.caller) return seen;
  if (proof.kind != Proof::Kind::bearer || proof.text.starts_with("lyt_")) return seen;
  if (!switches_.bearer_tokens) {
    seen.refused = switched_off("Tokens of other issuers");
    return seen;
  }
  issuers::Checked checked = parts_.tokens.check(proof.text);
  seen.must_wait = checked.must_wait;
  seen.is_own = checked.is_own;
  seen.refused = std::move(checked.refused);
  seen.verified = std::move(checked.verified);
  if (!seen.verified) return seen;
  // Known identities need no database: what is known of the person was read for another of their tokens.
  const crypto::Sha256 identity = identity_key(source_of(*seen.verified->trust), seen.verified->subject);
  const CallerPtr known = parts_.verdicts.find(identity);
  if (!known) return seen;
  const journal::Marks::Mark mark = parts_.marks.of(known->person->account.id);
  // A change between the look-up and the mark would be missed; looking again under the mark excludes it.
  if (parts_.verdicts.find(identity) != known) return seen;
  // This token has claims of its own.
  Admitted admitted = admit(*seen.verified);
  if (!admitted.verdict.admitted) {
    seen.refused = std::move(admitted.verdict.refusal);
    return seen;
  }
  seen.caller = bearer(known->person, *seen.verified, known.get());
  parts_.verdicts.keep(key, seen.caller, mark);
  return seen;
}

Result<CallerPtr> Callers::recognise(const Proof& proof, const net::Request& request) {
  Seen seen = look(proof);
  if (seen.caller) return std::move(seen.caller);
  if (seen.refused) return *std::move(seen.refused);
  if (proof.kind != Proof::Kind::bearer) return by_session(proof, request);
  if (proof.text.starts_with("lyt_")) return by_api_token(proof, request);
  if (seen.is_own) return by_own_token(proof, request);
  if (!seen.verified) {
    LANYARD_TRY(seen.verified, parts_.tokens.verify(proof.text));
  }
  return by_token(proof, *seen.verified, request);
}

void Callers::note_uses() {
  const Uses::Noted noted = uses_.take();
  if (const Status touched = parts_.sessions.touch(noted.sessions); !touched)
    log_failure("sessions", touched.error());
  if (const Status touched = parts_.credentials.touch(noted.tokens); !touched)
    log_failure("API tokens", touched.error());
}

// When something was used is nice to know; a database that can not write now is no reason to refuse.
void Callers::log_failure(std::string_view what, const Error& error) const {
  parts_.log.warning("caller.use_not_noted",
                     {{"what", what}, {"reason", error.message}, {"cause", error.cause}});
}

Result<CallerPtr> Callers::by_session(const Proof& proof, const net::Request& request) {
  if (!switches_.browser_login) return switched_off("Logins in the browser");
  const bool is_application = proof.kind == Proof::Kind::application_session;
  const std::string_view kind = is_application ? "application" : "lanyard";
  LANYARD_TRY(const auto first, parts_.sessions.find(proof.text, kind, proof.client));
  // Whose mark to take is known only now; what ended before that is found out by looking again.
  const journal::Marks::Mark mark = parts_.marks.of(first.account);
  LANYARD_TRY(const auto session, parts_.sessions.find(proof.text, kind, proof.client));
  LANYARD_TRY(auto person,
              Reader(parts_).read(session.account, session.issuer, session.subject, session.source, request));
  uses_.note(session);
  // As the row says it; whether this use moved seen_at is read with the next entry.
  const Time idle_end = session.seen_at + parts_.sessions.lives().idle;
  auto caller = caller_of(std::move(person), is_application ? Means::application_session : Means::session,
                          std::min(session.expires_at, idle_end));
  caller->session = session.id;
  caller->auth_time = session.auth_time;
  parts_.verdicts.keep(verdict_key(proof), caller, mark);
  return CallerPtr(std::move(caller));
}

Result<CallerPtr> Callers::by_api_token(const Proof& proof, const net::Request& request) {
  if (!switches_.api_tokens) return switched_off("API tokens");
  LANYARD_TRY(const auto first, parts_.credentials.find_by_token(proof.text));
  const journal::Marks::Mark mark = parts_.marks.of(first.account);
  LANYARD_TRY(const auto credential, parts_.credentials.find_by_token(proof.text));
  LANYARD_TRY(auto person, Reader(parts_).read(credential.account, request));
  uses_.note(credential.id);
  auto caller = caller_of(std::move(person), Means::api_token, credential.expires_at.value_or(Time::max()));
  set_scopes(*caller, credential.scopes);
  caller->credential = credential.id;
  parts_.verdicts.keep(verdict_key(proof), caller, mark);
  return CallerPtr(std::move(caller));
}

// What a token's own claims say against the rules of its issuer, as they are now.
Callers::Admitted Callers::admit(const issuers::Verified& verified) const {
  const issuers::Trust& trust = *verified.trust;
  Admitted admitted;
  admitted.source = source_of(trust);
  admitted.claimed = {trust.issuer, verified.subject, text_claim(verified, trust.username_claim), "", {}};
  const json::Value* groups = trust.groups_claim.empty() ? nullptr : verified.claims.find(trust.groups_claim);
  if (groups != nullptr && groups->as_array() != nullptr) {
    for (const json::Value& group : *groups->as_array()) {
      if (group.as_string() != nullptr) admitted.claimed.groups.push_back(*group.as_string());
    }
  }
  const auto book = parts_.rules.get();
  const admission::Rules* rules = book->find(admitted.source);
  if (rules == nullptr) {
    admitted.verdict.refusal =
        make_error(Code::unauthenticated, "Tokens of this issuer are not accepted any more.");
    return admitted;
  }
  if (!rules->identity_provider_claim.empty())
    admitted.claimed.institution = text_claim(verified, rules->identity_provider_claim);
  admitted.verdict = admission::admit(*rules, admitted.claimed);
  admitted.newcomers = rules->newcomers;
  admitted.trusted_for_addresses = rules->trusted_for_addresses;
  return admitted;
}

Result<CallerPtr> Callers::by_token(const Proof& proof, const issuers::Verified& verified,
                                    const net::Request& request) {
  // Rules may change while they are asked.
  const std::uint32_t everybody = parts_.marks.at(0).everybody;
  const Admitted admitted = admit(verified);
  if (!admitted.verdict.admitted) return *admitted.verdict.refusal;
  LANYARD_TRY(const auto known, parts_.directory.find_known(verified.trust->issuer, verified.subject));
  AccountId account;
  if (known && !known->identity.source.empty()) {
    account = known->account.id;
  } else {
    LANYARD_TRY(account, arrive(verified, admitted, request));
  }
  journal::Marks::Mark mark = parts_.marks.of(account);
  mark.everybody = everybody;
  LANYARD_TRY(const auto person, Reader(parts_).read(account, verified.trust->issuer, verified.subject,
                                                     admitted.source, request));
  CallerPtr caller = bearer(person, verified);
  auto identity = std::make_shared<Caller>(*caller);
  identity->expires_at = Time::max();
  parts_.verdicts.keep(verdict_key(proof), caller, mark);
  parts_.verdicts.keep(identity_key(admitted.source, verified.subject), std::move(identity), mark);
  return caller;
}

CallerPtr Callers::find_signed_in(const net::Request& request, std::string_view cookie_name) {
  const auto cookie = request.cookie(cookie_name);
  if (!cookie || cookie->value_or("").empty()) return nullptr;
  const auto caller = recognise({Proof::Kind::session, **cookie, std::string_view()}, request);
  return caller && (*caller)->means == Means::session ? *caller : nullptr;
}

Result<std::shared_ptr<const Person>> Callers::find_person(const AccountId& account, std::string_view issuer,
                                                           std::string_view subject, std::string_view source,
                                                           const net::Request& request) {
  const crypto::Sha256 key = identity_key(source, subject);
  const CallerPtr known = parts_.verdicts.find(key);
  if (known && known->person->account.id == account && known->person->issuer == issuer) return known->person;
  const journal::Marks::Mark mark = parts_.marks.of(account);
  LANYARD_TRY(auto person, Reader(parts_).read(account, issuer, subject, source, request));
  parts_.verdicts.keep(key, caller_of(person, Means::bearer, Time::max()), mark);
  return person;
}

// TK6: an identity of a configured issuer that was not seen before gets an account.
Result<AccountId> Callers::arrive(const issuers::Verified& verified, const Admitted& admitted,
                                  const net::Request& request) {
  const issuers::Trust& trust = *verified.trust;
  accounts::Arrival arrival;
  arrival.issuer = trust.issuer;
  arrival.subject = verified.subject;
  arrival.source = admitted.source;
  arrival.username = admitted.verdict.username;
  arrival.groups = admitted.claimed.groups;
  arrival.name = text_claim(verified, trust.name_claim);
  arrival.email = text_claim(verified, trust.email_claim);
  const json::Value* email_verified = verified.claims.find("email_verified");
  arrival.email_verified =
      email_verified != nullptr && email_verified->as_bool() != nullptr && *email_verified->as_bool();
  arrival.trusted_for_addresses = admitted.trusted_for_addresses;
  arrival.newcomer = admitted.newcomers;
  arrival.is_login = false;
  LANYARD_TRY(const accounts::Arrived arrived, parts_.directory.arrive(arrival, nobody(request)));
  LANYARD_CHECK(parts_.groups.assert_groups(arrived.account.id, admitted.source, admitted.claimed.groups,
                                            nobody(request)));
  parts_.book.add({parts_.clock.now(), std::string(request.id()), "token", admitted.source, trust.issuer,
                   verified.subject, arrival.username, arrived.account.id, true,
                   "A token's identity came for the first time.", admitted.verdict.trace});
  return arrived.account.id;
}

}  // namespace lanyard::callers
