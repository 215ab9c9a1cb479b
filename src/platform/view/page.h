// The one frame around every page, and the headers that a page is sent with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/net/http.h"
#include "platform/view/html.h"

namespace lanyard::view {

struct FooterLink {
  std::string label;  // "Privacy", "Help"
  std::string href;
};

// What all pages of an installation share; made once from the configuration.
struct PageFrame {
  std::string site_name;
  std::string support;  // a mail address, an http(s) URL, or words such as "room 2.117"; may be empty
  std::string banner;   // "Practice mode", "Authentication is off: …"; empty for none
  std::vector<FooterLink> links;
  // In front of "/assets/…" where our files are reached through a folder of another site ("/.lanyard").
  std::string asset_folder;
};

// Who is signed in, and what the sign-out form needs.
struct SignedIn {
  std::string name;
  std::string account_path = "/account";
  std::string sign_out_path = "/signout";  // "": there is nothing to sign out of
  std::string csrf;
};

struct Page {
  std::string title;  // of the window, and the heading unless `heading` says otherwise
  std::string heading;
  Html body;
  enum class Width { narrow, wide } width = Width::narrow;
  std::optional<SignedIn> person;
  std::string request_id;
  // The one other origin to which a form on this page may lead, at once or by redirect
  // ("https://wiki.example.org"). Browsers apply form-action to the redirect after a POST too: without this
  // the click would do nothing.
  std::string form_origin;
};

// The whole document.
std::string write_document(const PageFrame& frame, const Page& page);

// default-src 'none'; style-src 'self'; … A form_origin that is not an origin is our own fault and is left
// out.
std::string content_security_policy(std::string_view form_origin);

// The document with its policy, never stored by caches, never shown in a frame.
net::Response render(const PageFrame& frame, const Page& page, int status = 200);

// The same for a page that leads on to `url` by itself, with a button for those whose browser does not. It
// stands where a redirect would after a form: browsers hold form-action against redirects after a POST, and
// against those that the other side makes itself.
net::Response render_leading_on(const PageFrame& frame, Page page, const std::string& url);

}  // namespace lanyard::view
