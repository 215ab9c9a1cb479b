// lanyard key list, rotate.
#include "base/text.h"
#include "cli/show.h"
#include "cli/table.h"

namespace lanyard::cli {

int key_list(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto items = all_items(**api, "/keys", {}, 10'000);
  if (!items.ok()) return failed(**api, items.error());
  return print_list(given, *items,
                    {{"ALGORITHM", "algorithm"},
                     {"STAGE", "stage"},
                     {"DAYS", "age_days"},
                     {"SIGNS FROM", "active_at"},
                     {"RETIRED", "retired_at"},
                     {"GONE", "gone_at"},
                     {"KEY", "kid"}});
}

int key_rotate(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const json::Object wish{{"algorithm", given.argument(0)},
                          {"when", given.has("now") ? "now" : "after_notice"}};
  const auto answer = (*api)->post("/keys/rotate", wish);
  if (!answer.ok()) return failed(**api, answer.error());
  std::vector<std::pair<std::string, std::string>> lines;
  for (const char* name : {"kid", "algorithm", "stage", "active_at"})
    lines.emplace_back(name, text_of(answer->object, name));
  return print_one(given, answer->object, lines);
}

}  // namespace lanyard::cli
