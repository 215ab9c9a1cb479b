// Where pages meet HTTP.
#include "base/text.h"
#include "platform/view/assets.h"
#include "platform/view/error_page.h"
#include "platform/view/page.h"
#include "platform/view/pieces.h"

namespace lanyard::view {

net::Response render(const PageFrame& frame, const Page& page, int status) {
  net::Response response = net::Response::html(status, write_document(frame, page));
  response.header("Content-Security-Policy", content_security_policy(page.form_origin));
  response.header("X-Frame-Options", "DENY");
  response.header("Cache-Control", "no-store");
  // Nothing is told to other sites. With "no-referrer" browsers would send our own forms with "Origin: null",
  // which can not be told from a foreign page's.
  response.header("Referrer-Policy", "same-origin");
  return response;
}

net::Response render_leading_on(const PageFrame& frame, Page page, const std::string& url) {
  page.body = group(page.body, button_row({button_link("Go on", url, Emphasis::primary)}));
  net::Response response = render(frame, page);
  response.header("Refresh", cat("0; url=", url));
  return response;
}

net::Response render_error(const PageFrame& frame, Code code, std::string_view request_id) {
  return render(frame, error_page(code, request_id), status_of(code));
}

net::Response render_status(const PageFrame& frame, int status, std::string_view request_id) {
  return render(frame, error_page_of_status(status, request_id), status);
}

net::Response asset_response(std::string_view name, std::string_view version) {
  const Asset* asset = find_asset(name);
  if (asset == nullptr) return net::Response::text(404, "There is no such file.\n");
  net::Response response(200);
  response.header("Content-Type", asset->type);
  response.header("Cache-Control",
                  version == asset->hash ? "public, max-age=31536000, immutable" : "no-cache");
  response.shared_body(asset->body);
  return response;
}

}  // namespace lanyard::view
