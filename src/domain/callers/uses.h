// What was used a moment ago. The database is told about it later and together, so that nobody who shows a
// token or a cookie waits for a write, however long the database takes for one.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "domain/credentials/credentials.h"
#include "domain/sessions/sessions.h"

namespace lanyard::callers {

// Thread-safe. Bounded: what does not fit is noted at its next use.
class Uses {
 public:
  void note(const sessions::Session& session);
  void note(const CredentialId& token);

  struct Noted {
    std::vector<sessions::Session> sessions;
    std::vector<CredentialId> tokens;
  };
  // Each once, and forgotten here.
  Noted take();

 private:
  std::mutex mutex_;
  std::map<SessionId, sessions::Session> sessions_;
  std::set<CredentialId> tokens_;
};

}  // namespace lanyard::callers
