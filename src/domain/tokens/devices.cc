#include "domain/tokens/devices.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "domain/tokens/device_rows.h"

namespace lanyard::tokens {
namespace {

// No vowels, so that no words come out; no Y, which some keyboards have elsewhere.
constexpr std::string_view kLetters = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t kCodeLength = 8;
// A client that keeps the interval by its own clock is never early by more than this.
constexpr Duration kTolerance = std::chrono::milliseconds(500);
constexpr std::int64_t kSlower = 5;

std::string random_code(Random& random) {
  std::string code;
  std::array<unsigned char, 32> bytes{};
  while (code.size() < kCodeLength) {
    random.fill(bytes);
    for (const unsigned char byte : bytes) {
      // 240 is the largest multiple of 20 in a byte: no letter comes up more often than another.
      if (byte < 240 && code.size() < kCodeLength) code.push_back(kLetters[byte % kLetters.size()]);
    }
  }
  return code;
}

Error unknown_code() {
  return make_error(Code::not_found, "There is no program that shows this code.",
                    "Compare the code with the one that the program shows, or start the program again.");
}

}  // namespace

std::optional<std::string> read_user_code(std::string_view typed) {
  std::string code;
  if (typed.size() > 64) return {};
  for (const char c : typed) {
    if (c == '-' || c == ' ' || c == '\t') continue;
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (kLetters.find(upper) == std::string_view::npos) return {};
    code.push_back(upper);
  }
  if (code.size() != kCodeLength) return {};
  return code;
}

std::string write_user_code(std::string_view code) {
  return cat(code.substr(0, kCodeLength / 2), "-", code.substr(kCodeLength / 2));
}

Devices::Devices(journal::Ledger& ledger, Random& random, crypto::KeyedHash hashes)
    : ledger_(ledger), random_(random), hashes_(std::move(hashes)) {}

Result<Devices::Begun> Devices::begin(DeviceRequest wanted) {
  rows::StoredDevice device;
  device.request = std::move(wanted);
  device.request.grant = make_id<TokenGrantTag>(random_);
  device.request.created_at = ledger_.clock().now();
  device.request.user_agent = cut_utf8(device.request.user_agent, 200);
  device.wait_seconds = std::chrono::duration_cast<std::chrono::seconds>(kDeviceInterval).count();
  const Secret device_code(random_.token());
  device.hash = hashes_.of(device_code.reveal());
  // Two living codes with one text are improbable, not impossible.
  for (int attempt = 0; attempt < 5; ++attempt) {
    const std::string user_code = random_code(random_);
    const std::string user_hash = hashes_.of(user_code);
    const Status kept = ledger_.database().write(
        [&](store::Connection& connection) { return rows::insert_device(connection, device, user_hash); });
    if (kept) return Begun{device_code, write_user_code(user_code)};
    if (kept.error().code != Code::conflict) return kept.error();
  }
  return make_error(Code::unavailable, "No free code was found.", "Try again.");
}

Result<DeviceRequest> Devices::find(std::string_view user_code) {
  const auto code = read_user_code(user_code);
  if (!code) return unknown_code();
  std::optional<rows::StoredDevice> found;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    for (const std::string& hash : hashes_.candidates(*code)) {
      LANYARD_TRY(found, rows::find_device_by_user(connection, hash));
      if (found) break;
    }
    return {};
  }));
  if (!found) return unknown_code();
  if (ledger_.clock().now() >= found->request.expires_at)
    return make_error(Code::expired, "This code is not good any more.", "Start the program again.");
  return found->request;
}

Status Devices::decide(std::string_view user_code, DeviceState state, const DeviceRequest& by,
                       const access::Actor& actor) {
  const auto code = read_user_code(user_code);
  if (!code) return unknown_code();
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    std::optional<rows::StoredDevice> found;
    for (const std::string& hash : hashes_.candidates(*code)) {
      LANYARD_TRY(found, rows::find_device_by_user(connection, hash));
      if (found) break;
    }
    if (!found || ledger_.clock().now() >= found->request.expires_at) return unknown_code();
    LANYARD_TRY(const bool decided, rows::decide_device(connection, found->hash, state, by));
    if (!decided)
      return make_error(Code::conflict, "This code was used already.", "Start the program again.");
    notes.add({.event = state == DeviceState::approved ? "device.approved" : "device.denied",
               .subject = {"account", actor.account.str()},
               .data = json::Object{{"client", found->request.client.str()},
                                    {"scope", join(found->request.scopes, " ")},
                                    {"asked_from", found->request.address}},
               .account = {}});
    return {};
  });
}

Status Devices::approve(std::string_view user_code, const DeviceRequest& by, const access::Actor& actor) {
  return decide(user_code, DeviceState::approved, by, actor);
}

Status Devices::deny(std::string_view user_code, const access::Actor& actor) {
  return decide(user_code, DeviceState::denied, {}, actor);
}

Result<Devices::Polled> Devices::poll(const ClientId& client, const Secret& device_code) {
  Polled polled;
  LANYARD_CHECK(ledger_.database().write([&](store::Connection& connection) -> Status {
    polled = {};
    const Time now = ledger_.clock().now();
    std::optional<rows::StoredDevice> found;
    for (const std::string& hash : hashes_.candidates(device_code.reveal())) {
      LANYARD_TRY(found, rows::find_device(connection, hash));
      if (found) break;
    }
    if (!found || found->request.client != client || found->request.state == DeviceState::used) return {};
    polled.request = found->request;
    if (found->request.state == DeviceState::denied) {
      polled.said = Said::denied;
      return {};
    }
    if (now >= found->request.expires_at) {
      polled.said = Said::expired;
      return {};
    }
    if (found->request.state == DeviceState::approved) {
      polled.said = Said::approved;
      return {};
    }
    const bool too_soon = now - found->polled_at + kTolerance < std::chrono::seconds(found->wait_seconds);
    polled.said = too_soon ? Said::slow_down : Said::pending;
    return rows::note_poll(connection, found->hash, now, found->wait_seconds + (too_soon ? kSlower : 0));
  }));
  return polled;
}

Result<bool> Devices::use(store::Connection& connection, const ClientId& client, const Secret& device_code) {
  for (const std::string& hash : hashes_.candidates(device_code.reveal())) {
    LANYARD_TRY(const bool won, rows::use_device(connection, hash, client));
    if (won) return true;
  }
  return false;
}

Result<std::int64_t> Devices::sweep(std::int64_t most) {
  std::int64_t swept = 0;
  LANYARD_CHECK(ledger_.database().write([&](store::Connection& connection) -> Status {
    LANYARD_TRY(swept, rows::sweep_devices(connection, ledger_.clock().now(), most));
    return {};
  }));
  return swept;
}

}  // namespace lanyard::tokens
