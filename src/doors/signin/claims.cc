#include "doors/signin/claims.h"

#include "base/text.h"
#include "doors/signin/id_token.h"

namespace lanyard::doors::signin {
namespace {

constexpr std::size_t kMostGroups = 1'000;
constexpr std::size_t kLongestText = 255;

const std::string* text_in(const json::Object& document, std::string_view name) {
  const json::Value* value = document.find(name);
  return value == nullptr ? nullptr : value->as_string();
}

class Documents {
 public:
  Documents(const json::Object& id_token, const json::Object* userinfo)
      : id_token_(id_token), userinfo_(userinfo) {}

  // As it was sent; admission judges it.
  std::string exact(const std::string& name) const {
    const json::Value* value = find(name);
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : std::string();
  }
  // For people to read; nothing depends on it.
  std::string readable(const std::string& name) const {
    const std::string text = exact(name);
    if (has_control(text) || !is_utf8(text)) return "";
    return std::string(cut_utf8(trim(text), kLongestText));
  }
  const json::Value* find(const std::string& name) const {
    if (name.empty()) return nullptr;
    const json::Value* value = id_token_.find(name);
    return value == nullptr && userinfo_ != nullptr ? userinfo_->find(name) : value;
  }
  // The document that speaks of the address: one that also says whether it is verified, if there is one.
  const json::Object* of_address() const {
    const json::Object* found = nullptr;
    for (const json::Object* one : {&id_token_, userinfo_}) {
      if (one == nullptr || text_in(*one, "email") == nullptr) continue;
      if (one->find("email_verified") != nullptr) return one;
      if (found == nullptr) found = one;
    }
    return found;
  }

 private:
  const json::Object& id_token_;
  const json::Object* userinfo_;
};

std::vector<std::string> texts_of(const json::Value* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (const std::string* one = value->as_string()) return {*one};
  const json::Array* many = value->as_array();
  if (many == nullptr) return texts;
  for (const json::Value& each : *many) {
    const std::string* text = each.as_string();
    if (text == nullptr || text->empty() || text->size() > kLongestText) continue;
    if (texts.size() == kMostGroups) break;
    texts.push_back(*text);
  }
  return texts;
}

}  // namespace

bool wants_userinfo(const Provider& provider, const json::Object& id_token) {
  for (const std::string& name : {provider.username_claim, provider.institution_claim, provider.groups_claim,
                                  provider.identity_provider_claim, std::string("email"),
                                  std::string("email_verified"), std::string("name")}) {
    if (!name.empty() && id_token.find(name) == nullptr) return true;
  }
  return false;
}

Checked read_claims(const Provider& provider, const json::Object& id_token, const json::Object* userinfo,
                    Claims& claims) {
  const Documents documents(id_token, userinfo);
  claims.subject = *text_in(id_token, "sub");
  const std::string* sid = text_in(id_token, "sid");
  if (sid != nullptr && is_subject(*sid)) claims.upstream_sid = *sid;
  claims.name = documents.readable("name");
  claims.given_name = documents.readable("given_name");
  claims.family_name = documents.readable("family_name");
  claims.institution = documents.readable(provider.institution_claim);
  claims.identity_provider = documents.exact(provider.identity_provider_claim);
  claims.groups = texts_of(documents.find(provider.groups_claim));
  if (const json::Object* document = documents.of_address()) {
    claims.email = *text_in(*document, "email");
    const json::Value* verified = document->find("email_verified");
    claims.email_verified = verified != nullptr && verified->as_bool() != nullptr && *verified->as_bool();
  }
  if (provider.username_claim == "sub") {
    claims.username = claims.subject;
  } else if (provider.username_claim != "email") {
    claims.username = documents.exact(provider.username_claim);
  } else if (claims.email_verified) {
    claims.username = claims.email;
  } else {
    return Fault{Problem::not_verified, "email: the user name is an address that is not verified"};
  }
  return {};
}

}  // namespace lanyard::doors::signin
