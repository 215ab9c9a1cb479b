#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "domain/journal/journal.h"
#include "domain/journal/rows.h"

namespace lanyard::journal {
namespace {

// A label or a request id may come from outside; an entry must never fail for its sake.
std::string storable(std::string_view text) {
  return legible(cut_utf8(text, 300), '?');
}

std::string_view concerns_of(const Note& note) {
  if (note.everybody) return "*";
  return note.account.str();
}

Status append(store::Connection& connection, Time at, const Notes& notes) {
  const std::vector<Note>& all = notes.all();
  if (all.empty()) return {};
  const access::Actor& actor = notes.actor();
  const std::string label = storable(actor.label), address = storable(actor.address),
                    request_id = storable(actor.request_id);
  std::vector<std::string> data, hashes;
  data.reserve(all.size());
  hashes.reserve(all.size());
  for (const Note& note : all) data.push_back(json::write(note.data));

  // From here on other writers wait, so nothing but the chain itself is left to do.
  LANYARD_TRY(const auto head, rows::advance(connection, static_cast<std::int64_t>(all.size())));
  std::vector<rows::Chained> entries;
  entries.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Note& note = all[i];
    const std::string_view previous = i == 0 ? std::string_view(head.hash) : std::string_view(hashes[i - 1]);
    const Link link{.seq = head.seq + 1 + static_cast<std::int64_t>(i),
                    .at = to_micros(at),
                    .event = note.event,
                    .actor_kind = access::to_string(actor.kind),
                    .actor_id = actor.account.str(),
                    .actor_label = label,
                    .subject_kind = note.subject.kind,
                    .subject_id = note.subject.id,
                    .address = address,
                    .request_id = request_id,
                    .data = data[i],
                    .concerns = concerns_of(note)};
    hashes.push_back(hash_link(previous, link));
    entries.push_back({.link = link, .previous_hash = previous, .hash = hashes.back()});
  }
  Status inserted = rows::insert(connection, entries);
  if (!inserted.ok()) {
    if (inserted.error().code != Code::conflict) return inserted;
    return internal_error(
        cat("journal entry ", head.seq + 1, " exists already: the head of the journal was set back"));
  }
  return rows::set_head_hash(connection, hashes.back());
}

}  // namespace

Status Ledger::change(const access::Actor& actor,
                      const std::function<Status(store::Connection&, Notes&)>& work) {
  std::vector<Note> written;
  Status status = database_.write([&](store::Connection& connection) -> Status {
    Notes notes(actor);
    written.clear();
    LANYARD_CHECK(work(connection, notes));
    written = notes.all();
    return append(connection, clock_.now(), notes);
  });
  // When the answer to a commit was lost the change may stand all the same; a mark too many only costs a
  // look-up.
  const bool perhaps_written =
      status.ok() || status.error().code == Code::unavailable || status.error().code == Code::internal;
  if (!perhaps_written) return status;
  for (const Note& note : written) {
    if (note.everybody) {
      marks_.move_everybody();
    } else if (!note.account.empty()) {
      marks_.move(note.account);
    }
  }
  return status;
}

Result<std::vector<Entry>> list_after(store::Connection& connection, std::int64_t seq, const Filter& filter,
                                      std::int64_t limit) {
  return rows::list(connection, rows::Direction::after, seq, filter, limit);
}

Result<std::vector<Entry>> list_before(store::Connection& connection, std::int64_t seq, const Filter& filter,
                                       std::int64_t limit) {
  return rows::list(connection, rows::Direction::before, seq, filter, limit);
}

}  // namespace lanyard::journal
