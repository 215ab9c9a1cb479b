#include "domain/clients/registry.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

#include "base/text.h"
#include "domain/clients/rows.h"

namespace lanyard::clients {
namespace {

using rows::Held;
using HeldPtr = std::shared_ptr<const Held>;

constexpr std::string_view kSecretPrefix = "lys_";
constexpr std::string_view kRegistrationPrefix = "lym_";
constexpr std::size_t kMostFormerSecrets = 4;
constexpr Duration kLongestOverlap = std::chrono::hours(24 * 30);
// What is remembered is believed only while the changes of other processes could be read so lately.
constexpr Duration kStale = std::chrono::seconds(2);
// Only clients that exist are remembered, so strangers can not fill this; registrations could.
constexpr std::size_t kMostRemembered = 10'000;
constexpr std::size_t kLongestId = 64;
constexpr std::size_t kLongestOrganisation = 100;
constexpr std::size_t kMostOfOrganisation = 20;

Error no_client() {
  return make_error(Code::not_found, "There is no such client.");
}

Error is_declared(const ClientId& id) {
  return make_error(Code::conflict,
                    cat("The client ", id.str(), " is declared in the configuration and is changed there."),
                    "Edit the configuration file and restart Lanyard.");
}

Error bad_secret() {
  return make_error(Code::unauthenticated, "The client could not prove itself.",
                    "Compare its id and secret with what Lanyard knows, or give it a new secret.");
}

Error not_right(const std::vector<Fault>& faults) {
  std::vector<std::string> texts;
  for (const Fault& fault : faults) texts.push_back(cat(fault.member, " ", fault.what));
  return make_error(Code::invalid, cat("This client can not be: ", join(texts, "; "), "."),
                    "Change what is named, and send it again.");
}

journal::Note note(std::string event, const Client& client, json::Object data = {}) {
  journal::Note n;
  n.event = std::move(event);
  n.subject = {"client", client.id.str()};
  n.data = std::move(data);
  n.data.set("name", client.name);
  n.account = mark_of(client.id.str());
  return n;
}

// The names of the members that are not the same any more.
std::string changed_members(const Client& before, const Client& after) {
  const json::Object old = to_json(before);
  std::vector<std::string> names;
  for (const json::Member& member : to_json(after)) {
    const json::Value* value = old.find(member.name);
    if (value == nullptr || *value != member.value) names.push_back(member.name);
  }
  return join(names, " ");
}

const Held kNobody;

ClientPtr client_of(const HeldPtr& held) {
  return {held, &held->client};
}

}  // namespace

AccountId mark_of(std::string_view client_id) {
  return AccountId(cat("client:", client_id));
}

struct Registry::State {
  State(journal::Ledger& l, const journal::Marks& m, Random& r, crypto::KeyedHash h)
      : ledger(l), marks(m), random(r), hashes(std::move(h)) {}

  Result<HeldPtr> find(std::string_view id);
  HeldPtr find_now(std::string_view id) const;  // nullptr: not in memory, or not surely as it is now
  Result<HeldPtr> read(std::string_view id);
  bool is_good_for(const Held& held, std::string_view text) const;
  bool is_good(const rows::KeptSecret& secret, std::string_view text, Time now) const;
  Secret make_secret() { return Secret(cat(kSecretPrefix, random.token())); }

  journal::Ledger& ledger;
  const journal::Marks& marks;
  Random& random;
  const crypto::KeyedHash hashes;
  std::map<std::string, HeldPtr, std::less<>> declared;              // not changed after the start
  std::multimap<std::string, HeldPtr, std::less<>> by_organisation;  // of the declared ones

  struct Remembered {
    HeldPtr held;
    journal::Marks::Mark mark;
  };
  mutable std::mutex mutex;
  std::unordered_map<std::string, Remembered> remembered;
};

Result<HeldPtr> Registry::State::read(std::string_view id) {
  std::optional<Held> found;
  LANYARD_CHECK(ledger.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(found, rows::find(connection, id));
    return {};
  }));
  if (!found) return no_client();
  return std::make_shared<const Held>(std::move(*found));
}

