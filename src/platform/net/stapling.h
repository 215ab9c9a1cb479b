// OCSP stapling (RFC 6066 section 8): a server may bring a signed word about its own certificate. Most bring
// none, so its absence is accepted; a valid word that says "revoked" ends the handshake.
#pragma once

namespace lanyard::net::outgoing {

// Prepares an SSL_CTX*; OpenSSL's type stays out of headers.
void refuse_stapled_revocations(void* ssl_context);

}  // namespace lanyard::net::outgoing
