#include "domain/sessions/sessions.h"

#include <algorithm>

#include "base/text.h"
#include "domain/sessions/rows.h"

namespace lanyard::sessions {
namespace {

constexpr std::size_t kLongestText = 200;
constexpr Duration kTouchEvery = std::chrono::minutes(1);

std::string clean(std::string_view text) {
  const std::string_view kept = cut_utf8(text, kLongestText);
  return is_utf8(kept) ? legible(kept, ' ') : "";
}

journal::Note note(std::string event, const Session& session) {
  journal::Note n;
  n.event = std::move(event);
  n.subject = {"session", session.id.str()};
  n.data = json::Object{{"account", session.account.str()},
                        {"kind", session.kind},
                        {"client", session.client},
                        {"source", session.source}};
  n.account = session.account;
  return n;
}

Error not_signed_in() {
  return make_error(Code::unauthenticated, "You are not signed in, or your session has ended.",
                    "Sign in again.");
}

}  // namespace

Sessions::Sessions(journal::Ledger& ledger, Random& random, crypto::KeyedHash hashes, Lives lives,
                   Followers followers)
    : ledger_(ledger),
      random_(random),
      hashes_(std::move(hashes)),
      lives_(lives),
      followers_(std::move(followers)) {}

Status Sessions::end_in(store::Connection& connection, journal::Notes& notes, const Session& session) {
  LANYARD_CHECK(rows::remove(connection, session.id));
  // It may be somebody else's than the actor's, whose cached verdicts have to fall too.
  notes.add(note("session.ended", session));
  return followers_.end ? followers_.end(connection, notes, session.id) : Status();
}

Result<Sessions::Started> Sessions::start(const Login& login, std::string_view old_cookie,
                                          const access::Actor& actor) {
  const Time now = ledger_.clock().now();
  Started started;
  started.cookie = Secret(random_.token());
  Session& session = started.session;
  session.id = make_id<SessionTag>(random_);
  session.kind = "lanyard";
  session.account = login.account;
  session.issuer = login.issuer;
  session.subject = login.subject;
  session.source = login.source;
  session.upstream_sid = login.upstream_sid;
  session.auth_time = session.created_at = session.seen_at = now;
  session.expires_at = now + lives_.life;
  session.user_agent = clean(login.user_agent);
  session.address = clean(login.address);
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    if (!old_cookie.empty()) {
      for (const std::string& hash : hashes_.candidates(old_cookie)) {
        LANYARD_TRY(const auto old, rows::find_by_hash(connection, hash));
        if (!old) continue;
        if (old->session.account != session.account) {
          LANYARD_CHECK(end_in(connection, notes, old->session));
          continue;
        }
        LANYARD_CHECK(rows::remove(connection, old->session.id));
        journal::Note ended = note("session.ended", old->session);
        ended.data.set("continued_by", session.id.str());
        notes.add(std::move(ended));
        if (followers_.move) LANYARD_CHECK(followers_.move(connection, old->session.id, session.id));
      }
    }
    LANYARD_CHECK(rows::insert(connection, session, hashes_.of(started.cookie.reveal())));
    notes.add(note("session.started", session));
    return {};
  }));
  return started;
}

Result<Sessions::Started> Sessions::start_child(const Session& parent, const ClientId& client,
                                                const access::Actor& actor) {
  const Time now = ledger_.clock().now();
  Started started;
  started.cookie = Secret(random_.token());
  Session& session = started.session;
  session = parent;
  session.id = make_id<SessionTag>(random_);
  session.kind = "application";
  session.client = client.str();
  session.parent = parent.id;
  session.created_at = session.seen_at = now;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    // The parent may have ended since the ticket was made.
    LANYARD_TRY(const auto alive, rows::find_by_id(connection, parent.id));
    if (!alive || alive->expires_at <= now) return not_signed_in();
    LANYARD_CHECK(rows::insert(connection, session, hashes_.of(started.cookie.reveal())));
    notes.add(note("session.started", session));
    return {};
  }));
  return started;
}

