#include "platform/crypto/key_state.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <optional>

#include "base/text.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/ecdsa_form.h"
#include "platform/crypto/key_rules.h"

namespace lanyard::crypto {
namespace {

constexpr std::array<AlgorithmFacts, kAlgorithms> kFacts{{
    {Algorithm::rs256, "RS256", KeyKind::rsa, "SHA256", false},
    {Algorithm::rs384, "RS384", KeyKind::rsa, "SHA384", false},
    {Algorithm::rs512, "RS512", KeyKind::rsa, "SHA512", false},
    {Algorithm::ps256, "PS256", KeyKind::rsa, "SHA256", true},
    {Algorithm::ps384, "PS384", KeyKind::rsa, "SHA384", true},
    {Algorithm::ps512, "PS512", KeyKind::rsa, "SHA512", true},
    {Algorithm::es256, "ES256", KeyKind::p256, "SHA256", false},
    {Algorithm::es384, "ES384", KeyKind::p384, "SHA384", false},
    {Algorithm::es512, "ES512", KeyKind::p521, "SHA512", false},
    {Algorithm::ed25519, "EdDSA", KeyKind::ed25519, nullptr, false},
}};

struct FreeBuilder {
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
};
struct FreeParams {
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
};
struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

std::string_view order_of(KeyKind kind) {
  if (kind == KeyKind::p256) return order_p256();
  return kind == KeyKind::p384 ? order_p384() : order_p521();
}

Number to_number(std::string_view bytes) {
  return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

// nullptr when OpenSSL does not take the numbers: for a curve, when the point is not on it.
KeyHandle import_key(const PublicNumbers& numbers) {
  if (numbers.kind == KeyKind::ed25519) {
    return KeyHandle(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes_of(numbers.first),
                                                    numbers.first.size()));
  }
  const std::unique_ptr<OSSL_PARAM_BLD, FreeBuilder> builder(OSSL_PARAM_BLD_new());
  const Number n = to_number(numbers.first), e = to_number(numbers.second);
  const std::string point = cat('\x04', numbers.first, numbers.second);
  const bool rsa = numbers.kind == KeyKind::rsa;
  bool ok = builder != nullptr && n != nullptr && e != nullptr;
  if (rsa) {
    ok = ok && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
         OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1;
  } else {
    ok = ok &&
         OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name(numbers.kind),
                                         0) == 1 &&
         OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                          point.size()) == 1;
  }
  if (!ok) give_up("no memory for a key");
  const std::unique_ptr<OSSL_PARAM, FreeParams> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext> context(
      EVP_PKEY_CTX_new_from_name(nullptr, rsa ? "RSA" : "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1)
    give_up("no memory for a key");
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) return nullptr;
  return KeyHandle(key);
}

// OpenSSL answers with the name that SEC 2 or X9.62 gave the curve.
bool is_name_of(KeyKind kind, std::string_view name) {
  if (name == group_name(kind)) return true;
  if (kind == KeyKind::p256) return name == "prime256v1";
  return name == (kind == KeyKind::p384 ? "secp384r1" : "secp521r1");
}

// The public numbers of a key; nothing when it is of another kind.
std::optional<PublicNumbers> export_numbers(const KeyHandle& key, KeyKind kind) {
  PublicNumbers numbers{kind, {}, {}};
  if (kind == KeyKind::ed25519) {
    std::size_t size = 32;
    numbers.first.resize(size);
    if (EVP_PKEY_is_a(key.get(), "ED25519") != 1 ||
        EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(numbers.first.data()),
                                    &size) != 1) {
      return {};
    }
    return numbers;
  }
  const bool rsa = kind == KeyKind::rsa;
  if (EVP_PKEY_is_a(key.get(), rsa ? "RSA" : "EC") != 1) return {};
  if (!rsa) {
    std::array<char, 64> name{};
    if (EVP_PKEY_get_group_name(key.get(), name.data(), name.size(), nullptr) != 1 ||
        !is_name_of(kind, name.data())) {
      return {};
    }
  }
  const auto get = [&](const char* what, std::size_t width) -> std::string {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), what, &raw) != 1) return {};
    const Number number(raw);
    std::string bytes(width == 0 ? static_cast<std::size_t>(BN_num_bytes(raw)) : width, '\0');
    BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    return bytes;
  };
  numbers.first = get(rsa ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_PUB_X, coordinate_bytes(kind));
  numbers.second = get(rsa ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_EC_PUB_Y, coordinate_bytes(kind));
  return numbers;
}