HeldPtr Registry::State::find_now(std::string_view id) const {
  if (const auto one = declared.find(id); one != declared.end()) return one->second;
  const journal::Marks::Mark mark = marks.of(mark_of(id));
  const bool fresh = marks.confirmed_since(ledger.clock().steady() -
                                           std::chrono::duration_cast<SteadyTime::duration>(kStale));
  const std::lock_guard lock(mutex);
  const auto one = remembered.find(std::string(id));
  return one != remembered.end() && fresh && one->second.mark == mark ? one->second.held : nullptr;
}

Result<HeldPtr> Registry::State::find(std::string_view id) {
  if (id.empty() || id.size() > kLongestId || !is_utf8(id) || has_control(id)) return no_client();
  if (auto held = find_now(id)) return held;
  const std::string key(id);
  const journal::Marks::Mark mark = marks.of(mark_of(id));  // before the row is read
  auto held = read(id);
  const std::lock_guard lock(mutex);
  if (!held.ok()) {
    if (held.error().code == Code::not_found) remembered.erase(key);
    return held;
  }
  if (remembered.size() >= kMostRemembered && !remembered.contains(key)) remembered.clear();
  remembered[key] = {*held, mark};
  return held;
}

// Looks at every hash that could be it, whether or not one was found already.
bool Registry::State::is_good(const rows::KeptSecret& secret, std::string_view text, Time now) const {
  bool same = false;
  for (const std::string& hash : hashes.candidates(text))
    same = equal_in_constant_time(hash, secret.hash) || same;
  return same && (!secret.until || now < *secret.until);
}

bool Registry::State::is_good_for(const Held& held, std::string_view text) const {
  const Time now = ledger.clock().now();
  // Somebody whom we do not know costs the same work.
  static const std::vector<rows::KeptSecret> kNone{{std::string(32, '\0'), Time{}}};
  const bool known = uses_secret(held.client.auth) && !held.secrets.empty();
  bool good = false;
  for (const rows::KeptSecret& one : known ? held.secrets : kNone) good = is_good(one, text, now) || good;
  return good;
}

Registry::Registry(journal::Ledger& ledger, const journal::Marks& marks, Random& random,
                   crypto::KeyedHash secret_hashes, std::vector<Declared> declared)
    : state_(std::make_unique<State>(ledger, marks, random, std::move(secret_hashes))) {
  for (Declared& one : declared) {
    Held held;
    held.client = std::move(one.client);
    held.client.source = "configuration";
    if (!one.secret.empty()) held.secrets.push_back({state_->hashes.of(one.secret.reveal()), {}});
    const std::string id = held.client.id.str();
    const std::string organisation = held.client.virtual_organisation;
    const auto kept = std::make_shared<const Held>(std::move(held));
    if (!organisation.empty()) state_->by_organisation.emplace(organisation, kept);
    state_->declared.insert_or_assign(id, kept);
  }
}

Registry::~Registry() = default;

Result<ClientPtr> Registry::find(std::string_view id) {
  LANYARD_TRY(const HeldPtr held, state_->find(id));
  return client_of(held);
}

