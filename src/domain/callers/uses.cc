#include "domain/callers/uses.h"

#include <utility>

namespace lanyard::callers {
namespace {

constexpr std::size_t kMost = 5000;  // of each kind, in one round

}  // namespace

void Uses::note(const sessions::Session& session) {
  const std::lock_guard lock(mutex_);
  if (sessions_.size() < kMost) sessions_.emplace(session.id, session);
}

void Uses::note(const CredentialId& token) {
  const std::lock_guard lock(mutex_);
  if (tokens_.size() < kMost) tokens_.insert(token);
}

Uses::Noted Uses::take() {
  Noted noted;
  const std::lock_guard lock(mutex_);
  noted.sessions.reserve(sessions_.size());
  for (auto& [id, session] : sessions_) noted.sessions.push_back(std::move(session));
  noted.tokens.assign(tokens_.begin(), tokens_.end());
  sessions_.clear();
  tokens_.clear();
  return noted;
}

}  // namespace lanyard::callers
