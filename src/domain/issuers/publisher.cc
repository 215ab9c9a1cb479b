#include "domain/issuers/publisher.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "base/text.h"
#include "base/url.h"
#include "domain/issuers/discovery.h"
#include "domain/issuers/keyring.h"
#include "domain/issuers/rows.h"

namespace lanyard::issuers {
namespace {

constexpr std::size_t kMostUnknownKids = 256;
constexpr int kUnknownKidRest = 5;  // cool-downs in which a kid that was not there is not looked for again
// Threads that may wait for a key that perhaps does not exist; the others are told to come again.
constexpr std::size_t kMostWaitingForUnknown = 16;
constexpr int kLongestBackOff = 10;  // cool-downs
// An issuer signs with one key or two; whoever publishes hundreds gets no more of our time and memory for it.
constexpr std::size_t kMostPrepared = 4;

using Ring = std::shared_ptr<const Keyring>;

}  // namespace

struct Publisher::State {
  State(PublisherOptions o, net::Client& c, store::Database& d, const Clock& k, const Log& l)
      : options(std::move(o)), client(c), database(d), clock(k), log(l) {}

  const PublisherOptions options;
  net::Client& client;
  store::Database& database;
  const Clock& clock;
  const Log& log;

  mutable std::mutex mutex;
  std::condition_variable landed;
  Ring current;
  bool stored = false;           // the table holds what `current` is, as far as we know
  std::uint64_t generation = 0;  // purges; what was asked for before one is not believed after it
  bool fetching = false;
  std::optional<SteadyTime> last_attempt, last_look;
  std::optional<Time> failed_at;
  std::int64_t failures = 0;
  std::uint64_t fetches = 0;
  std::string last_error;
  std::size_t waiting_for_unknown = 0;
  std::map<std::string, SteadyTime, std::less<>> unknown;  // kid, when a fetch did not bring it
  std::deque<std::string> unknown_order;

  bool is_fixed() const { return !options.fixed_keys.empty(); }
  bool has_copy() const { return !is_fixed() && options.jwks_uri.empty(); }

  // With the mutex held, all of them.
  Ring usable() const {
    if (!current || (!is_fixed() && clock.now() >= current->expires_at)) return nullptr;
    return current;
  }
  bool may_ask(int cool_downs = 1) const {
    return !last_attempt || clock.steady() >= *last_attempt + options.cool_down * cool_downs;
  }
  int back_off() const {
    return failures < 2 ? 1 : std::min(1 << std::min<std::int64_t>(failures - 1, 10), kLongestBackOff);
  }
  bool is_known_to_be_unknown(std::string_view kid) const {
    const auto found = unknown.find(kid);
    return found != unknown.end() && clock.steady() < found->second + options.cool_down * kUnknownKidRest;
  }
  // Older than it should be, and nobody is at it.
  bool is_due() const {
    const Time now = clock.now();
    const Ring ring = usable();
    const bool is_old = !ring || now >= ring->fetched_at + options.refresh || now < ring->fetched_at;
    return is_old && !fetching && may_ask(back_off());
  }
  void remember_unknown(const std::string& kid) {
    if (unknown.insert_or_assign(kid, clock.steady()).second) unknown_order.push_back(kid);
    if (unknown_order.size() <= kMostUnknownKids) return;
    unknown.erase(unknown_order.front());
    unknown_order.pop_front();
  }
  void forget() {
    ++generation;
    current.reset();
    stored = false;
    last_attempt.reset();
    failures = 0;
    failed_at.reset();
    last_error.clear();
    unknown.clear();
    unknown_order.clear();
  }
  Error not_to_be_had() const {
    if (fetching)
      return make_error(Code::unavailable, cat("The keys of ", options.id, " are being fetched."));
    if (may_ask())
      return make_error(Code::unavailable, cat("The keys of ", options.id, " have to be fetched first."));
    return make_error(Code::unavailable, cat("The keys of ", options.id, " cannot be had now: ", last_error),
                      "The issuer is asked again soon.");
  }

  // Without it.
  Result<std::shared_ptr<const Metadata>> ask_metadata(const Ring& before);
  Result<Ring> ask(const Ring& before);
  Ring from_stored(const StoredKeys& stored_keys) const;
  void follow_stored_copy();
  void store_outcome(const Result<Ring>& outcome, std::uint64_t flight, std::int64_t failed, Time at);

