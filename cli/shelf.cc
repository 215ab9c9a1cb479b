#include "cli/shelf.h"

#include <sys/stat.h>
#include <unistd.h>

#include <iostream>

#include "base/text.h"
#include "platform/terminal/output.h"

namespace lanyard::cli {
namespace {

std::string_view without_slash(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

}  // namespace

Shelf::Shelf(lib::Environment environment, Settings settings, std::string organisation)
    : log_(clock_, Level::error, Log::to_stderr()),
      environment_(std::move(environment)),
      settings_(std::move(settings)),
      organisation_(std::move(organisation)),
      client_(net::make_client({.user_agent = "lanyard-cli"}, clock_, log_)) {}

Result<std::unique_ptr<Shelf>> Shelf::open(const terminal::Given& given) {
  lib::Environment environment = lib::process_environment();
  LANYARD_TRY(Settings settings, read_settings(given, environment));
  return std::unique_ptr<Shelf>(new Shelf(std::move(environment), std::move(settings),
                                          given.value_or("organisation", given.value_or("vo", ""))));
}

Result<const lib::TokenStore*> Shelf::store() const {
  if (!store_) {
    const std::string folder = lib::state_folder(environment_);
    if (folder.empty())
      return make_error(Code::invalid, "There is no place to keep tokens.", "Set HOME or XDG_STATE_HOME.");
    LANYARD_TRY(store_, lib::TokenStore::open(folder));
  }
  return &*store_;
}

bool Shelf::has_store() const {
  const std::string folder = lib::state_folder(environment_);
  struct stat info {};
  return !folder.empty() && ::lstat(folder.c_str(), &info) == 0;
}

lib::Places Shelf::places() const {
  lib::Places places;
  places.environment = environment_;
  places.file = settings_.token_file;
  places.uid = ::geteuid();
  return places;
}

Result<lib::Caller> Shelf::caller(const std::string& issuer) const {
  LANYARD_TRY(net::Reach reach, lib::reach_for(issuer, settings_.ca_file));
  return lib::Caller{*client_, clock_, std::move(reach)};
}

Result<std::optional<lib::Held>> Shelf::chosen() const {
  if (!has_store()) return std::optional<lib::Held>();
  LANYARD_TRY(const lib::TokenStore* const kept, store());
  LANYARD_TRY(auto all, kept->list());
  std::erase_if(all, [&](const lib::Held& one) {
    return (!settings_.server.empty() && without_slash(one.issuer) != settings_.server) ||
           (!organisation_.empty() && one.organisation != organisation_);
  });
  if (all.empty()) return std::optional<lib::Held>();
  if (all.size() == 1) return std::optional<lib::Held>(std::move(all.front()));
  // A server whose tokens are told apart by organisations has a plain one too, when somebody asked for it.
  if (!settings_.server.empty() && organisation_.empty()) {
    for (lib::Held& one : all) {
      if (one.organisation.empty()) return std::optional<lib::Held>(std::move(one));
    }
  }
  return make_error(Code::invalid, "Several sign-ins are kept, and it is not clear which one is meant.",
                    "lanyard token list shows them; name one with --server and --organisation.");
}

Result<lib::Fresh> Shelf::fresh(const lib::Held& held, std::optional<Duration> if_under) const {
  LANYARD_TRY(const lib::Caller way, caller(held.issuer));
  LANYARD_TRY(const lib::TokenStore* const kept, store());
  LANYARD_TRY(lib::Fresh fresh, lib::fresh_token(way, *kept, held.issuer, held.organisation, if_under));
  if (fresh.trouble) {
    std::cerr << "warning: the token could not be refreshed: " << terminal::harmless(fresh.trouble->message)
              << "\n";
  }
  return fresh;
}

Error not_signed_in() {
  return make_error(Code::unauthenticated, "Nobody is signed in.", "Run lanyard login --server URL.");
}

}  // namespace lanyard::cli
