// Values of the configuration as text, in both directions. Nothing is guessed: `yes` is no boolean, `010` no
// number and "8080" in quotes no number either.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_schema.h"

namespace lanyard::app {

// How a scalar was written. In the environment and on the command line there is no way to quote, so anything
// is a text.
enum class Style { plain, quoted, outside };

struct ValueFault {
  std::string what, remedy;
};

// Sets a key whose value is one scalar (not a list or a map). Never repeats the value of a secret.
std::optional<ValueFault> set_value(const Part& part, const Key& key, Slot slot, std::string_view text,
                                    Style style);
// One text of a list or map, or the name in a map: what the value of a scalar must be, whatever the key.
std::optional<ValueFault> check_text(std::string_view text, Style style);
// An item of a list: also the choices of its key.
std::optional<ValueFault> check_item(const Key& key, std::string_view text, Style style);

// "text", "list of texts", "length of time" …
std::string type_name(const Part& part, const Key& key);
// The value as it would be written in the file; a secret is "(hidden)", or "" when there is none.
std::string format_value(Slot slot);
std::string quote_yaml(std::string_view text);
std::string_view to_string(NewAccounts value);
// "boolean", "number" or "null" when other readers of YAML would read this plain scalar so, else "".
std::string_view other_reading(std::string_view text);
// For messages: in quotes, without control characters, cut when long.
std::string shown(std::string_view text);

}  // namespace lanyard::app