  Time refresh_if_due();
  // What makes verification quicker takes its time, so it is not done where somebody waits for keys.
  void prepare_keys() const;

  // One fetch. The mutex is held on both ends and not in between.
  void fetch(std::unique_lock<std::mutex>& lock);
  Result<Ring> obtain(Patience patience);
  Status look_for_kid(const Ring& tried, const std::string& kid, Patience patience);
};

Result<std::shared_ptr<const Metadata>> Publisher::State::ask_metadata(const Ring& before) {
  if (!options.jwks_uri.empty()) {
    Metadata known;
    known.jwks_uri = options.jwks_uri;
    return std::make_shared<const Metadata>(std::move(known));
  }
  LANYARD_TRY(Metadata fresh, fetch_metadata(client, options));
  if (before && before->metadata) {
    const std::string moved = moved_endpoint(*before->metadata, fresh, options.issuer);
    if (!moved.empty()) {
      const json::Value* value = fresh.document.find(moved);
      const auto to = parse_url(value != nullptr && value->as_string() != nullptr ? *value->as_string() : "");
      log.warning("issuer.endpoint_moved", {{"issuer", options.id},
                                            {"member", moved},
                                            {"to", to.ok() ? to->origin() : std::string()},
                                            {"action", "the addresses known before stay in use"},
                                            {"remedy", "if the move is genuine, purge this issuer's keys"}});
      return before->metadata;
    }
  }
  return std::make_shared<const Metadata>(std::move(fresh));
}

Result<Ring> Publisher::State::ask(const Ring& before) {
  auto ring = std::make_shared<Keyring>();
  LANYARD_TRY(ring->metadata, ask_metadata(before));
  auto keys = fetch_keys(client, options, ring->metadata->jwks_uri);
  if (!keys.ok()) return std::move(keys).error();
  ring->keys = std::move(keys->keys);
  ring->refused = std::move(keys->refused);
  ring->fetched_at = clock.now();
  ring->expires_at = ring->fetched_at + options.expire;
  return Ring(std::move(ring));
}

Ring Publisher::State::from_stored(const StoredKeys& copy) const {
  const Time now = clock.now();
  auto metadata = read_metadata(copy.metadata, options.issuer, options.reach);
  auto keys = crypto::parse_jwk_set(copy.keys);
  if (!metadata.ok() || !keys.ok() || keys->keys.empty()) return nullptr;
  auto ring = std::make_shared<Keyring>();
  ring->metadata = std::make_shared<const Metadata>(std::move(*metadata));
  ring->keys = std::move(keys->keys);
  // A copy from the future (the clock was set back) is used, and is due for a fetch at once.
  ring->fetched_at = copy.fetched_at <= now ? copy.fetched_at : now - options.refresh;
  ring->expires_at = std::min(copy.expires_at, ring->fetched_at + options.expire);
  return now < ring->expires_at ? ring : nullptr;
}

// Once a cool-down: another process may have fetched, or purged.
void Publisher::State::follow_stored_copy() {
  {
    const std::lock_guard lock(mutex);
    if (last_look && clock.steady() < *last_look + options.cool_down) return;
    last_look = clock.steady();
  }
  const auto copy = find_stored(database, options.issuer);
  if (!copy.ok()) {
    log.warning("issuer.copy_not_read", {{"issuer", options.id}, {"cause", copy.error().cause}});
    return;
  }
  Ring ring = copy->has_value() ? from_stored(**copy) : nullptr;
  const std::lock_guard lock(mutex);
  if (!copy->has_value() && stored && !fetching) {
    forget();  // purged by another process
  } else if (ring && (!current || current->fetched_at < ring->fetched_at)) {
    auto merged = std::make_shared<Keyring>(*ring);
    if (current) merged->retired = retire(*current, ring->keys, options.refresh, clock.now());
    current = std::move(merged);
    stored = true;
  }
}

void Publisher::State::store_outcome(const Result<Ring>& outcome, std::uint64_t flight, std::int64_t failed,
                                     Time at) {
  Status status;
  if (outcome.ok()) {
    const Keyring& ring = **outcome;
    status = save_stored(database, options.issuer,
                         {json::write(ring.metadata->document), write_key_set(ring.keys),
                          ring.metadata->jwks_uri, ring.fetched_at, ring.expires_at},
                         at);
  } else {
    status = note_failure(database, options.issuer, at, failed, outcome.error().message);
  }
  if (!status.ok()) {
    log.warning("issuer.copy_not_written", {{"issuer", options.id}, {"cause", status.error().cause}});
    return;
  }
  if (!outcome.ok()) return;
  bool purged = false;
  {
    const std::lock_guard lock(mutex);
    purged = flight != generation;
    stored = !purged && current == *outcome;
  }
  if (purged) status = erase_stored(database, options.issuer);
}

void Publisher::State::fetch(std::unique_lock<std::mutex>& lock) {
  struct Landing {
    State& state;
    std::unique_lock<std::mutex>& held;
    bool done = false;
    ~Landing() {
      if (!done) land();
    }
    void land() {
      if (!held.owns_lock()) held.lock();
      state.fetching = false;
      done = true;
      state.landed.notify_all();
    }
  } landing{*this, lock};
  fetching = true;
  last_attempt = clock.steady();
  ++fetches;
  const std::uint64_t flight = generation;
  const Ring before = current;
  lock.unlock();
  Result<Ring> outcome = ask(before);
  const Time at = clock.now();
  lock.lock();
  const bool counts = flight == generation;
  if (counts && outcome.ok()) {
    if (current) {
      auto merged = std::make_shared<Keyring>(**outcome);
      merged->retired = retire(*current, merged->keys, options.refresh, at);
      outcome = Ring(std::move(merged));
    }
    current = *outcome;
    failures = 0;
    failed_at.reset();
    last_error.clear();
  } else if (counts) {
    ++failures;
    failed_at = at;
    last_error = outcome.error().message;
  }
  const std::int64_t failed = failures;
  landing.land();
  lock.unlock();
  if (outcome.ok()) {
    log.info("issuer.keys_fetched", {{"issuer", options.id},
                                     {"keys", (*outcome)->keys.size()},
                                     {"refused", join((*outcome)->refused, "; ")}});
  } else {
    log.warning("issuer.fetch_failed", {{"issuer", options.id},
                                        {"reason", outcome.error().message},
                                        {"cause", outcome.error().cause},
                                        {"failures", failed}});
  }
  if (counts && has_copy()) store_outcome(outcome, flight, failed, at);
  lock.lock();
}

Result<Ring> Publisher::State::obtain(Patience patience) {
  std::unique_lock lock(mutex);
  bool tried = false;
  for (;;) {
    if (Ring ring = usable()) return ring;
    if (is_fixed()) {
      return make_error(Code::unavailable, cat("The keys of ", options.id, " are not readable."),
                        "Look at the key file in the configuration.");
    }
    if (patience == Patience::none) return not_to_be_had();
    if (fetching) {
      landed.wait(lock, [&] { return !fetching; });
      continue;
    }
    if (tried || !may_ask()) return not_to_be_had();
    fetch(lock);
    tried = true;
  }
}

// Ok: there are other keys than those of `tried` now.
Status Publisher::State::look_for_kid(const Ring& tried, const std::string& kid, Patience patience) {
  const auto refused = [] { return make_error(Code::unauthenticated, "no key with this kid"); };
  std::unique_lock lock(mutex);
  if (current && current != tried) return {};
  if (is_fixed() || is_known_to_be_unknown(kid)) return refused();
  if (!fetching && !may_ask()) return refused();
  if (patience == Patience::none) return not_to_be_had();
  if (fetching) {
    if (waiting_for_unknown >= kMostWaitingForUnknown) return not_to_be_had();
    ++waiting_for_unknown;
    landed.wait(lock, [&] { return !fetching; });
    --waiting_for_unknown;
  } else {
    fetch(lock);
  }
  if (current && current != tried) return {};
  return refused();
}

Publisher::Publisher(PublisherOptions options, net::Client& client, store::Database& database,
                     const Clock& clock, const Log& log)
    : state_(std::make_unique<State>(std::move(options), client, database, clock, log)) {
  if (!state_->is_fixed()) {
    if (state_->has_copy()) state_->follow_stored_copy();
    return;
  }
  auto keys = crypto::parse_jwk_set(state_->options.fixed_keys);
  if (!keys.ok() || keys->keys.empty()) {
    state_->last_error = keys.ok() ? "no usable key" : keys.error().message;
    log.error("issuer.fixed_keys_unusable", {{"issuer", state_->options.id}, {"reason", state_->last_error}});
    return;
  }
  auto ring = std::make_shared<Keyring>();
  ring->keys = std::move(keys->keys);
  ring->refused = std::move(keys->refused);
  ring->fetched_at = clock.now();
  state_->current = std::move(ring);
}

Publisher::~Publisher() = default;

const PublisherOptions& Publisher::options() const {
  return state_->options;
}

Result<std::shared_ptr<const Metadata>> Publisher::metadata(Patience patience) {
  LANYARD_TRY(const Ring ring, state_->obtain(patience));
  if (!ring->metadata) {
    return make_error(Code::unavailable, cat(state_->options.id, " has fixed keys and no metadata."));
  }
  return ring->metadata;
}

Status Publisher::verify(const crypto::UnverifiedJws& jws, const std::vector<crypto::Algorithm>& allowed,
                         Patience patience) {
  State& s = *state_;
  LANYARD_TRY(Ring ring, s.obtain(patience));
  auto status = ring->verify(jws, allowed, s.clock.now());
  if (status.ok() || status.error().code != Code::not_found) return status;
  LANYARD_CHECK(s.look_for_kid(ring, jws.kid, patience));
  LANYARD_TRY(ring, s.obtain(patience));
  status = ring->verify(jws, allowed, s.clock.now());
  if (status.ok() || status.error().code != Code::not_found) return status;
  const std::lock_guard lock(s.mutex);
  s.remember_unknown(jws.kid);
  return make_error(Code::unauthenticated, "no key with this kid");
}

Status Publisher::find_key(const std::string& thumbprint, Patience patience) {
  State& s = *state_;
  const auto is_there = [&](const Keyring& ring) {
    const auto same = [&](const crypto::PublicKey& key) { return key.thumbprint() == thumbprint; };
    return std::any_of(ring.keys.begin(), ring.keys.end(), same);
  };
  LANYARD_TRY(Ring ring, s.obtain(patience));
  if (is_there(*ring)) return {};
  LANYARD_CHECK(s.look_for_kid(ring, thumbprint, patience));
  LANYARD_TRY(ring, s.obtain(patience));
  if (is_there(*ring)) return {};
  const std::lock_guard lock(s.mutex);
  s.remember_unknown(thumbprint);
  return make_error(Code::unauthenticated, "the key is not published");
}

bool Publisher::is_due() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->is_fixed() && state_->is_due();
}

