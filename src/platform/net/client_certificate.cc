#include "platform/net/client_certificate.h"

#include "base/text.h"
#include "base/url.h"

namespace lanyard::net {

std::optional<std::string> parse_escaped_certificate(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----\n", kEnd = "\n-----END CERTIFICATE-----";
  const auto decoded = percent_decode(text);
  if (!decoded.ok()) return std::nullopt;
  std::string_view pem = *decoded;
  if (pem.ends_with('\n')) pem.remove_suffix(1);
  if (!pem.starts_with(kBegin) || !pem.ends_with(kEnd) || pem.size() < kBegin.size() + kEnd.size())
    return std::nullopt;
  pem.remove_prefix(kBegin.size());
  pem.remove_suffix(kEnd.size());
  std::string base64;
  base64.reserve(pem.size());
  for (const char c : pem)
    if (c != '\n') base64.push_back(c);
  auto der = base64_decode(base64);  // no dash, so there is no second block in it
  if (!der.ok() || !der->starts_with('\x30')) return std::nullopt;
  return std::move(*der);
}

bool read_certificate_header(std::string_view name, Request::Data& data) {
  const HeaderField* found = nullptr;
  for (const HeaderField& field : data.headers) {
    if (!equal_ignoring_case(field.name, name)) continue;
    if (found != nullptr) return false;
    found = &field;
  }
  if (found == nullptr || found->value.empty()) return true;
  auto der = parse_escaped_certificate(found->value);
  if (!der) return false;
  data.client_certificate = std::make_shared<const std::string>(std::move(*der));
  return true;
}

}  // namespace lanyard::net
