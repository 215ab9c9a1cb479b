#include "domain/tokens/keys.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "base/text.h"
#include "domain/tokens/key_rows.h"
#include "platform/crypto/digest.h"

namespace lanyard::tokens {
namespace {

using crypto::Algorithm;
using key_rows::KeyRow;
using KeyPtr = std::shared_ptr<const SigningKey>;
using KeyList = std::vector<KeyPtr>;

constexpr std::array<Algorithm, 2> kAlgorithms{Algorithm::es256, Algorithm::rs256};
constexpr Duration kRetiredFor = std::chrono::hours(1);  // beyond the longest token: for clocks that differ

const AccountId& mark_of_keys() {
  static const AccountId kMark{"keys"};
  return kMark;
}

Stage stage_of(Time active_at, std::optional<Time> retired_at, std::optional<Time> gone_at, Time now) {
  if (gone_at && now >= *gone_at) return Stage::gone;
  if (retired_at && now >= *retired_at) return Stage::retired;
  return now >= active_at ? Stage::active : Stage::published;
}

Stage stage_of(const KeyRow& row, Time now) {
  return stage_of(row.active_at, row.retired_at, row.gone_at, now);
}

// Nothing but what verifiers need: to_jwk() knows public members only.
json::Object public_jwk(const crypto::PrivateKey& key) {
  json::Object jwk = key.public_key().to_jwk();
  jwk.set("use", "sig");
  jwk.set("kid", key.kid());
  jwk.set("alg", to_string(key.algorithm()));
  return jwk;
}

// Everything that readers ask for, as it is between two moments at which a stage changes.
struct Snapshot {
  journal::Marks::Mark mark;
  Time from{}, until = Time::max();
  KeyList all;  // newest first
  std::vector<std::pair<Algorithm, KeyPtr>> signers;
  std::shared_ptr<const std::vector<crypto::PublicKey>> verifiers;
  KeySetText set;
};

// The newest active key. A replica whose clock is a little behind may not have reached active_at of the very
// first key yet; that key is then the one to sign with.
KeyPtr find_signer(const KeyList& all, Algorithm algorithm, Time now) {
  KeyPtr active, next;
  for (const KeyPtr& key : all) {
    if (key->key.algorithm() != algorithm) continue;
    const Stage stage = key->stage(now);
    if (stage == Stage::active && (!active || key->active_at > active->active_at)) active = key;
    if (stage == Stage::published && (!next || key->active_at < next->active_at)) next = key;
  }
  return active ? active : next;
}

Result<std::shared_ptr<const Snapshot>> derive(KeyList all, journal::Marks::Mark mark, Time now) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->mark = mark;
  snapshot->from = now;
  std::vector<crypto::PublicKey> verifiers;
  json::Array members;
  const auto ends_at = [&](Time at) {
    if (at > now) snapshot->until = std::min(snapshot->until, at);
  };
  for (const KeyPtr& key : all) {
    ends_at(key->active_at);
    if (key->retired_at) ends_at(*key->retired_at);
    if (key->gone_at) ends_at(*key->gone_at);
    if (key->stage(now) == Stage::gone) continue;
    json::Object jwk = public_jwk(key->key);
    LANYARD_TRY(auto verifier, crypto::parse_jwk(jwk));  // tied to its one algorithm
    verifiers.push_back(std::move(verifier));
    members.emplace_back(std::move(jwk));
  }
  for (const Algorithm algorithm : kAlgorithms) {
    if (KeyPtr key = find_signer(all, algorithm, now))
      snapshot->signers.emplace_back(algorithm, std::move(key));
  }
  snapshot->all = std::move(all);
  snapshot->verifiers = std::make_shared<const std::vector<crypto::PublicKey>>(std::move(verifiers));
  auto text = std::make_shared<const std::string>(json::write(json::Object{{"keys", std::move(members)}}));
  snapshot->set.etag = cat('"', base64url_encode(crypto::sha256_bytes(*text)).substr(0, 22), '"');
  snapshot->set.json = std::move(text);
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

Error does_not_open(std::string_view kid) {
  return make_error(
      Code::invalid,
      cat("The signing key ", kid, " does not open: the database was sealed with another server.secret_key."),
      "Put the key with which this database was made into server.secret_key; several keys are separated by "
      "\";\".");
}

json::Object about(const KeyRow& row) {
  return {{"algorithm", row.algorithm}, {"active_at", format_rfc3339(row.active_at)}};
}

}  // namespace

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::published:
      return "published";
    case Stage::active:
      return "active";
    case Stage::retired:
      return "retired";
    case Stage::gone:
      return "gone";
  }
  return "gone";
}

Stage SigningKey::stage(Time now) const {
  return stage_of(active_at, retired_at, gone_at, now);
}

