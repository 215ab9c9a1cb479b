#include "app/config_values.h"

#include <charconv>
#include <limits>

#include "base/text.h"

namespace lanyard::app {
namespace {

constexpr std::size_t kMostTextBytes = 4096;
constexpr std::string_view kNewAccounts[] = {"pending", "approved", "active", "refused"};

bool has(std::string_view words, std::string_view word) {
  for (const std::string_view one : split_words(words)) {
    if (one == word) return true;
  }
  return false;
}

std::string choices_text(std::string_view words) {
  std::vector<std::string> quoted;
  for (const std::string_view one : split_words(words)) quoted.emplace_back(one);
  return cat("Write one of: ", join(quoted, ", "), ".");
}

ValueFault not_a_choice(std::string_view text, std::string_view choices) {
  return {cat("is ", shown(text), ", which is not one of its values"), choices_text(choices)};
}

std::optional<ValueFault> set_flag(bool& out, std::string_view text, Style style) {
  if (style != Style::quoted && (text == "true" || text == "false")) {
    out = text == "true";
    return {};
  }
  const std::string lower = to_lower_ascii(text);
  std::string remedy = "Write true or false, in lower case and without quotes.";
  if (has("yes on y true 1", lower)) remedy = "Write true, in lower case and without quotes.";
  if (has("no off n false 0", lower)) remedy = "Write false, in lower case and without quotes.";
  return ValueFault{
      cat("is ", shown(text), style == Style::quoted ? " in quotes" : "", ", which is not a boolean"),
      remedy};
}

template <class N>
std::optional<ValueFault> set_number(const Key& key, N& out, std::string_view text, Style style) {
  if (style == Style::quoted) {
    return ValueFault{cat("is the text ", shown(text), ", not a number"), "Remove the quotes."};
  }
  const std::string range = key.most > 0 ? cat(" from ", key.least, " to ", key.most) : std::string();
  const auto number = parse_integer(text);
  if (!number || (text.size() > 1 && text.front() == '0') || text.front() == '-') {
    return ValueFault{
        cat("is ", shown(text), ", which is not a whole number in plain digits"),
        cat("Write a whole number", range, ", without leading zeros, signs, separators or units.")};
  }
  const bool fits = static_cast<std::uint64_t>(*number) <= std::numeric_limits<N>::max();
  if (!fits || (key.most > 0 && (*number < key.least || *number > key.most))) {
    return ValueFault{cat("is ", shown(text), ", which is out of range"),
                      cat("Write a whole number", range, ".")};
  }
  out = static_cast<N>(*number);
  return {};
}

std::optional<ValueFault> set_duration(const Key& key, Duration& out, std::string_view text) {
  const auto length = parse_duration(text);
  if (!length || (text.size() > 1 && text.front() == '0' && text[1] >= '0' && text[1] <= '9')) {
    return ValueFault{cat("is ", shown(text), ", which is not a length of time"),
                      "Write one whole number and a unit: 250ms, 90s, 15m, 12h or 30d."};
  }
  if (key.most > 0 && (length->count() < key.least || length->count() > key.most)) {
    return ValueFault{cat("is ", shown(text), ", which is out of range"),
                      cat("Write a length of time from ", format_duration(Duration(key.least)), " to ",
                          format_duration(Duration(key.most)), ".")};
  }
  out = *length;
  return {};
}

std::optional<ValueFault> set_new_accounts(NewAccounts& out, std::string_view text, Style style) {
  if (auto fault = check_text(text, style)) return fault;
  for (std::size_t i = 0; i < std::size(kNewAccounts); ++i) {
    if (kNewAccounts[i] == text) {
      out = static_cast<NewAccounts>(i);
      return {};
    }
  }
  return not_a_choice(text, "pending approved active refused");
}

std::optional<ValueFault> set_text(const Part& part, const Key& key, std::string& out, std::string_view text,
                                   Style style) {
  if (auto fault = check_text(text, style)) return fault;
  if (!key.choices.empty() && !has(key.choices, text)) return not_a_choice(text, key.choices);
  if (text.empty() && !key.empty_means) {
    const std::string& normal = *std::get<std::string*>(key.slot(part.fresh()));
    if (key.need == Need::required) return ValueFault{"is empty", "Write a value."};
    if (!normal.empty())
      return ValueFault{"is empty", cat("Write a value, or remove the line for ", quote_yaml(normal), ".")};
  }
  out = std::string(text);
  return {};
}

std::optional<ValueFault> set_secret(Secret& out, std::string_view text, Style style) {
  // The same rules as for any text, with words that do not repeat it.
  if (check_text(text, style)) {
    return ValueFault{"is not a text on one line",
                      "Put it in quotes; white space and line ends do not belong to it."};
  }
  out = Secret(std::string(text));
  return {};
}

}  // namespace

std::string_view to_string(NewAccounts value) {
  return kNewAccounts[static_cast<std::size_t>(value)];
}

std::string shown(std::string_view text) {
  return cat("\"", legible(cut_utf8(text, 60), '?'), text.size() > 60 ? "…" : "", "\"");
}

std::string_view other_reading(std::string_view text) {
  const std::string lower = to_lower_ascii(text);
  if (has("true false yes no on off y n", lower)) return "boolean";
  if (lower == "null" || lower == "~") return "null";
  if (has(".inf +.inf -.inf .nan", lower)) return "number";
  std::string_view rest = lower;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  if (rest.empty()) return "";
  const bool digit = rest.front() >= '0' && rest.front() <= '9';
  if (!digit && !(rest.front() == '.' && rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9')) return "";
  if (rest.starts_with("0x") || rest.starts_with("0o") || rest.starts_with("0b")) {
    return rest.find_first_not_of("0123456789abcdef_", 2) == std::string_view::npos ? "number" : "";
  }
  // Old readers skip underscores and read 1:30 as ninety.
  if (rest.find_first_not_of("0123456789_:") == std::string_view::npos && rest.back() != ':') return "number";
  double ignored = 0;
  const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), ignored);
  return fault != std::errc::invalid_argument && end == rest.data() + rest.size() ? "number" : "";
}

std::optional<ValueFault> check_text(std::string_view text, Style style) {
  if (style == Style::plain) {
    const std::string_view other = other_reading(text);
    if (!other.empty()) {
      return ValueFault{cat("is ", text, " without quotes, which is a ", other, " and not a text"),
                        cat("Write ", shown(text), " in quotes if this is what you mean.")};
    }
  }
  if (!is_utf8(text)) return ValueFault{"is not UTF-8 text", "Write it in UTF-8."};
  if (has_control(text))
    return ValueFault{cat("is ", shown(text), ", with a control character or line end in it"),
                      "Write it on one line."};
  if (trim(text) != text)
    return ValueFault{cat("is ", shown(text), ", with white space around it"), "Remove the white space."};
  if (text.size() > kMostTextBytes)
    return ValueFault{"is longer than 4096 bytes", "Is this the right value?"};
  return {};
}

std::optional<ValueFault> check_item(const Key& key, std::string_view text, Style style) {
  if (auto fault = check_text(text, style)) return fault;
  if (text.empty()) return ValueFault{"is empty", "Remove the entry, or write a value."};
  if (!key.choices.empty() && !has(key.choices, text)) return not_a_choice(text, key.choices);
  return {};
}

std::optional<ValueFault> set_value(const Part& part, const Key& key, Slot slot, std::string_view text,
                                    Style style) {
  if (auto* s = std::get_if<std::string*>(&slot)) return set_text(part, key, **s, text, style);
  if (auto* s = std::get_if<Secret*>(&slot)) return set_secret(**s, text, style);
  if (auto* b = std::get_if<bool*>(&slot)) return set_flag(**b, text, style);
  if (auto* n = std::get_if<unsigned*>(&slot)) return set_number(key, **n, text, style);
  if (auto* n = std::get_if<std::size_t*>(&slot)) return set_number(key, **n, text, style);
  if (auto* d = std::get_if<Duration*>(&slot)) return set_duration(key, **d, text);
  if (auto* a = std::get_if<NewAccounts*>(&slot)) return set_new_accounts(**a, text, style);
  if (std::holds_alternative<std::vector<std::string>*>(slot)) {
    return ValueFault{cat("is ", shown(text), ", which is not a list"),
                      cat("Write [", quote_yaml(text), "].")};
  }
  return ValueFault{cat("is ", shown(text), ", which is not a mapping"), "Write {name: value}."};
}

std::string type_name(const Part& part, const Key& key) {
  const Slot slot = key.slot(part.fresh());
  if (std::holds_alternative<Secret*>(slot)) return "secret";
  if (std::holds_alternative<bool*>(slot)) return "true or false";
  if (std::holds_alternative<unsigned*>(slot) || std::holds_alternative<std::size_t*>(slot)) {
    return key.unit.empty() ? "number" : cat("number of ", key.unit);
  }
  if (std::holds_alternative<Duration*>(slot)) return "length of time";
  if (std::holds_alternative<std::vector<std::string>*>(slot))
    return key.choices.empty() ? "list of texts" : "list of choices";
  if (std::holds_alternative<std::map<std::string, std::string>*>(slot)) return "mapping of texts";
  if (key.file != FileKind::none) return "file name";
  return std::holds_alternative<NewAccounts*>(slot) || !key.choices.empty() ? "choice" : "text";
}

std::string quote_yaml(std::string_view text) {
  constexpr std::string_view kSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+- ";
  const bool bare = !text.empty() && text.find_first_not_of(kSafe) == std::string_view::npos &&
                    text.front() != '-' && text.front() != ':' && text.front() != '@' && text.back() != ':' &&
                    trim(text) == text && text.find(": ") == std::string_view::npos &&
                    other_reading(text).empty();
  if (bare) return std::string(text);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (is_control(c)) {
      const auto byte = static_cast<unsigned char>(c);
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string format_value(Slot slot) {
  if (auto* s = std::get_if<std::string*>(&slot)) return quote_yaml(**s);
  if (auto* s = std::get_if<Secret*>(&slot)) return (*s)->empty() ? "\"\"" : "(hidden)";
  if (auto* b = std::get_if<bool*>(&slot)) return **b ? "true" : "false";
  if (auto* n = std::get_if<unsigned*>(&slot)) return cat(**n);
  if (auto* n = std::get_if<std::size_t*>(&slot)) return cat(**n);
  if (auto* d = std::get_if<Duration*>(&slot)) return format_duration(**d);
  if (auto* a = std::get_if<NewAccounts*>(&slot)) return std::string(to_string(**a));
  std::vector<std::string> parts;
  if (auto* l = std::get_if<std::vector<std::string>*>(&slot)) {
    for (const std::string& one : **l) parts.push_back(quote_yaml(one));
    return cat("[", join(parts, ", "), "]");
  }
  for (const auto& [name, value] : *std::get<std::map<std::string, std::string>*>(slot)) {
    parts.push_back(cat(quote_yaml(name), ": ", quote_yaml(value)));
  }
  return cat("{", join(parts, ", "), "}");
}

}  // namespace lanyard::app
