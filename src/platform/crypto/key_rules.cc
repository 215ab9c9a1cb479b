#include "platform/crypto/key_rules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace lanyard::crypto {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint32_t, 38> kPrimes{
    3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
    73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

std::uint32_t remainder(std::string_view number, std::uint32_t prime) {
  std::uint32_t rest = 0;
  for (const char c : number) rest = (rest << 8 | static_cast<unsigned char>(c)) % prime;
  return rest;
}

bool is_power_of_65537(std::uint32_t rest, std::uint32_t prime) {
  const std::uint32_t base = 65537 % prime;
  std::uint32_t power = 1;
  do {
    if (power == rest) return true;
    power = power * base % prime;
  } while (power != 1);
  return false;
}

std::size_t bits(std::string_view number) {
  if (number.empty()) return 0;
  return 8 * (number.size() - 1) +
         static_cast<std::size_t>(std::bit_width(static_cast<unsigned char>(number.front())));
}

bool is_odd(std::string_view number) {
  return !number.empty() && (number.back() & 1) != 0;
}

}  // namespace

std::string refuse_rsa(std::string_view modulus, std::string_view exponent) {
  if (bits(modulus) < 2048) return "RSA modulus under 2048 bits";
  if (bits(modulus) > 8192) return "RSA modulus over 8192 bits";
  if (!is_odd(modulus)) return "RSA modulus is even";
  if (bits(exponent) > 32) return "RSA exponent over 32 bits";
  if (!is_odd(exponent) || exponent == "\x01"sv) return "RSA exponent is 1 or even";
  bool roca = true;  // so far every remainder is a power of 65537
  for (const std::uint32_t prime : kPrimes) {
    const std::uint32_t rest = remainder(modulus, prime);
    if (rest == 0) return "RSA modulus has a small factor";
    roca = roca && is_power_of_65537(rest, prime);
  }
  return roca ? "RSA modulus has the ROCA fingerprint" : "";
}

std::string refuse_ed25519(std::string_view point) {
  if (point.size() != 32) return "Ed25519 key is not 32 bytes";
  // Little-endian; the top bit is the sign of x.
  std::string y(point.rbegin(), point.rend());
  y.front() = static_cast<char>(y.front() & 0x7F);
  static constexpr auto kPrime =
      "\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
      "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xED"sv;
  static constexpr std::array<std::string_view, 5> kSmallOrder{
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"sv,
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"sv,
      "\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
      "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xEC"sv,
      "\x05\xFC\x53\x6D\x88\x02\x38\xB1\x39\x33\xC6\xD3\x05\xAC\xDF\xD5"
      "\xF0\x98\xEF\xF2\x89\xF4\xC3\x45\xB0\x27\xB2\xC2\x8F\x95\xE8\x26"sv,
      "\x7A\x03\xAC\x92\x77\xFD\xC7\x4E\xC6\xCC\x39\x2C\xFA\x53\x20\x2A"
      "\x0F\x67\x10\x0D\x76\x0B\x3C\xBA\x4F\xD8\x4D\x3D\x70\x6A\x17\xC7"sv};
  // std::string compares as unsigned bytes, and both sides have one length.
  if (y >= kPrime) return "Ed25519 key is not reduced";
  if (std::ranges::find(kSmallOrder, std::string_view(y)) != kSmallOrder.end())
    return "Ed25519 key has small order";
  return "";
}

bool is_kid(std::string_view text) {
  return text.size() <= 256 && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7E; });
}

}  // namespace lanyard::crypto
