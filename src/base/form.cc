// The half of url.h that is about names and values.
#include "base/text.h"
#include "base/url.h"

namespace lanyard {
namespace {

Result<std::string> decode_part(std::string_view text) {
  std::string spaced(text);
  for (char& c : spaced) {
    if (c == '+') c = ' ';
  }
  LANYARD_TRY(std::string out, percent_decode(spaced));
  if (!is_utf8(out)) return make_error(Code::invalid, "The form contains text that is not UTF-8.");
  return out;
}

}  // namespace

Result<std::optional<std::string>> Form::find(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, value] : pairs_) {
    if (key != name) continue;
    if (found) return make_error(Code::invalid, cat("The parameter \"", name, "\" is there more than once."));
    found = value;
  }
  return found;
}

Result<std::string> Form::get(std::string_view name) const {
  LANYARD_TRY(std::optional<std::string> found, find(name));
  if (!found || found->empty())
    return make_error(Code::invalid, cat("The parameter \"", name, "\" is missing."));
  return *std::move(found);
}

std::string Form::value_or(std::string_view name, std::string_view fallback) const {
  auto found = find(name);
  if (!found || !*found) return std::string(fallback);
  return std::move(**found);
}

std::string Form::encode() const {
  std::string out;
  for (const auto& [name, value] : pairs_) {
    if (!out.empty()) out.push_back('&');
    out.append(percent_encode(name)).append("=").append(percent_encode(value));
  }
  return out;
}

Result<Form> parse_form(std::string_view text, std::size_t most) {
  Form form;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(pair.size() == text.size() ? pair.size() : pair.size() + 1);
    if (pair.empty()) continue;
    if (form.pairs().size() == most) {
      return make_error(Code::too_large, cat("The form has more than ", most, " parameters."));
    }
    const std::size_t equals = pair.find('=');
    LANYARD_TRY(std::string name, decode_part(pair.substr(0, equals)));
    LANYARD_TRY(std::string value,
                decode_part(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1)));
    form.add(std::move(name), std::move(value));
  }
  return form;
}

std::string with_query(std::string_view url, const Form& form) {
  const std::string_view base = url.substr(0, url.find('#'));
  const std::string encoded = form.encode();
  if (encoded.empty()) return std::string(url);
  const std::size_t mark = base.find('?');  // a query may hold more of them
  const bool has_query = mark != std::string_view::npos;
  const std::string_view glue = !has_query ? "?" : mark + 1 == base.size() || base.ends_with('&') ? "" : "&";
  return cat(base, glue, encoded, url.substr(base.size()));
}

}  // namespace lanyard
