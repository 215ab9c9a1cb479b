// lanyard whoami: what the token at hand says, without asking anybody.
#include <iostream>

#include "base/text.h"
#include "cli/panda.h"
#include "cli/shelf.h"
#include "cli/show.h"
#include "cli/table.h"

namespace lanyard::cli {
namespace {

struct Shown {
  std::string file;
  Secret token;                   // the one whose claims are shown
  std::optional<lib::Held> held;  // for a kept one
};

// A kept one where a server is named; else what bearer token discovery finds; else the kept one.
Result<std::optional<Shown>> find(const terminal::Given& given, const Shelf& shelf) {
  if (!given.has("server") && shelf.organisation().empty()) {
    LANYARD_TRY(auto found, lib::find_bearer_token(shelf.places()));
    if (found) return std::optional<Shown>(Shown{std::move(found->where), std::move(found->token), {}});
  }
  LANYARD_TRY(auto held, shelf.chosen());
  if (!held) return std::optional<Shown>();
  LANYARD_TRY(const lib::TokenStore* const store, shelf.store());
  Shown shown;
  shown.file = store->path_of(held->issuer, held->organisation);
  // The ID token is about the person; an access token may be readable for the server alone.
  shown.token = held->id_token.empty() ? held->access_token : held->id_token;
  shown.held = std::move(*held);
  return std::optional<Shown>(std::move(shown));
}

int as_panda(const terminal::Given& given, const Shelf& shelf) {
  auto panda = find_panda_token(shelf.environment());
  if (!panda.ok()) return terminal::fail(panda.error());
  Shown shown;
  if (*panda) {
    shown.file = (*panda)->file;
    shown.token = (*panda)->id_token;
  } else {
    auto found = find(given, shelf);
    if (!found.ok()) return terminal::fail(found.error());
    if (*found) shown = std::move(**found);
  }
  const auto claims = lib::read_claims(shown.token.reveal());
  const Time now = shelf.clock().now();
  const lib::Claims none;
  std::cout << panda_status(shown.file, claims.ok() ? *claims : none, now);
  return claims.ok() && panda_finds(*claims, now) ? 0 : static_cast<int>(terminal::Exit::not_signed_in);
}

json::Array texts(const std::vector<std::string>& list) {
  json::Array out;
  for (const std::string& one : list) out.emplace_back(one);
  return out;
}

json::Value time_or_null(const std::optional<Time>& time) {
  return time ? json::Value(format_rfc3339(*time)) : json::Value();
}

// Everything is there in every case, so that a program can rely on it.
json::Object describe(const Shown& shown) {
  auto read = lib::read_claims(shown.token.reveal());
  lib::Claims claims = read.ok() ? std::move(*read) : lib::Claims();
  std::optional<Time> access_until = claims.expires;
  std::string organisation = claims.organisation;
  if (shown.held) {
    const lib::Held& held = *shown.held;
    if (claims.issuer.empty()) claims.issuer = held.issuer;
    if (!claims.valid_from) claims.valid_from = held.obtained_at;
    if (!claims.expires) claims.expires = held.expires_at;
    if (organisation.empty()) organisation = held.organisation;
    claims.scopes.clear();
    for (const std::string_view word : split_words(held.scope)) claims.scopes.emplace_back(word);
    access_until = held.expires_at;
  }
  return {{"file", shown.file},
          {"valid_from", time_or_null(claims.valid_from)},
          {"expires", time_or_null(claims.expires)},
          {"name", claims.name},
          {"email", claims.email},
          {"groups", texts(claims.groups)},
          {"organisation", organisation},
          {"issuer", claims.issuer},
          {"subject", claims.subject},
          {"scopes", texts(claims.scopes)},
          {"access_until", time_or_null(access_until)},
          {"refreshes", shown.held && !shown.held->refresh_token.empty()}};
}

bool has_ended(const json::Object& described, Time now) {
  const auto until = parse_rfc3339(text_of(described, "access_until"));
  return until.ok() && *until <= now && text_of(described, "refreshes") != "yes";
}

}  // namespace

int whoami(const terminal::Given& given) {
  const auto shelf = Shelf::open(given);
  if (!shelf.ok()) return terminal::fail(shelf.error());
  if (given.has("panda")) return as_panda(given, **shelf);
  const auto shown = find(given, **shelf);
  if (!shown.ok()) return terminal::fail(shown.error());
  if (!*shown) return terminal::fail(not_signed_in());
  const json::Object described = describe(**shown);
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& [label, member] : {std::pair<const char*, const char*>{"file", "file"},
                                      {"valid from", "valid_from"},
                                      {"expires", "expires"},
                                      {"name", "name"},
                                      {"e-mail", "email"},
                                      {"groups", "groups"},
                                      {"organisation", "organisation"},
                                      {"issuer", "issuer"},
                                      {"subject", "subject"},
                                      {"scopes", "scopes"},
                                      {"access until", "access_until"}}) {
    const std::string value = text_of(described, member);
    lines.emplace_back(label, value.empty() ? "-" : value);
  }
  const int code = print_one(given, described, lines);
  if (code != 0 || !has_ended(described, (*shelf)->clock().now())) return code;
  std::cerr << "This token has expired.\n";
  return static_cast<int>(terminal::Exit::not_signed_in);
}

}  // namespace lanyard::cli
