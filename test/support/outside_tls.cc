#include <arpa/inet.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "test/support/outside.h"

namespace lanyard::test {
namespace {

std::string read_all(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

std::string pem_of(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return read_all(bio);
}

std::string pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  return read_all(bio);
}

X509* certificate_from(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* out = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return out;
}

EVP_PKEY* key_from(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* out = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return out;
}

void extend(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* blank(EVP_PKEY* key, const std::string& name, std::chrono::hours from, std::chrono::hours to) {
  static std::atomic<long> serial{1000};
  X509* out = X509_new();
  X509_set_version(out, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(out), std::chrono::seconds(from).count());
  X509_gmtime_adj(X509_getm_notAfter(out), std::chrono::seconds(to).count());
  X509_set_pubkey(out, key);
  X509_NAME_add_entry_by_NID(X509_get_subject_name(out), NID_commonName, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return out;
}

}  // namespace

TestCertificate make_authority() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = blank(key, "Test Authority", std::chrono::hours(-24), std::chrono::hours(240));
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate, NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature");
  X509_sign(certificate, key, EVP_sha256());
  TestCertificate out{pem_of(certificate), pem_of(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return out;
}

TestCertificate make_certificate(const TestCertificate& authority, const CertificateWish& wish) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* parent = certificate_from(authority.certificate);
  EVP_PKEY* parent_key = key_from(authority.key);
  X509* certificate = blank(key, "Test Server", wish.not_before, wish.not_after);
  X509_set_issuer_name(certificate, X509_get_subject_name(parent));
  if (!wish.organisation.empty()) {
    X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_organizationName, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.organisation.c_str()), -1, 0, 0);
  }
  in_addr ignored{};
  const bool is_address = inet_pton(AF_INET, wish.name.c_str(), &ignored) == 1;
  extend(certificate, NID_subject_alt_name, cat(is_address ? "IP:" : "DNS:", wish.name));
  extend(certificate, NID_ext_key_usage, wish.usage);
  X509_sign(certificate, parent_key, EVP_sha256());
  TestCertificate out{pem_of(certificate), pem_of(key)};
  X509_free(certificate);
  X509_free(parent);
  EVP_PKEY_free(key);
  EVP_PKEY_free(parent_key);
  return out;
}

std::string make_revocation(const TestCertificate& authority, const TestCertificate& certificate) {
  X509* parent = certificate_from(authority.certificate);
  EVP_PKEY* parent_key = key_from(authority.key);
  X509* about = certificate_from(certificate.certificate);
  OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
  OCSP_CERTID* id = OCSP_cert_to_id(EVP_sha1(), about, parent);
  ASN1_TIME* then = X509_gmtime_adj(nullptr, -60);
  ASN1_TIME* next = X509_gmtime_adj(nullptr, 3600);
  OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_REVOKED, OCSP_REVOKED_STATUS_KEYCOMPROMISE, then, then,
                         next);
  OCSP_basic_sign(basic, parent, parent_key, EVP_sha256(), nullptr, 0);
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(response, &der);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  OCSP_RESPONSE_free(response);
  OCSP_BASICRESP_free(basic);
  OCSP_CERTID_free(id);
  ASN1_TIME_free(then);
  ASN1_TIME_free(next);
  X509_free(about);
  X509_free(parent);
  EVP_PKEY_free(parent_key);
  return out;
}

TestFile::TestFile(std::string_view content) : path_("/tmp/lanyard-test-XXXXXX") {
  const int file = ::mkstemp(path_.data());
  if (file < 0 || ::write(file, content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    std::abort();
  ::close(file);
}

TestFile::~TestFile() {
  ::unlink(path_.c_str());
}

}  // namespace lanyard::test
