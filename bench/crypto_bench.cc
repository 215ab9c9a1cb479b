// What a token costs: taken apart, verified, signed, and its digest, which is the key of the cache of
// verified tokens.
#include <benchmark/benchmark.h>

#include <string>

#include "base/text.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/jws.h"

namespace lanyard::crypto {
namespace {

// About a kilobyte as a token, the size that identity providers of research facilities issue.
std::string claims() {
  return cat(
      R"({"iss":"https://login.example.org/","sub":"b6d1f1c0-5f2c-4a4e-9a53-0e6f4b1c7c11","aud":"https://gate.example.org",)",
      R"("exp":1767229200,"iat":1767225600,"jti":"f3b0c442-98fc-1c14-9afb-f4c8996fb924","scope":"openid profile email",)",
      R"("email":"ada@example.org","name":"Ada Example","padding":")", std::string(300, 'x'), R"("})");
}

struct Scene {
  explicit Scene(Algorithm chosen)
      : algorithm(chosen),
        key(PrivateKey::generate(chosen).value()),
        token(sign_jws(key, {{"typ", "at+jwt"}}, claims())),
        keys{key.public_key()} {}
  Algorithm algorithm;
  PrivateKey key;
  std::string token;
  std::vector<PublicKey> keys;
};

void verify_first_seen(benchmark::State& state, Algorithm algorithm) {
  const Scene scene(algorithm);
  const std::vector<Algorithm> allowed{algorithm};
  for (auto unused : state) {
    const auto jws = parse_jws(scene.token);
    if (!jws || !verify_jws(*jws, scene.keys, allowed)) state.SkipWithError("not verified");
  }
}

void verify_signature_alone(benchmark::State& state, Algorithm algorithm) {
  const Scene scene(algorithm);
  const auto jws = parse_jws(scene.token);
  for (auto unused : state) {
    if (!scene.keys.front().verify(algorithm, jws->signing_input, jws->signature))
      state.SkipWithError("not verified");
  }
}

void sign(benchmark::State& state, Algorithm algorithm) {
  const Scene scene(algorithm);
  const std::string payload = claims();
  for (auto unused : state) benchmark::DoNotOptimize(sign_jws(scene.key, {{"typ", "at+jwt"}}, payload));
}

void parse(benchmark::State& state) {
  const Scene scene(Algorithm::rs256);
  for (auto unused : state) benchmark::DoNotOptimize(parse_jws(scene.token));
}

void digest_of_a_token(benchmark::State& state) {
  const Scene scene(Algorithm::rs256);
  for (auto unused : state) benchmark::DoNotOptimize(sha256(scene.token));
}

void parse_jwk_of_2048_bits(benchmark::State& state) {
  const auto jwk = Scene(Algorithm::rs256).keys.front().to_jwk();
  for (auto unused : state) benchmark::DoNotOptimize(parse_jwk(jwk));
}

BENCHMARK_CAPTURE(verify_first_seen, rs256, Algorithm::rs256);
BENCHMARK_CAPTURE(verify_first_seen, es256, Algorithm::es256);
BENCHMARK_CAPTURE(verify_first_seen, ed25519, Algorithm::ed25519);
BENCHMARK_CAPTURE(verify_signature_alone, rs256, Algorithm::rs256)->ThreadRange(1, 2);
BENCHMARK_CAPTURE(verify_signature_alone, es256, Algorithm::es256)->ThreadRange(1, 2);
BENCHMARK_CAPTURE(verify_signature_alone, ed25519, Algorithm::ed25519);
BENCHMARK_CAPTURE(sign, rs256, Algorithm::rs256);
BENCHMARK_CAPTURE(sign, es256, Algorithm::es256);
BENCHMARK_CAPTURE(sign, ed25519, Algorithm::ed25519);
BENCHMARK(parse);
BENCHMARK(digest_of_a_token);
BENCHMARK(parse_jwk_of_2048_bits);

}  // namespace
}  // namespace lanyard::crypto
