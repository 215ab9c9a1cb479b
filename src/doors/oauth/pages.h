// The pages of this door.
#pragma once

#include "doors/oauth/interaction.h"
#include "platform/view/page.h"

namespace lanyard::doors::oauth {

// Who asks, for what, with the values that will be given, and where it leads; "refuse" is as near as "allow".
view::Page consent_page(const Desk& desk, const Interaction& interaction, const callers::Caller& caller);

// One line a scope, with the person's own values where there are some; for the consent and the device page.
view::Html list_scopes(const std::vector<std::string>& scopes, const callers::Person& person);

}  // namespace lanyard::doors::oauth
