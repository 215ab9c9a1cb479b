// Markup that is safe because of how it is made: text and attribute values are escaped when they are put in,
// tags and attribute names are checked by the compiler, and there is no door for markup that was not known at
// compile time.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/text.h"

namespace lanyard::view {

namespace html_detail {

constexpr bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// No element that runs, loads or rebases anything.
inline constexpr auto kTags = std::to_array<std::string_view>(
    {"a",        "abbr",   "article",  "aside",   "b",     "bdi",    "br",      "button",
     "caption",  "code",   "dd",       "details", "div",   "dl",     "dt",      "em",
     "fieldset", "figure", "footer",   "form",    "h1",    "h2",     "h3",      "header",
     "hr",       "img",    "input",    "kbd",     "label", "legend", "li",      "main",
     "nav",      "ol",     "optgroup", "option",  "p",     "pre",    "section", "select",
     "small",    "span",   "strong",   "summary", "table", "tbody",  "td",      "textarea",
     "tfoot",    "th",     "thead",    "time",    "title", "tr",     "ul"});
inline constexpr auto kVoidTags = std::to_array<std::string_view>({"br", "hr", "img", "input"});
inline constexpr auto kUrlNames = std::to_array<std::string_view>({"action", "formaction", "href", "src"});
inline constexpr auto kRefusedNames = std::to_array<std::string_view>(
    {"style", "srcdoc", "srcset", "ping", "http-equiv", "data", "background", "poster", "manifest", "cite"});

constexpr bool contains(const auto& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

}  // namespace html_detail

// The name of an element. Anything but a known harmless one does not compile.
class Tag {
 public:
  consteval Tag(const char* name)
      : name_(name), is_void_(html_detail::contains(html_detail::kVoidTags, name)) {
    if (!html_detail::contains(html_detail::kTags, name)) throw "this element is not used in pages";
  }
  std::string_view name() const { return name_; }
  bool is_void() const { return is_void_; }

 private:
  std::string_view name_;
  bool is_void_;
};

// The name of an attribute. Event handlers and inline style do not compile.
class AttrName {
 public:
  consteval AttrName(const char* name)
      : name_(name), is_url_(html_detail::contains(html_detail::kUrlNames, name)) {
    if (!html_detail::is_name(name_) || name_.starts_with("on") ||
        html_detail::contains(html_detail::kRefusedNames, name_)) {
      throw "this attribute is not used in pages";
    }
  }
  std::string_view name() const { return name_; }
  bool is_url() const { return is_url_; }

 private:
  std::string_view name_;
  bool is_url_;
};

// A path of our own ("/x", not "//host" and not "/\host"), "#part", or an http or https URL that base/url.h
// accepts.
bool is_safe_link(std::string_view link);

// & < > " ' become references. Control characters but tab and line ends, and marks that override the
// direction of text (with which a name can disguise itself), become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

struct Attr {
  Attr(AttrName n, std::string_view v) : name(n), value(v) {}
  Attr(AttrName n, const char* v) : name(n), value(v) {}
  Attr(AttrName n, const std::string& v) : name(n), value(v) {}
  template <std::same_as<bool> B>
  Attr(AttrName n, B present) : name(n), is_flag(true), is_present(present) {}

  AttrName name;
  std::string_view value;
  bool is_flag = false;  // a name without a value, as in "required"
  bool is_present = true;
};

// Attributes, already written. A link that is not safe is our own fault: its attribute is left out.
class Attrs {
 public:
  Attrs() = default;
  Attrs(std::initializer_list<Attr> list) {
    text_.reserve(list.size() * 32);
    for (const Attr& attr : list) add(attr);
  }
  void add(const Attr& attr);
  const std::string& str() const { return text_; }

 private:
  std::string text_;
};

// Markup known when the program was compiled.
class Markup {
 public:
  consteval explicit Markup(const char* text) : text_(text) {}
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// Finished markup.
class Html {
 public:
  Html() = default;
  Html(std::string_view text) { append_escaped(markup_, text); }
  Html(const std::string& text) : Html(std::string_view(text)) {}
  Html(const char* text) : Html(std::string_view(text)) {}
  explicit Html(Markup markup) : markup_(markup.text()) {}

  const std::string& str() const { return markup_; }
  bool empty() const { return markup_.empty(); }

  // Text (escaped), whole numbers, Html, or a vector of Html.
  template <class T>
  Html& add(const T& child) {
    if constexpr (std::is_same_v<T, Html>) {
      markup_.append(child.markup_);
    } else if constexpr (std::is_same_v<T, std::vector<Html>>) {
      for (const Html& one : child) markup_.append(one.markup_);
    } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char>) {
      text_detail::append(markup_, child);
    } else {
      append_escaped(markup_, std::string_view(child));
    }
    return *this;
  }

  void open(Tag tag, const Attrs& attrs);
  void close(Tag tag);

 private:
  std::string markup_;
};

// el("p", Attrs{{"class", "hint"}}, "Signed in as ", el("strong", name));
template <class... Children>
Html el(Tag tag, const Attrs& attrs, const Children&... children) {
  Html html;
  html.open(tag, attrs);
  (html.add(children), ...);
  if (!tag.is_void()) html.close(tag);
  return html;
}

template <class... Children>
requires(!std::is_same_v<Children, Attrs> && ...) Html el(Tag tag, const Children&... children) {
  return el(tag, Attrs(), children...);
}

// Pieces one after the other.
template <class... Children>
Html group(const Children&... children) {
  Html html;
  (html.add(children), ...);
  return html;
}

}  // namespace lanyard::view
