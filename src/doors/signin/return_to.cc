#include "doors/signin/return_to.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "domain/sessions/artefacts.h"

namespace lanyard::doors::signin {
namespace {

constexpr std::array<std::string_view, 14> kOurPages{
    "/",
    "/account",
    "/account/profile",
    "/account/identities",
    "/account/sessions",
    "/account/tokens",
    "/account/apps",
    "/account/groups",
    "/device",
    "/pending",
    "/admin/queue",
    "/admin/accounts",
    "/admin/groups",
    "/admin/journal",
};

}  // namespace

Result<ReturnTo> read_return(const Form& form, const clients::Clients& clients) {
  LANYARD_TRY(const auto client, form.find("client"));
  LANYARD_TRY(const auto to, form.find("to"));
  LANYARD_TRY(const auto asked, form.find("request"));
  ReturnTo back;
  if (asked && !asked->empty()) {
    if (!sessions::is_token_text(*asked))
      return make_error(Code::invalid, "What you were doing is not known here.",
                        "Start again from the application itself.");
    back.request = *asked;
    return back;
  }
  if (client && !client->empty()) {
    if (clients.find(*client) == nullptr) {
      return make_error(Code::invalid, "The application that sent you here is not known.",
                        "Start again from the application itself.");
    }
    back.client = *client;
    LANYARD_TRY(back.path, clients::parse_return_path(to && !to->empty() ? *to : "/"));
    return back;
  }
  if (to && !to->empty()) back.path = std::ranges::find(kOurPages, *to) != kOurPages.end() ? *to : "/";
  return back;
}

Form to_fields(const ReturnTo& back) {
  Form form;
  if (!back.request.empty()) form.add("request", back.request);
  if (!back.client.empty()) form.add("client", back.client);
  if (!back.path.empty()) form.add("to", back.path);
  return form;
}

std::string with_return(std::string_view path, const ReturnTo& back) {
  const Form fields = to_fields(back);
  return fields.pairs().empty() ? std::string(path) : with_query(path, fields);
}

std::string destination(const ReturnTo& back) {
  if (!back.request.empty()) return with_query("/authorize/continue", Form{{"request", back.request}});
  if (!back.client.empty()) return with_query(cat("/gate/start/", back.client), Form{{"to", back.path}});
  return back.path.empty() ? "/account" : back.path;
}

}  // namespace lanyard::doors::signin
