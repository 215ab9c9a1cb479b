// A client's certificate in DER, as a TLS handshake or a proxy hands it in.
#include "platform/crypto/certificate.h"

#include "base/text.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {

void certificate(std::string_view input) {
  const auto read = crypto::read_certificate(input);
  const auto key = crypto::certificate_key(input);
  if (read.ok()) {
    // The subject is compared with a registered text, so it must have one spelling and stay on one line.
    HOLDS(is_utf8(read->subject) && !has_control(read->subject));
    HOLDS(!read->holds_at(read->not_before - Duration(1)) && !read->holds_at(read->not_after + Duration(1)));
    HOLDS(!crypto::read_certificate(cat(input, "\n")).ok());
    HOLDS(!crypto::read_certificate(input.substr(0, input.size() - 1)).ok());
    HOLDS(base64url_decode(crypto::certificate_thumbprint(input))->size() == 32);
  } else {
    HOLDS(read.error().code == Code::invalid && !has_control(read.error().message));
  }
  if (!key.ok()) return;
  HOLDS(crypto::parse_jwk(key->to_jwk()).ok());
  for (const crypto::Algorithm algorithm : key->algorithms())
    HOLDS(!key->verify(algorithm, "text", "signature"));
}

}  // namespace lanyard::fuzz
