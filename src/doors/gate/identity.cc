#include "doors/gate/identity.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "doors/gate/gate.h"
#include "platform/crypto/jws.h"

namespace lanyard::doors::gate {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

void append_encoded(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kHex[byte >> 4]);
  out.push_back(kHex[byte & 15]);
}

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '%';
}

void append_text(std::string& out, std::string_view text, bool in_list) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool at_end = i == 0 || i + 1 == text.size();
    if (!is_plain(c) || (c == ' ' && at_end) || (c == ',' && in_list)) {
      append_encoded(out, c);
    } else {
      out.push_back(c);
    }
  }
}

void append_line(std::string& out, std::string_view name, std::string_view text) {
  out.append(name).append(": ");
  append_text(out, text, false);
  out.append("\r\n");
}

}  // namespace

std::string header_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_text(out, text, false);
  return out;
}

std::string header_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) {
    if (!out.empty()) out.push_back(',');
    append_text(out, text, true);
  }
  return out;
}

// Every line is written, also with an empty value, so that a proxy that copies them leaves nothing standing
// of what the client sent under these names (attack row 132).
std::string identity_lines(const callers::Person& person) {
  const accounts::Account& account = person.account;
  std::string lines;
  append_line(lines, "Remote-User",
              account.username && !account.username->empty() ? *account.username : account.id.str());
  append_line(lines, "Remote-Name", account.name);
  append_line(lines, "Remote-Email", account.email);
  lines.append("Remote-Groups: ").append(header_list(person.groups)).append("\r\n");
  append_line(lines, "X-Lanyard-Account", account.id.str());
  append_line(lines, "X-Lanyard-Issuer", person.issuer);
  append_line(lines, "X-Lanyard-Subject", person.subject);
  return lines;
}

std::size_t SignedIdentities::Hash::operator()(const Place& place) const noexcept {
  return std::hash<const void*>()(place.person) * 31 + std::hash<const void*>()(place.client);
}

SignedIdentities::SignedIdentities(crypto::PrivateKey key, std::string issuer, Duration life,
                                   std::size_t most)
    : key_(std::move(key)), issuer_(std::move(issuer)), life_(life), most_(most) {
  const json::Object set{{"keys", json::Array{key_.public_key().to_jwk()}}};
  key_set_ = std::make_shared<const std::string>(json::write(set));
}

std::string SignedIdentities::sign(const callers::Person& person, const clients::Client& client,
                                   Time now) const {
  json::Array groups(person.groups.begin(), person.groups.end());
  const json::Object claims{{"iss", issuer_},
                            {"aud", client.origin},
                            {"sub", person.account.id.str()},
                            {"name", person.account.name},
                            {"email", person.account.email},
                            {"groups", std::move(groups)},
                            {"iat", to_unix_seconds(now)},
                            {"exp", to_unix_seconds(now + life_)}};
  return crypto::sign_jws(key_, json::Object{{"typ", "lanyard-identity+jwt"}}, json::write(claims));
}

std::shared_ptr<const std::string> SignedIdentities::lines(
    const std::shared_ptr<const callers::Person>& person, const clients::Client& client, Time now) {
  const Place place{person.get(), &client};
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(place);
    // A clock that was set back must not keep a token for longer than it says.
    if (found != entries_.end() && now < found->second.until && found->second.until - now <= life_ / 2)
      return found->second.lines;
  }
  const std::string& plain = person->identity_lines ? *person->identity_lines : identity_lines(*person);
  Entry entry{person, nullptr, now + life_ / 2};
  entry.lines = std::make_shared<const std::string>(
      cat(plain, "X-Lanyard-Token: ", sign(*person, client, now), "\r\n"));
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= most_ && !entries_.contains(place)) {
    std::erase_if(entries_, [&](const auto& one) { return one.second.until <= now; });
    if (entries_.size() >= most_) entries_.clear();
  }
  return entries_.insert_or_assign(place, std::move(entry)).first->second.lines;
}

std::size_t SignedIdentities::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace lanyard::doors::gate