struct Keys::State {
  journal::Ledger& ledger;
  const crypto::Sealer& sealer;
  Random& random;
  const journal::Marks& marks;
  const KeyTimes times;
  const MakeKey make_key;

  std::mutex mutex;  // guards `kept`
  std::shared_ptr<const Snapshot> kept;
  std::mutex loading;  // one thread at a time reads the table

  Time now() const { return ledger.clock().now(); }
  std::shared_ptr<const Snapshot> kept_now() {
    const std::lock_guard lock(mutex);
    return kept;
  }
  static bool holds(const std::shared_ptr<const Snapshot>& snapshot, const journal::Marks::Mark& mark,
                    Time now) {
    return snapshot && snapshot->mark == mark && snapshot->from <= now && now < snapshot->until;
  }
  Result<std::shared_ptr<const Snapshot>> current();
  Result<KeyList> load(const KeyList& known);
  Result<KeyPtr> open(const KeyRow& row, const KeyList& known);
  KeyRow make_row(const crypto::PrivateKey& key);
  Result<KeyPtr> find(std::string_view kid);
};

Result<std::shared_ptr<const Snapshot>> Keys::State::current() {
  auto snapshot = kept_now();
  if (holds(snapshot, marks.of(mark_of_keys()), now())) return snapshot;

  const std::lock_guard one_at_a_time(loading);
  const auto mark = marks.of(mark_of_keys());  // before the table is read
  const Time at = now();
  snapshot = kept_now();
  if (holds(snapshot, mark, at)) return snapshot;
  // When only time went on, the table has nothing new to say.
  KeyList keys;
  if (snapshot && snapshot->mark == mark) {
    keys = snapshot->all;
  } else {
    LANYARD_TRY(keys, load(snapshot ? snapshot->all : KeyList{}));
  }
  LANYARD_TRY(auto fresh, derive(std::move(keys), mark, at));
  const std::lock_guard lock(mutex);
  kept = fresh;
  return fresh;
}

Result<KeyList> Keys::State::load(const KeyList& known) {
  std::vector<KeyRow> rows;
  LANYARD_CHECK(ledger.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(rows, key_rows::list(connection));
    return {};
  }));
  KeyList keys;
  for (const KeyRow& row : rows) {
    auto key = open(row, known);
    if (key) {
      keys.push_back(std::move(*key));
    } else if (stage_of(row, now()) != Stage::gone) {
      return std::move(key).error();
    }
  }
  return keys;
}

// Parsing an RSA key costs more than the rest of a reading, so what is in memory already is taken from there.
Result<KeyPtr> Keys::State::open(const KeyRow& row, const KeyList& known) {
  const auto make = [&](crypto::PrivateKey key) {
    return std::make_shared<const SigningKey>(
        SigningKey{std::move(key), row.created_at, row.active_at, row.retired_at, row.gone_at});
  };
  const auto same =
      std::find_if(known.begin(), known.end(), [&](const KeyPtr& key) { return key->key.kid() == row.kid; });
  if (same != known.end()) return make((*same)->key);
  LANYARD_TRY(const Algorithm algorithm, crypto::parse_algorithm(row.algorithm));
  auto pem = sealer.open(row.sealed, key_rows::place(row.kid));
  if (!pem) return does_not_open(row.kid);
  LANYARD_TRY(auto key, crypto::PrivateKey::from_pem(algorithm, Secret(std::move(*pem))));
  if (key.kid() != row.kid) return internal_error(cat("signing key ", row.kid, " is another key"));
  return make(std::move(key));
}

KeyRow Keys::State::make_row(const crypto::PrivateKey& key) {
  KeyRow row;
  row.kid = key.kid();
  row.algorithm = to_string(key.algorithm());
  row.sealed = sealer.seal(key.to_pem().reveal(), key_rows::place(row.kid), random);
  row.public_json = json::write(public_jwk(key));
  return row;
}

Result<KeyPtr> Keys::State::find(std::string_view kid) {
  LANYARD_TRY(const auto snapshot, current());
  for (const KeyPtr& key : snapshot->all)
    if (key->key.kid() == kid) return key;
  return make_error(Code::not_found, "There is no such key.");
}

Keys::Keys(journal::Ledger& ledger, const crypto::Sealer& sealer, Random& random, const journal::Marks& marks,
           KeyTimes times, MakeKey make_key)
    : state_(new State{ledger, sealer, random, marks, times, std::move(make_key), {}, {}, {}}) {}

Keys::~Keys() = default;

const KeyTimes& Keys::times() const {
  return state_->times;
}

