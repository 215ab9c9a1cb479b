#include "doors/oauth/code.h"

#include <algorithm>

#include "base/text.h"
#include "domain/tokens/scopes.h"
#include "platform/crypto/digest.h"

namespace lanyard::doors::oauth {
namespace {

// Rows outlive the code, so that a late second use is still recognised.
constexpr Duration kRowLife = std::chrono::hours(1);

}  // namespace

json::Object to_json(const CodeData& code) {
  return json::Object{{"grant", code.grant.str()},
                      {"account", code.account.str()},
                      {"issuer", code.issuer},
                      {"subject", code.subject},
                      {"source", code.source},
                      {"session", code.session.str()},
                      {"auth_time", to_micros(code.auth_time)},
                      {"good_until", to_micros(code.good_until)},
                      {"redirect_uri", code.redirect_uri},
                      {"challenge", code.challenge},
                      {"nonce", code.nonce},
                      {"dpop_jkt", code.dpop_jkt},
                      {"scope", join(code.scopes, " ")},
                      {"audience", join(code.audience, " ")}};
}

Result<CodeData> parse_code(const json::Object& object) {
  CodeData code;
  std::string grant, account, session, scope, audience;
  const std::pair<const char*, std::string*> texts[] = {
      {"grant", &grant},
      {"account", &account},
      {"issuer", &code.issuer},
      {"subject", &code.subject},
      {"source", &code.source},
      {"session", &session},
      {"redirect_uri", &code.redirect_uri},
      {"challenge", &code.challenge},
      {"nonce", &code.nonce},
      {"dpop_jkt", &code.dpop_jkt},
      {"scope", &scope},
      {"audience", &audience},
  };
  for (const auto& [name, target] : texts) {
    LANYARD_TRY(*target, json::get_string(object, name));
  }
  LANYARD_TRY(const std::int64_t auth_time, json::get_integer(object, "auth_time"));
  LANYARD_TRY(const std::int64_t good_until, json::get_integer(object, "good_until"));
  code.grant = TokenGrantId(std::move(grant));
  code.account = AccountId(std::move(account));
  code.session = SessionId(std::move(session));
  code.auth_time = from_micros(auth_time);
  code.good_until = from_micros(good_until);
  code.scopes = tokens::words_of(scope);
  code.audience = tokens::words_of(audience);
  return code;
}

bool verifier_fits(std::string_view verifier, std::string_view challenge) {
  const bool has_form =
      verifier.size() >= 43 && verifier.size() <= 128 && std::ranges::all_of(verifier, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.' || c == '_' || c == '~';
      });
  return has_form && equal_in_constant_time(base64url_encode(crypto::sha256_bytes(verifier)), challenge);
}

std::optional<OauthError> check_groups(const std::vector<std::string>& scopes,
                                       const callers::Person& person) {
  if (const auto groups = tokens::wlcg_groups(scopes, person.groups); !groups)
    return access_denied(groups.error().message);
  return {};
}

Result<std::string> issue_code(const Desk& desk, const callers::Caller& caller, const AuthRequest& request) {
  CodeData data;
  data.grant = desk.parts.grants.make_id();
  data.account = caller.person->account.id;
  data.issuer = caller.person->issuer;
  data.subject = caller.person->subject;
  data.source = caller.person->source;
  data.session = caller.session;
  data.auth_time = caller.auth_time;
  data.good_until = desk.parts.clock.now() + desk.settings.code_life;
  data.redirect_uri = request.redirect_uri;
  data.challenge = request.challenge;
  data.nonce = request.nonce;
  data.dpop_jkt = request.dpop_jkt;
  data.scopes = request.scopes;
  data.audience = request.audience;
  LANYARD_TRY(const Secret code,
              desk.parts.artefacts.issue(sessions::ArtefactKind::code, request.client->id.str(), data.account,
                                         to_json(data), kRowLife));
  desk.parts.log.info("oauth.code_issued",
                      {{"client", request.client->id.str()}, {"account", data.account.str()}});
  return std::string(code.reveal());
}

std::string code_url(const Desk& desk, const AuthRequest& request, const std::string& code) {
  Form parameters{{"code", code}};
  if (request.state) parameters.add("state", *request.state);
  parameters.add("iss", desk.issuer);  // RFC 9207
  return answer_url(request.redirect_uri, parameters);
}

}  // namespace lanyard::doors::oauth
