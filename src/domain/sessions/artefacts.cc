#include "domain/sessions/artefacts.h"

#include <algorithm>

#include "base/text.h"
#include "domain/sessions/rows.h"

namespace lanyard::sessions {

std::string_view to_string(ArtefactKind kind) {
  switch (kind) {
    case ArtefactKind::login:
      return "login";
    case ArtefactKind::ticket:
      return "ticket";
    case ArtefactKind::bootstrap:
      return "bootstrap";
    case ArtefactKind::link:
      return "link";
    case ArtefactKind::code:
      return "code";
    case ArtefactKind::interaction:
      return "interaction";
    case ArtefactKind::pushed:
      return "pushed";
  }
  return "login";
}

namespace {

Error not_usable() {
  return make_error(Code::unauthenticated, "This link or answer is not known here, or was used already.",
                    "Start again from the beginning.");
}

std::string place(std::string_view hash) {
  return cat("artefacts/data/", hex_encode(hash));
}

}  // namespace

bool is_token_text(std::string_view text) {
  constexpr std::size_t kLength = 43;
  return text.size() == kLength && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

Artefacts::Artefacts(store::Database& database, const crypto::Sealer& sealer, Random& random,
                     const Clock& clock)
    : database_(database),
      sealer_(sealer),
      random_(random),
      clock_(clock),
      hashes_(crypto::KeyedHash(sealer.derive_all("artefact hashes"))) {}

Result<Secret> Artefacts::issue(ArtefactKind kind, const std::string& client,
                                const std::optional<AccountId>& account, const json::Object& data,
                                Duration life) {
  Secret token(random_.token());
  const std::string hash = hashes_.of(token.reveal());
  const Time now = clock_.now();
  rows::StoredArtefact row;
  row.kind = to_string(kind);
  row.client = client;
  row.account = account;
  row.sealed = sealer_.seal(json::write(data), place(hash), random_);
  row.expires_at = now + life;
  LANYARD_CHECK(database_.write(
      [&](store::Connection& connection) { return rows::insert_artefact(connection, hash, row, now); }));
  return token;
}

static Result<Artefact> unsealed(const rows::StoredArtefact& row, ArtefactKind kind, std::string_view hash,
                                 const crypto::Sealer& sealer) {
  LANYARD_TRY(const std::string text, sealer.open(row.sealed, place(hash)));
  Artefact artefact;
  artefact.kind = kind;
  artefact.client = row.client;
  artefact.account = row.account;
  artefact.expires_at = row.expires_at;
  LANYARD_TRY(artefact.data, json::parse_object(text));
  return artefact;
}

// What a stored row says, when kind, client and time fit.
static Result<Artefact> opened(const std::optional<rows::StoredArtefact>& row, ArtefactKind kind,
                               std::string_view client, std::string_view hash, Time now,
                               const crypto::Sealer& sealer) {
  if (!row || row->kind != to_string(kind) || row->client != client) return not_usable();
  if (now >= row->expires_at)
    return make_error(Code::expired, "This took too long: the link or answer is not valid any more.",
                      "Start again from the beginning.");
  return unsealed(*row, kind, hash, sealer);
}

Result<Artefact> Artefacts::consume(ArtefactKind kind, std::string_view client, std::string_view token) {
  const Time now = clock_.now();
  std::string hash;
  std::optional<rows::StoredArtefact> row;
  LANYARD_CHECK(database_.write([&](store::Connection& connection) -> Status {
    row.reset();
    for (const std::string& candidate : hashes_.candidates(token)) {
      LANYARD_TRY(const bool won,
                  rows::consume_artefact(connection, candidate, to_string(kind), client, now));
      if (!won) continue;
      hash = candidate;
      LANYARD_TRY(row, rows::find_artefact(connection, hash));
      break;
    }
    return {};
  }));
  return opened(row, kind, client, hash, now, sealer_);
}

Result<Artefact> Artefacts::peek(ArtefactKind kind, std::string_view client, std::string_view token) {
  std::string hash;
  std::optional<rows::StoredArtefact> row;
  LANYARD_CHECK(database_.read([&](store::Connection& connection) -> Status {
    for (const std::string& candidate : hashes_.candidates(token)) {
      hash = candidate;
      LANYARD_TRY(row, rows::find_artefact(connection, hash));
      if (row) break;
    }
    return {};
  }));
  if (row && row->consumed) return not_usable();
  return opened(row, kind, client, hash, clock_.now(), sealer_);
}

Result<std::optional<Artefacts::Taken>> Artefacts::take(store::Connection& connection, ArtefactKind kind,
                                                        std::string_view client, std::string_view token) {
  for (const std::string& hash : hashes_.candidates(token)) {
    LANYARD_TRY(const bool won,
                rows::consume_artefact(connection, hash, to_string(kind), client, clock_.now()));
    LANYARD_TRY(const auto row, rows::find_artefact(connection, hash));
    if (!row || row->kind != to_string(kind) || row->client != client) continue;
    LANYARD_TRY(Artefact artefact, unsealed(*row, kind, hash, sealer_));
    return std::optional(Taken{std::move(artefact), won});
  }
  return std::optional<Taken>();
}

Result<std::int64_t> Artefacts::sweep(std::int64_t most) {
  std::int64_t swept = 0;
  LANYARD_CHECK(database_.write([&](store::Connection& connection) -> Status {
    LANYARD_TRY(swept, rows::sweep_artefacts(connection, clock_.now(), most));
    return {};
  }));
  return swept;
}

}  // namespace lanyard::sessions
