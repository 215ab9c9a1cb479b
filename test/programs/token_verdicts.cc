// lanyard_verdicts ISSUER AUDIENCE: reads lines of JSON, {"jwks": {…}, "token": "…"}, and writes one line for
// each: "accepted", or why not. What lanyard_verify() of the library and the gate's checks have in common,
// without the network.
#include <iostream>
#include <string>

#include "base/json.h"
#include "base/text.h"
#include "lib/verify.h"

namespace {

using namespace lanyard;

Result<std::string> verdict(const lib::Expected& expected, std::string_view line) {
  LANYARD_TRY(const json::Object row, json::parse_object(line));
  LANYARD_TRY(const std::string token, json::get_string(row, "token"));
  const json::Value* jwks = row.find("jwks");
  if (jwks == nullptr) return make_error(Code::invalid, "the row has no jwks");
  // A set as it stands in a document, not as this program would write it.
  const std::string* raw = jwks->as_string();
  LANYARD_TRY(const crypto::KeySet keys, crypto::parse_jwk_set(raw != nullptr ? *raw : json::write(*jwks)));
  const auto claims = lib::check_token(token, expected, keys.keys, SystemClock().now());
  if (claims.ok()) return std::string("accepted");
  const std::string why = keys.refused.empty() ? std::string() : cat(" (", join(keys.refused, "; "), ")");
  return cat(claims.error().message, claims.error().code == Code::not_found ? why : "");
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::cerr << "usage: lanyard_verdicts ISSUER AUDIENCE <ROWS\n";
    return 2;
  }
  const lib::Expected expected{.issuer = words[1], .audiences = {words[2]}};
  for (std::string line; std::getline(std::cin, line);) {
    const auto said = verdict(expected, line);
    std::cout << (said.ok() ? *said : said.error().message) << "\n";
  }
}
