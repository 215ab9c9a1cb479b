#include "platform/crypto/ecdsa_form.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include <cstring>
#include <memory>

#include "platform/crypto/evp.h"

namespace lanyard::crypto {
namespace {

using namespace std::string_view_literals;

constexpr auto kOrderP256 =
    "\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51"sv;
constexpr auto kOrderP384 =
    "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xC7\x63\x4D\x81\xF4\x37\x2D\xDF"
    "\x58\x1A\x0D\xB2\x48\xB0\xA7\x7A\xEC\xEC\x19\x6A\xCC\xC5\x29\x73"sv;
constexpr auto kOrderP521 =
    "\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xFF\xFA\x51\x86\x87\x83\xBF\x2F\x96\x6B\x7F\xCC\x01\x48\xF7\x09"
    "\xA5\xD0\x3B\xB5\xC9\xB8\x89\x9C\x47\xAE\xBB\x6F\xB7\x1E\x91\x38"
    "\x64\x09"sv;

// Without leading zeros; empty for zero.
std::string_view significant(std::string_view number) {
  const std::size_t first = number.find_first_not_of('\0');
  return first == std::string_view::npos ? std::string_view() : number.substr(first);
}

bool in_range(std::string_view number, std::string_view order) {
  return !significant(number).empty() && std::memcmp(number.data(), order.data(), order.size()) < 0;
}

std::size_t append_integer(unsigned char* out, std::string_view number) {
  const bool pad = (static_cast<unsigned char>(number.front()) & 0x80) != 0;
  std::size_t n = 0;
  out[n++] = 0x02;
  out[n++] = static_cast<unsigned char>(number.size() + (pad ? 1 : 0));
  if (pad) out[n++] = 0;
  std::memcpy(out + n, number.data(), number.size());
  return n + number.size();
}

struct FreeSignature {
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};

}  // namespace

std::string_view order_p256() {
  return kOrderP256;
}
std::string_view order_p384() {
  return kOrderP384;
}
std::string_view order_p521() {
  return kOrderP521;
}

bool ecdsa_is_in_range(std::string_view raw, std::string_view order) {
  return raw.size() == 2 * order.size() && in_range(raw.substr(0, order.size()), order) &&
         in_range(raw.substr(order.size()), order);
}

bool ecdsa_raw_to_der(std::string_view raw, std::string_view order, DerSignature& out) {
  if (!ecdsa_is_in_range(raw, order)) return false;
  const std::string_view r = raw.substr(0, order.size()), s = raw.substr(order.size());
  std::array<unsigned char, 2 * (66 + 3)> body{};
  std::size_t length = append_integer(body.data(), significant(r));
  length += append_integer(body.data() + length, significant(s));
  std::size_t n = 0;
  out.bytes[n++] = 0x30;
  if (length >= 0x80) out.bytes[n++] = 0x81;
  out.bytes[n++] = static_cast<unsigned char>(length);
  std::memcpy(out.bytes.data() + n, body.data(), length);
  out.size = n + length;
  return true;
}

std::string ecdsa_der_to_raw(std::string_view der, std::size_t width) {
  const unsigned char* at = bytes_of(der);
  const std::unique_ptr<ECDSA_SIG, FreeSignature> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::string raw(2 * width, '\0');
  const auto out = reinterpret_cast<unsigned char*>(raw.data());
  const int half = static_cast<int>(width);
  if (signature == nullptr || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, half) != half ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + width, half) != half) {
    give_up("an ECDSA signature of our own is not readable");
  }
  return raw;
}

}  // namespace lanyard::crypto
