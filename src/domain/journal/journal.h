// The journal: one entry for everything that happened, written in the same transaction as the change. It is
// audit trail, outbox and change feed at once; every reader has its own cursor. Each entry carries the hash
// of the one before.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/access/access.h"
#include "domain/journal/marks.h"
#include "platform/store/database.h"

namespace lanyard::journal {

struct Subject {
  std::string kind;  // "account", "group", "request", "session", "credential", "issuer", "service"
  std::string id;
};

// What a change has to say. Data is JSON without secrets; `account` is whose cached verdicts fall with this
// entry.
struct Note {
  std::string event;  // "account.approved": noun and past participle
  Subject subject;
  json::Object data;
  AccountId account;       // may be empty: nobody's verdicts change
  bool everybody = false;  // groups and rules: all cached verdicts fall
};

struct Entry {
  std::int64_t seq = 0;
  Time at{};
  std::string event;
  std::string actor_kind, actor_id, actor_label;
  Subject subject;
  std::string address, request_id;
  json::Object data;
  AccountId account;  // as in Note: other processes learn from the entry whose verdicts fall
  bool everybody = false;
};

// Collects the notes of one change; they are written when the change is complete, so that the head of the
// chain is held as shortly as can be.
class Notes {
 public:
  explicit Notes(const access::Actor& actor) : actor_(actor) {}
  void add(Note note) { notes_.push_back(std::move(note)); }
  const access::Actor& actor() const { return actor_; }
  const std::vector<Note>& all() const { return notes_; }

 private:
  access::Actor actor_;
  std::vector<Note> notes_;
};

// The one way to change what is journaled: runs `work` in a transaction, appends its notes to the chain,
// commits, and then moves the marks, so that the next request on this process sees the change. Thread-safe.
// If the journal cannot be written, the change does not happen.
class Ledger {
 public:
  Ledger(store::Database& database, Marks& marks, const Clock& clock)
      : database_(database), marks_(marks), clock_(clock) {}
  Status change(const access::Actor& actor, const std::function<Status(store::Connection&, Notes&)>& work);
  store::Database& database() { return database_; }
  const Clock& clock() const { return clock_; }

 private:
  store::Database& database_;
  Marks& marks_;
  const Clock& clock_;
};

// Every field that is set must match; empty is any. Each is answered from an index, which is why a subject is
// named by kind and id together (Code::invalid otherwise).
struct Filter {
  std::string subject_kind, subject_id, actor_id, event, request_id;
};
// Entries after (newest first: before) `seq`, at most `limit` (1 to 1,000).
Result<std::vector<Entry>> list_after(store::Connection& connection, std::int64_t seq, const Filter& filter,
                                      std::int64_t limit);
Result<std::vector<Entry>> list_before(store::Connection& connection, std::int64_t seq, const Filter& filter,
                                       std::int64_t limit);

// Walks the whole chain from the first entry. Names the place where it breaks: an entry removed, edited,
// reordered, or cut off at the end. Memory does not grow with the journal.
struct VerifyReport {
  bool intact = false;
  std::int64_t entries = 0;
  std::int64_t broken_at = 0;  // seq
  std::string what;
  // Hash of the last entry, hexadecimal. A chain can not show that its end was cut off together with its
  // head: whoever wants to see that keeps this value elsewhere and looks it up at the next time.
  std::string head;
};
Result<VerifyReport> verify(store::Database& database);

// Moves the marks for everything that other processes changed. Call it from one thread; each replica has its
// own reader that starts at the head. Returns how many entries were read. Nothing can be skipped: numbers are
// taken from the head row inside the transaction that writes the entry, so they become visible in order and
// without gaps. A database that lost entries which were read here, be it restored or failed over, shows
// itself by the hashes, also when it has gone on meanwhile: all marks move.
class Feed {
 public:
  Feed(store::Database& database, Marks& marks, const Clock& clock);
  Result<std::int64_t> poll();

 private:
  store::Database& database_;
  Marks& marks_;
  const Clock& clock_;
  std::optional<std::int64_t> seq_;  // of the entry read last
  std::string hash_;
};

}  // namespace lanyard::journal
