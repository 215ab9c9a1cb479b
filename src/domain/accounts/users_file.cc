#include "domain/accounts/users_file.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "domain/accounts/names.h"

namespace lanyard::accounts {
namespace {

constexpr std::string_view kFields[] = {"email", "institution", "name", "refresh_token", "sub"};
constexpr json::Limits kLimits{.bytes = 16U << 20, .depth = 4, .members = 600'000};

// Where in the file a fault is; every message begins with it.
class Place {
 public:
  explicit Place(std::string_view file_name) : file_name_(file_name) {}
  Place entry(std::size_t number) const {
    Place place = *this;
    place.entry_ = number;
    return place;
  }
  Error fault(std::string_view field, std::string_view what) const {
    std::string message(file_name_);
    if (entry_ != 0) message.append(cat(", entry ", entry_));
    if (!field.empty()) message.append(cat(", field \"", field, "\""));
    return make_error(
        Code::invalid, cat(message, ": ", what),
        "The file holds a list of users, each with email, institution, name, refresh_token and sub.");
  }

 private:
  std::string_view file_name_;
  std::size_t entry_ = 0;
};

Result<std::string> read_text(const json::Object& object, std::string_view field, bool required,
                              const Place& place) {
  const json::Value* value = object.find(field);
  if (value == nullptr || value->is_null()) {
    if (required) return place.fault(field, "is missing.");
    return std::string();
  }
  const std::string* text = value->as_string();
  if (text == nullptr) return place.fault(field, "must be a text.");
  if (required && text->empty()) return place.fault(field, "is empty.");
  if (text->size() > 8192 || has_control(*text))
    return place.fault(field, "is too long or holds control characters.");
  return *text;
}

Result<DefaultUser> read_user(const json::Value& value, const Place& place) {
  const json::Object* object = value.as_object();
  if (object == nullptr) return place.fault("", "must be an object.");
  for (const json::Member& member : *object)
    if (std::find(std::begin(kFields), std::end(kFields), member.name) == std::end(kFields))
      return place.fault(clean_name(member.name), "is not a field of a user.");
  DefaultUser user;
  LANYARD_TRY(user.sub, read_text(*object, "sub", true, place));
  if (user.sub.size() > 1024) return place.fault("sub", "is too long.");
  LANYARD_TRY(const std::string email, read_text(*object, "email", true, place));
  auto address = canonical_address(email);
  if (!address.ok()) return place.fault("email", "is not an e-mail address.");
  user.email = std::move(address).value();
  LANYARD_TRY(user.name, read_text(*object, "name", true, place));
  LANYARD_TRY(user.institution, read_text(*object, "institution", false, place));
  LANYARD_TRY(std::string token, read_text(*object, "refresh_token", false, place));
  user.refresh_token = Secret(std::move(token));
  return user;
}

// The first user with a value that an earlier one has, found without comparing all with all.
template <class Key>
std::optional<std::pair<std::size_t, std::size_t>> find_repeated(const std::vector<DefaultUser>& users,
                                                                 Key&& key) {
  std::vector<std::pair<std::string, std::size_t>> seen;
  for (std::size_t i = 0; i < users.size(); ++i) seen.emplace_back(key(users[i]), i + 1);
  std::sort(seen.begin(), seen.end());
  for (std::size_t i = 1; i < seen.size(); ++i)
    if (seen[i].first == seen[i - 1].first) return std::pair(seen[i - 1].second, seen[i].second);
  return std::nullopt;
}

}  // namespace

Result<std::vector<DefaultUser>> parse_users_file(std::string_view file_name, std::string_view text) {
  const Place file(file_name);
  auto parsed = json::parse(text, kLimits);
  if (!parsed.ok()) return file.fault("", parsed.error().message);
  std::vector<DefaultUser> users;
  if (const json::Array* list = parsed->as_array()) {
    users.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
      LANYARD_TRY(auto user, read_user((*list)[i], file.entry(i + 1)));
      users.push_back(std::move(user));
    }
  } else if (parsed->as_object() != nullptr) {
    LANYARD_TRY(auto user, read_user(parsed.value(), file.entry(1)));
    users.push_back(std::move(user));
  } else {
    return file.fault("", "must hold a list of users, or one user.");
  }
  if (const auto twice = find_repeated(users, [](const DefaultUser& u) { return u.sub; }))
    return file.entry(twice->second).fault("sub", cat("is the same as in entry ", twice->first, "."));
  if (const auto twice = find_repeated(users, [](const DefaultUser& u) { return address_key(u.email); }))
    return file.entry(twice->second).fault("email", cat("is the same as in entry ", twice->first, "."));
  return users;
}

Result<UsersFileReport> apply_users_file(const std::vector<DefaultUser>& users, const std::string& issuer,
                                         Directory& directory, const access::Actor& actor) {
  UsersFileReport report;
  for (std::size_t i = 0; i < users.size(); ++i) {
    const DefaultUser& user = users[i];
    auto upserted = directory.create_or_update({.issuer = issuer,
                                                .subject = user.sub,
                                                .email = user.email,
                                                .name = user.name,
                                                .institution = user.institution,
                                                .source = "users file"},
                                               actor);
    if (!upserted.ok()) {
      Error error = std::move(upserted).error();
      error.message = cat("Entry ", i + 1, " of the users file: ", error.message);
      return error;
    }
    switch (upserted->change) {
      case Directory::Upserted::Change::none:
        ++report.unchanged;
        break;
      case Directory::Upserted::Change::created:
        ++report.created;
        break;
      case Directory::Upserted::Change::updated:
        ++report.updated;
        break;
    }
  }
  return report;
}

}  // namespace lanyard::accounts
