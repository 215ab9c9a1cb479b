#include "domain/credentials/credentials.h"

#include <algorithm>

#include "base/text.h"
#include "domain/credentials/rows.h"
#include "platform/crypto/digest.h"

namespace lanyard::credentials {
namespace {

constexpr std::string_view kPrefix = "lyt_";
constexpr std::size_t kRandomPart = 43, kChecksum = 6;
constexpr Duration kTouchEvery = std::chrono::minutes(1);

std::string checksum(std::string_view rest) {
  return base64url_encode(crypto::sha256_bytes(rest)).substr(0, kChecksum);
}

Error not_valid() {
  return make_error(Code::unauthenticated, "This token is not valid here.",
                    "Make a new one on your account page.");
}

bool is_scope_word(std::string_view word) {
  return !word.empty() && word.size() <= 100 &&
         std::ranges::all_of(word, [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

journal::Note note(std::string event, const Credential& credential) {
  journal::Note n;
  n.event = std::move(event);
  n.subject = {"credential", credential.id.str()};
  n.data = json::Object{{"account", credential.account.str()},
                        {"kind", credential.kind},
                        {"label", credential.label},
                        {"scope", join(credential.scopes, " ")}};
  n.account = credential.account;
  return n;
}

}  // namespace

bool looks_like_api_token(std::string_view text) {
  if (text.size() != kPrefix.size() + kRandomPart + kChecksum || !text.starts_with(kPrefix)) return false;
  const std::string_view rest = text.substr(0, kPrefix.size() + kRandomPart);
  return text.substr(rest.size()) == checksum(rest);
}

Credentials::Credentials(journal::Ledger& ledger, Random& random, crypto::KeyedHash hashes,
                         Duration longest_life)
    : ledger_(ledger), random_(random), hashes_(std::move(hashes)), longest_life_(longest_life) {}

Result<Credentials::Made> Credentials::make_token(const NewToken& wanted, const access::Actor& actor) {
  const std::string label(trim(wanted.label));
  if (label.empty() || label.size() > 200 || has_control(label) || !is_utf8(label)) {
    return make_error(Code::invalid, "A token needs a label of at most 200 characters.",
                      "Say what the token is for.");
  }
  if (wanted.scopes.empty() || wanted.scopes.size() > 20 ||
      !std::ranges::all_of(wanted.scopes, is_scope_word)) {
    return make_error(Code::invalid, "A token needs between 1 and 20 scopes, each one word.",
                      "Choose what the token may be used for.");
  }
  if (wanted.life <= Duration::zero() || wanted.life > longest_life_) {
    return make_error(Code::invalid,
                      cat("A token can live for ", format_duration(longest_life_), " at most."),
                      "Choose a shorter time.");
  }
  Made made;
  std::string text = cat(kPrefix, random_.token());
  text += checksum(text);
  made.token = Secret(std::move(text));
  Credential& credential = made.credential;
  credential.id = make_id<CredentialTag>(random_);
  credential.kind = "api_token";
  credential.account = wanted.account;
  credential.scopes = wanted.scopes;
  credential.label = label;
  credential.created_at = ledger_.clock().now();
  credential.expires_at = credential.created_at + wanted.life;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_CHECK(rows::insert(connection, credential, hashes_.of(made.token.reveal())));
    notes.add(note("credential.created", credential));
    return {};
  }));
  return made;
}

// The one look-up for everything that is presented: kind, time and revocation are conditions of it.
static Result<Credential> find(store::Database& database, const std::vector<std::string>& hashes,
                               std::string_view kind, Time now) {
  std::optional<Credential> found;
  LANYARD_CHECK(database.read([&](store::Connection& connection) -> Status {
    for (const std::string& hash : hashes) {
      LANYARD_TRY(found, rows::find_by_hash(connection, hash));
      if (found) break;
    }
    return {};
  }));
  if (!found || found->kind != kind || found->revoked_at || (found->expires_at && *found->expires_at <= now))
    return not_valid();
  return std::move(*found);
}

Result<Credential> Credentials::find_by_token(std::string_view token) {
  if (!looks_like_api_token(token)) return not_valid();
  return find(ledger_.database(), hashes_.candidates(token), "api_token", ledger_.clock().now());
}

Status Credentials::touch(const std::vector<CredentialId>& used) {
  if (used.empty()) return {};
  const Time now = ledger_.clock().now();
  return ledger_.database().write([&](store::Connection& connection) -> Status {
    for (const CredentialId& id : used) LANYARD_CHECK(rows::touch(connection, id, now, now - kTouchEvery));
    return {};
  });
}

Result<std::vector<Credential>> Credentials::list(const AccountId& account) {
  std::vector<Credential> credentials;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(credentials, rows::list(connection, account));
    return {};
  }));
  return credentials;
}

Status Credentials::revoke(const AccountId& account, const CredentialId& id, const access::Actor& actor) {
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto found, rows::find_by_id(connection, id));
    if (!found || found->account != account) return make_error(Code::not_found, "There is no such token.");
    LANYARD_TRY(const bool revoked_now, rows::revoke(connection, id, ledger_.clock().now()));
    if (revoked_now) notes.add(note("credential.revoked", *found));
    return {};
  });
}

Status Credentials::revoke_all(const AccountId& account, const access::Actor& actor) {
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const std::int64_t count, rows::revoke_all(connection, account, ledger_.clock().now()));
    if (count == 0) return {};
    journal::Note n;
    n.event = "credential.all_revoked";
    n.subject = {"account", account.str()};
    n.data = json::Object{{"credentials", count}};
    n.account = account;
    notes.add(std::move(n));
    return {};
  });
}

Result<bool> Credentials::record_refresh_token(const AccountId& account, const Secret& token,
                                               const access::Actor& actor) {
  if (token.reveal().size() < 20 || token.reveal().size() > 4096) {
    return make_error(Code::invalid, "A refresh token has between 20 and 4096 characters.",
                      "Give the whole token.");
  }
  bool is_new = false;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    is_new = false;
    std::optional<Credential> found;
    for (const std::string& hash : hashes_.candidates(token.reveal())) {
      LANYARD_TRY(found, rows::find_by_hash(connection, hash));
      if (found) break;
    }
    if (found && (found->account != account || found->kind != "refresh_token")) {
      return make_error(Code::conflict, "This refresh token is already recorded for somebody else.",
                        "Record another one.");
    }
    if (found) return {};
    Credential credential;
    credential.id = make_id<CredentialTag>(random_);
    credential.kind = "refresh_token";
    credential.account = account;
    credential.label = "recorded beforehand";
    credential.created_at = ledger_.clock().now();
    LANYARD_CHECK(rows::insert(connection, credential, hashes_.of(token.reveal())));
    notes.add(note("credential.recorded", credential));
    is_new = true;
    return {};
  }));
  return is_new;
}

Result<Credential> Credentials::find_refresh_token(const Secret& token) {
  return find(ledger_.database(), hashes_.candidates(token.reveal()), "refresh_token", ledger_.clock().now());
}

}  // namespace lanyard::credentials
