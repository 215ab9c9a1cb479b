// What Debian's libscitokens, with which HTCondor and XRootD check tokens, says about ours. Its keys are put
// into its own cache, so that no network is needed.
#include <gtest/gtest.h>

#ifndef LANYARD_HAS_SCITOKENS
TEST(Libscitokens, row_TK2_reads_our_tokens) {
  GTEST_SKIP() << "libscitokens-dev is not installed";
}
#else

#include <scitokens/scitokens.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>

#include "base/text.h"
#include "domain/tokens/mint.h"
#include "platform/crypto/jws.h"
#include "test/support/databases.h"

namespace lanyard::tokens {
namespace {

using clients::Profile;
using crypto::Algorithm;

constexpr const char* kIssuer = "https://login.invalid/lanyard";
constexpr const char* kAudience = "https://storage.example.org";

// What the library took down as its reason goes with the answer.
testing::AssertionResult answer(bool yes, char*& reason) {
  auto result = yes ? testing::AssertionSuccess() : testing::AssertionFailure();
  if (reason != nullptr) result << reason;
  std::free(reason);
  reason = nullptr;
  return result;
}

// Whether a service for `kAudience` lets this token read below `path`.
testing::AssertionResult may_read(const std::string& token, const char* path) {
  const char* issuers[] = {kIssuer, nullptr};
  const char* audiences[] = {kAudience, nullptr};
  char* reason = nullptr;
  SciToken read = nullptr;
  if (scitoken_deserialize(token.c_str(), &read, issuers, &reason) != 0) return answer(false, reason);
  const Enforcer enforcer = enforcer_create(kIssuer, audiences, &reason);
  const Acl wanted{"read", path};
  const bool yes = enforcer != nullptr && enforcer_test(enforcer, read, &wanted, &reason) == 0;
  if (enforcer != nullptr) enforcer_destroy(enforcer);
  scitoken_destroy(read);
  return answer(yes, reason);
}

class Libscitokens : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(test::succeeded(keys_.prepare()));
    folder_ = std::filesystem::temp_directory_path() / cat("lanyard-scitokens-", ::getpid());
    std::filesystem::create_directories(folder_ / "scitokens");
    ::setenv("XDG_CACHE_HOME", folder_.c_str(), 1);
    ASSERT_TRUE(give_keys());
    client_.id = ClientId("transfer");
    client_.audiences = {kAudience};
    subject_.id = "0123456789abcde";
    subject_.groups = {"Rubin", "Rubin/production"};
    order_.client = &client_;
    order_.subject = &subject_;
  }
  void TearDown() override {
    ::unsetenv("XDG_CACHE_HOME");
    std::filesystem::remove_all(folder_);
  }
  bool give_keys() {
    sqlite3* cache = nullptr;
    const std::string file = folder_ / "scitokens" / "scitokens_cpp.sqllite";
    const std::int64_t later = to_unix_seconds(clock_.now()) + 3600;
    const std::string sql =
        cat("CREATE TABLE IF NOT EXISTS keycache (issuer text UNIQUE PRIMARY KEY NOT NULL, keys text NOT "
            "NULL); INSERT OR REPLACE INTO keycache VALUES ('",
            kIssuer, "', '{\"expires\":", later, ",\"next_update\":", later,
            ",\"jwks\":", *keys_.key_set()->json, "}')");
    const bool done = sqlite3_open(file.c_str(), &cache) == SQLITE_OK &&
                      sqlite3_exec(cache, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(cache);
    return done;
  }
  std::string token() {
    const auto minted = mint_.access_token(order_);
    EXPECT_TRUE(test::succeeded(minted));
    return minted ? minted->token : "";
  }
  // Our token with one thing else in it, signed by us.
  std::string with(std::string name, json::Value value) { return changed(std::move(name), &value); }
  std::string without(std::string name) { return changed(std::move(name), nullptr); }
  std::string changed(std::string name, const json::Value* value) {
    const std::string good = token();
    auto claims = *json::parse_object(crypto::parse_jws(good)->payload);
    if (value != nullptr)
      claims.set(name, *value);
    else
      claims.erase(name);
    return crypto::sign_jws((*keys_.signer(Algorithm::es256))->key, {{"typ", "at+jwt"}}, json::write(claims));
  }
  std::int64_t in(std::int64_t seconds) { return to_unix_seconds(clock_.now()) + seconds; }
  void refuses_what_is_broken() {
    std::string bent = token();
    bent[bent.size() - 20] = bent[bent.size() - 20] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(may_read(bent, "/data")) << "signature";
    EXPECT_FALSE(may_read(with("iss", "https://other.invalid"), "/data")) << "issuer";
    EXPECT_FALSE(may_read(with("exp", in(-10)), "/data")) << "expired";
    EXPECT_FALSE(may_read(with("nbf", in(300)), "/data")) << "not yet";
    EXPECT_FALSE(may_read(with("aud", "https://elsewhere.example.org"), "/data")) << "audience";
    EXPECT_FALSE(may_read(without("aud"), "/data")) << "no audience";
    EXPECT_FALSE(may_read(with("scope", "openid"), "/data")) << "no capability";
    const auto stranger = *crypto::PrivateKey::generate(Algorithm::es256);
    const std::string good = token();
    EXPECT_FALSE(
        may_read(crypto::sign_jws(stranger, {{"typ", "at+jwt"}}, crypto::parse_jws(good)->payload), "/data"))
        << "another's key";
  }

  SystemClock clock_;  // the library looks at the real time
  SystemRandom random_;
  test::TestDatabase database_;
  journal::Marks marks_;
  journal::Ledger ledger_{*database_, marks_, clock_};
  crypto::Sealer sealer_ = *crypto::Sealer::from_text(Secret(hex_encode(test::FakeRandom(7).bytes(32))));
  Keys keys_{ledger_, sealer_, random_, marks_, {}};
  Mint mint_{keys_, random_, clock_, kIssuer};
  std::filesystem::path folder_;
  clients::Client client_;
  Subject subject_;
  Order order_;
};

TEST_F(Libscitokens, row_TK2_reads_our_wlcg_tokens) {
  client_.profile = Profile::wlcg;
  order_.scopes = {"storage.read:/data", "wlcg.groups", "offline_access"};
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::rs256}) {
    client_.access_token_algorithm = algorithm;
    EXPECT_TRUE(may_read(token(), "/data"));
    EXPECT_TRUE(may_read(token(), "/data/run1"));
    EXPECT_FALSE(may_read(token(), "/other"));
  }
  refuses_what_is_broken();
  EXPECT_FALSE(may_read(with("wlcg.ver", "2.0"), "/data")) << "an unknown version";
}

TEST_F(Libscitokens, row_TK2_reads_our_scitokens) {
  client_.profile = Profile::scitokens;
  order_.scopes = {"read:/data", "write:/data/mia"};
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::rs256}) {
    client_.access_token_algorithm = algorithm;
    EXPECT_TRUE(may_read(token(), "/data/run1"));
    EXPECT_FALSE(may_read(token(), "/other"));
  }
  refuses_what_is_broken();
  EXPECT_FALSE(may_read(with("ver", "scitoken:9.0"), "/data")) << "an unknown version";
}

}  // namespace
}  // namespace lanyard::tokens
#endif
