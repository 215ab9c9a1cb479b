#include "platform/view/error_page.h"

#include <algorithm>
#include <array>

#include "platform/view/pieces.h"

namespace lanyard::view {
namespace {

struct Sentences {
  int status;
  std::string_view title;
  std::string_view what;
  std::string_view fault;
  std::string_view next;
};

constexpr std::string_view kTheirs = "The request was wrong; the service itself works.";
constexpr std::string_view kOurs = "The fault is on our side, not yours.";
constexpr std::string_view kNobodys = "Nobody made a mistake.";

constexpr std::array<Sentences, 14> kSentences{{
    {400, "This request can not be understood",
     "Something in the address or in the form is missing or has the wrong form.", kTheirs,
     "Go back and start again from the site that you came from. If a link brought you here, the link may be "
     "cut or too old."},
    {401, "You are not signed in",
     "This page is for people who have signed in, and the sign-in is missing or has ended.", kNobodys,
     "Sign in and open the page again."},
    {403, "You may not do this",
     "You are known here, but your account does not have the permission that this page needs.", kNobodys,
     "If you need it for your work, ask the people who run this service."},
    {404, "There is no such page", "Nothing is at this address, or it is not visible to you.",
     "The address may be mistyped, or the page was removed.",
     "Check the address, or start from the front page."},
    {405, "This can not be done here", "The address exists, but not for this kind of request.", kTheirs,
     "Open the page from its own link instead of sending a form to it."},
    {408, "The request took too long", "The browser did not send all of the request in time.",
     "Most often the network between you and us is slow.", "Try again."},
    {409, "Somebody was faster",
     "What you wanted to change has changed in the meantime, so nothing was done.", kNobodys,
     "Go back, load the page again and look at what is there now."},
    {410, "This has expired", "The link or the form was good once and is not any more.",
     "They last for a limited time on purpose.", "Go back to the site that you came from and start again."},
    {413, "That was too much", "What was sent is larger than what is accepted here, so nothing was done.",
     kTheirs, "Send less at once."},
    {429, "Slow down, please", "There were too many attempts in a short time.",
     "This limit protects all accounts, also yours.", "Wait a minute and try again."},
    {500, "Something went wrong", "The service met a fault while it worked on your request.", kOurs,
     "Try again. If it stays, tell support the request number below."},
    {502, "Another service did not answer rightly",
     "We asked another service, such as your institution's sign-in, and its answer could not be used.",
     "The fault is with that service, or with how we are connected to it.",
     "Try again in a few minutes. If it stays, tell support the request number below."},
    {503, "Not available at the moment", "The service is busy or is being restarted, so nothing was done.",
     kOurs, "Wait a minute and try again."},
    {504, "Another service was too slow",
     "We asked another service, such as your institution's sign-in, and it did not answer in time.",
     "The fault is with that service, or with the network.", "Try again in a few minutes."},
}};

const Sentences& sentences_of(int status) {
  const auto exact = std::ranges::find(kSentences, status, &Sentences::status);
  if (exact != kSentences.end()) return *exact;
  return *std::ranges::find(kSentences, status >= 400 && status < 500 ? 400 : 500, &Sentences::status);
}

}  // namespace

int status_of(Code code) {
  switch (code) {
    case Code::invalid:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::forbidden:
      return 403;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::expired:
      return 410;
    case Code::too_large:
      return 413;
    case Code::too_many:
      return 429;
    case Code::upstream:
      return 502;
    case Code::unavailable:
      return 503;
    case Code::internal:
      return 500;
  }
  return 500;
}

Page error_page_of_status(int status, std::string_view request_id) {
  const Sentences& say = sentences_of(status);
  Page page;
  page.title = say.title;
  page.request_id = request_id;
  page.body = group(el("p", say.what), el("p", say.fault), el("p", el("strong", "What to do: "), say.next));
  if (!request_id.empty()) page.body.add(hint(group("Request number: ", code(request_id))));
  return page;
}

Page error_page(Code code, std::string_view request_id) {
  return error_page_of_status(status_of(code), request_id);
}

}  // namespace lanyard::view
