#include "cli/trial.h"

#include <algorithm>
#include <thread>

#include "base/text.h"

namespace lanyard::cli {
namespace {

// A moment passes on the way, so that an hour arrives as 3599 seconds.
std::string about(Duration life) {
  const Duration minute = std::chrono::minutes(1);
  return format_duration(life < 2 * minute ? life : (life + minute / 2) / minute * minute);
}

std::string life_of(const std::optional<std::chrono::seconds>& life) {
  return life ? cat("good for ", about(*life)) : "good for a time that the server does not say";
}

// What an error of the token endpoint means for whoever set up the client.
std::string mend_of(const lib::TokenAnswer& answer, const std::string& id) {
  if (answer.error == "invalid_client")
    return cat(
        "The secret is not this client's, or not shown as it is registered "
        "(token_endpoint_auth_method). lanyard client rotate-secret ",
        id, " gives it another.");
  if (answer.error == "invalid_grant") return "The code is good once and for a minute; run the test again.";
  if (answer.error == "unauthorized_client")
    return "Its grant_types lack this way; make it with the right --grant.";
  if (answer.error == "invalid_scope") return "Name fewer words with --scope, or let the client have them.";
  if (answer.error == "invalid_target") return "Its audiences lack this one; see lanyard client show.";
  return answer.description;
}

std::optional<lib::Granted> granted_by(const Trial& trial, std::string_view step,
                                       Result<lib::TokenAnswer> answer) {
  if (!answer.ok()) {
    trial.findings.bad(step, answer.error());
    return {};
  }
  if (!answer->granted) {
    trial.findings.bad(
        step,
        make_error(Code::forbidden, cat("The server said \"", answer->error, "\"."), answer->description),
        mend_of(*answer, trial.proof.client_id));
    return {};
  }
  const lib::Granted& granted = *answer->granted;
  trial.findings.good(
      step, cat("an access token, ", life_of(granted.life), granted.id_token.empty() ? "" : "; an ID token",
                granted.refresh_token.empty() ? "" : "; a refresh token"));
  return std::move(answer->granted);
}

std::string advice(const Receiver& receiver, const std::string& redirect_uri) {
  if (receiver.listens())
    return "This program waits for your browser to come back. If the browser runs on another machine, it "
           "will "
           "find nothing there: then copy the whole address from its address bar and paste it here.";
  return cat(
      "The browser is then sent to ", redirect_uri,
      ". The application there does not know this sign-in and should turn it down. Copy the whole "
      "address from the address bar and paste it here. The code in it is worth nothing to anybody else.");
}

std::string shown_claim(std::string_view name, const json::Value& value) {
  const bool is_time =
      name == "exp" || name == "iat" || name == "nbf" || name == "auth_time" || name == "updated_at";
  const std::int64_t* seconds = is_time ? value.as_integer() : nullptr;
  if (seconds != nullptr) return cat(*seconds, " (", format_rfc3339(from_unix_seconds(*seconds)), ")");
  return value.as_string() != nullptr ? *value.as_string() : json::write(value);
}

void show_claims(const Trial& trial, const json::Object& claims) {
  for (const json::Member& claim : claims)
    trial.findings.detail(claim.name, shown_claim(claim.name, claim.value));
}

std::optional<lib::Claims> look_at_id_token(const Trial& trial, const Obtained& obtained) {
  const std::string_view token = obtained.granted.id_token.reveal();
  const lib::Expected expected{.issuer = trial.metadata.issuer, .audiences = {trial.proof.client_id}};
  const Time now = trial.caller.clock.now();
  auto claims = lib::check_token(token, expected, trial.keys, now);
  Status right = claims.ok() ? lib::check_id_token(token, *claims, trial.proof.client_id, obtained.nonce,
                                                   obtained.granted.access_token)
                             : Status(claims.error());
  if (!right.ok()) {
    trial.findings.bad("ID token", right.error(),
                       "Applications would refuse it: is --issuer the address that the server calls itself?");
    return {};
  }
  const auto jws = crypto::parse_jws(token);
  const std::string left = about(std::chrono::duration_cast<std::chrono::seconds>(*claims->expires - now));
  trial.findings.good("ID token", cat(jws.ok() ? jws->algorithm_name : "", " signature, iss, aud, exp, iat",
                                      obtained.nonce.empty() ? "" : ", nonce",
                                      claims->all.find("at_hash") != nullptr ? ", at_hash" : "",
                                      " are right; good for ", left));
  show_claims(trial, claims->all);
  return std::optional(std::move(*claims));
}

void look_at_scopes(const Trial& trial, const lib::Granted& granted) {
  const std::string given = granted.scope.value_or(trial.scope);
  trial.findings.good("scopes", given.empty() ? "none" : given);
  const auto held = split_words(given);
  std::vector<std::string> lacking;
  for (const std::string_view word : split_words(trial.scope))
    if (std::ranges::find(held, word) == held.end()) lacking.emplace_back(word);
  if (!lacking.empty()) trial.findings.detail("not granted", join(lacking, " "));
}

// Readable ones only: many servers give access tokens that nobody else can read.
std::optional<lib::Claims> look_at_access_token(const Trial& trial, const lib::Granted& granted) {
  auto claims = lib::read_claims(granted.access_token.reveal());
  if (!claims.ok()) return {};
  lib::Expected expected{.issuer = trial.metadata.issuer, .audiences = claims->audiences};
  if (expected.audiences.empty()) return {};
  const auto right =
      lib::check_token(granted.access_token.reveal(), expected, trial.keys, trial.caller.clock.now());
  if (!right.ok()) {
    trial.findings.bad("access token", right.error(), "Services that check it would refuse it.");
    return {};
  }
  trial.findings.good("access token",
                      cat("signature, iss, exp are right; for ", join(claims->audiences, ", ")));
  return std::optional(std::move(*claims));
}

void look_at_userinfo(const Trial& trial, const lib::Granted& granted, const lib::Claims& id,
                      const std::optional<lib::Claims>& access) {
  if (trial.metadata.userinfo_endpoint.empty()) return;
  if (access && std::ranges::find(access->audiences, trial.metadata.issuer) == access->audiences.end()) {
    trial.findings.not_tried("userinfo", "the access token is for other services");
    return;
  }
  net::Call call;
  call.url = trial.metadata.userinfo_endpoint;
  call.headers = {{"Authorization", cat("Bearer ", granted.access_token.reveal())},
                  {"Accept", "application/json"}};
  call.reach = trial.caller.reach;
  call.time_limit = std::chrono::seconds(15);
  const auto reply = trial.caller.client.send(call);
  if (!reply.ok()) return trial.findings.bad("userinfo", reply.error());
  const auto claims = json::parse_object(reply->body);
  if (reply->status != 200 || !claims.ok())
    return trial.findings.bad(
        "userinfo", make_error(Code::upstream, cat("The answer has status ", reply->status,
                                                   reply->status == 200 ? " and is no JSON." : ".")));
  const json::Value* subject = claims->find("sub");
  if (subject == nullptr || subject->as_string() == nullptr || *subject->as_string() != id.subject)
    return trial.findings.bad("userinfo", make_error(Code::upstream, "Its sub is not the ID token's."));
  trial.findings.good("userinfo", "sub is the ID token's");
  show_claims(trial, *claims);
}

void look_at_refresh(const Trial& trial, lib::Granted& granted) {
  if (granted.refresh_token.empty()) return;
  const Form form{{"grant_type", "refresh_token"},
                  {"refresh_token", std::string(granted.refresh_token.reveal())}};
  const bool had_id_token = !granted.id_token.empty();
  auto next = granted_by(trial, "refresh",
                         lib::ask_for_tokens(trial.caller, trial.metadata.token_endpoint, form, trial.proof));
  if (!next) return;
  if (had_id_token && next->id_token.empty()) trial.findings.detail("note", "no new ID token comes with it");
  if (next->refresh_token.empty()) next->refresh_token = granted.refresh_token;
  granted = std::move(*next);
}

void end_tokens(const Trial& trial, const lib::Granted& granted) {
  lib::Held held;
  held.client_id = trial.proof.client_id;
  held.access_token = granted.access_token;
  held.refresh_token = granted.refresh_token;
  if (trial.metadata.revocation_endpoint.empty())
    return trial.findings.not_tried("end",
                                    "the server can not revoke; the tokens of this test end by themselves");
  const Status revoked = lib::revoke(trial.caller, trial.metadata, held, trial.proof);
  if (!revoked.ok()) return trial.findings.bad("end", revoked.error());
  trial.findings.good("end", "the tokens of this test are revoked");
}

}  // namespace

std::optional<Obtained> sign_in_by_code(const Trial& trial, const std::string& redirect_uri,
                                        Receiver receiver) {
  const lib::CodeFlow flow =
      lib::begin_code_flow({trial.proof.client_id, redirect_uri, trial.scope, trial.audience}, trial.random);
  const bool pushes = trial.pushes && trial.can_prove;
  const auto page = pushes ? lib::pushed_authorization_url(trial.caller, trial.metadata, flow, trial.proof)
                           : lib::authorization_url(trial.metadata, flow);
  if (!page.ok()) {
    trial.findings.bad("request", page.error());
    return {};
  }
  trial.findings.good("request", cat("code flow with PKCE, state and nonce, back to ", redirect_uri,
                                     pushes ? ", sent ahead (PAR)" : ""));
  trial.findings.ask(*page, advice(receiver, redirect_uri));
  const std::string path = redirect_uri.substr(redirect_uri.find('/', redirect_uri.find("://") + 3));
  const std::string origin = redirect_uri.substr(0, redirect_uri.size() - path.size());
  const auto fits = [&](std::string_view target) {
    return target.starts_with(cat(path, path.find('?') == std::string::npos ? "?" : "&")) &&
           target.find(cat("state=", flow.state)) != std::string_view::npos;
  };
  const auto came = receiver.wait(fits, trial.patience);
  if (!came.ok()) {
    trial.findings.bad(
        "answer", came.error(),
        "If the server showed an error instead: lanyard explain NUMBER, with the number at its foot.");
    return {};
  }
  const auto code =
      lib::read_answer(trial.metadata, flow, came->was_pasted ? came->text : cat(origin, came->text));
  if (!code.ok()) {
    trial.findings.bad("answer", code.error());
    return {};
  }
  trial.findings.good("answer", trial.metadata.names_itself_in_answers ? "a code; state and iss are right"
                                                                       : "a code; state is right");
  if (!trial.can_prove) {
    trial.findings.not_tried("exchange", "it needs the client's own key or certificate, which is not here");
    return {};
  }
  auto granted =
      granted_by(trial, "exchange", lib::redeem_code(trial.caller, trial.metadata, flow, *code, trial.proof));
  if (!granted) return {};
  return Obtained{std::move(*granted), flow.nonce};
}

std::optional<Obtained> sign_in_by_device(const Trial& trial) {
  const lib::DeviceWish wish{trial.proof, trial.scope, trial.audience, ""};
  const auto code = lib::begin_device_flow(trial.caller, trial.metadata, wish);
  if (!code.ok()) {
    trial.findings.bad("request", code.error());
    return {};
  }
  trial.findings.good("request", cat("device flow; the code is good for ", format_duration(code->life)));
  trial.findings.ask(code->complete_uri.empty() ? code->verification_uri : code->complete_uri,
                     cat("It shows this code: ", code->user_code));
  const auto pause = [](Duration time) {
    std::this_thread::sleep_for(time);
    return true;
  };
  auto held = lib::wait_for_approval(trial.caller, trial.metadata, wish, *code, pause);
  if (!held.ok()) {
    trial.findings.bad("exchange", held.error());
    return {};
  }
  lib::Granted granted;
  granted.access_token = std::move(held->access_token);
  granted.id_token = std::move(held->id_token);
  granted.refresh_token = std::move(held->refresh_token);
  granted.scope = held->scope;
  if (held->expires_at)
    granted.life = std::chrono::duration_cast<std::chrono::seconds>(*held->expires_at - held->obtained_at);
  auto shown = granted_by(trial, "exchange", lib::TokenAnswer{std::move(granted), "", ""});
  return Obtained{std::move(*shown), ""};
}

std::optional<Obtained> ask_for_itself(const Trial& trial) {
  if (!trial.can_prove) {
    trial.findings.not_tried("request", "it needs the client's own key or certificate, which is not here");
    return {};
  }
  Form form{{"grant_type", "client_credentials"}, {"scope", trial.scope}};
  if (!trial.audience.empty()) form.add("resource", trial.audience);
  auto granted = granted_by(
      trial, "exchange", lib::ask_for_tokens(trial.caller, trial.metadata.token_endpoint, form, trial.proof));
  if (!granted) return {};
  return Obtained{std::move(*granted), "", false};
}

void look_at_tokens(const Trial& trial, Obtained obtained) {
  lib::Granted& granted = obtained.granted;
  look_at_scopes(trial, granted);
  const auto access = look_at_access_token(trial, granted);
  if (!granted.id_token.empty()) {
    const auto id = look_at_id_token(trial, obtained);
    if (id) look_at_userinfo(trial, granted, *id, access);
  } else if (const auto words = split_words(trial.scope);
             obtained.of_person && std::ranges::find(words, "openid") != words.end()) {
    trial.findings.bad("ID token", make_error(Code::upstream, "None came, although openid was asked for."));
  }
  look_at_refresh(trial, granted);
  end_tokens(trial, granted);
}

}  // namespace lanyard::cli
