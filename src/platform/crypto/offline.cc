#include "platform/crypto/offline.h"

#include "base/json.h"
#include "base/text.h"
#include "platform/crypto/jws.h"
#include "platform/crypto/keys.h"

namespace lanyard::crypto {
namespace {

constexpr std::size_t kMaxKeys = 100;

std::vector<Algorithm> every_algorithm() {
  return {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256, Algorithm::ps384,
          Algorithm::ps512, Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::ed25519};
}

struct UsableKeys {
  std::vector<PublicKey> keys;
  std::string refused;  // " (key 2 refused: …)", the first of them; "" when all are usable
};

UsableKeys read_keys(const json::Array& list) {
  UsableKeys out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const json::Object* jwk = list[i].as_object();
    auto key =
        jwk == nullptr ? Result<PublicKey>(make_error(Code::invalid, "not an object")) : parse_jwk(*jwk);
    if (key) {
      out.keys.push_back(std::move(key).value());
    } else if (out.refused.empty()) {
      out.refused = cat(" (key ", i + 1, " refused: ", key.error().message, ")");
    }
  }
  return out;
}

Status verify(std::string_view line) {
  const auto input = json::parse_object(line);
  if (!input) return make_error(Code::invalid, "the line is not a JSON object");
  const json::Value* token = input->find("jws");
  if (token == nullptr || token->as_string() == nullptr)
    return make_error(Code::invalid, "the line has no text \"jws\"");
  const json::Value* keys = input->find("keys");
  if (keys == nullptr || keys->as_array() == nullptr)
    return make_error(Code::invalid, "the line has no list \"keys\"");
  if (keys->as_array()->size() > kMaxKeys)
    return make_error(Code::too_large, "the line has more than 100 keys");
  LANYARD_TRY(const UnverifiedJws jws, parse_jws(*token->as_string()));
  const UsableKeys usable = read_keys(*keys->as_array());
  Status status = verify_jws(jws, usable.keys, every_algorithm());
  if (!status) status.error().message.append(usable.refused);
  return status;
}

}  // namespace

std::string verify_line(std::string_view line) {
  const Status status = verify(line);
  return status ? "valid" : cat("invalid ", status.error().message);
}

}  // namespace lanyard::crypto
