// EC_GROUP_precompute_mult is the one way to OpenSSL's tables; it is deprecated since 3.0 without a
// successor.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "platform/crypto/ecdsa_table.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <bit>

#include "platform/crypto/ecdsa_form.h"
#include "platform/crypto/evp.h"
#include "platform/crypto/inverse.h"

namespace lanyard::crypto {
namespace {

struct Free {
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr std::size_t kWidth = 32;

BIGNUM* read(std::string_view bytes, BIGNUM* into) {
  return BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), into);
}

Words to_words(const BIGNUM* number) {
  Words words{};
  BN_bn2lebinpad(number, reinterpret_cast<unsigned char*>(words.data()), kWidth);
  return words;
}

// into = 1/s modulo the order. The quick way's answer is multiplied and looked at before it is used; `work`
// is written over.
bool invert(BIGNUM* into, const BIGNUM* s, const BIGNUM* order, BIGNUM* work, BN_CTX* context) {
  static_assert(std::endian::native == std::endian::little);
  const Words found = inverse(to_words(s), to_words(order));
  return (BN_lebin2bn(reinterpret_cast<const unsigned char*>(found.data()), kWidth, into) != nullptr &&
          BN_mod_mul(work, s, into, order, context) == 1 && BN_is_one(work) == 1) ||
         BN_mod_inverse(into, s, order, context) != nullptr;
}

// What a verification writes to; one for each thread, since making it costs more than using it.
struct Scratch {
  Owned<EC_GROUP> curve{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  Owned<BN_CTX> context{BN_CTX_new()};
  Owned<EC_POINT> of_base{curve ? EC_POINT_new(curve.get()) : nullptr};
  Owned<EC_POINT> of_key{curve ? EC_POINT_new(curve.get()) : nullptr};
  Owned<BIGNUM> order{read(order_p256(), nullptr)};
  Owned<BIGNUM> r{BN_new()}, s{BN_new()}, digest{BN_new()}, one_over_s{BN_new()}, u1{BN_new()}, u2{BN_new()};
  bool is_whole() const {
    return curve && context && of_base && of_key && order && r && s && digest && one_over_s && u1 && u2;
  }
};

}  // namespace

struct EcdsaTable::Parts {
  Owned<EC_GROUP> curve;  // P-256, with the public key in the generator's place and tables of its multiples
};

EcdsaTable::EcdsaTable(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
EcdsaTable::~EcdsaTable() = default;

std::unique_ptr<const EcdsaTable> EcdsaTable::make(std::string_view x, std::string_view y) {
  auto parts = std::make_unique<Parts>();
  parts->curve.reset(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const Owned<BN_CTX> context(BN_CTX_new());
  const Owned<BIGNUM> first(read(x, nullptr)), second(read(y, nullptr)), order(read(order_p256(), nullptr));
  if (!parts->curve || !context || !first || !second || !order) give_up("no memory for a table");
  EC_GROUP* curve = parts->curve.get();
  const Owned<EC_POINT> point(EC_POINT_new(curve));
  const bool made =
      point &&
      EC_POINT_set_affine_coordinates(curve, point.get(), first.get(), second.get(), context.get()) == 1 &&
      EC_GROUP_set_generator(curve, point.get(), order.get(), BN_value_one()) == 1 &&
      EC_GROUP_precompute_mult(curve, context.get()) == 1 && EC_GROUP_have_precompute_mult(curve) == 1;
  if (!made) {
    forget_errors();
    return nullptr;
  }
  return std::unique_ptr<const EcdsaTable>(new EcdsaTable(std::move(parts)));
}

bool EcdsaTable::verify(std::string_view digest, std::string_view signature) const {
  if (digest.size() != kWidth || !ecdsa_is_in_range(signature, order_p256())) return false;
  thread_local const Scratch scratch;
  if (!scratch.is_whole()) give_up("no memory to verify with");
  const auto& [curve, context, of_base, of_key, order, r, s, message, one_over_s, u1, u2] = scratch;
  BN_CTX* work = context.get();
  // Only public numbers are at hand, so that nothing needs to take the same time always.
  bool good = read(signature.substr(0, kWidth), r.get()) != nullptr &&
              read(signature.substr(kWidth), s.get()) != nullptr && read(digest, message.get()) != nullptr &&
              invert(one_over_s.get(), s.get(), order.get(), u1.get(), work) &&
              BN_mod_mul(u1.get(), message.get(), one_over_s.get(), order.get(), work) == 1 &&
              BN_mod_mul(u2.get(), r.get(), one_over_s.get(), order.get(), work) == 1 &&
              EC_POINT_mul(curve.get(), of_base.get(), u1.get(), nullptr, nullptr, work) == 1 &&
              EC_POINT_mul(parts_->curve.get(), of_key.get(), u2.get(), nullptr, nullptr, work) == 1 &&
              EC_POINT_add(curve.get(), of_base.get(), of_base.get(), of_key.get(), work) == 1 &&
              EC_POINT_is_at_infinity(curve.get(), of_base.get()) == 0;
  // The x-coordinate of the sum, modulo the order, must be r. u1 is free again.
  good = good && EC_POINT_get_affine_coordinates(curve.get(), of_base.get(), u1.get(), nullptr, work) == 1 &&
         BN_nnmod(u1.get(), u1.get(), order.get(), work) == 1 && BN_cmp(u1.get(), r.get()) == 0;
  if (!good) forget_errors();
  return good;
}

}  // namespace lanyard::crypto
