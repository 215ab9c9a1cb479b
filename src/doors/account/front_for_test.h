// The account door in a whole house, as a browser meets it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "test/support/house.h"

namespace lanyard::doors::account {

class Front : public testing::Test {
 protected:
  using Browser = test::TestHouse::Browser;

  net::Response get(const Browser& who, std::string target) {
    return house.get(std::move(target), who.cookies);
  }
  net::Response post(const Browser& who, std::string target, Form form = {}) {
    return house.post(std::move(target), std::move(form), who.cookies, who.handle);
  }
  Browser browser_of(const std::string& name, accounts::State state = accounts::State::active) {
    return house.sign_in(house.somebody(name, state));
  }
  Browser administrator(const std::string& name) {
    return house.sign_in(house.somebody(name, accounts::State::active, true));
  }
  accounts::Account read(const AccountId& id) {
    auto account = house.floors().directory.get_account(id);
    EXPECT_TRUE(account.ok());
    return account.ok() ? *account : accounts::Account{};
  }
  accounts::Request open_request(const AccountId& id) {
    auto request = house.floors().approvals.find_latest(id);
    EXPECT_TRUE(request.ok() && *request);
    return request.ok() && *request ? **request : accounts::Request{};
  }
  std::size_t journal_length() {
    std::size_t length = 0;
    EXPECT_TRUE(house.floors()
                    .database
                    ->read([&](store::Connection& connection) -> Status {
                      LANYARD_TRY(const auto entries, journal::list_after(connection, 0, {}, 1000));
                      length = entries.size();
                      return {};
                    })
                    .ok());
    return length;
  }
  static std::string location(const net::Response& response) {
    return response.find_header("Location").value_or("");
  }
  static bool shows(const net::Response& response, std::string_view text) {
    return response.body().find(text) != std::string_view::npos;
  }

  test::TestHouse house;
};

inline void expect_sent_to(const net::Response& response, std::string_view where) {
  EXPECT_EQ(response.status(), 303) << response.body();
  EXPECT_EQ(response.find_header("Location").value_or(""), where);
}

}  // namespace lanyard::doors::account
