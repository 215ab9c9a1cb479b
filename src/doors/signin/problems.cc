#include "doors/signin/problems.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::signin {
namespace {

struct Words {
  Problem problem;
  int status;
  std::string_view name, title, what, fault, next;
};

constexpr std::string_view kNobody = "Nobody made a mistake.";
constexpr std::string_view kTheirs = "The fault is with that sign-in service, or with how we are connected.";

constexpr std::array<Words, 14> kWords{{
    {Problem::cancelled, 200, "cancelled", "You did not sign in",
     "The sign-in was cancelled, so nothing happened here.", kNobody,
     "Sign in again whenever you like, or choose another way."},
    {Problem::not_verified, 403, "not-verified", "Your address is not confirmed yet",
     "Your sign-in service does not say that your mail address is really yours, and this site knows people "
     "by "
     "that address.",
     "The address waits to be confirmed where you signed in, not here.",
     "Confirm your address at your sign-in service, then sign in again."},
    {Problem::not_allowed, 403, "not-allowed", "You can not sign in here",
     "You signed in well, but the rules of this site do not let this login in.", kNobody,
     "Sign in with another login, or ask the people who run this site."},
    {Problem::suspended, 403, "suspended", "Your account is suspended",
     "You signed in well, but your account here is suspended or closed, so no session was started.",
     "The people who run this site decided so.",
     "If you think that this is a mistake, ask the people who run this site."},
    {Problem::clock, 502, "clock", "The clocks do not agree",
     "Your sign-in service vouched for you at a time that is too far from our own time.",
     "One of the two clocks is wrong: theirs or ours, not yours.",
     "Try again. If it stays, tell support the request number below."},
    {Problem::provider_down, 503, "provider-down", "The sign-in service does not answer",
     "We could not reach the sign-in service that you chose, or it says that it can not help now.", kTheirs,
     "Try again in a few minutes, or choose another way to sign in."},
    {Problem::wrong_answer, 502, "wrong-answer", "The answer could not be believed",
     "The sign-in service sent an answer that does not hold against our checks, so you are not signed in.",
     "It may be a fault of that service or of our settings, or somebody tried to deceive us or you.",
     "Start again from the beginning. If it stays, tell support the request number below."},
    {Problem::expired, 410, "expired", "That took too long",
     "A sign-in has to be finished within a few minutes, and this one was not.", kNobody,
     "Start again; it is quick when you are signed in at your sign-in service already."},
    {Problem::other_browser, 403, "other-browser", "This sign-in was begun somewhere else",
     "An answer of a sign-in service is only good in the browser in which the sign-in was begun.",
     "A link may have been copied from another browser, your browser may keep no cookies, or somebody sent "
     "you a link to sign you in as somebody else.",
     "Start again in this browser."},
    {Problem::already_used, 409, "already-used", "This answer was used already",
     "The address of a finished sign-in was opened again; each is good once.",
     "This happens with the back button or on loading the page again.",
     "You may well be signed in. If not, start again."},
    {Problem::switched_off, 404, "switched-off", "This way to sign in is not offered",
     "The sign-in service is not known here, or it was switched off.", kNobody,
     "Choose another way to sign in."},
    {Problem::too_old_login, 403, "too-old-login", "Please sign in again first",
     "Another login can be added to an account only a few minutes after signing in.",
     "This protects your account on a computer that you left.",
     "Sign in with the login that you have, then add the other one."},
    {Problem::linked_elsewhere, 409, "linked-elsewhere", "This login belongs to another account",
     "The login that you wanted to add leads to an account of its own already, so nothing was changed.",
     kNobody, "Ask the people who run this site to join the two accounts."},
    {Problem::bootstrap_over, 410, "bootstrap-over", "This link is not good any more",
     "The link for the first administrator was used already, is too old, or there is an administrator.",
     "Such a link is good once and for one hour.",
     "Whoever runs the server can make another one as long as there is no administrator."},
}};

const Words& words_of(Problem problem) {
  return *std::ranges::find(kWords, problem, &Words::problem);
}

}  // namespace

std::string_view to_string(Problem problem) {
  return words_of(problem).name;
}

std::optional<Problem> find_problem(std::string_view text) {
  const auto found = std::ranges::find(kWords, text, &Words::name);
  if (found == kWords.end()) return std::nullopt;
  return found->problem;
}

int status_of(Problem problem) {
  return words_of(problem).status;
}

view::Page problem_page(Problem problem, const ReturnTo& back, std::string_view reference,
                        std::string_view request_id) {
  const Words& words = words_of(problem);
  // Whoever was not let in, or is here for another login, chooses again even when already signed in.
  Form again = to_fields(problem == Problem::too_old_login ? ReturnTo{"", "/account/identities"} : back);
  if (problem != Problem::already_used) again.add("again", "1");
  view::Page page;
  page.title = words.title;
  page.request_id = request_id;
  page.body = view::group(view::el("p", words.what), view::el("p", words.fault),
                          view::el("p", view::el("strong", "What to do: "), words.next));
  if (problem != Problem::bootstrap_over) {
    page.body.add(
        view::button_row({view::button_link(problem == Problem::already_used ? "Go on" : "Sign in",
                                            with_query("/login", again), view::Emphasis::primary)}));
  }
  if (!reference.empty()) page.body.add(view::hint(view::group("Request number: ", view::code(reference))));
  return page;
}

std::string problem_path(Problem problem, const ReturnTo& back, std::string_view reference) {
  Form form = to_fields(back);
  form.add("ref", std::string(reference));
  return with_query(cat("/login/problem/", to_string(problem)), form);
}

}  // namespace lanyard::doors::signin