Result<Registry::Made> Registry::create(Client wanted, const access::Actor& actor) {
  // No account's id: those have 15 characters.
  if (wanted.id.empty()) wanted.id = ClientId(cat("client-", make_id_text(state_->random)));
  if (wanted.source == "configuration") wanted.source = "api";
  if (const auto faults = check(wanted); !faults.empty()) return not_right(faults);
  const Error taken = make_error(Code::conflict, cat("There is a client ", wanted.id.str(), " already."),
                                 "Choose another id.");
  if (state_->declared.contains(wanted.id.str())) return taken;

  Made made;
  wanted.created_at = wanted.updated_at = state_->ledger.clock().now();
  wanted.version = 1;
  Held held;
  held.client = std::move(wanted);
  if (uses_secret(held.client.auth)) {
    made.secret = state_->make_secret();
    held.secrets.push_back({state_->hashes.of(made.secret.reveal()), {}});
  }
  if (held.client.source == "registration") {
    // It names its client, so that looking for it needs no index and no search.
    made.registration_token =
        Secret(cat(kRegistrationPrefix, held.client.id.str(), ".", state_->random.token()));
    held.registration_hash = state_->hashes.of(made.registration_token.reveal());
  }
  const Status written =
      state_->ledger.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        LANYARD_CHECK(rows::insert(connection, held));
        notes.add(note("client.created", held.client,
                       {{"source", held.client.source}, {"auth", to_string(held.client.auth)}}));
        return {};
      });
  if (!written.ok()) return written.error().code == Code::conflict ? taken : written.error();
  made.client = std::move(held.client);
  return made;
}

Result<Client> Registry::replace(Client wanted, std::int64_t version, const access::Actor& actor) {
  if (state_->declared.contains(wanted.id.str())) return is_declared(wanted.id);
  Client now;
  LANYARD_CHECK(
      state_->ledger.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        LANYARD_TRY(auto found, rows::find(connection, wanted.id.str()));
        if (!found) return no_client();
        if (found->client.version != version)
          return make_error(Code::conflict, "The client was changed by somebody else meanwhile.",
                            "Read it again and repeat the change.");
        const Client before = found->client;
        // What it was given so far says who gave it.
        if (wanted.issuer_path != before.issuer_path)
          return make_error(Code::invalid, "\"issuer_path\" of a client never changes.",
                            "Make another client, at the other issuer.");
        Held& held = *found;
        held.client = wanted;
        held.client.source = before.source;
        held.client.owner = before.owner;
        held.client.created_at = before.created_at;
        held.client.updated_at = state_->ledger.clock().now();
        held.client.version = version + 1;
        if (const auto faults = check(held.client); !faults.empty()) return not_right(faults);
        if (!uses_secret(held.client.auth)) held.secrets.clear();
        LANYARD_TRY(const bool done, rows::update(connection, held, version));
        if (!done) return internal_error("a client changed inside its transaction");
        const std::string what = changed_members(before, held.client);
        journal::Note changed = note("client.changed", held.client, {{"changed", what}});
        // What its tokens are still good for is in cached verdicts of everybody.
        changed.everybody = true;
        notes.add(std::move(changed));
        now = held.client;
        return {};
      }));
  return now;
}

Result<Secret> Registry::rotate_secret(const ClientId& id, Duration overlap, const access::Actor& actor) {
  if (state_->declared.contains(id.str())) return is_declared(id);
  if (overlap < Duration::zero() || overlap > kLongestOverlap)
    return make_error(
        Code::invalid,
        cat("The former secret can stay good for ", format_duration(kLongestOverlap), " at most."),
        "Choose a shorter overlap.");
  const Secret secret = state_->make_secret();
  LANYARD_CHECK(
      state_->ledger.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        LANYARD_TRY(auto held, rows::find(connection, id.str()));
        if (!held) return no_client();
        if (!uses_secret(held->client.auth))
          return make_error(
              Code::invalid,
              cat("This client proves itself by ", to_string(held->client.auth), " and has no secret."),
              "Change token_endpoint_auth_method first.");
        const Time now = state_->ledger.clock().now();
        for (rows::KeptSecret& former : held->secrets)
          former.until = former.until ? std::min(*former.until, now + overlap) : now + overlap;
        std::erase_if(held->secrets, [&](const rows::KeptSecret& former) { return *former.until <= now; });
        if (held->secrets.size() > kMostFormerSecrets) held->secrets.resize(kMostFormerSecrets);
        held->secrets.insert(held->secrets.begin(), {state_->hashes.of(secret.reveal()), {}});
        const std::int64_t version = held->client.version;
        held->client.version = version + 1;
        held->client.updated_at = now;
        LANYARD_TRY(const bool done, rows::update(connection, *held, version));
        if (!done) return internal_error("a client changed inside its transaction");
        const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(overlap).count();
        notes.add(note("client.secret_rotated", held->client, {{"overlap_seconds", seconds}}));
        return {};
      }));
  return secret;
}

