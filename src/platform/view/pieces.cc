#include "platform/view/pieces.h"

#include <array>

namespace lanyard::view {
namespace {

std::string_view class_of(Emphasis emphasis) {
  switch (emphasis) {
    case Emphasis::primary:
      return "button primary";
    case Emphasis::secondary:
      return "button";
    case Emphasis::danger:
      return "button danger";
  }
  return "button";
}

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::neutral:
      return "badge";
    case Tone::good:
      return "badge good";
    case Tone::waiting:
      return "badge waiting";
    case Tone::bad:
      return "badge bad";
  }
  return "badge";
}

std::string_view class_of(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::info:
      return "notice";
    case NoticeKind::warning:
      return "notice warning";
    case NoticeKind::error:
      return "notice error";
  }
  return "notice";
}

Html hidden(std::string_view name, std::string_view value) {
  return el("input", Attrs{{"type", "hidden"}, {"name", name}, {"value", value}});
}

}  // namespace

Html button(const Button& button) {
  Attrs attrs{{"type", "submit"}, {"class", class_of(button.emphasis)}};
  if (!button.name.empty()) {
    attrs.add({"name", button.name});
    attrs.add({"value", button.value});
  }
  return el("button", attrs, button.label);
}

Html button_link(std::string_view label, std::string_view href, Emphasis emphasis) {
  return el("a", Attrs{{"class", class_of(emphasis)}, {"href", href}}, label);
}

Html button_row(const std::vector<Html>& buttons) {
  return el("div", Attrs{{"class", "buttons"}}, buttons);
}
Html text_link(std::string_view label, std::string_view href) {
  return el("a", Attrs{{"href", href}}, label);
}

Html post_form(const PostForm& form, const Html& content) {
  Html html;
  html.open("form", Attrs{{"method", "post"}, {"action", form.action}});
  html.add(hidden(kCsrfField, form.csrf));
  for (const auto& [name, value] : form.hidden) html.add(hidden(name, value));
  html.add(content);
  html.close("form");
  return html;
}

Html search_form(std::string_view action, const Html& content) {
  return el("form", Attrs{{"method", "get"}, {"action", action}, {"class", "search"}}, content);
}

Html notice(NoticeKind kind, std::string_view title, const Html& content) {
  // An error is read out at once by a screen reader, the others in their turn.
  return el("div", Attrs{{"class", class_of(kind)}, {"role", kind == NoticeKind::error ? "alert" : "note"}},
            el("p", el("strong", title)), content.empty() ? Html() : el("div", content));
}

Html hint(const Html& content) {
  return el("p", Attrs{{"class", "hint"}}, content);
}
Html badge(Tone tone, std::string_view word) {
  return el("span", Attrs{{"class", class_of(tone)}}, word);
}

Html definitions(const std::vector<std::pair<std::string, Html>>& items) {
  Html html;
  html.open("dl", {});
  for (const auto& [term, value] : items) html.add(el("div", el("dt", term), el("dd", value)));
  html.close("dl");
  return html;
}

Html plain_list(const std::vector<Html>& items) {
  Html html;
  html.open("ul", Attrs{{"class", "lines"}});
  for (const Html& item : items) html.add(el("li", item));
  html.close("ul");
  return html;
}

Html table(const Table& table) {
  if (table.rows.empty() && !table.when_empty.empty()) return hint(table.when_empty);
  Html html;
  // A table that is laid out as blocks is no table to a screen reader any more, unless the roles say so.
  html.open("table", Attrs{{"role", "table"}});
  if (!table.caption.empty()) html.add(el("caption", table.caption));
  html.open("thead", Attrs{{"role", "rowgroup"}});
  html.open("tr", Attrs{{"role", "row"}});
  std::vector<Attrs> cells;
  for (const std::string& column : table.columns) {
    html.add(el("th", Attrs{{"scope", "col"}, {"role", "columnheader"}}, column));
    cells.push_back(Attrs{{"role", "cell"}, {"data-label", column}});
  }
  html.close("tr");
  html.close("thead");
  html.open("tbody", Attrs{{"role", "rowgroup"}});
  for (const auto& row : table.rows) {
    html.open("tr", Attrs{{"role", "row"}});
    for (std::size_t i = 0; i < std::min(row.size(), cells.size()); ++i) {
      html.add(el("td", cells[i], el("div", row[i])));  // one box beside the label when it is stacked
    }
    html.close("tr");
  }
  html.close("tbody");
  html.close("table");
  return html;
}

Html pagination(const Pagination& pages) {
  if (pages.previous.empty() && pages.next.empty() && pages.summary.empty()) return {};
  Html html;
  html.open("nav", Attrs{{"class", "pages"}, {"aria-label", "Pages"}});
  if (!pages.previous.empty())
    html.add(el("a", Attrs{{"rel", "prev"}, {"href", pages.previous}}, "← Previous"));
  if (!pages.summary.empty()) html.add(el("span", pages.summary));
  if (!pages.next.empty()) html.add(el("a", Attrs{{"rel", "next"}, {"href", pages.next}}, "Next →"));
  html.close("nav");
  return html;
}

Html cards(const std::vector<Card>& items) {
  Html html;
  html.open("ul", Attrs{{"class", "cards"}});
  for (const Card& card : items) {
    html.add(el("li", el("a", Attrs{{"href", card.href}}, el("strong", card.title),
                         card.detail.empty() ? Html() : el("small", card.detail))));
  }
  html.close("ul");
  return html;
}

Html steps(const std::vector<Step>& items) {
  Html html;
  html.open("ol", Attrs{{"class", "steps"}});
  for (const Step& step : items) {
    const bool done = step.state == Step::State::done, current = step.state == Step::State::current;
    Attrs attrs{{"class", done ? "done" : current ? "current" : "ahead"}};
    if (current) attrs.add({"aria-current", "step"});
    const std::string_view word = done ? "Done: " : current ? "Now: " : "Later: ";
    html.add(el("li", attrs, el("span", Attrs{{"class", "unseen"}}, word), el("strong", step.title),
                step.detail.empty() ? Html() : el("small", step.detail)));
  }
  html.close("ol");
  return html;
}

Html code(std::string_view text) {
  return el("code", text);
}
Html copyable(std::string_view text) {
  return el("pre", Attrs{{"class", "copy"}, {"tabindex", "0"}}, el("code", text));
}

Html time_text(Time time) {
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string exact = format_rfc3339(time);
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  const std::string shown =
      cat(static_cast<unsigned>(date.day()), " ", kMonths.at(static_cast<unsigned>(date.month()) - 1), " ",
          static_cast<int>(date.year()), ", ", exact.substr(exact.find('T') + 1, 5), " UTC");
  return el("time", Attrs{{"datetime", exact}}, shown);
}

Html more(std::string_view summary, const Html& content) {
  return el("details", el("summary", summary), content);
}

}  // namespace lanyard::view
