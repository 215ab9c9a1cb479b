// Queries and form bodies: what was read is written and read again as the same pairs; a name sent twice has
// no value.
#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "fuzz/fuzz.h"
#include "platform/net/http.h"

namespace lanyard::fuzz {
namespace {

void check_lookups(const Form& form) {
  for (const auto& [name, value] : form.pairs()) {
    const auto times = std::ranges::count_if(
        form.pairs(), [&name = name](const Form::Pair& pair) { return pair.first == name; });
    const auto found = form.find(name);
    HOLDS(found.ok() == (times == 1));
    HOLDS(times > 1 || **found == value);
    HOLDS(form.get(name).ok() == (times == 1 && !value.empty()));
    HOLDS(form.value_or(name, "fallback") == (times == 1 ? value : "fallback"));
  }
}

}  // namespace

void form(std::string_view input) {
  const auto parsed = parse_form(input);
  const auto request = net::make_request({.method = "POST",
                                          .target = "/",
                                          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                                          .body = std::string(input)});
  HOLDS(request.ok());
  HOLDS(request->form().ok() == parsed.ok());
  if (!parsed.ok()) {
    HOLDS(!parsed.error().message.empty());
    return;
  }
  HOLDS(parsed->pairs().size() <= 200);
  for (const auto& [name, value] : parsed->pairs()) {
    HOLDS(is_utf8(name) && name.find('\0') == std::string::npos);
    HOLDS(is_utf8(value) && value.find('\0') == std::string::npos);
  }
  HOLDS(request->form()->pairs() == parsed->pairs());
  const std::string written = parsed->encode();
  const auto again = parse_form(written);
  HOLDS(again.ok() && again->pairs() == parsed->pairs() && again->encode() == written);
  check_lookups(*parsed);
  // A long query does not fit into a URL; a short one must not disturb what stands in front of it.
  const std::string url = with_query("https://wiki.example.org/back?kept=1", *parsed);
  if (url.size() > 8192 || parsed->pairs().size() == 200) return;
  const auto whole = parse_url(url);
  HOLDS(whole.ok() && whole->origin() == "https://wiki.example.org" && whole->path == "/back");
  const auto query = parse_form(*whole->query);
  HOLDS(query.ok() && query->pairs().size() == parsed->pairs().size() + 1);
}

}  // namespace lanyard::fuzz
