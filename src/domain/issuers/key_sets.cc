#include "domain/issuers/key_sets.h"

#include <list>
#include <map>
#include <mutex>

#include "base/text.h"

namespace lanyard::issuers {

using PublisherPtr = std::shared_ptr<Publisher>;

struct KeySets::State {
  State(Options o, net::Client& c, store::Database& d, const Clock& k, const Log& l)
      : options(std::move(o)), client(c), database(d), clock(k), log(l) {}

  const Options options;
  net::Client& client;
  store::Database& database;
  const Clock& clock;
  const Log& log;

  std::mutex mutex;
  std::list<std::pair<std::string, PublisherPtr>> sets;  // used last in front
  std::map<std::string, decltype(sets)::iterator, std::less<>> by_address;
  std::size_t waits = 0;

  PublisherPtr get(const std::string& jwks_uri) {
    const std::lock_guard lock(mutex);
    if (const auto found = by_address.find(jwks_uri); found != by_address.end()) {
      sets.splice(sets.begin(), sets, found->second);
      return found->second->second;
    }
    PublisherOptions wanted;
    wanted.id = cat("jwks_uri ", jwks_uri);
    wanted.jwks_uri = jwks_uri;
    wanted.reach = options.reach;
    wanted.refresh = options.refresh;
    wanted.expire = options.expire;
    wanted.cool_down = options.cool_down;
    sets.emplace_front(jwks_uri,
                       std::make_shared<Publisher>(std::move(wanted), client, database, clock, log));
    by_address.emplace(jwks_uri, sets.begin());
    if (sets.size() > options.most) {
      by_address.erase(sets.back().first);
      sets.pop_back();
    }
    return sets.front().second;
  }

  // A place among the threads that wait. Servers of strangers may be slow on purpose, and may not hold all of
  // them (attack row 41).
  class Place {
   public:
    explicit Place(State& state) : state_(state) {
      const std::lock_guard lock(state_.mutex);
      is_free_ = state_.waits < state_.options.most_waits;
      if (is_free_) ++state_.waits;
    }
    ~Place() {
      if (!is_free_) return;
      const std::lock_guard lock(state_.mutex);
      --state_.waits;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    explicit operator bool() const { return is_free_; }

   private:
    State& state_;
    bool is_free_ = false;
  };

  // From memory where that is enough.
  template <class Question>
  Status ask(const std::string& jwks_uri, const Question& question) {
    const PublisherPtr set = get(jwks_uri);
    const bool is_due = set->is_due();
    Status known = question(*set, Patience::none);
    if (!is_due && (known.ok() || known.error().code != Code::unavailable)) return known;
    const Place place(*this);
    if (!place) return known;
    if (is_due) set->refresh_if_due();
    return question(*set, Patience::may_wait);
  }
};

KeySets::KeySets(Options options, net::Client& client, store::Database& database, const Clock& clock,
                 const Log& log)
    : state_(std::make_unique<State>(std::move(options), client, database, clock, log)) {}

KeySets::~KeySets() = default;

Status KeySets::verify(const std::string& jwks_uri, const crypto::UnverifiedJws& jws,
                       const std::vector<crypto::Algorithm>& allowed) {
  return state_->ask(jwks_uri,
                     [&](Publisher& set, Patience patience) { return set.verify(jws, allowed, patience); });
}

Status KeySets::find(const std::string& jwks_uri, const std::string& thumbprint) {
  return state_->ask(jwks_uri,
                     [&](Publisher& set, Patience patience) { return set.find_key(thumbprint, patience); });
}

void KeySets::purge() {
  const std::lock_guard lock(state_->mutex);
  state_->by_address.clear();
  state_->sets.clear();
}

}  // namespace lanyard::issuers
