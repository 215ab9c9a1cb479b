#include "platform/crypto/inverse.h"

#include <bit>
#include <cstddef>

namespace lanyard::crypto {
namespace {

__extension__ using Wide = unsigned __int128;

bool is_below(const Words& a, const Words& b) {
  for (std::size_t i = a.size(); i-- > 0;) {
    if (a[i] != b[i]) return a[i] < b[i];
  }
  return false;
}

bool is_one(const Words& a) {
  return a == Words{1, 0, 0, 0};
}

bool is_zero(const Words& a) {
  return (a[0] | a[1] | a[2] | a[3]) == 0;
}

// Adds b to a; returns the carry.
std::uint64_t add(Words& a, const Words& b) {
  Wide sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += Wide{a[i]} + b[i];
    a[i] = static_cast<std::uint64_t>(sum);
    sum >>= 64;
  }
  return static_cast<std::uint64_t>(sum);
}

// Takes b from a; returns the borrow.
std::uint64_t subtract(Words& a, const Words& b) {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Wide difference = Wide{a[i]} - b[i] - borrow;
    a[i] = static_cast<std::uint64_t>(difference);
    borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
  }
  return borrow;
}

void shift_down(Words& a, int bits, std::uint64_t above) {
  for (std::size_t i = 0; i + 1 < a.size(); ++i) a[i] = (a[i] >> bits) | (a[i + 1] << (64 - bits));
  a[3] = (a[3] >> bits) | (above << (64 - bits));
}

// -1/modulus modulo 2^64, by Newton's method: each step doubles the good bits.
std::uint64_t negative_inverse(std::uint64_t odd) {
  std::uint64_t inverse = odd;  // good for three bits
  for (int i = 0; i < 5; ++i) inverse *= 2 - odd * inverse;
  return 0 - inverse;
}

// One side of the Euclidean algorithm: value = factor * number modulo the modulus, always.
struct Side {
  Words value, factor;

  // Takes the factors of two out of the value, and divides the factor by as many modulo the modulus: with the
  // multiple of the modulus added that makes its low bits zero.
  void make_odd(const Words& modulus, std::uint64_t negative) {
    while ((value[0] & 1) == 0) {
      const int bits = value[0] == 0 ? 63 : std::countr_zero(value[0]);
      shift_down(value, bits, 0);
      const std::uint64_t multiple = (factor[0] * negative) & ((std::uint64_t{1} << bits) - 1);
      Wide sum = 0;
      for (std::size_t i = 0; i < factor.size(); ++i) {
        sum += Wide{multiple} * modulus[i] + factor[i];
        factor[i] = static_cast<std::uint64_t>(sum);
        sum >>= 64;
      }
      shift_down(factor, bits, static_cast<std::uint64_t>(sum));
    }
  }

  void take(const Side& other, const Words& modulus) {
    subtract(value, other.value);
    if (subtract(factor, other.factor) != 0) add(factor, modulus);
  }
};

}  // namespace

Words inverse(const Words& number, const Words& modulus) {
  const std::uint64_t negative = negative_inverse(modulus[0]);
  Side a{number, {1, 0, 0, 0}}, b{modulus, {0, 0, 0, 0}};
  if (is_zero(number)) return {};
  a.make_odd(modulus, negative);
  while (!is_one(a.value) && !is_one(b.value)) {
    Side& larger = is_below(a.value, b.value) ? b : a;
    larger.take(&larger == &a ? b : a, modulus);
    if (is_zero(larger.value)) return {};  // they share a factor
    larger.make_odd(modulus, negative);
  }
  return is_one(a.value) ? a.factor : b.factor;
}

}  // namespace lanyard::crypto
