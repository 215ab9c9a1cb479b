#include "platform/crypto/evp.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <stdexcept>

#include "base/text.h"

namespace lanyard::crypto {

void FreeKey::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}
void FreeDigestContext::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

const evp_md_st* sha256_digest() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (digest == nullptr) give_up("SHA-256 is not available");
  return digest;
}

const evp_cipher_st* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (cipher == nullptr) give_up("AES-256-GCM is not available");
  return cipher;
}

void forget_errors() {
  ERR_clear_error();
}

void give_up(std::string_view what) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  forget_errors();
  throw std::runtime_error(
      cat("cryptography: ", what, reason == nullptr ? "" : ": ", reason == nullptr ? "" : reason));
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.empty() ? "" : text.data());
}

}  // namespace lanyard::crypto