Status Keys::prepare() {
  for (const Algorithm algorithm : kAlgorithms) {
    LANYARD_TRY(const auto snapshot, state_->current());
    if (find_signer(snapshot->all, algorithm, state_->now())) continue;
    // Outside the transaction: an RSA key takes a good part of a second.
    LANYARD_TRY(const auto key, state_->make_key(algorithm));
    KeyRow row = state_->make_row(key);
    const auto work = [&](store::Connection& connection, journal::Notes& notes) -> Status {
      const Time now = state_->now();
      LANYARD_TRY(const auto rows, key_rows::list(connection));
      // Another replica may have been first: what stands there counts.
      for (const KeyRow& other : rows) {
        const Stage stage = stage_of(other, now);
        if (other.algorithm == row.algorithm && (stage == Stage::active || stage == Stage::published))
          return {};
      }
      row.created_at = row.active_at = now;
      LANYARD_CHECK(key_rows::insert(connection, row));
      notes.add({"key.published", {"key", row.kid}, about(row), mark_of_keys(), false});
      return {};
    };
    LANYARD_CHECK(state_->ledger.change(access::system_actor("signing keys"), work));
    const std::lock_guard lock(state_->mutex);
    state_->kept.reset();  // the other replica's key has not moved our marks yet
  }
  for (const Algorithm algorithm : kAlgorithms) LANYARD_CHECK(signer(algorithm));
  return {};
}

Result<KeyPtr> Keys::signer(Algorithm algorithm) {
  LANYARD_TRY(const auto snapshot, state_->current());
  for (const auto& [name, key] : snapshot->signers)
    if (name == algorithm) return key;
  return internal_error(cat("there is no key that signs with ", to_string(algorithm)));
}

Result<std::shared_ptr<const std::vector<crypto::PublicKey>>> Keys::verifiers() {
  LANYARD_TRY(const auto snapshot, state_->current());
  return snapshot->verifiers;
}

Result<KeySetText> Keys::key_set() {
  const auto snapshot = state_->current();
  if (snapshot) return (*snapshot)->set;
  // While the database is away no key can be made or taken back, so what was published last still stands;
  // whoever checks our tokens can go on.
  const auto kept = state_->kept_now();
  if (snapshot.error().code == Code::unavailable && kept) return kept->set;
  return snapshot.error();
}

std::optional<KeySetText> Keys::key_set_now() const {
  const auto kept = state_->kept_now();
  if (!State::holds(kept, state_->marks.of(mark_of_keys()), state_->now())) return {};
  return kept->set;
}

Result<KeyList> Keys::list() {
  LANYARD_TRY(const auto snapshot, state_->current());
  return snapshot->all;
}

Result<KeyPtr> Keys::rotate(Algorithm algorithm, When when, const access::Actor& actor) {
  if (std::find(kAlgorithms.begin(), kAlgorithms.end(), algorithm) == kAlgorithms.end())
    return make_error(Code::invalid, cat("Lanyard does not sign with ", to_string(algorithm), "."),
                      "Name ES256 or RS256.");
  LANYARD_TRY(const auto key, state_->make_key(algorithm));
  KeyRow row = state_->make_row(key);
  const auto work = [&](store::Connection& connection, journal::Notes& notes) -> Status {
    const Time now = state_->now();
    row.created_at = now;
    row.active_at = when == When::now ? now : now + state_->times.notice;
    LANYARD_TRY(const auto rows, key_rows::list(connection));
    json::Array replaced;
    for (const KeyRow& old : rows) {
      const Stage stage = stage_of(old, now);
      if (old.algorithm != row.algorithm || stage == Stage::gone) continue;
      if (when == When::after_notice) {
        if (stage == Stage::retired) continue;
        if (stage == Stage::published)
          return make_error(
              Code::conflict,
              cat("A new key is published already; it signs from ", format_rfc3339(old.active_at), " on."),
              "Wait for it, or rotate at once if a key is in the wrong hands.");
        LANYARD_CHECK(key_rows::set_end(connection, old.kid, row.active_at,
                                        row.active_at + state_->times.longest_token + kRetiredFor));
      } else {
        const Time retired = old.retired_at ? std::min(*old.retired_at, now) : now;
        LANYARD_CHECK(key_rows::set_end(connection, old.kid, retired, now));
      }
      replaced.emplace_back(old.kid);
    }
    LANYARD_CHECK(key_rows::insert(connection, row));
    json::Object data = about(row);
    data.set("when", when == When::now ? "now" : "after_notice");
    data.set("replaces", std::move(replaced));
    // In an emergency every verdict that a removed key stands behind falls too.
    notes.add({"key.rotated", {"key", row.kid}, std::move(data), mark_of_keys(), when == When::now});
    return {};
  };
  LANYARD_CHECK(state_->ledger.change(actor, work));
  return state_->find(row.kid);
}

}  // namespace lanyard::tokens
