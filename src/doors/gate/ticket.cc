#include "doors/gate/ticket.h"

#include "base/text.h"
#include "base/url.h"
#include "platform/crypto/digest.h"

namespace lanyard::doors::gate {

constexpr std::string_view kCallback = "/.lanyard/callback?";

std::string browser_mark(std::string_view begun_cookie) {
  return base64url_encode(crypto::sha256_bytes(cat("lanyard begun at an application\n", begun_cookie)));
}

std::string write_return(const Return& back) {
  Form form{{"mark", back.mark}, {"to", back.path}};
  if (back.is_second) form.add("again", "1");
  return cat(kCallback, form.encode());
}

Result<Return> read_return(std::string_view to) {
  LANYARD_TRY(std::string path, clients::parse_return_path(to));
  Return back;
  if (!path.starts_with(kFolder)) {
    back.path = std::move(path);
    return back;
  }
  back.path = "/";
  if (!path.starts_with(kCallback)) return back;
  LANYARD_TRY(const Form form, parse_form(std::string_view(path).substr(kCallback.size())));
  LANYARD_TRY(back.mark, form.get("mark"));
  LANYARD_TRY(const std::string page, form.get("to"));
  LANYARD_TRY(back.path, clients::parse_return_path(page));
  if (std::string_view(back.path).starts_with(kFolder)) back.path = "/";
  back.is_second = form.value_or("again", "") == "1";
  return back;
}

Result<Secret> make_ticket(Desk& desk, const Place& place, const callers::Caller& caller,
                           std::string_view mark) {
  const json::Object data{{"session", caller.session.str()}, {"mark", mark}};
  return desk.parts.artefacts.issue(sessions::ArtefactKind::ticket, place.client->id.str(),
                                    caller.person->account.id, data, kTicketLife);
}

Result<Ticket> take_ticket(Desk& desk, const Place& place, std::string_view text) {
  LANYARD_TRY(const auto artefact,
              desk.parts.artefacts.consume(sessions::ArtefactKind::ticket, place.client->id.str(), text));
  Ticket ticket;
  LANYARD_TRY(const std::string session, json::get_string(artefact.data, "session"));
  ticket.session = SessionId(session);
  LANYARD_TRY(ticket.mark, json::get_string(artefact.data, "mark"));
  return ticket;
}

}  // namespace lanyard::doors::gate
