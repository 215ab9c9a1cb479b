#include "doors/oauth/client_auth.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/clients/assertion.h"

namespace lanyard::doors::oauth {
namespace {

using clients::AuthMethod;
using Sent = Credentials::Sent;

constexpr std::string_view kSameWords =
    "The client is not known here, or what it proves itself with is wrong.";

Error wrong(std::string reason) {
  return make_error(Code::unauthenticated, std::string(kSameWords), {}, std::move(reason));
}

// Which way of sending belongs to which registered method.
bool fits(AuthMethod method, Sent sent) {
  switch (method) {
    case AuthMethod::none:
      return sent != Sent::assertion;
    case AuthMethod::client_secret:
      return sent == Sent::in_header || sent == Sent::in_body;
    case AuthMethod::client_secret_basic:
      return sent == Sent::in_header;
    case AuthMethod::client_secret_post:
      return sent == Sent::in_body;
    case AuthMethod::private_key_jwt:
      return sent == Sent::assertion;
    case AuthMethod::tls_client_auth:
    case AuthMethod::self_signed_tls_client_auth:
      return sent == Sent::nothing;
  }
  return false;
}

bool is_ours_to_serve(const clients::Client& client) {
  return client.enabled && client.kind == "oauth";
}

}  // namespace

struct ClientAuth::Asked {
  const net::Request& request;
  const Credentials& credentials;
  clients::ClientPtr client;  // nullptr when unknown
};

ClientAuth::ClientAuth(Parts parts) : parts_(std::move(parts)), backoff_(parts_.clock) {}

// Somebody whom we do not know costs the same work.
Status ClientAuth::prove_by_secret(const Asked& asked) {
  const clients::Client nobody{.id = ClientId(asked.credentials.client_id)};
  const clients::Client& client = asked.client ? *asked.client : nobody;
  if (asked.credentials.secrets.empty()) return wrong("no secret was sent");
  for (const Secret& secret : asked.credentials.secrets) {
    Status status = parts_.check_secret(client, secret);
    if (status.ok() && asked.client) return status;
    if (!status.ok() && status.error().code != Code::unauthenticated) return status;
  }
  return wrong(asked.client ? "wrong secret" : "unknown client");
}

namespace {

// What a client's server does is no trouble of ours; which of our addresses it named and why it may not is
// for the log alone.
Status in_our_words(const Status& remote) {
  if (remote.ok() || remote.error().code != Code::unavailable) return remote;
  return make_error(Code::upstream, "The keys at the application's jwks_uri can not be had now.", {},
                    cat(remote.error().message, " ", remote.error().cause));
}

}  // namespace

Status ClientAuth::verify(const clients::Client& client, const crypto::UnverifiedJws& jws,
                          const std::vector<crypto::Algorithm>& allowed) {
  if (!client.jwks_uri.empty()) return in_our_words(parts_.remote_keys.verify(client.jwks_uri, jws, allowed));
  const auto keys = clients::keys_of(client);
  if (!keys.ok()) return wrong(keys.error().message);
  return crypto::verify_jws(jws, *keys, allowed);
}

Status ClientAuth::find_key(const clients::Client& client, const std::string& thumbprint) {
  if (!client.jwks_uri.empty()) return in_our_words(parts_.remote_keys.find(client.jwks_uri, thumbprint));
  const auto keys = clients::keys_of(client);
  if (!keys.ok()) return wrong(keys.error().message);
  const auto is_it = [&](const crypto::PublicKey& key) { return key.thumbprint() == thumbprint; };
  if (std::ranges::any_of(*keys, is_it)) return {};
  return wrong("the key is none of the client's");
}

Status ClientAuth::prove_by_assertion(const Asked& asked) {
  if (!asked.client) return wrong("unknown client");
  const clients::Client& client = *asked.client;
  auto assertion = clients::check_assertion(
      {.type = asked.credentials.assertion_type,
       .assertion = asked.credentials.assertion,
       .client = &client,
       .verify = [&](const crypto::UnverifiedJws& jws,
                     const std::vector<crypto::Algorithm>& allowed) { return verify(client, jws, allowed); },
       .issuer = parts_.issuer,
       .now = parts_.clock.now()});
  if (!assertion.ok()) {
    Error error = std::move(assertion).error();
    if (error.code == Code::not_found) error.code = Code::unauthenticated;
    // Reasons of check_assertion hold nothing from the assertion, and whoever sets a client up needs them.
    if (error.code == Code::unauthenticated && error.message != kSameWords)
      error.message = cat("client_assertion: ", error.message, ".");
    return error;
  }
  LANYARD_TRY(const bool first,
              parts_.first_time("client_assertion", client.id.str(), assertion->jti, assertion->until));
  if (!first) return make_error(Code::unauthenticated, "client_assertion: it was used before.");
  return {};
}

// RFC 8705 section 2. The handshake, ours or the proxy's, has shown that the client has the certificate's
// key, so a self-signed certificate is the client's when its key is.
Status ClientAuth::prove_by_certificate(const Asked& asked) {
  const clients::Client& client = *asked.client;
  const std::string_view der = asked.request.client_certificate_der();
  if (der.empty()) return wrong("no certificate was shown");
  const Time now = parts_.clock.now();
  const auto certificate = crypto::read_certificate(der);
  if (!certificate.ok()) return wrong(certificate.error().message);
  if (!certificate->holds_at(now)) return wrong("the certificate is over or not valid yet");
  if (client.auth == AuthMethod::tls_client_auth) {
    if (parts_.authorities == nullptr) return wrong("server.client_certificate_ca_file is not set");
    if (const Status chain = parts_.authorities->verify(der, now); !chain.ok())
      return wrong(chain.error().message);
    if (client.tls_subject.empty() || certificate->subject != client.tls_subject)
      return wrong(cat("the certificate's subject is ", certificate->subject));
    return {};
  }
  const auto shown = crypto::certificate_key(der);
  if (!shown.ok()) return wrong(shown.error().message);
  Status known = find_key(client, shown->thumbprint());
  if (!known.ok() && known.error().code == Code::unauthenticated)
    return wrong("the certificate's key is none of the client's");
  return known;
}

Status ClientAuth::prove(const Asked& asked) {
  const Sent sent = asked.credentials.sent;
  if (!asked.client)
    return sent == Sent::in_header || sent == Sent::in_body ? prove_by_secret(asked)
                                                            : Status(wrong("unknown client"));
  const AuthMethod method = asked.client->auth;
  if (!fits(method, sent)) {
    return make_error(Code::forbidden, cat("This client is registered to prove itself by ",
                                           clients::to_string(method), ", and it did not."));
  }
  switch (method) {
    case AuthMethod::none:
      return {};
    case AuthMethod::private_key_jwt:
      return prove_by_assertion(asked);
    case AuthMethod::tls_client_auth:
    case AuthMethod::self_signed_tls_client_auth:
      return prove_by_certificate(asked);
    default:
      return prove_by_secret(asked);
  }
}

OauthError ClientAuth::refusal(const Asked& asked, const Error& error) {
  parts_.log.info("oauth.client_refused", {{"client", std::string_view(asked.credentials.client_id)},
                                           {"known", asked.client != nullptr},
                                           {"reason", error.message},
                                           {"cause", error.cause},
                                           {"address", asked.request.client_address()},
                                           {"request", asked.request.id()}});
  if (error.code == Code::invalid) return from_error(error, invalid_request(error.message));
  if (error.code == Code::upstream) return temporarily_unavailable(error.message);
  return from_error(error, invalid_client(error.message));
}

clients::ClientPtr ClientAuth::authenticate_now(const net::Request& request, const Form& form) {
  const auto read = read_credentials(request, form);
  const auto* credentials = std::get_if<Credentials>(&read);
  if (credentials == nullptr || credentials->secrets.size() != 1) return nullptr;
  const std::string_view address = request.client_address();
  if (backoff_.wait(credentials->client_id, address).count() > 0) return nullptr;
  auto client = parts_.find_proved_now(credentials->client_id, credentials->secrets.front());
  if (!client || !is_ours_to_serve(*client) || !fits(client->auth, credentials->sent)) return nullptr;
  backoff_.proved(credentials->client_id, address);
  return client;
}

Authentication ClientAuth::authenticate(const net::Request& request, const Form& form) {
  const auto challenged = [&](OauthError error) {
    // RFC 6749 section 5.2.
    if (error.error == "invalid_client" && used_header(request)) {
      error.status = 401;
      error.www_authenticate = cat("Basic realm=\"", parts_.issuer, "\", charset=\"UTF-8\"");
    }
    return Authentication{.client = std::nullopt, .error = std::move(error)};
  };
  const auto read = read_credentials(request, form);
  if (const auto* error = std::get_if<OauthError>(&read)) return challenged(*error);
  const auto& credentials = std::get<Credentials>(read);

  Asked asked{request, credentials, nullptr};
  auto found = parts_.find(credentials.client_id);
  if (!found.ok() && found.error().code != Code::not_found && found.error().code != Code::invalid)
    return challenged(refusal(asked, found.error()));
  if (found.ok() && is_ours_to_serve(**found)) asked.client = std::move(*found);

  // A key can not be guessed, and a public client has nothing that could be.
  const bool guessable = !asked.client || clients::uses_secret(asked.client->auth);
  if (guessable) {
    const auto wait = backoff_.wait(credentials.client_id, request.client_address());
    if (wait.count() > 0) {
      OauthError slow = refusal(asked, make_error(Code::too_many, "There were too many wrong attempts.",
                                                  "Wait for as long as Retry-After says."));
      slow.retry_after = static_cast<int>(wait.count());
      return challenged(std::move(slow));
    }
  }
  const Status proved = prove(asked);
  if (!proved.ok()) {
    if (guessable && proved.error().code == Code::unauthenticated)
      backoff_.failed(asked.client ? std::string_view(credentials.client_id) : std::string_view(),
                      request.client_address());
    return challenged(refusal(asked, proved.error()));
  }
  const AuthMethod method = asked.client->auth;
  if (guessable) backoff_.proved(credentials.client_id, request.client_address());
  return {.client = Authenticated{std::move(asked.client), method}, .error = {}};
}

}  // namespace lanyard::doors::oauth
