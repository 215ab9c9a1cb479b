// lanyard.h on top of the C++ rooms. No exception leaves: what runs out of memory is a failure like another.
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "base/text.h"
#include "lib/lanyard.h"
#include "lib/private_files.h"
#include "lib/refresh.h"
#include "lib/verify.h"

using lanyard::Code;
using lanyard::Error;
using lanyard::Result;
using lanyard::Status;
namespace lib = lanyard::lib;

struct lanyard_session {
  lanyard::SystemClock clock;
  lanyard::Log log{clock, lanyard::Level::error, [](std::string_view) {}};
  std::unique_ptr<lanyard::net::Client> client;
  std::unique_ptr<lib::Verifier> verifier;
  std::string ca_file, token_file, state_folder;
  std::string error, hint;

  // A thread is started with the first call that leaves the process, not before.
  lanyard::net::Client& outside() {
    if (!client) client = lanyard::net::make_client({.user_agent = "liblanyard"}, clock, log);
    return *client;
  }
};

struct lanyard_claims {
  lib::Claims claims;
  std::string json;
  std::map<std::string, std::vector<std::string>, std::less<>> lists;
};

namespace {

int code_of(Code code) {
  switch (code) {
    case Code::invalid:
    case Code::too_large:
      return LANYARD_INVALID;
    case Code::unauthenticated:
    case Code::expired:
      return LANYARD_UNAUTHENTICATED;
    case Code::forbidden:
      return LANYARD_FORBIDDEN;
    case Code::not_found:
      return LANYARD_NOT_FOUND;
    case Code::unavailable:
    case Code::too_many:
      return LANYARD_UNAVAILABLE;
    case Code::conflict:
    case Code::upstream:
    case Code::internal:
      return LANYARD_FAILED;
  }
  return LANYARD_FAILED;
}

// Runs `work`, which gives a Status, and turns its failure into a code and a sentence in the session.
template <class Work>
int run(lanyard_session* session, Work work) {
  if (session == nullptr) return LANYARD_INVALID;
  try {
    session->error.clear();
    session->hint.clear();
    const Status done = work();
    if (done.ok()) return LANYARD_OK;
    session->error = done.error().message;
    session->hint = done.error().hint;
    return code_of(done.error().code);
  } catch (...) {
    return LANYARD_FAILED;
  }
}

Error missing() {
  return lanyard::make_error(Code::invalid, "An argument is NULL.");
}

char* copy(std::string_view text) {
  auto* out = static_cast<char*>(std::malloc(text.size() + 1));
  if (out == nullptr) throw std::bad_alloc();
  std::memcpy(out, text.data(), text.size());
  out[text.size()] = '\0';
  return out;
}

lanyard_claims* wrap(lib::Claims claims) {
  auto out = std::make_unique<lanyard_claims>();
  out->json = lanyard::json::write(claims.all);
  for (const lanyard::json::Member& member : claims.all) {
    std::vector<std::string>& list = out->lists[member.name];
    if (const std::string* one = member.value.as_string()) {
      list = {*one};
    } else if (const lanyard::json::Array* several = member.value.as_array()) {
      for (const auto& item : *several) {
        if (item.as_string() != nullptr) list.push_back(*item.as_string());
      }
    }
  }
  out->lists["scope"] = claims.scopes;
  out->claims = std::move(claims);
  return out.release();
}

const std::vector<std::string>* list_of(const lanyard_claims* claims, const char* name) {
  if (claims == nullptr || name == nullptr) return nullptr;
  const auto found = claims->lists.find(std::string_view(name));
  return found == claims->lists.end() ? nullptr : &found->second;
}

}  // namespace

