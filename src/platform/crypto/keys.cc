#include "platform/crypto/keys.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/text.h"
#include "platform/crypto/key_state.h"

namespace lanyard::crypto {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

// OpenSSL would ask for a passphrase at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

std::string_view to_string(Algorithm algorithm) {
  return facts_of(algorithm).name;
}

Result<Algorithm> parse_algorithm(std::string_view text) {
  if (text == "Ed25519") return Algorithm::ed25519;
  for (std::size_t i = 0; i < kAlgorithms; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    if (facts_of(algorithm).name == text) return algorithm;
  }
  return make_error(Code::invalid, "algorithm not known");
}

const std::string& PublicKey::kid() const {
  return state_->kid;
}
const std::vector<Algorithm>& PublicKey::algorithms() const {
  return state_->algorithms;
}
std::string PublicKey::thumbprint() const {
  return state_->thumbprint;
}
bool PublicKey::verify(Algorithm algorithm, std::string_view signing_input,
                       std::string_view signature) const {
  return state_->verify(algorithm, signing_input, signature);
}

void PublicKey::prepare_for_many() const {
  state_->prepare_for_many();
}

json::Object PublicKey::to_jwk() const {
  const PublicNumbers& numbers = state_->numbers;
  json::Object jwk;
  switch (numbers.kind) {
    case KeyKind::rsa:
      jwk.set("kty", "RSA");
      jwk.set("n", base64url_encode(numbers.first));
      jwk.set("e", base64url_encode(numbers.second));
      break;
    case KeyKind::ed25519:
      jwk.set("kty", "OKP");
      jwk.set("crv", "Ed25519");
      jwk.set("x", base64url_encode(numbers.first));
      break;
    default:
      jwk.set("kty", "EC");
      jwk.set("crv", group_name(numbers.kind));
      jwk.set("x", base64url_encode(numbers.first));
      jwk.set("y", base64url_encode(numbers.second));
  }
  jwk.set("use", "sig");
  if (!state_->kid.empty()) jwk.set("kid", state_->kid);
  if (state_->algorithms.size() == 1) jwk.set("alg", to_string(state_->algorithms.front()));
  return jwk;
}

Result<PrivateKey> PrivateKey::generate(Algorithm algorithm) {
  const AlgorithmFacts& facts = facts_of(algorithm);
  constexpr std::size_t kRsaBits = 2048;
  KeyHandle key;
  switch (facts.kind) {
    case KeyKind::rsa:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kRsaBits));
      break;
    case KeyKind::ed25519:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
    default:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group_name(facts.kind)));
  }
  if (key == nullptr) give_up("no key can be made");
  LANYARD_TRY(auto state, make_private_state(algorithm, std::move(key)));
  return PrivateKey(std::move(state));
}

Result<PrivateKey> PrivateKey::from_pem(Algorithm algorithm, const Secret& pem) {
  const std::string_view text = pem.reveal();
  const Bio bio(BIO_new_mem_buf(bytes_of(text), static_cast<int>(text.size())));
  KeyHandle key(bio == nullptr ? nullptr
                               : PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  forget_errors();
  if (key == nullptr) {
    return make_error(Code::invalid, "This is not a private key in PEM form without a passphrase.",
                      "The text begins with -----BEGIN PRIVATE KEY-----.");
  }
  LANYARD_TRY(auto state, make_private_state(algorithm, std::move(key)));
  return PrivateKey(std::move(state));
}

Secret PrivateKey::to_pem() const {
  // Secure memory where the process has some; either way BIO_free_all clears the buffer.
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr || PEM_write_bio_PKCS8PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0,
                                                      nullptr, nullptr) != 1) {
    give_up("a private key can not be written");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return Secret(std::string(data, static_cast<std::size_t>(size)));
}

Algorithm PrivateKey::algorithm() const {
  return state_->algorithms.front();
}
const std::string& PrivateKey::kid() const {
  return state_->kid;
}
PublicKey PrivateKey::public_key() const {
  return PublicKey(state_->public_half);
}
std::string PrivateKey::sign(std::string_view signing_input) const {
  return state_->sign(signing_input);
}

}  // namespace lanyard::crypto
