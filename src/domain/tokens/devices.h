// The device grant (RFC 8628): a program without a browser shows a code, a person types it somewhere else.
// One row a request, whose state moves once: waiting → approved → used, or waiting → denied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "domain/journal/journal.h"
#include "platform/crypto/digest.h"

namespace lanyard::tokens {

enum class DeviceState { waiting, approved, denied, used };

struct DeviceRequest {
  ClientId client;
  std::vector<std::string> scopes, audience;
  std::string bound_to;  // as TokenGrant::bound_to: the key that asked
  DeviceState state = DeviceState::waiting;
  TokenGrantId grant;  // chosen with the code
  AccountId account;   // from here on set by approve()
  std::string issuer, subject, source, session;
  Time auth_time{};
  std::string address, user_agent;  // where the program asked from
  Time created_at{}, expires_at{};
};

// 8 consonants without look-alikes (34 bits), written "BCDF-GHJK". What people type: any case, with or
// without hyphen and blanks. An empty optional for anything else (attack row 80).
std::optional<std::string> read_user_code(std::string_view typed);
std::string write_user_code(std::string_view code);  // with its hyphen

constexpr Duration kDeviceInterval = std::chrono::seconds(5);

// Thread-safe.
class Devices {
 public:
  Devices(journal::Ledger& ledger, Random& random, crypto::KeyedHash hashes);

  struct Begun {
    Secret device_code;
    std::string user_code;
  };
  // `wanted`: client, scopes, audience, bound_to, address, user_agent, expires_at.
  Result<Begun> begin(DeviceRequest wanted);

  // By what people typed. Code::not_found, Code::expired.
  Result<DeviceRequest> find(std::string_view user_code);
  // Code::conflict when it was decided before. `by`: account, issuer, subject, source, session, auth_time.
  Status approve(std::string_view user_code, const DeviceRequest& by, const access::Actor& actor);
  Status deny(std::string_view user_code, const access::Actor& actor);

  enum class Said { unknown, expired, pending, slow_down, denied, approved };
  struct Polled {
    Said said = Said::unknown;
    DeviceRequest request;  // with `approved` and `pending`
  };
  // Looks, and remembers when; who asks again sooner than the interval waits five seconds longer from then on
  // (RFC 8628 section 3.5). Moves no state.
  Result<Polled> poll(const ClientId& client, const Secret& device_code);
  // Inside somebody's transaction: true for exactly one caller while it is approved.
  Result<bool> use(store::Connection& connection, const ClientId& client, const Secret& device_code);
  Result<std::int64_t> sweep(std::int64_t most);

 private:
  Status decide(std::string_view user_code, DeviceState state, const DeviceRequest& by,
                const access::Actor& actor);
  journal::Ledger& ledger_;
  Random& random_;
  crypto::KeyedHash hashes_;
};

}  // namespace lanyard::tokens
