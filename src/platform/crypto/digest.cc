#include "platform/crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>

#include "platform/crypto/evp.h"

namespace lanyard::crypto {
namespace {

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Mac = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

// HMAC with its digest already looked up, to be copied for each message. Never freed, as sha256_digest().
const EVP_MAC_CTX* hmac_template() {
  static const EVP_MAC_CTX* const context = [] {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* made = mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    std::array<char, 7> name{"SHA256"};
    const std::array<OSSL_PARAM, 2> params{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0), OSSL_PARAM_construct_end()};
    if (made == nullptr || EVP_MAC_CTX_set_params(made, params.data()) != 1) give_up("HMAC is not available");
    return made;
  }();
  return context;
}

// For digests that are needed once a login, not once a request.
std::string digest_by_name(const char* name, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  std::size_t size = 0;
  if (EVP_Q_digest(nullptr, name, nullptr, bytes_of(bytes), bytes.size(), out.data(), &size) != 1)
    give_up(name);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  // One context a thread: making one costs about as much as hashing a short text.
  thread_local const DigestContext context(EVP_MD_CTX_new());
  Sha256 out{};
  if (EVP_DigestInit_ex2(context.get(), sha256_digest(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes_of(bytes), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), out.data(), nullptr) != 1) {
    give_up("SHA-256 failed");
  }
  return out;
}

std::string sha256_bytes(std::string_view bytes) {
  const Sha256 digest = sha256(bytes);
  return {digest.begin(), digest.end()};
}

std::string sha384_bytes(std::string_view bytes) {
  return digest_by_name("SHA384", bytes);
}

std::string sha512_bytes(std::string_view bytes) {
  return digest_by_name("SHA512", bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  const Mac context(EVP_MAC_CTX_dup(hmac_template()));
  std::array<unsigned char, 32> out{};
  std::size_t size = 0;
  if (context == nullptr || EVP_MAC_init(context.get(), bytes_of(key), key.size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), bytes_of(bytes), bytes.size()) != 1 ||
      EVP_MAC_final(context.get(), out.data(), &size, out.size()) != 1 || size != out.size()) {
    give_up("HMAC failed");
  }
  return {out.begin(), out.end()};
}

std::vector<std::string> KeyedHash::candidates(std::string_view text) const {
  std::vector<std::string> hashes;
  for (const std::string& key : keys_) hashes.push_back(hmac_sha256(key, text));
  return hashes;
}

}  // namespace lanyard::crypto