DigestContext make_context(const AlgorithmFacts& facts, const KeyHandle& key,
                           decltype(EVP_DigestSignInit_ex)* init) {
  DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  if (context == nullptr ||
      init(context.get(), &settings, facts.digest, nullptr, nullptr, key.get(), nullptr) != 1) {
    give_up("a key can not be used");
  }
  if (facts.pss && (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) != 1 ||
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    give_up("RSASSA-PSS is not available");
  }
  return context;
}

DigestContext copy_of(const DigestContext& original) {
  DigestContext context(EVP_MD_CTX_new());
  if (context == nullptr || EVP_MD_CTX_copy_ex(context.get(), original.get()) != 1)
    give_up("a context can not be copied");
  return context;
}

std::string thumbprint_of(const PublicNumbers& numbers) {
  // RFC 7638 section 3.2: the required members in the order of their names, no white space.
  const std::string first = base64url_encode(numbers.first), second = base64url_encode(numbers.second);
  switch (numbers.kind) {
    case KeyKind::rsa:
      return base64url_encode(
          sha256_bytes(cat(R"({"e":")", second, R"(","kty":"RSA","n":")", first, R"("})")));
    case KeyKind::ed25519:
      return base64url_encode(sha256_bytes(cat(R"({"crv":"Ed25519","kty":"OKP","x":")", first, R"("})")));
    default:
      return base64url_encode(
          sha256_bytes(cat(R"({"crv":")", group_name(numbers.kind), R"(","kty":"EC","x":")", first,
                           R"(","y":")", second, R"("})")));
  }
}

std::string refuse_numbers(const PublicNumbers& numbers) {
  if (numbers.kind == KeyKind::rsa) return refuse_rsa(numbers.first, numbers.second);
  if (numbers.kind == KeyKind::ed25519) return refuse_ed25519(numbers.first);
  const std::size_t width = coordinate_bytes(numbers.kind);
  return numbers.first.size() == width && numbers.second.size() == width
             ? ""
             : "EC coordinate has the wrong length";
}

}  // namespace

const AlgorithmFacts& facts_of(Algorithm algorithm) {
  return kFacts.at(static_cast<std::size_t>(algorithm));
}

std::vector<Algorithm> algorithms_of(KeyKind kind) {
  std::vector<Algorithm> out;
  for (const AlgorithmFacts& facts : kFacts) {
    if (facts.kind == kind) out.push_back(facts.algorithm);
  }
  return out;
}

std::size_t coordinate_bytes(KeyKind kind) {
  switch (kind) {
    case KeyKind::p256:
      return 32;
    case KeyKind::p384:
      return 48;
    case KeyKind::p521:
      return 66;
    default:
      return 0;
  }
}

const char* group_name(KeyKind kind) {
  switch (kind) {
    case KeyKind::p256:
      return "P-256";
    case KeyKind::p384:
      return "P-384";
    case KeyKind::p521:
      return "P-521";
    default:
      return "";
  }
}

void KeyState::prepare_for_many() const {
  if (verifiers.at(static_cast<std::size_t>(Algorithm::es256)) == nullptr) return;
  std::call_once(prepared, [this] {
    table_owner = EcdsaTable::make(numbers.first, numbers.second);
    table.store(table_owner.get(), std::memory_order_release);
  });
}

