#include "domain/tokens/scopes.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lanyard::tokens {
namespace {

constexpr std::size_t kMostWords = 100, kMostBytes = 4000;
constexpr std::string_view kGroups = "wlcg.groups";

// Capabilities that name a path: WLCG profile, "Capabilities"; SciTokens claims, "scope".
constexpr std::array<std::string_view, 7> kPathScopes{
    "storage.read", "storage.create", "storage.modify", "storage.stage", "storage.poll", "read", "write"};

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 6749 section 3.3: scope-token.
bool is_scope_character(char c) {
  return c == 0x21 || (c >= 0x23 && c <= 0x5B) || (c >= 0x5D && c <= 0x7E);
}

struct Cut {
  std::string_view name;
  std::string_view path;
  bool has_path = false;
};
Cut cut(std::string_view scope) {
  const std::size_t colon = scope.find(':');
  if (colon == std::string_view::npos) return {scope, {}, false};
  return {scope.substr(0, colon), scope.substr(colon + 1), true};
}

bool is_path_scope(std::string_view name) {
  return std::find(kPathScopes.begin(), kPathScopes.end(), name) != kPathScopes.end();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// One spelling for each path (RFC 3986 section 6.2.2): escapes in capital letters and only where they are
// needed. An escaped dot, slash, percent sign or control character is refused, because verifiers differ in
// when they decode, and some do it twice (attack row 30).
bool is_segment(std::string_view segment) {
  if (segment.empty() || segment == "." || segment == "..") return false;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const char c = segment[i];
    if (c == '%') {
      if (i + 2 >= segment.size()) return false;
      const int high = hex_digit(segment[i + 1]), low = hex_digit(segment[i + 2]);
      if (high < 0 || low < 0) return false;
      const char decoded = static_cast<char>(high * 16 + low);
      if (is_control(decoded) || is_alnum(decoded) ||
          std::string_view("-._~/\\%").find(decoded) != std::string_view::npos)
        return false;
      i += 2;
    } else if (!is_alnum(c) && std::string_view("-._~!$&'()*+,;=:@").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_normal_path(std::string_view path) {
  if (!path.starts_with('/')) return false;
  path.remove_prefix(1);
  if (path.ends_with('/'))
    path.remove_suffix(1);  // "only if it is a directory"
  else if (path.empty())
    return true;  // "/"
  for (const std::string_view segment : split(path, '/'))
    if (!is_segment(segment)) return false;
  return true;
}

// Exact, or below on a segment boundary: "/foo/bar" holds "/foo/bar/qux", never "/foo/bargain".
bool holds_path(std::string_view held, std::string_view wanted) {
  if (held == wanted) return true;
  if (!wanted.starts_with(held)) return false;
  return held.ends_with('/') || wanted[held.size()] == '/';
}

// WLCG profile: group components are [a-zA-Z0-9][a-zA-Z0-9_.-]*.
bool is_wlcg_group(std::string_view path) {
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || !is_alnum(part.front())) return false;
    for (const char c : part)
      if (!is_alnum(c) && c != '_' && c != '.' && c != '-') return false;
  }
  return true;
}

// "wlcg.groups:/Rubin/production" -> "Rubin/production"; empty when it names no group.
std::string_view wanted_group(std::string_view scope) {
  const Cut parts = cut(scope);
  if (parts.name != kGroups || !parts.path.starts_with('/')) return {};
  const std::string_view group = parts.path.substr(1);
  return is_wlcg_group(group) ? group : std::string_view{};
}

struct Words {
  std::string_view scope, text;
};
constexpr std::array<Words, 25> kWords{{
    {"openid", "Who you are: an identifier that stays the same"},
    {"profile", "Your name and user name"},
    {"email", "Your e-mail address"},
    {"offline_access", "Access while you are away, until you end it"},
    {"groups", "The groups that you are in"},
    {"wlcg", "Tokens in the form that grid software reads"},
    {"wlcg:1.0", "Tokens in the form that grid software reads"},
    {"wlcg.groups", "The groups that you are in, for grid software"},
    {"account", "See and change your own account here"},
    {"admin", "Everything that you may do here as an administrator"},
    {"tokens", "Make and revoke API tokens, with which programs act for you for a long time"},
    {"attr", "Your institution and your experiment"},
    {"entitlements", "Your groups as entitlements of your community"},
    {"eduperson_entitlement", "Your groups as entitlements, under their older name"},
    {"eduperson_assurance", "How well this service knows who you are"},
    {"voperson_id", "Your identifier in your community"},
    {"aarc", "Your name, e-mail address, institution and groups, as research infrastructures exchange them"},
    {"servicex", "Use ServiceX in your name"},
    {"compute.read", "See your computing jobs"},
    {"compute.create", "Start computing jobs in your name"},
    {"compute.modify", "Change your computing jobs"},
    {"compute.cancel", "Cancel your computing jobs"},
    {"host.auth", "Act as a machine"},
    {"queue", "Send computing jobs in your name"},
    {"execute", "Run programs in your name"},
}};

constexpr std::array<Words, 7> kPathWords{{
    {"storage.read", "Read files below "},
    {"storage.create", "Write new files below "},
    {"storage.modify", "Write, replace and delete files below "},
    {"storage.stage", "Bring files from tape to disk below "},
    {"storage.poll", "See whether files are on disk or tape below "},
    {"read", "Read files below "},
    {"write", "Write, replace and delete files below "},
}};

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> all;
  for (const std::string_view word : split_words(text)) all.emplace_back(word);
  return all;
}

Result<std::vector<std::string>> parse_scope(std::string_view text) {
  if (text.size() > kMostBytes)
    return make_error(Code::invalid, "The scope is too long.", "Ask for what is needed only.");
  std::vector<std::string> scopes;
  for (const std::string_view word : split_words(text)) {
    if (!std::all_of(word.begin(), word.end(), is_scope_character))
      return make_error(Code::invalid, "The scope has a character that scopes do not have.",
                        "Scopes are separated by one space each (RFC 6749, section 3.3).");
    if (std::find(scopes.begin(), scopes.end(), word) != scopes.end()) continue;
    if (scopes.size() == kMostWords)
      return make_error(Code::invalid, "The scope has too many words.", "Ask for what is needed only.");
    scopes.emplace_back(word);
  }
  return scopes;
}

bool covers(std::string_view held, std::string_view wanted) {
  if (is_forbidden(wanted)) return false;
  const Cut mine = cut(held), theirs = cut(wanted);
  if (is_path_scope(theirs.name)) {
    return mine.name == theirs.name && mine.has_path && theirs.has_path && is_normal_path(mine.path) &&
           is_normal_path(theirs.path) && holds_path(mine.path, theirs.path);
  }
  if (theirs.name == kGroups && theirs.has_path)
    return !wanted_group(wanted).empty() && (held == kGroups || held == wanted);
  if (wanted == "wlcg:1.0" && held == "wlcg") return true;
  return held == wanted;
}

bool is_covered(const std::vector<std::string>& held, std::string_view wanted) {
  return std::any_of(held.begin(), held.end(), [&](const std::string& one) { return covers(one, wanted); });
}

const std::string* first_uncovered(const std::vector<std::string>& held,
                                   const std::vector<std::string>& wanted) {
  for (const std::string& one : wanted)
    if (!is_covered(held, one)) return &one;
  return nullptr;
}

bool is_forbidden(std::string_view scope) {
  constexpr std::string_view kRole = "role:";
  return scope.size() >= kRole.size() && equal_ignoring_case(scope.substr(0, kRole.size()), kRole);
}

std::string describe(std::string_view scope) {
  for (const Words& one : kWords)
    if (one.scope == scope) return std::string(one.text);
  const Cut parts = cut(scope);
  if (const std::string_view group = wanted_group(scope); !group.empty())
    return cat("That you are in the group ", group);
  if (parts.has_path && is_normal_path(parts.path)) {
    for (const Words& one : kPathWords)
      if (one.scope == parts.name) return cat(one.text, parts.path);
  }
  return std::string(scope);
}

Result<std::vector<std::string>> wlcg_groups(const std::vector<std::string>& scopes,
                                             const std::vector<std::string>& held) {
  std::vector<std::string_view> asked;
  bool any = false;
  for (const std::string& scope : scopes) {
    if (cut(scope).name != kGroups) continue;
    any = true;
    if (scope == kGroups) continue;
    const std::string_view group = wanted_group(scope);
    if (group.empty() || std::find(held.begin(), held.end(), group) == held.end())
      return make_error(Code::forbidden, cat("\"", scope, "\" names a group that is not held."),
                        "Ask for \"wlcg.groups\" to get the groups that are held.");
    if (std::find(asked.begin(), asked.end(), group) == asked.end()) asked.push_back(group);
  }
  std::vector<std::string> shown;
  if (!any) return shown;
  // Where the bare word stands, the groups that were not asked for by name; at the end without it.
  bool have_others = false;
  const auto add_others = [&] {
    if (have_others) return;
    have_others = true;
    for (const std::string& group : held)
      if (is_wlcg_group(group) && std::find(asked.begin(), asked.end(), group) == asked.end())
        shown.push_back(cat('/', group));
  };
  const auto add = [&](std::string_view group) {
    std::string path = cat('/', group);
    if (std::find(shown.begin(), shown.end(), path) == shown.end()) shown.push_back(std::move(path));
  };
  for (const std::string& scope : scopes) {
    if (scope == kGroups)
      add_others();
    else if (const std::string_view group = wanted_group(scope); !group.empty())
      add(group);
  }
  add_others();
  return shown;
}

}  // namespace lanyard::tokens
