#include "platform/view/page.h"

#include "base/text.h"
#include "base/url.h"
#include "platform/view/assets.h"
#include "platform/view/pieces.h"

namespace lanyard::view {
namespace {

constexpr Markup kHead(
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    "<meta name=\"color-scheme\" content=\"light dark\">");
constexpr Markup kBody("</head><body><a class=\"skip\" href=\"#main\">Skip to the content</a>");

Html person(const SignedIn& who) {
  const Html sign_out = who.sign_out_path.empty()
                            ? Html()
                            : post_form({.action = who.sign_out_path, .csrf = who.csrf},
                                        button({.label = "Sign out", .emphasis = Emphasis::secondary}));
  return el("div", Attrs{{"class", "person"}},
            el("a", Attrs{{"href", who.account_path}}, el("bdi", who.name)), sign_out);
}

// Letters, digits and what a mail address needs; everything else is shown as words and not as a link.
bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+@") ==
             std::string_view::npos;
}

void add_support(Html& html, std::string_view support) {
  if (support.empty()) return;
  html.open("span", {});
  html.add("Support: ");
  if (is_mail_address(support)) {
    // Made of harmless characters only, as just checked.
    html.add(Html(Markup("<a href=\"mailto:")))
        .add(support)
        .add(Html(Markup("\">")))
        .add(support)
        .add(Html(Markup("</a>")));
  } else if (support.front() != '/' && support.front() != '#' && is_safe_link(support)) {
    html.add(text_link(support, support));
  } else {
    html.add(support);
  }
  html.close("span");
}

Html footer(const PageFrame& frame, const Page& page) {
  Html html;
  html.open("footer", {});
  for (const FooterLink& each : frame.links) html.add(text_link(each.label, each.href));
  add_support(html, frame.support);
  if (!page.request_id.empty()) html.add(el("span", "Request ", code(page.request_id)));
  html.close("footer");
  return html;
}

}  // namespace

std::string write_document(const PageFrame& frame, const Page& page) {
  Html html{kHead};
  html.add(el("title", page.title, page.title.empty() ? "" : " · ", frame.site_name));
  // The path of the stylesheet is made of a name and a hash that the build wrote.
  html.add(Html(Markup("<link rel=\"stylesheet\" href=\"")))
      .add(frame.asset_folder)
      .add(asset_path("site.css"))
      .add(Html(Markup("\">")));
  html.add(Html(kBody));
  if (!frame.banner.empty()) html.add(el("p", Attrs{{"class", "banner"}, {"role", "status"}}, frame.banner));
  html.add(el("header",
              el("a", Attrs{{"class", "site"}, {"href", "/"}},
                 el("span", Attrs{{"class", "mark"}, {"aria-hidden", "true"}}), frame.site_name),
              page.person ? person(*page.person) : Html()));
  Attrs main{{"id", "main"}, {"tabindex", "-1"}};
  if (page.width == Page::Width::wide) main.add({"class", "wide"});
  html.open("main", main);
  html.add(el("h1", page.heading.empty() ? page.title : page.heading));
  html.add(page.body);
  html.close("main");
  html.add(footer(frame, page));
  html.add(Html(Markup("</body></html>\n")));
  return html.str();
}

std::string content_security_policy(std::string_view form_origin) {
  std::string policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'";
  if (!form_origin.empty()) {
    if (const auto origin = parse_origin(form_origin)) policy.append(" ").append(*origin);
  }
  policy.append("; frame-ancestors 'none'; base-uri 'none'");
  return policy;
}

}  // namespace lanyard::view
