#include "platform/crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "base/text.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/evp.h"
#include "platform/crypto/key_state.h"

namespace lanyard::crypto {
namespace {

constexpr int kDeepest = 5;

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Handle = std::unique_ptr<X509, FreeCertificate>;

struct FreeStoreContext {
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};

Result<Handle> parse(std::string_view der) {
  const unsigned char* at = bytes_of(der);
  Handle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate == nullptr || at != bytes_of(der) + der.size()) {
    forget_errors();
    return make_error(Code::invalid, "this is not a certificate");
  }
  return certificate;
}

Result<Time> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    forget_errors();
    return make_error(Code::invalid, "the certificate has a time that can not be read");
  }
  return from_unix_seconds(static_cast<std::int64_t>(::timegm(&parts)));
}

// One normal form: the escapes of RFC 4514 section 2.4, and everything else as UTF-8.
std::string name_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr) give_up("no memory for a name");
  constexpr unsigned long kForm = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (X509_NAME_print_ex(bio.get(), name, 0, kForm) < 0) {
    forget_errors();
    return {};
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

std::string certificate_thumbprint(std::string_view der) {
  return base64url_encode(sha256_bytes(der));
}

Result<Certificate> read_certificate(std::string_view der) {
  LANYARD_TRY(const Handle handle, parse(der));
  Certificate out;
  out.subject = name_of(X509_get_subject_name(handle.get()));
  LANYARD_TRY(out.not_before, time_of(X509_get0_notBefore(handle.get())));
  LANYARD_TRY(out.not_after, time_of(X509_get0_notAfter(handle.get())));
  return out;
}

Result<PublicKey> certificate_key(std::string_view der) {
  LANYARD_TRY(const Handle handle, parse(der));
  const KeyHandle key(X509_get_pubkey(handle.get()));
  if (key == nullptr) {
    forget_errors();
    return make_error(Code::invalid, "the certificate's key can not be read");
  }
  LANYARD_TRY(auto state, make_public_state(key));
  return PublicKey(std::move(state));
}

struct Authorities::State {
  X509_STORE* store = nullptr;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { X509_STORE_free(store); }
};

Result<Authorities> Authorities::from_file(const std::string& path) {
  auto state = std::make_shared<State>();
  state->store = X509_STORE_new();
  if (state->store == nullptr) give_up("no memory for authorities");
  if (X509_STORE_load_file(state->store, path.c_str()) != 1) {
    forget_errors();
    return make_error(Code::invalid, cat("The authorities in ", path, " can not be read."),
                      "It must be a PEM file with the certificates of the authorities.");
  }
  return Authorities(std::move(state));
}

Status Authorities::verify(std::string_view der, Time now) const {
  LANYARD_TRY(const Handle handle, parse(der));
  const std::unique_ptr<X509_STORE_CTX, FreeStoreContext> context(X509_STORE_CTX_new());
  if (context == nullptr || X509_STORE_CTX_init(context.get(), state_->store, handle.get(), nullptr) != 1)
    give_up("no memory to check a certificate");
  X509_VERIFY_PARAM* wish = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(wish, static_cast<time_t>(to_unix_seconds(now)));
  X509_VERIFY_PARAM_set_depth(wish, kDeepest);
  X509_VERIFY_PARAM_set_auth_level(wish, 2);  // 112 bits: no RSA under 2048, no SHA-1
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  const bool good = X509_verify_cert(context.get()) == 1;
  const int fault = X509_STORE_CTX_get_error(context.get());
  forget_errors();
  if (good) return {};
  return make_error(Code::unauthenticated, cat("the certificate: ", X509_verify_cert_error_string(fault)));
}

}  // namespace lanyard::crypto
