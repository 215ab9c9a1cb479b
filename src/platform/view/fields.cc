// Labelled fields: the half of pieces.h that a person fills in.
#include "platform/view/pieces.h"

namespace lanyard::view {
namespace {

std::string_view type_word(TextField::Type type) {
  switch (type) {
    case TextField::Type::text:
      return "text";
    case TextField::Type::password:
      return "password";
    case TextField::Type::email:
      return "email";
    case TextField::Type::search:
      return "search";
    case TextField::Type::number:
      return "number";
    case TextField::Type::many_lines:
      break;
  }
  return "text";
}

// Ids are made from names and may be referred to, so that a label, a help text and an error belong to their
// field.
std::string id_of(std::string_view name) {
  return cat("field-", name);
}

}  // namespace

Html text_field(const TextField& field) {
  const std::string id = id_of(field.name), help_id = cat(id, "-help"), error_id = cat(id, "-error");
  std::string described;
  if (!field.error.empty()) described = error_id;
  if (!field.help.empty()) described += cat(described.empty() ? "" : " ", help_id);

  const bool many = field.type == TextField::Type::many_lines;
  Attrs attrs{{"id", id}, {"name", field.name}};
  if (!many) attrs.add({"type", type_word(field.type)});
  // A password that was refused is typed again, never sent back.
  if (!many && field.type != TextField::Type::password && !field.value.empty())
    attrs.add({"value", field.value});
  if (!field.autocomplete.empty()) attrs.add({"autocomplete", field.autocomplete});
  if (field.longest > 0) attrs.add({"maxlength", cat(field.longest)});
  if (!described.empty()) attrs.add({"aria-describedby", described});
  if (!field.error.empty()) attrs.add({"aria-invalid", "true"});
  attrs.add({"required", field.is_required});
  attrs.add({"autofocus", field.is_first});

  Html html;
  html.open("div", Attrs{{"class", field.error.empty() ? "field" : "field wrong"}});
  html.add(el("label", Attrs{{"for", id}}, field.label));
  if (!field.error.empty()) html.add(el("p", Attrs{{"class", "fault"}, {"id", error_id}}, field.error));
  // The parser drops one line end after the tag: without this one, it would take the person's own.
  html.add(many ? el("textarea", attrs, "\n", field.value) : el("input", attrs));
  if (!field.help.empty()) html.add(el("p", Attrs{{"class", "hint"}, {"id", help_id}}, field.help));
  html.close("div");
  return html;
}

Html select_field(std::string_view name, std::string_view label, const std::vector<Choice>& choices,
                  std::string_view help) {
  const std::string id = id_of(name), help_id = cat(id, "-help");
  Attrs attrs{{"id", id}, {"name", name}};
  if (!help.empty()) attrs.add({"aria-describedby", help_id});
  Html html;
  html.open("div", Attrs{{"class", "field"}});
  html.add(el("label", Attrs{{"for", id}}, label));
  html.open("select", attrs);
  for (const Choice& choice : choices) {
    html.add(el("option", Attrs{{"value", choice.value}, {"selected", choice.is_chosen}}, choice.label));
  }
  html.close("select");
  if (!help.empty()) html.add(el("p", Attrs{{"class", "hint"}, {"id", help_id}}, help));
  html.close("div");
  return html;
}

Html check_box(std::string_view name, std::string_view value, std::string_view label, const Html& help,
               bool is_checked, bool is_required) {
  return el("div", Attrs{{"class", "check"}},
            el("label",
               el("input", Attrs{{"type", "checkbox"},
                                 {"name", name},
                                 {"value", value},
                                 {"checked", is_checked},
                                 {"required", is_required}}),
               el("span", label)),
            help.empty() ? Html() : hint(help));
}

}  // namespace lanyard::view
