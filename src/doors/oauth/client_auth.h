// Which client sends this form, and is it really that one (RFC 6749 section 2.3, RFC 7523, RFC 8705 section
// 2): the same question at every endpoint that takes forms from programs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/secret.h"
#include "base/time.h"
#include "domain/clients/client.h"
#include "domain/clients/registry.h"
#include "doors/oauth/backoff.h"
#include "doors/oauth/credentials.h"
#include "doors/oauth/errors.h"
#include "doors/oauth/oauth.h"
#include "platform/crypto/certificate.h"
#include "platform/crypto/keys.h"
#include "platform/net/http.h"

namespace lanyard::doors::oauth {

struct Authenticated {
  clients::ClientPtr client;
  // How it proved itself. With `none` it did not: it is a public client, and only says which one it is.
  clients::AuthMethod method = clients::AuthMethod::none;
};

struct Authentication {
  std::optional<Authenticated> client;
  OauthError error;  // when there is no client
};

// Thread-safe, as far as its parts are.
class ClientAuth {
 public:
  struct Parts {
    std::function<Result<clients::ClientPtr>(std::string_view id)> find;        // Registry::find
    std::function<Status(const clients::Client&, const Secret&)> check_secret;  // …::check_secret
    // Registry::find_proved_now
    std::function<clients::ClientPtr(std::string_view id, const Secret&)> find_proved_now;
    std::function<Result<bool>(std::string_view kind, std::string_view owner, std::string_view text,
                               Time until)>
        first_time;  // tokens::Once::first_time
    RemoteKeys remote_keys;
    // Who stands behind the certificates of clients with tls_client_auth; nullptr: such clients can not prove
    // themselves.
    std::shared_ptr<const crypto::Authorities> authorities;
    std::string issuer;  // public_url, byte for byte
    const Clock& clock;
    const Log& log;
  };
  explicit ClientAuth(Parts parts);

  // Unknown clients and wrong secrets are refused in the same words; clients that are switched off and
  // applications behind the gate count as unknown. Whatever a public client sends as its secret is ignored
  // (panda-client sends "None"). 401 with a challenge when the header was used, else 400; 429 while the
  // back-off lasts; 503 when the database is away. What was wrong stands in the log.
  Authentication authenticate(const net::Request& request, const Form& form);
  // From memory alone, for event loops: a client with a secret that is right. nullptr: ask authenticate(),
  // which alone refuses, counts and logs.
  clients::ClientPtr authenticate_now(const net::Request& request, const Form& form);

 private:
  struct Asked;
  Status prove(const Asked& asked);
  Status prove_by_secret(const Asked& asked);
  Status prove_by_assertion(const Asked& asked);
  Status prove_by_certificate(const Asked& asked);
  Status verify(const clients::Client& client, const crypto::UnverifiedJws& jws,
                const std::vector<crypto::Algorithm>& allowed);
  Status find_key(const clients::Client& client, const std::string& thumbprint);
  OauthError refusal(const Asked& asked, const Error& error);

  Parts parts_;
  Backoff backoff_;
};

}  // namespace lanyard::doors::oauth
