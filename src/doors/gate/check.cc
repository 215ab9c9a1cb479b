#include "doors/gate/check.h"

#include "base/text.h"
#include "doors/gate/judgement.h"

namespace lanyard::doors::gate {
namespace {

using callers::CallerPtr;
using callers::Proof;

// Who is asking, as far as it could be found out.
struct Shown {
  Proof::Kind kind = Proof::Kind::none;
  CallerPtr caller;
  std::optional<Error> error;
  bool must_ask = false;  // not known in memory
};

Result<Proof> read_proof(const Question& question) {
  return callers::find_proof(question.request, question.place->cookie_name, Proof::Kind::application_session,
                             question.place->client->id.str());
}

Shown look(Desk& desk, const Question& question, bool may_ask) {
  Shown shown;
  callers::Callers& callers = desk.parts.callers;
  if (!callers.switches().enabled) {
    shown.caller = callers.open_service();
    return shown;
  }
  const auto proof = read_proof(question);
  if (!proof) {
    shown.kind = Proof::Kind::bearer;
    shown.error = proof.error();
    return shown;
  }
  shown.kind = proof->kind;
  if (proof->kind == Proof::Kind::none) return shown;
  if (may_ask) {
    auto recognised = callers.recognise(*proof, question.request);
    if (recognised) {
      shown.caller = std::move(*recognised);
    } else {
      shown.error = std::move(recognised).error();
    }
    return shown;
  }
  callers::Callers::Quick quick = callers.recognise_now(*proof);
  shown.must_ask = !quick.caller && !quick.refused;
  shown.caller = std::move(quick.caller);
  shown.error = std::move(quick.refused);
  return shown;
}

net::Response let_in(Desk& desk, const Question& question, const callers::Caller& caller) {
  net::Response response(200);
  const clients::Client& client = *question.place->client;
  if (client.signed_identity) {
    response.shared_headers(desk.identities.lines(caller.person, client, desk.parts.clock.now()));
  } else {
    response.shared_headers(caller.person->identity_lines);
  }
  if (caller.scope_text) response.header("X-Lanyard-Scope", *caller.scope_text);
  return response;
}

net::Response answer(Desk& desk, const Question& question, const Shown& shown) {
  if (question.is_public()) {
    // Nobody is asked; who is known anyway is told, so that the page can greet.
    const bool may = shown.caller && !judge(desk, question, *shown.caller);
    return may ? let_in(desk, question, *shown.caller) : net::Response(200);
  }
  if (shown.error) {
    if (!shown.error->cause.empty()) {
      desk.parts.log.warning("gate.check_failed", {{"code", to_string(shown.error->code)},
                                                   {"cause", shown.error->cause},
                                                   {"request", question.request.id()}});
    }
    return refuse(desk, question, not_recognised(question, shown.kind, *shown.error), nullptr);
  }
  if (!shown.caller) return refuse(desk, question, nothing_shown(question), nullptr);
  if (const auto refusal = judge(desk, question, *shown.caller))
    return refuse(desk, question, *refusal, shown.caller.get());
  return let_in(desk, question, *shown.caller);
}

std::optional<net::Response> ask(Desk& desk, Wording wording, const net::Request& request, bool may_ask) {
  Question question(request);
  std::string cause;
  try {
    if (const auto refusal = read_question(desk, wording, question))
      return refuse(desk, question, *refusal, nullptr);
    const Shown shown = look(desk, question, may_ask);
    if (shown.must_ask) return {};
    return answer(desk, question, shown);
  } catch (const std::exception& exception) {
    cause = exception.what();
  }
  // A proxy takes any answer but 2xx, 401 and 403 for a fault of its own and shows its own page.
  desk.parts.log.error("gate.check_threw", {{"request", request.id()}, {"cause", cause}});
  return refuse(desk, question, fault_of_ours(), nullptr);
}

}  // namespace

std::optional<net::Response> check_now(Desk& desk, Wording wording, const net::Request& request) {
  return ask(desk, wording, request, false);
}

net::Response check(Desk& desk, Wording wording, const net::Request& request) {
  return *ask(desk, wording, request, true);
}

net::Runs choose_class(Desk& desk, const net::Request& request) {
  const auto proof = callers::find_proof(request, "", Proof::Kind::none, "");
  const bool must_wait =
      proof && proof->kind == Proof::Kind::bearer && desk.parts.callers.recognise_now(*proof).must_wait;
  return must_wait ? net::Runs::waits : net::Runs::db;
}

}  // namespace lanyard::doors::gate
