// The handlers of this door, one function a route; oauth.cc lists which address leads to which. Those whose
// names end with `now` answer from memory, on the event loop; an empty optional: ask the one without it.
#pragma once

#include "doors/oauth/code.h"
#include "doors/oauth/desk.h"

namespace lanyard::doors::oauth {

// authorize.cc
net::Response authorize(const Desk& desk, const net::Request& request);
net::Response authorize_by_form(const Desk& desk, const net::Request& request);
net::Response continue_request(const Desk& desk, const net::Request& request);
// consent.cc
net::Response decide_consent(const Desk& desk, const net::Request& request);
// par.cc
net::Response push_request(const Desk& desk, const net::Request& request);
// end_session.cc
net::Response ask_end_session(const Desk& desk, const net::Request& request);
net::Response end_session(const Desk& desk, const net::Request& request);
// token.cc
net::Response give_token(const Desk& desk, const net::Request& request);
// device.cc
net::Response begin_device(const Desk& desk, const net::Request& request);
net::Response show_device(const Desk& desk, const net::Request& request);
net::Response enter_device_code(const Desk& desk, const net::Request& request);
net::Response decide_device(const Desk& desk, const net::Request& request);
// userinfo.cc, introspect.cc, revoke.cc
std::optional<net::Response> give_userinfo_now(const Desk& desk, const net::Request& request);
net::Response give_userinfo(const Desk& desk, const net::Request& request);
std::optional<net::Response> introspect_now(const Desk& desk, const net::Request& request);
net::Response introspect(const Desk& desk, const net::Request& request);
net::Response revoke(const Desk& desk, const net::Request& request);
// register.cc
net::Response register_client(const Desk& desk, const net::Request& request);
net::Response show_registration(const Desk& desk, const net::Request& request);
net::Response replace_registration(const Desk& desk, const net::Request& request);
net::Response remove_registration(const Desk& desk, const net::Request& request);
// metadata.cc
net::Response give_metadata(const Desk& desk, const net::Request& request);
std::shared_ptr<const std::string> write_metadata(const Settings& settings);
// RFC 9728: about the userinfo endpoint as a resource.
net::Response give_userinfo_metadata(const Desk& desk, const net::Request& request);
std::shared_ptr<const std::string> write_userinfo_metadata(const Settings& settings);
std::optional<net::Response> give_keys_now(const Desk& desk, const net::Request& request);
net::Response give_keys(const Desk& desk, const net::Request& request);

}  // namespace lanyard::doors::oauth
