#include "domain/callers/reader.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::callers {
namespace {

// What a source's present rules say about an identity that was let in before.
admission::Verdict check(const admission::RuleBook& book, const accounts::Identity& identity,
                         std::string_view source) {
  const admission::Rules* rules = book.find(source);
  if (rules != nullptr) return admission::still_admitted(*rules, identity.username, identity.groups);
  admission::Verdict gone;
  gone.refusal = make_error(Code::forbidden, "The way by which you signed in is not offered any more.",
                            "Sign in another way.");
  return gone;
}

}  // namespace

Result<std::shared_ptr<const Person>> Reader::read(const AccountId& id, std::string_view issuer,
                                                   std::string_view subject, std::string_view source,
                                                   const net::Request& request) {
  Person person;
  LANYARD_TRY(person.account, parts_.directory.get_account(id));
  person.issuer = issuer;
  person.subject = subject;
  person.source = source;
  LANYARD_TRY(const auto identities, parts_.directory.list_identities(id));
  const auto identity = std::ranges::find_if(identities, [&](const accounts::Identity& one) {
    return one.issuer == issuer && one.subject == subject;
  });
  if (identity == identities.end()) {
    return make_error(Code::unauthenticated, "The login behind this does not belong to an account any more.",
                      "Sign in again.");
  }
  const admission::Verdict verdict = check(*parts_.rules.get(), *identity, source);
  person.admitted = verdict.admitted;
  if (verdict.refusal) person.refused_because = verdict.refusal->message;
  return finish(std::move(person), request);
}

Result<std::shared_ptr<const Person>> Reader::read(const AccountId& id, const net::Request& request) {
  Person person;
  LANYARD_TRY(person.account, parts_.directory.get_account(id));
  LANYARD_TRY(const auto identities, parts_.directory.list_identities(id));
  const auto book = parts_.rules.get();
  bool any_admitted = false, any_source = false;
  for (const accounts::Identity& identity : identities) {
    if (identity.source.empty()) continue;  // made beforehand, never used to sign in
    any_source = true;
    const admission::Verdict verdict = check(*book, identity, identity.source);
    any_admitted = any_admitted || verdict.admitted;
    const bool is_blocked =
        verdict.refusal && !verdict.trace.empty() && verdict.trace.back().rule == "blocked";
    if (verdict.refusal && (is_blocked || person.refused_because.empty()))
      person.refused_because = verdict.refusal->message;
    if (is_blocked) person.admitted = false;
  }
  if (any_source && !any_admitted) person.admitted = false;
  if (person.admitted) person.refused_because.clear();
  return finish(std::move(person), request);
}

Result<std::shared_ptr<const Person>> Reader::finish(Person person, const net::Request& request) {
  const bool can_settle = person.account.state == accounts::State::approved && person.admitted;
  if (can_settle) {
    access::Actor actor = nobody(request);
    actor.kind = access::ActorKind::account;
    actor.account = person.account.id;
    actor.label = person.account.name;
    LANYARD_TRY(person.account, parts_.approvals.settle(person.account, actor));
  }
  LANYARD_TRY(person.groups, parts_.groups.paths_of(person.account.id));
  if (parts_.identity_lines)
    person.identity_lines = std::make_shared<const std::string>(parts_.identity_lines(person));
  return std::make_shared<const Person>(std::move(person));
}

}  // namespace lanyard::callers
