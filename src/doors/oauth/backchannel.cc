#include "doors/oauth/backchannel.h"

#include "base/text.h"
#include "base/url.h"

namespace lanyard::doors::oauth {
namespace {

constexpr Duration kRound = std::chrono::seconds(5);
constexpr std::size_t kMostBytes = 4096;  // nothing in the answer matters but its status

}  // namespace

Backchannel::Backchannel(Parts parts) : parts_(parts), is_local_(false) {
  const auto url = parse_url(parts_.mint.issuer());
  is_local_ = url && url->is_loopback();
}

void Backchannel::send_due() {
  const SteadyTime until = parts_.clock.steady() + kRound;
  do {
    const auto logout = parts_.logouts.claim();
    if (!logout) {
      parts_.log.warning("logout.not_read",
                         {{"reason", logout.error().message}, {"cause", logout.error().cause}});
      return;
    }
    if (!*logout) return;
    send(**logout);
  } while (parts_.clock.steady() < until);
}

void Backchannel::send(const tokens::Logout& logout) {
  const auto client = parts_.registry.find(logout.client.str());
  Status told;
  bool wants_it = true;
  if (client) {
    wants_it = !(*client)->backchannel_logout_uri.empty();
    if (wants_it) told = tell(**client, logout);
  } else if (client.error().code == Code::not_found) {
    wants_it = false;
  } else {
    told = client.error();
  }
  if (told) {
    if (const Status done = parts_.logouts.done(logout); !done)
      parts_.log.warning("logout.not_removed", {{"reason", done.error().message}});
    if (wants_it) {
      parts_.log.info("logout.sent", {{"client", logout.client.str()},
                                      {"account", logout.account.str()},
                                      {"attempts", logout.attempts}});
    }
    return;
  }
  const auto again = parts_.logouts.failed(logout, told.error().message);
  parts_.log.warning("logout.not_sent", {{"client", logout.client.str()},
                                         {"account", logout.account.str()},
                                         {"attempts", logout.attempts},
                                         {"reason", told.error().message},
                                         {"cause", told.error().cause},
                                         {"tried_again", again && *again}});
}

// Sections 2.5 and 2.8. An address inside this machine is only for clients of a service that is there itself.
Status Backchannel::tell(const clients::Client& client, const tokens::Logout& logout) {
  LANYARD_TRY(const Url url, parse_url(client.backchannel_logout_uri));
  LANYARD_TRY(const std::string token, parts_.mint.logout_token(client, logout.account.str(), logout.sid));
  net::Call call;
  call.method = "POST";
  call.url = client.backchannel_logout_uri;
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  call.body = Form{{"logout_token", token}}.encode();
  call.most_bytes = kMostBytes;
  call.reach.loopback = call.reach.http = is_local_ && url.is_loopback();
  LANYARD_TRY(const net::Reply reply, parts_.outside.send(call));
  if (reply.status >= 200 && reply.status < 300) return {};
  return make_error(Code::upstream, cat("The application answered ", reply.status, "."));
}

}  // namespace lanyard::doors::oauth
