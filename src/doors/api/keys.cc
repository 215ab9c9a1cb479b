#include "domain/tokens/keys.h"

#include "base/text.h"
#include "doors/api/body.h"
#include "doors/api/handlers.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

using tokens::Keys;
using tokens::SigningKey;

json::Object to_json(const SigningKey& key, Time now) {
  constexpr Duration kDay = std::chrono::hours(24);
  return {{"kid", key.key.kid()},
          {"algorithm", to_string(key.key.algorithm())},
          {"stage", to_string(key.stage(now))},
          {"age_days", std::int64_t{(now - key.created_at) / kDay}},
          {"created_at", format_rfc3339(key.created_at)},
          {"active_at", format_rfc3339(key.active_at)},
          {"retired_at", time_or_null(key.retired_at)},
          {"gone_at", time_or_null(key.gone_at)}};
}

}  // namespace

Result<net::Response> list_keys(Desk& desk, const Ask&) {
  LANYARD_TRY(const auto keys, desk.parts.keys.list());
  json::Array items;
  for (const auto& key : keys) items.emplace_back(to_json(*key, desk.parts.clock.now()));
  return json_response({{"items", std::move(items)}});
}

Result<net::Response> rotate_key(Desk& desk, const Ask& ask) {
  LANYARD_CHECK(require_known(ask.body, {"algorithm", "when"}));
  LANYARD_TRY(const std::string name, get_words(ask.body, "algorithm"));
  LANYARD_TRY(const auto when, find_text(ask.body, "when"));
  if (when && *when != "after_notice" && *when != "now")
    return make_error(Code::invalid, "\"when\" is after_notice or now.");
  LANYARD_TRY(const auto algorithm, crypto::parse_algorithm(name));
  LANYARD_TRY(const auto key,
              desk.parts.keys.rotate(algorithm, when == "now" ? Keys::When::now : Keys::When::after_notice,
                                     ask.actor));
  desk.parts.log.info("key.rotated", {{"kid", key->key.kid()}, {"when", when.value_or("after_notice")}});
  return json_response(to_json(*key, desk.parts.clock.now()), 201);
}

}  // namespace lanyard::doors::api
