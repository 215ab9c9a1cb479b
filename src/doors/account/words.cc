#include "doors/account/words.h"

#include <array>

#include "base/text.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// In this order: many browsers name those that they descend from as well.
constexpr auto kBrowsers = std::to_array<Pair>({{"Edg", "Edge"},
                                                {"OPR/", "Opera"},
                                                {"SamsungBrowser/", "Samsung Internet"},
                                                {"Firefox/", "Firefox"},
                                                {"FxiOS/", "Firefox"},
                                                {"CriOS/", "Chrome"},
                                                {"Chromium/", "Chromium"},
                                                {"Chrome/", "Chrome"},
                                                {"Safari/", "Safari"},
                                                {"curl/", "curl"},
                                                {"Wget/", "wget"},
                                                {"python", "A Python program"},
                                                {"Mozilla/", "Another browser"}});
constexpr auto kSystems = std::to_array<Pair>({{"Android", "Android"},
                                               {"iPhone", "iPhone"},
                                               {"iPad", "iPad"},
                                               {"Windows", "Windows"},
                                               {"CrOS", "ChromeOS"},
                                               {"Mac OS X", "macOS"},
                                               {"Macintosh", "macOS"},
                                               {"Linux", "Linux"}});

constexpr auto kEvents = std::to_array<Pair>({{"account.requested", "asked for access"},
                                              {"account.created", "account made"},
                                              {"account.prepared", "prepared by an administrator"},
                                              {"account.approved", "approved"},
                                              {"account.rejected", "rejected"},
                                              {"account.activated", "became active"},
                                              {"account.suspended", "suspended"},
                                              {"account.restored", "restored"},
                                              {"account.reset", "sent back to the start"},
                                              {"account.closed", "closed"},
                                              {"account.signed_in", "signed in"},
                                              {"account.profile_changed", "profile changed"},
                                              {"account.admin_granted", "became an administrator"},
                                              {"account.admin_revoked", "is no administrator any more"},
                                              {"session.all_ended", "sessions ended"},
                                              {"credential.all_revoked", "all tokens revoked"},
                                              {"identity.linked", "a login was linked"},
                                              {"identity.unlinked", "a login was unlinked"},
                                              {"identity.anomaly", "name and address changed at once"}});

template <std::size_t N>
std::string_view first_in(const std::array<Pair, N>& table, std::string_view text,
                          std::string_view otherwise) {
  for (const auto& [sign, word] : table) {
    if (text.find(sign) != std::string_view::npos) return word;
  }
  return otherwise;
}

std::string value_words(const json::Value& value) {
  if (value.is_null()) return "";
  if (const std::string* text = value.as_string()) return *text;
  const json::Array* items = value.as_array();
  if (items == nullptr) return json::write(value);
  std::string out;
  for (const json::Value& item : *items) out += cat(out.empty() ? "" : ", ", value_words(item));
  return out;
}

}  // namespace

std::string device_words(std::string_view user_agent) {
  if (user_agent.empty()) return "Not known";
  const std::string_view browser = first_in(kBrowsers, user_agent, "Another program");
  const std::string_view system = first_in(kSystems, user_agent, "");
  return system.empty() ? std::string(browser) : cat(browser, " on ", system);
}

view::Html state_badge(accounts::State state) {
  using accounts::State;
  switch (state) {
    case State::active:
    case State::approved:
      return view::badge(view::Tone::good, to_string(state));
    case State::pending:
      return view::badge(view::Tone::waiting, to_string(state));
    case State::suspended:
    case State::rejected:
      return view::badge(view::Tone::bad, to_string(state));
    case State::closed:
      break;
  }
  return view::badge(view::Tone::neutral, to_string(state));
}

view::Html email_words(const accounts::Account& account) {
  if (account.email.empty()) return "none";
  return view::group(account.email, " ",
                     account.email_verified ? view::badge(view::Tone::good, "verified")
                                            : view::badge(view::Tone::waiting, "not verified"));
}

std::string display_name(const accounts::Account& account) {
  if (!account.name.empty()) return account.name;
  if (account.username && !account.username->empty()) return *account.username;
  if (!account.email.empty()) return account.email;
  return cat("account ", account.number);
}

std::string login_words(const Providers& providers, std::string_view source, std::string_view issuer) {
  for (const auto& [id, label] : providers) {
    if (source == cat("providers[", id, "]")) return label;
  }
  return std::string(issuer);
}

std::string event_words(std::string_view event) {
  for (const auto& [name, words] : kEvents) {
    if (name == event) return std::string(words);
  }
  return std::string(event);
}

std::string data_words(const json::Object& data) {
  std::string out;
  for (const json::Member& member : data) {
    const std::string words = value_words(member.value);
    if (!words.empty()) out += cat(out.empty() ? "" : "; ", member.name, ": ", words);
  }
  return out;
}

std::string or_dash(std::string_view text) {
  return std::string(text.empty() ? "–" : text);
}

std::string count_words(std::size_t count, std::string_view one, std::string_view many) {
  if (count == 0) return cat("no ", many);
  return count == 1 ? cat("1 ", one) : cat(count, " ", many);
}

}  // namespace lanyard::doors::account
