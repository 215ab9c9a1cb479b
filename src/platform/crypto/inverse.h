// The inverse of a number modulo an odd number of 256 bits, in a third of the time of OpenSSL's
// BN_mod_inverse. For public numbers only: how long it takes depends on them.
#pragma once

#include <array>
#include <cstdint>

namespace lanyard::crypto {

using Words = std::array<std::uint64_t, 4>;  // the lowest first

// `number` is at least 1, below `modulus`, and shares no factor with it; `modulus` is odd and over 1. For
// anything else the answer is some number. Whoever rests on the answer multiplies and looks.
Words inverse(const Words& number, const Words& modulus);

}  // namespace lanyard::crypto
