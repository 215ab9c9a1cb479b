#include "platform/crypto/seal.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/text.h"
#include "platform/crypto/evp.h"

namespace lanyard::crypto {
namespace {

// A sealed text is "1." key id "." base64url(nonce, ciphertext, tag); version and key id are authenticated
// with the place.
constexpr std::string_view kVersion = "1";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;
struct FreeKdf {
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

std::string hkdf(std::string_view key, std::string_view purpose, std::size_t size) {
  static EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(algorithm == nullptr ? nullptr
                                                                           : EVP_KDF_CTX_new(algorithm));
  std::string digest = "SHA256", salt = "lanyard", secret(key), info(purpose), out(size, '\0');
  const std::array<OSSL_PARAM, 5> params{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  if (context == nullptr || EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                           out.size(), params.data()) != 1) {
    give_up("HKDF failed");
  }
  OPENSSL_cleanse(secret.data(), secret.size());
  return out;
}

// The decoded bytes of one key; nothing when it is neither 64 hexadecimal digits nor base64 of 32 bytes.
std::optional<Secret> decode_key(std::string_view text) {
  auto bytes = text.size() == 2 * kKeyBytes ? hex_decode(text) : base64_decode(text);
  if (!bytes || bytes->size() != kKeyBytes) return {};
  Secret key(*bytes);
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return key;
}

// The key id is part of it, so that a sealed text under another id does not open even if both keys were one.
std::string associated(std::string_view id, std::string_view place) {
  return cat("lanyard sealed ", kVersion, '.', id, '.', place);
}

unsigned char* out_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Error does_not_open() {
  return make_error(Code::invalid, "The sealed value does not open.",
                    "It was sealed with a key that is not configured any more, or it was changed or moved.");
}

}  // namespace

Result<Sealer> Sealer::from_text(const Secret& keys) {
  const std::string_view text = trim(keys.reveal());
  if (text.empty()) {
    return make_error(Code::invalid, "There is no encryption key.", "Make one with: openssl rand -base64 32");
  }
  Sealer sealer;
  for (const std::string_view part : split(text, ';')) {
    const std::size_t position = sealer.keys_.size() + 1;
    const auto key = decode_key(trim(part));
    if (!key) {
      return make_error(Code::invalid,
                        cat("Encryption key ", position, " is not 32 bytes in base64 or hexadecimal."),
                        "Make one with: openssl rand -base64 32");
    }
    const std::string_view bytes = key->reveal();
    if (bytes.find_first_not_of(bytes.front()) == std::string_view::npos) {
      return make_error(Code::invalid, cat("Encryption key ", position, " is one byte repeated."),
                        "Make one with: openssl rand -base64 32");
    }
    std::string id = hex_encode(hkdf(bytes, "key id", kIdBytes));
    if (std::ranges::any_of(sealer.keys_, [&](const Key& other) { return other.id == id; })) {
      return make_error(Code::invalid, cat("Encryption key ", position, " is there twice."),
                        "Name each key once.");
    }
    sealer.keys_.push_back({std::move(id), *key});
  }
  return sealer;
}

std::string Sealer::seal(std::string_view plain, std::string_view place, Random& random) const {
  const Key& key = keys_.front();
  const std::string aad = associated(key.id, place);
  std::string box = random.bytes(kNonceBytes);
  box.resize(kNonceBytes + plain.size() + kTagBytes);
  unsigned char* const nonce = out_of(box);
  unsigned char* const body = nonce + kNonceBytes;
  const Cipher context(EVP_CIPHER_CTX_new());
  int size = 0;
  if (context == nullptr ||
      EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), bytes_of(key.bytes.reveal()), nonce, nullptr) != 1 ||
      EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(aad), static_cast<int>(aad.size())) != 1 ||
      EVP_EncryptUpdate(context.get(), body, &size, bytes_of(plain), static_cast<int>(plain.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), body + plain.size(), &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes),
                          body + plain.size()) != 1) {
    give_up("sealing failed");
  }
  return cat(kVersion, '.', key.id, '.', base64url_encode(box));
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view place) const {
  const auto parts = split(sealed, '.');
  if (parts.size() != 3 || parts[0] != kVersion) return does_not_open();
  const auto key = std::ranges::find(keys_, parts[1], &Key::id);
  auto box = base64url_decode(parts[2]);
  if (key == keys_.end() || !box || box->size() < kNonceBytes + kTagBytes) return does_not_open();
  const std::string aad = associated(key->id, place);
  std::string plain(box->size() - kNonceBytes - kTagBytes, '\0');
  unsigned char* const nonce = out_of(*box);
  unsigned char* const tag = nonce + kNonceBytes + plain.size();
  const Cipher context(EVP_CIPHER_CTX_new());
  int size = 0;
  if (context == nullptr ||
      EVP_DecryptInit_ex2(context.get(), aes_256_gcm(), bytes_of(key->bytes.reveal()), nonce, nullptr) != 1 ||
      EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(aad), static_cast<int>(aad.size())) != 1 ||
      EVP_DecryptUpdate(context.get(), out_of(plain), &size, nonce + kNonceBytes,
                        static_cast<int>(plain.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes), tag) != 1) {
    give_up("opening a seal failed");
  }
  std::array<unsigned char, kTagBytes> rest{};
  if (EVP_DecryptFinal_ex(context.get(), rest.data(), &size) != 1) {
    OPENSSL_cleanse(plain.data(), plain.size());
    forget_errors();
    return does_not_open();
  }
  return plain;
}

bool Sealer::sealed_with_first_key(std::string_view sealed) const {
  const auto parts = split(sealed, '.');
  return parts.size() == 3 && parts[0] == kVersion && parts[1] == keys_.front().id;
}

std::string Sealer::derive(std::string_view purpose) const {
  return hkdf(keys_.front().bytes.reveal(), cat("purpose ", purpose), kKeyBytes);
}

std::vector<std::string> Sealer::derive_all(std::string_view purpose) const {
  std::vector<std::string> out;
  for (const Key& key : keys_) out.push_back(hkdf(key.bytes.reveal(), cat("purpose ", purpose), kKeyBytes));
  return out;
}

}  // namespace lanyard::crypto
