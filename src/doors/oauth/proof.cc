#include "doors/oauth/proof.h"

#include "base/text.h"
#include "doors/oauth/request.h"
#include "platform/crypto/certificate.h"

namespace lanyard::doors::oauth {

Outcome<Form> read_form(const net::Request& request) {
  if (!request.query().empty())
    return invalid_request("Parameters belong into the body, not into the address.");
  auto form = request.form();
  if (!form) return invalid_request("The body is not a form (application/x-www-form-urlencoded).");
  if (repeats(*form)) return invalid_request("A parameter was sent more than once.");
  return *std::move(form);
}

Outcome<ClientForm> read_client_form(const Desk& desk, const net::Request& request) {
  auto form = read_form(request);
  if (!form) return form.error();
  Authentication found = desk.auth->authenticate(request, *form);
  if (!found.client) return std::move(found.error);
  return ClientForm{*std::move(form), std::move(found.client->client)};
}

std::string certificate_of(const net::Request& request) {
  const std::string_view der = request.client_certificate_der();
  return der.empty() ? std::string() : crypto::certificate_thumbprint(der);
}

Outcome<std::string> find_dpop(const Desk& desk, const net::Request& request,
                               std::optional<std::string_view> access_token) {
  tokens::DpopQuestion question;
  for (const net::HeaderField& header : request.headers()) {
    if (equal_ignoring_case(header.name, "DPoP")) question.proofs.push_back(header.value);
  }
  if (question.proofs.empty()) {
    if (access_token) return invalid_dpop_proof("The DPoP proof is missing.");
    return std::string();
  }
  const std::string url = cat(desk.settings.public_url, request.path());
  const std::string alias = cat(desk.settings.certificate_url, request.path());
  const Time now = desk.parts.clock.now();
  question.method = request.method_text();
  question.url = url;
  question.now = now;
  question.access_token = access_token;
  question.nonces = desk.nonces.get();
  auto proof = tokens::check_dpop(question);
  if (!proof && proof.error().code == Code::invalid && !desk.settings.certificate_url.empty()) {
    question.url = alias;  // it may have come there
    proof = tokens::check_dpop(question);
  }
  if (!proof) {
    if (proof.error().code == Code::expired) return use_dpop_nonce(desk.nonces->make(now));
    return invalid_dpop_proof(proof.error().message);
  }
  const auto is_first = desk.parts.once.first_time("dpop", proof->thumbprint, proof->jti, proof->until);
  if (!is_first) return from_error(is_first.error());
  if (!*is_first) return invalid_dpop_proof("This proof was used before.");
  return proof->thumbprint;
}

}  // namespace lanyard::doors::oauth
