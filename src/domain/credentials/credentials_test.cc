#include "domain/credentials/credentials.h"

#include <gtest/gtest.h>

#include "test/support/account.h"
#include "test/support/databases.h"

namespace lanyard::credentials {
namespace {

constexpr Duration kDay = std::chrono::hours(24);

class ApiTokens : public test::OnEveryDatabase {
 protected:
  void SetUp() override {
    test::OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ledger_.emplace(db(), marks_, clock_);
    credentials_.emplace(*ledger_, random_, crypto::KeyedHash({"key"}), 30 * kDay);
    mia_ = test::make_account(*ledger_, random_, "s-1");
    noah_ = test::make_account(*ledger_, random_, "s-2");
  }
  Result<Credentials::Made> make(Duration life = kDay) {
    return credentials_->make_token({mia_, "laptop", {"servicex"}, life}, actor_);
  }

  test::FakeClock clock_;
  test::FakeRandom random_;
  journal::Marks marks_;
  std::optional<journal::Ledger> ledger_;
  std::optional<Credentials> credentials_;
  access::Actor actor_ = access::system_actor("test");
  AccountId mia_, noah_;
};
LANYARD_ON_EVERY_DATABASE(ApiTokens);

TEST_P(ApiTokens, a_token_is_found_until_it_expires) {
  const auto made = make();
  ASSERT_TRUE(test::succeeded(made));
  const auto found = credentials_->find_by_token(made->token.reveal());
  ASSERT_TRUE(test::succeeded(found));
  EXPECT_EQ(found->account, mia_);
  EXPECT_EQ(found->scopes, std::vector<std::string>{"servicex"});
  clock_.advance(kDay);
  EXPECT_EQ(credentials_->find_by_token(made->token.reveal()).error().code, Code::unauthenticated);
}

TEST_P(ApiTokens, attack_033_truncated_extended_and_flipped_tokens) {
  const auto made = make();
  ASSERT_TRUE(test::succeeded(made));
  const std::string token(made->token.reveal());
  EXPECT_TRUE(looks_like_api_token(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(credentials_->find_by_token(changed).ok()) << i;
    EXPECT_FALSE(credentials_->find_by_token(token.substr(0, i)).ok()) << i;
  }
  EXPECT_FALSE(credentials_->find_by_token(token + "A").ok());
}

TEST_P(ApiTokens, attack_150_the_database_holds_no_token) {
  const auto made = make();
  ASSERT_TRUE(test::succeeded(made));
  bool seen = false;
  static const store::Stmt kAll{"SELECT hash FROM credentials"};
  ASSERT_TRUE(test::succeeded(db().read([&](store::Connection& connection) -> Status {
    LANYARD_CHECK(connection.query(kAll, [&](const store::Row& row) {
      seen = seen || row.blob(0).find(made->token.reveal()) != std::string_view::npos;
    }));
    return {};
  })));
  EXPECT_FALSE(seen);
}

TEST_P(ApiTokens, attack_112_somebody_else_s_token_does_not_exist_for_me) {
  const auto made = make();
  ASSERT_TRUE(test::succeeded(made));
  EXPECT_EQ(credentials_->revoke(noah_, made->credential.id, actor_).error().code, Code::not_found);
  EXPECT_TRUE(credentials_->find_by_token(made->token.reveal()).ok());
  const auto before = marks_.of(mia_);
  EXPECT_TRUE(test::succeeded(credentials_->revoke(mia_, made->credential.id, actor_)));
  EXPECT_FALSE(credentials_->find_by_token(made->token.reveal()).ok());
  EXPECT_NE(marks_.of(mia_), before);
  EXPECT_TRUE(credentials_->list(mia_)->empty());
}

TEST_P(ApiTokens, what_is_asked_for_is_bounded) {
  EXPECT_FALSE(make(31 * kDay).ok());
  EXPECT_FALSE(make(Duration::zero()).ok());
  EXPECT_FALSE(credentials_->make_token({mia_, " ", {"a"}, kDay}, actor_).ok());
  EXPECT_FALSE(credentials_->make_token({mia_, "x", {}, kDay}, actor_).ok());
  EXPECT_FALSE(credentials_->make_token({mia_, "x", {"two words"}, kDay}, actor_).ok());
}

TEST_P(ApiTokens, row_SX3_a_refresh_token_is_recorded_once_and_for_one_person) {
  const Secret token("a-refresh-token-that-somebody-holds");
  EXPECT_TRUE(*credentials_->record_refresh_token(mia_, token, actor_));
  EXPECT_FALSE(*credentials_->record_refresh_token(mia_, token, actor_));
  EXPECT_EQ(credentials_->record_refresh_token(noah_, token, actor_).error().code, Code::conflict);
  EXPECT_EQ(credentials_->find_refresh_token(token)->account, mia_);
  EXPECT_FALSE(credentials_->find_by_token(token.reveal()).ok()) << "a refresh token is no API token";
}

}  // namespace
}  // namespace lanyard::credentials
