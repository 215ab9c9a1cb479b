#include <algorithm>
#include <array>

#include "base/text.h"
#include "platform/crypto/key_rules.h"
#include "platform/crypto/key_state.h"
#include "platform/crypto/keys.h"

namespace lanyard::crypto {
namespace {

constexpr std::size_t kMaxKeys = 100;

Error refuse(std::string reason) {
  return make_error(Code::invalid, std::move(reason));
}

// RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
constexpr std::array<std::string_view, 8> kPrivateMembers{"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

Result<std::string> text_member(const json::Object& jwk, std::string_view name) {
  const json::Value* value = jwk.find(name);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  if (text == nullptr) return refuse(cat(name, " is missing or not a text"));
  return *text;
}

Result<std::string> bytes_member(const json::Object& jwk, std::string_view name) {
  LANYARD_TRY(const std::string text, text_member(jwk, name));
  auto bytes = base64url_decode(text);
  if (!bytes) return refuse(cat(name, " is not base64url"));
  return bytes;
}

// A leading zero octet, which some writers add (RFC 7518 section 6.3.1.1), does not make another number.
std::string without_leading_zeros(std::string number) {
  number.erase(0, std::min(number.find_first_not_of('\0'), number.size()));
  return number;
}

Result<PublicNumbers> read_numbers(const json::Object& jwk) {
  LANYARD_TRY(const std::string type, text_member(jwk, "kty"));
  if (type == "oct") return refuse("a symmetric key has no place here");
  for (const std::string_view name : kPrivateMembers) {
    if (jwk.find(name) != nullptr) return refuse("a private key has no place here");
  }
  PublicNumbers numbers;
  if (type == "RSA") {
    numbers.kind = KeyKind::rsa;
    LANYARD_TRY(numbers.first, bytes_member(jwk, "n"));
    LANYARD_TRY(numbers.second, bytes_member(jwk, "e"));
    numbers.first = without_leading_zeros(std::move(numbers.first));
    numbers.second = without_leading_zeros(std::move(numbers.second));
    return numbers;
  }
  if (type != "EC" && type != "OKP") return refuse("kty is not RSA, EC or OKP");
  LANYARD_TRY(const std::string curve, text_member(jwk, "crv"));
  LANYARD_TRY(numbers.first, bytes_member(jwk, "x"));
  if (type == "OKP") {
    if (curve != "Ed25519") return refuse("crv is not Ed25519");
    numbers.kind = KeyKind::ed25519;
    return numbers;
  }
  static constexpr std::array<KeyKind, 3> kCurves{KeyKind::p256, KeyKind::p384, KeyKind::p521};
  const auto kind =
      std::ranges::find(kCurves, curve, [](KeyKind k) { return std::string_view(group_name(k)); });
  if (kind == kCurves.end()) return refuse("crv is not P-256, P-384 or P-521");
  numbers.kind = *kind;
  LANYARD_TRY(numbers.second, bytes_member(jwk, "y"));
  return numbers;
}

Status check_use(const json::Object& jwk) {
  if (const json::Value* use = jwk.find("use"); use != nullptr && *use != json::Value("sig"))
    return refuse("use is not sig");
  const json::Value* operations = jwk.find("key_ops");
  if (operations == nullptr) return {};
  const json::Array* list = operations->as_array();
  if (list == nullptr || std::ranges::find(*list, json::Value("verify")) == list->end()) {
    return refuse("key_ops does not contain verify");
  }
  return {};
}

Result<std::vector<Algorithm>> read_algorithms(const json::Object& jwk, KeyKind kind) {
  std::vector<Algorithm> fitting = algorithms_of(kind);
  const json::Value* value = jwk.find("alg");
  if (value == nullptr) return fitting;
  const std::string* name = value->as_string();
  const auto algorithm = parse_algorithm(name == nullptr ? std::string_view() : std::string_view(*name));
  if (!algorithm || std::ranges::find(fitting, *algorithm) == fitting.end())
    return refuse("alg does not fit the key");
  return std::vector<Algorithm>{*algorithm};
}

Result<std::string> read_kid(const json::Object& jwk) {
  const json::Value* value = jwk.find("kid");
  if (value == nullptr) return std::string();
  const std::string* kid = value->as_string();
  if (kid == nullptr || !is_kid(*kid)) return refuse("kid is not a short text");
  return *kid;
}

// How a refused member is named to the operator: its kid where it has a fit one, its position otherwise.
std::string name_of(const json::Value& member, std::size_t position) {
  if (const json::Object* jwk = member.as_object()) {
    const auto kid = read_kid(*jwk);
    if (kid && !kid.value().empty()) return *kid;
  }
  return cat("key ", position);
}

}  // namespace

Result<PublicKey> parse_jwk(const json::Object& jwk) {
  LANYARD_TRY(PublicNumbers numbers, read_numbers(jwk));
  LANYARD_CHECK(check_use(jwk));
  LANYARD_TRY(auto algorithms, read_algorithms(jwk, numbers.kind));
  LANYARD_TRY(const std::string kid, read_kid(jwk));
  LANYARD_TRY(auto state, make_public_state(std::move(numbers), &kid, std::move(algorithms)));
  return PublicKey(std::move(state));
}

Result<KeySet> parse_jwk_set(std::string_view text) {
  LANYARD_TRY(const json::Object object, json::parse_object(text));
  const json::Value* member = object.find("keys");
  const json::Array* keys = member == nullptr ? nullptr : member->as_array();
  if (keys == nullptr) return refuse("This is not a JWK set: it has no list \"keys\".");
  KeySet set;
  for (std::size_t i = 0; i < keys->size(); ++i) {
    if (i == kMaxKeys) {
      set.refused.push_back(cat("key ", i + 1, " and later: only the first ", kMaxKeys, " are looked at"));
      break;
    }
    const json::Object* jwk = (*keys)[i].as_object();
    auto key = jwk == nullptr ? Result<PublicKey>(refuse("not an object")) : parse_jwk(*jwk);
    if (key) {
      set.keys.push_back(std::move(key).value());
    } else {
      set.refused.push_back(cat(name_of((*keys)[i], i + 1), ": ", key.error().message));
    }
  }
  return set;
}

}  // namespace lanyard::crypto
