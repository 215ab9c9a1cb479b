// Scopes: what may be asked for, what covers what, and how it is said to people. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lanyard::tokens {

// Words of RFC 6749 section 3.3, in order, without repetitions. Code::invalid for other characters, over 100
// words or 4,000 bytes. Blanks at the ends and doubled blanks are forgiven (panda-client sends one at the
// end).
Result<std::vector<std::string>> parse_scope(std::string_view text);

// The words of a text that we wrote ourselves, of scopes or audiences in a row.
std::vector<std::string> words_of(std::string_view text);

// "storage.read:/data" covers itself and "storage.read:/data/x", never "storage.read:/database"
// (segments; attack row 30). "wlcg.groups" and "wlcg.groups:/a" are distinct; a client registered for
// "wlcg.groups" may ask for any of the forms. Paths: absolute, normalised, no "..", no doubled slash.
bool covers(std::string_view held, std::string_view wanted);
bool is_covered(const std::vector<std::string>& held, std::string_view wanted);
// The first word of `wanted` that nothing in `held` covers; nullptr when all are.
const std::string* first_uncovered(const std::vector<std::string>& held,
                                   const std::vector<std::string>& wanted);

// Scopes that are never given out, whoever asks: "role:…" (the PanDA server believes them).
bool is_forbidden(std::string_view scope);

// "Your name and user name": one sentence for the consent and device pages. Unknown ones are shown as they
// are.
std::string describe(std::string_view scope);

// WLCG: the groups that the claim shows, "/Rubin" and "/Rubin/production", for `held` paths without a slash
// in front. `wlcg.groups` asks for all; `wlcg.groups:/a/b` for that one, in the order of the request, the
// others after them. Code::forbidden names a group that was asked for and is not held.
Result<std::vector<std::string>> wlcg_groups(const std::vector<std::string>& scopes,
                                             const std::vector<std::string>& held);

}  // namespace lanyard::tokens
