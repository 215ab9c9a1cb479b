#include "platform/net/stapling.h"

#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace lanyard::net::outgoing {
namespace {

struct Free {
  void operator()(OCSP_RESPONSE* p) const { OCSP_RESPONSE_free(p); }
  void operator()(OCSP_BASICRESP* p) const { OCSP_BASICRESP_free(p); }
};

constexpr int kGoOn = 1;
constexpr int kRefuse = 0;

// Called at the end of certificate verification, when the chain is already trusted.
int status_callback(SSL* ssl, void*) {
  const unsigned char* bytes = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
  if (bytes == nullptr || size <= 0) return kGoOn;
  const std::unique_ptr<OCSP_RESPONSE, Free> response(d2i_OCSP_RESPONSE(nullptr, &bytes, size));
  if (!response || OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) return kGoOn;
  const std::unique_ptr<OCSP_BASICRESP, Free> basic(OCSP_response_get1_basic(response.get()));
  if (!basic) return kGoOn;
  STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
  if (chain == nullptr || sk_X509_num(chain) < 2) return kGoOn;
  X509_STORE* store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
  // A word that is not signed by the authority says nothing: an attacker could leave it out as well.
  if (OCSP_basic_verify(basic.get(), chain, store, 0) <= 0) return kGoOn;
  const X509* own = sk_X509_value(chain, 0);
  const X509* authority = sk_X509_value(chain, 1);
  for (int i = 0; i < OCSP_resp_count(basic.get()); ++i) {
    OCSP_SINGLERESP* single = OCSP_resp_get0(basic.get(), i);
    ASN1_INTEGER* serial = nullptr;
    const OCSP_CERTID* about = OCSP_SINGLERESP_get0_id(single);
    ASN1_OBJECT* digest = nullptr;
    if (OCSP_id_get0_info(nullptr, &digest, nullptr, &serial, const_cast<OCSP_CERTID*>(about)) != 1) continue;
    OCSP_CERTID* ours = OCSP_cert_to_id(EVP_get_digestbyobj(digest), own, authority);
    const bool same = ours != nullptr && OCSP_id_cmp(ours, about) == 0;
    OCSP_CERTID_free(ours);
    if (same &&
        OCSP_single_get0_status(single, nullptr, nullptr, nullptr, nullptr) == V_OCSP_CERTSTATUS_REVOKED) {
      return kRefuse;
    }
  }
  return kGoOn;
}

}  // namespace

void refuse_stapled_revocations(void* ssl_context) {
  auto* context = static_cast<SSL_CTX*>(ssl_context);
  SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // inside OpenSSL's macro
  SSL_CTX_set_tlsext_status_cb(context, &status_callback);
#pragma GCC diagnostic pop
}

}  // namespace lanyard::net::outgoing
