// The domain's values as the contract's JSON shapes (api/openapi.yaml, components/schemas).
#pragma once

#include <optional>

#include "base/json.h"
#include "doors/api/api.h"

namespace lanyard::doors::api {

json::Value time_or_null(const std::optional<Time>& time);

json::Object to_json(const accounts::Account& account);
json::Object to_json(const accounts::Identity& identity);
json::Object to_json(const accounts::Address& address);
json::Object to_json(const accounts::Request& request);
json::Object to_json(const accounts::Pending& pending);
json::Object to_json(const groups::Group& group);
json::Object to_json(const groups::Member& member);
json::Object to_json(const sessions::Session& session);
json::Object to_json(const journal::Entry& entry);
json::Object to_json(const explain::Trace& trace);
json::Object to_json(const journey::Answer& standing);

json::Array to_array(const std::vector<std::string>& texts);

template <class T>
json::Array to_array(const std::vector<T>& things) {
  json::Array array;
  for (const T& thing : things) array.emplace_back(to_json(thing));
  return array;
}

}  // namespace lanyard::doors::api
