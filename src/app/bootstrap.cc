#include "app/bootstrap.h"

#include "base/text.h"

namespace lanyard::app {

Result<Secret> make_bootstrap_link(Floors& floors, const access::Actor& actor) {
  LANYARD_TRY(const bool closed, floors.directory.bootstrap_is_closed());
  if (closed) {
    return make_error(Code::conflict,
                      "The first administrator was made already; a bootstrap is possible once.",
                      "Let an administrator make others, or use: lanyardd user create … --admin");
  }
  LANYARD_TRY(const Secret token,
              floors.artefacts.issue(sessions::ArtefactKind::bootstrap, "", {}, {}, std::chrono::hours(1)));
  LANYARD_CHECK(floors.ledger.change(actor, [](store::Connection&, journal::Notes& notes) -> Status {
    journal::Note note;
    note.event = "bootstrap.link_made";
    note.subject = {"service", "lanyard"};
    notes.add(std::move(note));
    return {};
  }));
  return Secret(cat(floors.config.server.public_url, "/bootstrap?token=", token.reveal()));
}

}  // namespace lanyard::app