Result<Session> Sessions::find(std::string_view cookie, std::string_view kind, std::string_view client) {
  if (cookie.size() != 43) return not_signed_in();
  std::optional<rows::Found> found;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    for (const std::string& hash : hashes_.candidates(cookie)) {
      LANYARD_TRY(found, rows::find_by_hash(connection, hash));
      if (found) break;
    }
    return {};
  }));
  const Time now = ledger_.clock().now();
  const auto alive = [&](Time seen_at, Time expires_at) {
    return now < expires_at && now - seen_at < lives_.idle;
  };
  if (!found || found->session.kind != kind || found->session.client != client) return not_signed_in();
  if (!alive(found->session.seen_at, found->session.expires_at)) return not_signed_in();
  if (found->session.parent &&
      (!found->parent_is_there ||
       !alive(found->parent_seen_at.value_or(Time{}), found->parent_expires_at.value_or(Time{})))) {
    return not_signed_in();
  }
  return std::move(found->session);
}

Result<Session> Sessions::get(const SessionId& id) {
  std::optional<Session> found;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(found, rows::find_by_id(connection, id));
    return {};
  }));
  const Time now = ledger_.clock().now();
  if (!found || now >= found->expires_at || now - found->seen_at >= lives_.idle) return not_signed_in();
  return std::move(*found);
}

Status Sessions::touch(const std::vector<Session>& used) {
  const Time now = ledger_.clock().now();
  const auto is_due = [&](const Session& session) { return now - session.seen_at >= kTouchEvery; };
  if (std::ranges::none_of(used, is_due)) return {};
  return ledger_.database().write([&](store::Connection& connection) -> Status {
    for (const Session& session : used)
      if (is_due(session)) LANYARD_CHECK(rows::touch(connection, session, now, now - kTouchEvery));
    return {};
  });
}

Status Sessions::end(const SessionId& id, const access::Actor& actor) {
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto found, rows::find_by_id(connection, id));
    return found ? end_in(connection, notes, *found) : Status();
  });
}

Status Sessions::end_of_account(const AccountId& account, const SessionId& id, const access::Actor& actor) {
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto found, rows::find_by_id(connection, id));
    if (!found || found->account != account) return make_error(Code::not_found, "There is no such session.");
    return end_in(connection, notes, *found);
  });
}

Result<std::int64_t> Sessions::end_all(const AccountId& account, const std::optional<SessionId>& but,
                                       const access::Actor& actor) {
  std::int64_t ended = 0;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto ids, rows::list_ids(connection, account, but.value_or(SessionId())));
    LANYARD_TRY(ended, rows::remove_all(connection, account, but.value_or(SessionId())));
    if (ended == 0) return {};
    json::Array names;
    for (const SessionId& id : ids) names.emplace_back(id.str());
    journal::Note n;
    n.event = "session.all_ended";
    n.subject = {"account", account.str()};
    n.data = json::Object{{"sessions", ended}, {"session_ids", std::move(names)}};
    n.account = account;
    notes.add(std::move(n));
    if (!followers_.end) return {};
    for (const SessionId& id : ids) LANYARD_CHECK(followers_.end(connection, notes, id));
    return {};
  }));
  return ended;
}

Result<std::int64_t> Sessions::end_of_upstream(const UpstreamLogout& logout, const access::Actor& actor) {
  std::int64_t ended = 0;
  if (logout.subject.empty() && logout.sid.empty()) return ended;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    ended = 0;
    LANYARD_TRY(const auto found, logout.subject.empty()
                                      ? rows::list_of_upstream_sid(connection, logout.issuer, logout.sid)
                                      : rows::list_of_identity(connection, logout.issuer, logout.subject));
    for (const Session& session : found) {
      const bool is_meant =
          logout.sid.empty() || session.upstream_sid.empty() || session.upstream_sid == logout.sid;
      if (session.parent || session.source != logout.source || !is_meant) continue;
      LANYARD_CHECK(end_in(connection, notes, session));
      ++ended;
    }
    return {};
  }));
  return ended;
}

Result<std::vector<Session>> Sessions::list(const AccountId& account) {
  std::vector<Session> sessions;
  const Time now = ledger_.clock().now();
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(sessions, rows::list(connection, account, now, now - lives_.idle));
    return {};
  }));
  return sessions;
}

Result<std::vector<Session>> Sessions::list_children(const SessionId& parent) {
  std::vector<Session> sessions;
  const Time now = ledger_.clock().now();
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(sessions, rows::list_children(connection, parent, now));
    return {};
  }));
  return sessions;
}

Result<std::int64_t> Sessions::sweep(std::int64_t most) {
  std::int64_t swept = 0;
  const Time now = ledger_.clock().now();
  LANYARD_CHECK(ledger_.database().write([&](store::Connection& connection) -> Status {
    LANYARD_TRY(swept, rows::sweep(connection, now, most));
    return {};
  }));
  return swept;
}

}  // namespace lanyard::sessions