bool Publisher::worth_waiting() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->is_fixed() && (state_->fetching || state_->may_ask());
}

Time Publisher::refresh_if_due() {
  State& s = *state_;
  const Time next = s.refresh_if_due();
  s.prepare_keys();
  return next;
}

Time Publisher::State::refresh_if_due() {
  State& s = *this;
  if (s.is_fixed()) return s.clock.now() + s.options.refresh;
  if (s.has_copy()) s.follow_stored_copy();
  std::unique_lock lock(s.mutex);
  if (s.is_due()) s.fetch(lock);
  return s.clock.now() + s.options.cool_down;
}

void Publisher::State::prepare_keys() const {
  Ring ring;
  {
    const std::lock_guard lock(mutex);
    ring = usable();
  }
  if (!ring) return;
  const std::size_t count = std::min(ring->keys.size(), kMostPrepared);
  for (std::size_t i = 0; i < count; ++i) ring->keys[i].prepare_for_many();
}

void Publisher::purge() {
  State& s = *state_;
  if (s.is_fixed()) return;
  {
    const std::lock_guard lock(s.mutex);
    s.forget();
  }
  s.log.warning("issuer.purged", {{"issuer", s.options.id}});
  if (!s.has_copy()) return;
  const auto status = erase_stored(s.database, s.options.issuer);
  if (!status.ok())
    s.log.error("issuer.copy_not_erased", {{"issuer", s.options.id}, {"cause", status.error().cause}});
}

Publisher::Health Publisher::health() const {
  const State& s = *state_;
  const std::lock_guard lock(s.mutex);
  Health out;
  out.usable = s.usable() != nullptr;
  out.failed_at = s.failed_at;
  out.failures = s.failures;
  out.fetches = s.fetches;
  out.last_error = s.last_error;
  if (!s.current) return out;
  out.keys = s.current->keys.size();
  for (const auto& key : s.current->keys) out.kids.push_back(key.kid());
  out.refused = s.current->refused;
  out.fetched_at = s.current->fetched_at;
  if (!s.is_fixed()) out.expires_at = s.current->expires_at;
  return out;
}

}  // namespace lanyard::issuers