extern "C" {

const char* lanyard_version(void) {
  return "0.1.0";
}

lanyard_session* lanyard_open(void) {
  try {
    return std::make_unique<lanyard_session>().release();
  } catch (...) {
    return nullptr;
  }
}

void lanyard_close(lanyard_session* session) {
  const std::unique_ptr<lanyard_session> owner(session);
}

const char* lanyard_error(const lanyard_session* session) {
  return session == nullptr ? "There is no session." : session->error.c_str();
}

const char* lanyard_hint(const lanyard_session* session) {
  return session == nullptr ? "" : session->hint.c_str();
}

int lanyard_set(lanyard_session* session, const char* name, const char* value) {
  return run(session, [&]() -> Status {
    if (name == nullptr || value == nullptr) return missing();
    const std::string_view which = name;
    if (which == "ca_file") {
      session->ca_file = value;
      session->verifier.reset();
    } else if (which == "token_file") {
      session->token_file = value;
    } else if (which == "state_folder") {
      session->state_folder = value;
    } else {
      return lanyard::make_error(Code::invalid, lanyard::cat("There is no setting \"", which, "\"."));
    }
    return {};
  });
}

int lanyard_find_token(lanyard_session* session, char** token, char** where) {
  return run(session, [&]() -> Status {
    if (token == nullptr) return missing();
    const lib::Places places{lib::process_environment(), session->token_file, ::geteuid()};
    LANYARD_TRY(const auto found, lib::find_bearer_token(places));
    if (!found) return lanyard::make_error(Code::not_found, "There is no token.");
    *token = copy(found->token.reveal());
    if (where != nullptr) *where = copy(found->where);
    return {};
  });
}

int lanyard_read_token_file(lanyard_session* session, const char* path, char** token) {
  return run(session, [&]() -> Status {
    if (path == nullptr || token == nullptr) return missing();
    LANYARD_TRY(const lanyard::Secret text, lib::read_token_file(path, ::geteuid()));
    *token = copy(text.reveal());
    return {};
  });
}

int lanyard_write_token_file(lanyard_session* session, const char* path, const char* token) {
  return run(session, [&]() -> Status {
    if (path == nullptr || token == nullptr) return missing();
    if (!lib::can_be_token(token)) return lanyard::make_error(Code::invalid, "This is not a token.");
    return lib::write_private_file(path, token);
  });
}

int lanyard_fresh_token(lanyard_session* session, const char* issuer, const char* organisation,
                        int64_t refresh_if_under, char** token) {
  return run(session, [&]() -> Status {
    if (issuer == nullptr || token == nullptr) return missing();
    const std::string folder =
        session->state_folder.empty() ? lib::state_folder(lib::process_environment()) : session->state_folder;
    LANYARD_TRY(const lib::TokenStore store, lib::TokenStore::open(folder));
    LANYARD_TRY(lanyard::net::Reach reach, lib::reach_for(issuer, session->ca_file));
    const lib::Caller caller{session->outside(), session->clock, std::move(reach)};
    std::optional<lanyard::Duration> if_under;
    if (refresh_if_under >= 0) if_under = std::chrono::seconds(refresh_if_under);
    LANYARD_TRY(
        const lib::Fresh fresh,
        lib::fresh_token(caller, store, issuer, organisation == nullptr ? "" : organisation, if_under));
    *token = copy(fresh.held.access_token.reveal());
    return {};
  });
}

int lanyard_verify(lanyard_session* session, const char* token, const char* issuer, const char* audience,
                   lanyard_claims** claims) {
  return run(session, [&]() -> Status {
    if (token == nullptr || issuer == nullptr || audience == nullptr) return missing();
    if (!session->verifier) {
      session->verifier =
          std::make_unique<lib::Verifier>(session->outside(), session->clock, session->ca_file);
    }
    lib::Expected expected;
    expected.issuer = issuer;
    expected.audiences = {audience};
    LANYARD_TRY(lib::Claims checked, session->verifier->verify(token, expected));
    if (claims != nullptr) *claims = wrap(std::move(checked));
    return {};
  });
}

int lanyard_read_claims(lanyard_session* session, const char* token, lanyard_claims** claims) {
  return run(session, [&]() -> Status {
    if (token == nullptr || claims == nullptr) return missing();
    LANYARD_TRY(lib::Claims read, lib::read_claims(token));
    *claims = wrap(std::move(read));
    return {};
  });
}

const char* lanyard_claims_json(const lanyard_claims* claims) {
  return claims == nullptr ? nullptr : claims->json.c_str();
}

const char* lanyard_claims_text(const lanyard_claims* claims, const char* name) {
  if (claims == nullptr || name == nullptr) return nullptr;
  const lanyard::json::Value* value = claims->claims.all.find(name);
  return value == nullptr || value->as_string() == nullptr ? nullptr : value->as_string()->c_str();
}

int64_t lanyard_claims_integer(const lanyard_claims* claims, const char* name, int64_t fallback) {
  if (claims == nullptr || name == nullptr) return fallback;
  const lanyard::json::Value* value = claims->claims.all.find(name);
  return value == nullptr || value->as_integer() == nullptr ? fallback : *value->as_integer();
}

size_t lanyard_claims_count(const lanyard_claims* claims, const char* name) {
  const auto* list = list_of(claims, name);
  return list == nullptr ? 0 : list->size();
}

const char* lanyard_claims_item(const lanyard_claims* claims, const char* name, size_t at) {
  const auto* list = list_of(claims, name);
  return list == nullptr || at >= list->size() ? nullptr : (*list)[at].c_str();
}

void lanyard_claims_free(lanyard_claims* claims) {
  const std::unique_ptr<lanyard_claims> owner(claims);
}

void lanyard_free(char* text) {
  if (text == nullptr) return;
  ::explicit_bzero(text, std::strlen(text));
  std::free(text);
}

}  // extern "C"
