// ECDSA over P-256 with tables for one public key: both products of a verification are then of a fixed base,
// which takes about half the time of OpenSSL's own verification. The arithmetic is OpenSSL's all the same.
#pragma once

#include <memory>
#include <string_view>

namespace lanyard::crypto {

// Immutable, for any thread. A table takes 150 kB and about 30 ms of processor time to make.
class EcdsaTable {
 public:
  // `x` and `y`: 32 bytes each, of a point on the curve. nullptr where this OpenSSL has no such tables.
  static std::unique_ptr<const EcdsaTable> make(std::string_view x, std::string_view y);
  ~EcdsaTable();
  EcdsaTable(const EcdsaTable&) = delete;
  EcdsaTable& operator=(const EcdsaTable&) = delete;

  // FIPS 186-5 section 6.4.2, on the digest (32 bytes) and r and s as a JWS carries them (64 bytes).
  bool verify(std::string_view digest, std::string_view signature) const;

 private:
  struct Parts;
  explicit EcdsaTable(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace lanyard::crypto
