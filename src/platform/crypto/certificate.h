// X.509 certificates of clients (RFC 8705): what they say, and whether an authority of ours stands behind
// them. Whoever hands one in has seen that the client has its key.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "platform/crypto/keys.h"

namespace lanyard::crypto {

// `cnf.x5t#S256` (RFC 8705 section 3.1): SHA-256 of the DER, base64url.
std::string certificate_thumbprint(std::string_view der);

struct Certificate {
  std::string subject;  // RFC 4514: "CN=hub,OU=Computing,O=Example", last part first; UTF-8 as it is
  Time not_before{}, not_after{};
  bool holds_at(Time now) const { return not_before <= now && now <= not_after; }
};
// Code::invalid when it is no certificate, has something behind it or times that can not be read.
Result<Certificate> read_certificate(std::string_view der);

// The key in it, under the rules of keys.h; Code::invalid.
Result<PublicKey> certificate_key(std::string_view der);

// The authorities of clients. Immutable, usable from any thread.
class Authorities {
 public:
  // PEM: roots, and the intermediates that proxies do not hand on. Code::invalid names the file.
  static Result<Authorities> from_file(const std::string& path);
  // A chain to one of the roots, at this time, made for clients. Code::unauthenticated with the reason.
  Status verify(std::string_view der, Time now) const;

 private:
  struct State;
  explicit Authorities(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace lanyard::crypto
