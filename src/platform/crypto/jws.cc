#include "platform/crypto/jws.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "platform/crypto/key_rules.h"

namespace lanyard::crypto {
namespace {

// A header is a handful of short texts; whoever sends more wants the parser to work.
constexpr json::Limits kHeaderLimits{.bytes = 4096, .depth = 4, .members = 64};

Error refuse(std::string reason) {
  return make_error(Code::invalid, std::move(reason));
}

struct Forbidden {
  std::string_view name;
  std::string_view reason;
};
// RFC 8725 section 3.10.
constexpr Forbidden kOwnKey{"jwk", "the header brings a key of its own"};
constexpr std::array<Forbidden, 7> kForbidden{{
    {"jku", "the header names a place to fetch keys from"},  // a request in the attacker's hand
    {"x5u", "the header names a place to fetch keys from"},
    {"x5c", "the header brings a key of its own"},
    {"crit", "the header needs an extension that is not known"},  // RFC 7515 section 4.1.11
    {"b64", "the payload is not encoded"},                        // RFC 7797
    {"zip", "the payload is compressed"},                         // RFC 8725 section 3.6
    {"enc", "the token is encrypted"},                            // a JWE
}};

Result<std::string> text_member(const json::Object& header, std::string_view name) {
  const json::Value* value = header.find(name);
  if (value == nullptr) return std::string();
  const std::string* text = value->as_string();
  if (text == nullptr) return refuse(cat(name, " is not a text"));
  return *text;
}

// RFC 7515 section 4.1.9: "application/" may be left out when no other slash follows.
std::string media_type(std::string_view text) {
  std::string type = to_lower_ascii(text);
  constexpr std::string_view kPrefix = "application/";
  if (type.starts_with(kPrefix) && type.find('/', kPrefix.size()) == std::string::npos)
    type.erase(0, kPrefix.size());
  return type;
}

enum class OwnKey { refused, required };

Status read_header(std::string_view encoded, OwnKey own_key, UnverifiedJws& jws) {
  const auto text = base64url_decode(encoded);
  if (!text) return refuse("the header is not base64url");
  auto header = json::parse_object(*text, kHeaderLimits);
  if (!header) return refuse("the header is not a JSON object with unique members");
  const json::Value* key = header->find(kOwnKey.name);
  if (own_key == OwnKey::refused && key != nullptr) return refuse(std::string(kOwnKey.reason));
  if (own_key == OwnKey::required && (key == nullptr || key->as_object() == nullptr))
    return refuse("jwk is missing or not an object");
  for (const Forbidden& forbidden : kForbidden) {
    if (header->find(forbidden.name) != nullptr) return refuse(std::string(forbidden.reason));
  }
  if (header->find("alg") == nullptr) return refuse("alg is missing");
  LANYARD_TRY(jws.algorithm_name, text_member(*header, "alg"));
  LANYARD_TRY(jws.kid, text_member(*header, "kid"));
  if (!is_kid(jws.kid)) return refuse("kid is not a short printable text");
  LANYARD_TRY(const std::string type, text_member(*header, "typ"));
  jws.typ = media_type(type);
  LANYARD_TRY(const std::string content, text_member(*header, "cty"));
  if (media_type(content) == "jwt") return refuse("the payload is another token");
  jws.header = std::move(header).value();
  return {};
}

// What was read from the last good header. The tokens of an issuer have one header again and again, and what
// is read depends on its text alone.
struct LastHeader {
  std::string encoded;
  UnverifiedJws read;
};

Status read_header_again(std::string_view encoded, UnverifiedJws& jws) {
  thread_local LastHeader last;
  if (last.encoded.empty() || last.encoded != encoded) {
    last.encoded.clear();
    UnverifiedJws read;
    LANYARD_CHECK(read_header(encoded, OwnKey::refused, read));
    last.read = std::move(read);
    last.encoded = encoded;
  }
  jws = last.read;
  return {};
}

bool fits(const PublicKey& key, Algorithm algorithm) {
  return std::ranges::find(key.algorithms(), algorithm) != key.algorithms().end();
}

Result<const PublicKey*> choose_key(const UnverifiedJws& jws, const std::vector<PublicKey>& keys,
                                    Algorithm algorithm) {
  const bool named = jws.header.find("kid") != nullptr;
  const PublicKey* chosen = nullptr;
  for (const PublicKey& key : keys) {
    if (named ? key.kid() != jws.kid : !fits(key, algorithm)) continue;
    if (chosen != nullptr) {
      return make_error(Code::unauthenticated,
                        named ? "two keys with this kid" : "no kid, and more than one key fits");
    }
    chosen = &key;
  }
  if (chosen == nullptr)
    return make_error(Code::not_found, named ? "no key with this kid" : "no kid, and no key fits");
  // RFC 8725 section 3.1: the key says what it verifies, whatever the token says.
  if (!fits(*chosen, algorithm)) return make_error(Code::unauthenticated, "algorithm does not fit the key");
  return chosen;
}

Result<UnverifiedJws> parse(std::string_view token, OwnKey own_key) {
  if (token.size() > kMaxTokenBytes) return make_error(Code::too_large, "the token is too large");
  // Counted before anything is cut or allocated (CVE-2025-30204).
  const std::size_t first = token.find('.');
  const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return refuse("the token has not exactly two dots");
  UnverifiedJws jws;
  const std::string_view header = token.substr(0, first);
  // A header with a key of its own is of one sender, not of an issuer.
  LANYARD_CHECK(own_key == OwnKey::refused ? read_header_again(header, jws)
                                           : read_header(header, own_key, jws));
  jws.signing_input = token.substr(0, second);
  auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  if (!payload) return refuse("the payload is not base64url");
  auto signature = base64url_decode(token.substr(second + 1));
  if (!signature) return refuse("the signature is not base64url");
  if (signature->empty()) return refuse("the token is not signed");
  jws.payload = std::move(payload).value();
  jws.signature = std::move(signature).value();
  return jws;
}

}  // namespace

Result<UnverifiedJws> parse_jws(std::string_view token) {
  return parse(token, OwnKey::refused);
}

Result<UnverifiedJws> parse_proof_jws(std::string_view token) {
  return parse(token, OwnKey::required);
}

Status verify_jws(const UnverifiedJws& jws, const std::vector<PublicKey>& keys,
                  const std::vector<Algorithm>& allowed) {
  const auto algorithm = parse_algorithm(jws.algorithm_name);
  if (!algorithm || std::ranges::find(allowed, *algorithm) == allowed.end()) {
    return make_error(Code::unauthenticated, "algorithm not allowed");
  }
  LANYARD_TRY(const PublicKey* const key, choose_key(jws, keys, *algorithm));
  if (!key->verify(*algorithm, jws.signing_input, jws.signature))
    return make_error(Code::unauthenticated, "bad signature");
  return {};
}

std::string sign_jws(const PrivateKey& key, json::Object header, std::string_view payload) {
  header.set("alg", to_string(key.algorithm()));
  header.set("kid", key.kid());
  std::string token = cat(base64url_encode(json::write(header)), '.', base64url_encode(payload));
  const std::string signature = key.sign(token);
  token.push_back('.');
  token.append(base64url_encode(signature));
  return token;
}

}  // namespace lanyard::crypto
