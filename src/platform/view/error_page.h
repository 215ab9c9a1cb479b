// What a person sees when something fails: what happened, whose fault it is, what to do next. The sentences
// are fixed: nothing of what was sent and nothing of an error's own text is shown, so a link can not make
// this page say anything.
#pragma once

#include <string_view>

#include "base/result.h"
#include "platform/net/http.h"
#include "platform/view/page.h"

namespace lanyard::view {

int status_of(Code code);

Page error_page(Code code, std::string_view request_id);
Page error_page_of_status(int status, std::string_view request_id);  // an unknown status reads as 400 or 500

net::Response render_error(const PageFrame& frame, Code code, std::string_view request_id);
net::Response render_status(const PageFrame& frame, int status, std::string_view request_id);

}  // namespace lanyard::view
