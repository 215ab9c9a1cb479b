// What the profiles have in common, for the profiles' own files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/tokens/mint.h"
#include "domain/tokens/profiles.h"

namespace lanyard::tokens::claims {

// One profile at work: the order, and what it has written so far.
struct Draft {
  Document document;
  const Order& order;
  std::string_view issuer;
  const EntitlementNames& names;
  Time now;
  json::Object claims = {};

  const Subject& subject() const { return *order.subject; }
  bool has_scope(std::string_view name) const;
  void text(std::string name, const std::string& value);  // left out when empty
  void texts(std::string name, const std::vector<std::string>& values);
  void not_before();  // a minute ago, for verifiers whose clocks are behind
};

// Names of OpenID Connect Core section 5.1, by the scopes of section 5.4.
void add_profile(Draft& draft);
void add_email(Draft& draft);
// "groups": paths without a slash in front. Scope "groups".
void add_groups(Draft& draft);
// "attr": institution and experiment, and whether it is an administrator. Scope "attr".
void add_attributes(Draft& draft);

// AARC: by the scopes "entitlements", "eduperson_entitlement", "eduperson_assurance", "voperson_id"; scope
// "aarc" asks for all of them and for `aarc_ver`.
void add_aarc(Draft& draft);
// AARC-G069: "urn:geant:login.example.org:group:Rubin:production", with "#authority" behind it where there is
// one. `names.prefix` is not empty.
std::string entitlement(const EntitlementNames& names, std::string_view group);

Status write_oidc(Draft& draft);
Status write_wlcg(Draft& draft);
Status write_scitokens(Draft& draft);
Status write_aarc(Draft& draft);
Status write_iam(Draft& draft);
Status write_servicex(Draft& draft);

}  // namespace lanyard::tokens::claims
