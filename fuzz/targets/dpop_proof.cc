// Two lines: the header and the claims of a proof of possession, which is signed here with a key that is put
// into the header when it brings none; and the input as a proof that a stranger sent.
#include "domain/tokens/dpop.h"

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/jws.h"

namespace lanyard::fuzz {
namespace {

constexpr std::string_view kPlace = "https://id.example.org/token";
constexpr std::string_view kToken = "an access token";
const Time kNow = from_unix_seconds(1'800'000'000);

const crypto::PrivateKey& key() {
  static const crypto::PrivateKey kPrivate = crypto::PrivateKey::generate(crypto::Algorithm::ed25519).value();
  return kPrivate;
}

Result<tokens::DpopProof> check(std::string_view proof, bool at_resource) {
  static const tokens::DpopNonces kNonces({"a key for nonces"});
  tokens::DpopQuestion question{
      .proofs = {proof}, .method = "POST", .url = kPlace, .now = kNow, .nonces = &kNonces};
  if (at_resource) question.access_token = kToken;
  return tokens::check_dpop(question);
}

void check_accepted(const json::Object& claims, const tokens::DpopProof& proof, bool at_resource) {
  HOLDS(proof.thumbprint == key().public_key().thumbprint());
  HOLDS(*claims.find("htm") == json::Value("POST"));
  const std::string* place = claims.find("htu")->as_string();
  HOLDS(place != nullptr && to_lower_ascii(place->substr(0, 22)).starts_with("https://id.example.org"));
  HOLDS(*claims.find("jti") == json::Value(proof.jti) && !proof.jti.empty() && proof.jti.size() <= 256);
  HOLDS(proof.until > kNow && proof.until <= kNow + std::chrono::minutes(4));
  if (at_resource) HOLDS(*claims.find("ath") == json::Value(base64url_encode(crypto::sha256_bytes(kToken))));
}

}  // namespace

void dpop_proof(std::string_view input) {
  for (const bool at_resource : {false, true}) HOLDS(!check(input, at_resource).ok());
  const auto [header, payload] = divide(input);
  auto object = json::parse_object(header);
  if (!object.ok()) return;
  if (object->find("jwk") == nullptr) object->set("jwk", key().public_key().to_jwk());
  const std::string token = crypto::sign_jws(key(), *object, payload);
  const auto plain = check(token, false);
  for (const bool at_resource : {false, true}) {
    const auto proof = check(token, at_resource);
    if (!proof.ok()) {
      HOLDS(proof.error().code == Code::invalid || proof.error().code == Code::expired);
      HOLDS(!has_control(proof.error().message));
      continue;
    }
    const auto claims = json::parse_object(payload);
    HOLDS(claims.ok() && plain.ok());
    check_accepted(*claims, *proof, at_resource);
  }
}

}  // namespace lanyard::fuzz
