#include "platform/view/html.h"

#include "base/url.h"

namespace lanyard::view {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = i != '\t' && i != '\n' && i != '\r';
  for (const char c : std::string_view("&<>\"'\x7f\xe2")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kSpecial = make_special();

// U+202A to U+202E and U+2066 to U+2069.
bool turns_direction(std::string_view text) {
  if (text.size() < 3) return false;
  const auto second = static_cast<unsigned char>(text[1]), third = static_cast<unsigned char>(text[2]);
  return (second == 0x80 && third >= 0xAA && third <= 0xAE) ||
         (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F && c != '\\';
  });
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!kSpecial[static_cast<unsigned char>(text[at])]) continue;
    std::string_view with;
    std::size_t bytes = 1;
    switch (text[at]) {
      case '&':
        with = "&amp;";
        break;
      case '<':
        with = "&lt;";
        break;
      case '>':
        with = "&gt;";
        break;
      case '"':
        with = "&quot;";
        break;
      case '\'':
        with = "&#39;";
        break;
      case '\xe2':
        if (!turns_direction(text.substr(at))) continue;
        with = kReplacement;
        bytes = 3;
        break;
      default:
        with = kReplacement;
    }
    out.append(text.substr(from, at - from)).append(with);
    from = at + bytes;
    at = from - 1;
  }
  out.append(text.substr(from));
}

bool is_safe_link(std::string_view link) {
  if (!is_plain(link)) return false;
  if (link.starts_with('#')) return html_detail::is_name(link.substr(1));
  if (link.starts_with('/')) return !link.starts_with("//");
  return parse_url(link.substr(0, link.find('#'))).ok();
}

void Attrs::add(const Attr& attr) {
  if (!attr.is_present) return;
  if (attr.name.is_url() && !is_safe_link(attr.value)) return;
  text_.append(" ").append(attr.name.name());
  if (attr.is_flag) return;
  text_.append("=\"");
  append_escaped(text_, attr.value);
  text_.push_back('"');
}

void Html::open(Tag tag, const Attrs& attrs) {
  if (markup_.empty())
    markup_.reserve(attrs.str().size() + 96);  // most elements are small: one allocation each
  markup_.append("<").append(tag.name()).append(attrs.str()).append(">");
}

void Html::close(Tag tag) {
  markup_.append("</").append(tag.name()).append(">");
}

}  // namespace lanyard::view
