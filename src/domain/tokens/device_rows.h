// The only file that names the table device_codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/tokens/devices.h"
#include "platform/store/database.h"

namespace lanyard::tokens::rows {

struct StoredDevice {
  DeviceRequest request;
  std::string hash;  // of the device code
  std::int64_t wait_seconds = 0;
  Time polled_at{};
};

// Code::conflict when one of the codes exists.
Status insert_device(store::Connection& connection, const StoredDevice& device, std::string_view user_hash);
Result<std::optional<StoredDevice>> find_device(store::Connection& connection, std::string_view hash);
Result<std::optional<StoredDevice>> find_device_by_user(store::Connection& connection,
                                                        std::string_view user_hash);
// False when it was not waiting.
Result<bool> decide_device(store::Connection& connection, std::string_view hash, DeviceState state,
                           const DeviceRequest& by);
Status note_poll(store::Connection& connection, std::string_view hash, Time now, std::int64_t wait_seconds);
Result<bool> use_device(store::Connection& connection, std::string_view hash, const ClientId& client);
Result<std::int64_t> sweep_devices(store::Connection& connection, Time now, std::int64_t most);

}  // namespace lanyard::tokens::rows
