#include "app/config_names.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace lanyard::app {
namespace {

// Options of other systems that have no counterpart here, because Lanyard decides the matter itself.
struct NotNeeded {
  std::string_view names, why;
};
constexpr NotNeeded kNotNeeded[] = {
    {"callback_url oauth_callback_url redirect_uri redirect_url redirect_uris callback",
     "Lanyard makes this address itself from server.public_url: remove the line."},
    {"authorize_url token_url userdata_url userinfo_url authorization_endpoint token_endpoint "
     "userinfo_endpoint "
     "jwks_uri jwks_url well_known_url",
     "Lanyard finds the endpoints in the metadata of the issuer: remove the line and write `issuer`."},
    {"tls_verify verify_ssl ssl_verify skip_verify",
     "Certificates are always checked. For an authority of your own, name its certificate in `ca_file`."},
    {"pkce use_pkce pkce_enabled code_challenge_method", "PKCE is always used: remove the line."}};

bool has(std::string_view words, std::string_view word) {
  for (const std::string_view one : split_words(words)) {
    if (one == word) return true;
  }
  return false;
}

// "clientID", "client-id" and "Client_Id" are all client_id.
std::string plain_name(std::string_view name) {
  std::string out;
  bool lower_before = false;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && lower_before) out += '_';
    out += c == '-' || c == ' ' || c == '.' ? '_' : static_cast<char>(upper ? c - 'A' + 'a' : c);
    lower_before = c >= 'a' && c <= 'z';
  }
  return out;
}

// Edits (insert, delete, change, swap of neighbours) from one name to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, row(b.size() + 1), next(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before = row;
    std::swap(row, next);
  }
  return row[b.size()];
}

std::vector<std::string> names_of(const Part& part) {
  std::vector<std::string> names;
  for (const Key& key : part.keys) {
    names.emplace_back(key.name);
    if (is_secret(part, key)) names.push_back(cat(key.name, "_file"));
  }
  for (const Child& child : part.children) names.emplace_back(child.name);
  return names;
}

bool knows(const Part& part, std::string_view name) {
  return part.find(name) != nullptr || part.find_twin(name) != nullptr || part.find_child(name) != nullptr;
}

const Key* foreign(const Part& part, std::string_view name) {
  for (const Key& key : part.keys) {
    if (has(key.also, name)) return &key;
  }
  return nullptr;
}

// Where below `part` the name stands, by our name or, with `other_words`, by that of another system:
// "gate.routes[].path".
std::string place_below(const Part& part, std::string_view name, const std::string& path, bool other_words) {
  for (const Child& child : part.children) {
    const std::string here = cat(path, child.name, child.is_list() ? "[]." : ".");
    if (knows(child.part(), name)) return cat(here, name);
    if (const Key* key = foreign(child.part(), name); key != nullptr && other_words)
      return cat(here, key->name);
    std::string deeper = place_below(child.part(), name, here, other_words);
    if (!deeper.empty()) return deeper;
  }
  return {};
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  const std::string_view bounded = name.substr(0, 100);
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(bounded, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return least <= std::max<std::size_t>(1, std::min<std::size_t>(3, bounded.size() / 3)) ? best
                                                                                         : std::string();
}

std::string remedy_for_unknown(std::string_view name, const Part& part) {
  const std::string plain = plain_name(name.substr(0, 100));
  if (plain != name && knows(part, plain)) return cat("Write `", plain, "`.");
  if (const Key* key = foreign(part, plain)) return cat("Lanyard calls it `", key->name, "`.");
  const std::string below = place_below(part, plain, "", true);
  if (!below.empty()) return cat("It belongs one level deeper: `", below, "`.");
  for (const NotNeeded& one : kNotNeeded) {
    if (has(one.names, plain)) return std::string(one.why);
  }
  const std::string near = nearest(plain, names_of(part));
  if (!near.empty()) return cat("Did you mean `", near, "`?");
  if (const std::string elsewhere = place_below(config_parts(), plain, "", false); !elsewhere.empty()) {
    return cat("It belongs elsewhere: `", elsewhere, "`.");
  }
  if (const std::string elsewhere = place_below(config_parts(), plain, "", true); !elsewhere.empty()) {
    return cat("Lanyard calls it `", elsewhere, "`.");
  }
  return cat("Remove it. Known here: ", join(names_of(part), ", "), ".");
}

std::string environment_name(std::string_view key) {
  std::string out = "LANYARD_";
  for (const char c : key) {
    if (c == '.') {
      out += "__";
    } else if (c == '-') {
      out += '_';
    } else {
      out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
  }
  return out;
}

std::string flag_name(std::string_view key) {
  std::string out(key.starts_with("server.") ? key.substr(7) : key);
  std::replace(out.begin(), out.end(), '_', '-');
  std::replace(out.begin(), out.end(), '.', '-');
  return cat("--", out);
}

}  // namespace lanyard::app