bool KeyState::verify(Algorithm algorithm, std::string_view text, std::string_view signature) const {
  const DigestContext& original = verifiers.at(static_cast<std::size_t>(algorithm));
  if (original == nullptr || signature.size() != signature_bytes) return false;
  if (const EcdsaTable* prepared_table = table.load(std::memory_order_acquire))
    return prepared_table->verify(sha256_bytes(text), signature);  // only ES256 keys have one
  DerSignature der;
  const unsigned char* bytes = bytes_of(signature);
  std::size_t size = signature.size();
  if (coordinate_bytes(numbers.kind) != 0) {
    if (!ecdsa_raw_to_der(signature, order_of(numbers.kind), der)) return false;
    bytes = der.bytes.data();
    size = der.size;
  }
  const DigestContext context = copy_of(original);
  const bool good = EVP_DigestVerify(context.get(), bytes, size, bytes_of(text), text.size()) == 1;
  if (!good) forget_errors();
  return good;
}

std::string KeyState::sign(std::string_view text) const {
  const DigestContext context = copy_of(signer);
  std::string signature(1100, '\0');  // more than an RSA key of 8192 bits needs
  std::size_t size = signature.size();
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes_of(text),
                     text.size()) != 1) {
    give_up("signing failed");
  }
  signature.resize(size);
  return coordinate_bytes(numbers.kind) == 0 ? signature
                                             : ecdsa_der_to_raw(signature, coordinate_bytes(numbers.kind));
}

Result<std::shared_ptr<const KeyState>> make_public_state(PublicNumbers numbers, const std::string* kid,
                                                          std::vector<Algorithm> algorithms) {
  if (std::string reason = refuse_numbers(numbers); !reason.empty())
    return make_error(Code::invalid, std::move(reason));
  auto state = std::make_shared<KeyState>();
  state->key = import_key(numbers);
  if (state->key == nullptr) {
    forget_errors();
    return make_error(Code::invalid, numbers.kind == KeyKind::rsa ? "RSA key is not usable"
                                                                  : "EC point is not on the curve");
  }
  state->thumbprint = thumbprint_of(numbers);
  state->kid = kid == nullptr ? state->thumbprint : *kid;
  state->signature_bytes = numbers.kind == KeyKind::rsa       ? numbers.first.size()
                           : numbers.kind == KeyKind::ed25519 ? 64
                                                              : 2 * coordinate_bytes(numbers.kind);
  state->numbers = std::move(numbers);
  for (const Algorithm algorithm : algorithms) {
    state->verifiers.at(static_cast<std::size_t>(algorithm)) =
        make_context(facts_of(algorithm), state->key, EVP_DigestVerifyInit_ex);
  }
  state->algorithms = std::move(algorithms);
  return std::shared_ptr<const KeyState>(std::move(state));
}

Result<std::shared_ptr<const KeyState>> make_public_state(const KeyHandle& key) {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::p256, KeyKind::p384, KeyKind::p521, KeyKind::ed25519}) {
    std::optional<PublicNumbers> numbers = export_numbers(key, kind);
    if (numbers) return make_public_state(std::move(*numbers), nullptr, algorithms_of(kind));
  }
  forget_errors();
  return make_error(Code::invalid, "the key is of a kind that is not used here");
}

Result<std::shared_ptr<const KeyState>> make_private_state(Algorithm algorithm, KeyHandle key) {
  const AlgorithmFacts& facts = facts_of(algorithm);
  std::optional<PublicNumbers> numbers = export_numbers(key, facts.kind);
  if (!numbers) {
    forget_errors();
    return make_error(Code::invalid, cat("The key does not fit ", facts.name, "."));
  }
  LANYARD_TRY(auto half, make_public_state(*numbers, nullptr, {algorithm}));
  auto state = std::make_shared<KeyState>();
  state->numbers = std::move(*numbers);
  state->kid = half->kid;
  state->algorithms = half->algorithms;
  state->thumbprint = half->thumbprint;
  state->signature_bytes = half->signature_bytes;
  state->public_half = std::move(half);
  state->signer = make_context(facts, key, EVP_DigestSignInit_ex);
  state->key = std::move(key);
  static constexpr std::string_view kProbe = "the two halves of a key belong together";
  if (!state->public_half->verify(algorithm, kProbe, state->sign(kProbe))) {
    return make_error(Code::invalid, "The private key does not match its own public half.");
  }
  return std::shared_ptr<const KeyState>(std::move(state));
}

}  // namespace lanyard::crypto