Status Registry::remove(const ClientId& id, const access::Actor& actor) {
  if (state_->declared.contains(id.str())) return is_declared(id);
  return state_->ledger.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto held, rows::find(connection, id.str()));
    if (!held) return no_client();
    LANYARD_CHECK(rows::remove(connection, id.str()));
    journal::Note deleted = note("client.deleted", held->client);
    deleted.everybody = true;
    notes.add(std::move(deleted));
    return {};
  });
}

Result<std::vector<Client>> Registry::list(std::string_view after, std::int64_t limit) {
  std::vector<Client> clients;
  LANYARD_CHECK(state_->ledger.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(clients, rows::list(connection, after, limit));
    return {};
  }));
  // A declared client stands for a row with its id, so a full page stays full and nothing behind it is lost.
  std::erase_if(clients, [&](const Client& one) { return state_->declared.contains(one.id.str()); });
  for (auto one = state_->declared.upper_bound(after); one != state_->declared.end(); ++one)
    clients.push_back(one->second->client);
  std::ranges::sort(clients, {}, [](const Client& one) { return std::string_view(one.id.str()); });
  if (static_cast<std::int64_t>(clients.size()) > limit) clients.resize(static_cast<std::size_t>(limit));
  return clients;
}

Result<std::vector<Client>> Registry::find_by_organisation(std::string_view name) {
  std::vector<Client> clients;
  if (name.empty() || name.size() > kLongestOrganisation || !is_utf8(name) || has_control(name))
    return clients;
  const auto [from, to] = state_->by_organisation.equal_range(name);
  for (auto one = from; one != to && clients.size() < kMostOfOrganisation; ++one)
    clients.push_back(one->second->client);
  std::vector<Client> stored;
  LANYARD_CHECK(state_->ledger.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(stored, rows::list_of_organisation(connection, name, kMostOfOrganisation));
    return {};
  }));
  for (Client& one : stored)
    if (!state_->declared.contains(one.id.str())) clients.push_back(std::move(one));
  return clients;
}

Status Registry::check_secret(const Client& client, const Secret& secret) {
  const auto found = state_->find(client.id.str());
  if (!found.ok() && found.error().code != Code::not_found) return found.error();
  if (!state_->is_good_for(found.ok() ? **found : kNobody, secret.reveal())) return bad_secret();
  return {};
}

ClientPtr Registry::find_proved_now(std::string_view id, const Secret& secret) const {
  const HeldPtr held = state_->find_now(id);
  const bool good = state_->is_good_for(held ? *held : kNobody, secret.reveal());
  return held && good ? client_of(held) : nullptr;
}

Result<ClientPtr> Registry::find_by_registration_token(const Secret& token) {
  const Error refused = make_error(Code::unauthenticated, "This registration token is not valid here.");
  const std::string_view text = token.reveal();
  const std::size_t dot = text.rfind('.');
  if (!text.starts_with(kRegistrationPrefix) || dot == std::string_view::npos) return refused;
  const auto held = state_->find(text.substr(kRegistrationPrefix.size(), dot - kRegistrationPrefix.size()));
  if (!held.ok()) return held.error().code == Code::not_found ? refused : held.error();
  if ((*held)->registration_hash.empty() ||
      !state_->is_good({(*held)->registration_hash, {}}, text, state_->ledger.clock().now()))
    return refused;
  return client_of(*held);
}

}  // namespace lanyard::clients
