// OpenSSL's objects behind owning pointers, without OpenSSL's headers: for the .cc files of this room.
#pragma once

#include <memory>
#include <string_view>

struct evp_pkey_st;
struct evp_md_ctx_st;
struct evp_md_st;
struct evp_cipher_st;

namespace lanyard::crypto {

struct FreeKey {
  void operator()(evp_pkey_st* key) const;
};
struct FreeDigestContext {
  void operator()(evp_md_ctx_st* context) const;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, FreeKey>;
using DigestContext = std::unique_ptr<evp_md_ctx_st, FreeDigestContext>;

// Fetched once in the life of the process: looking an algorithm up takes a lock in OpenSSL 3.0. Never freed.
const evp_md_st* sha256_digest();
const evp_cipher_st* aes_256_gcm();

// OpenSSL leaves errors in a queue of the thread, where the next user of that thread, a TLS connection, would
// take them for its own. Whoever lets an operation fail here calls this.
void forget_errors();

// For operations that only fail by a bug of ours or for want of memory.
[[noreturn]] void give_up(std::string_view what);

// Where OpenSSL wants bytes; never null, also for an empty text.
const unsigned char* bytes_of(std::string_view text);

}  // namespace lanyard::crypto
