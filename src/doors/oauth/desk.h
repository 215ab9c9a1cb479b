// What the handlers of this door share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/tokens/dpop.h"
#include "doors/oauth/client_auth.h"
#include "doors/oauth/errors.h"
#include "doors/oauth/oauth.h"
#include "platform/net/place_limit.h"

namespace lanyard::doors::oauth {

// The counter of one issuer.
struct Desk {
  Desk(Parts p, Settings s);
  Desk(const Desk&) = delete;  // its parts know where it is
  Desk& operator=(const Desk&) = delete;

  // Code::not_found: unknown, or of another issuer, which is the same.
  Result<clients::ClientPtr> find_client(std::string_view id) const;
  // Registry::find_proved_now, for clients of this issuer.
  clients::ClientPtr find_proved_now(std::string_view id, const Secret& secret) const;
  // The counter of that issuer, to which what was kept belongs; nullptr when there is none any more.
  const Desk* find(std::string_view issuer_path) const;
  // An address of this issuer.
  std::string at(std::string_view path) const { return issuer + std::string(path); }

  Parts parts;
  Settings settings;
  std::string issuer;                // public_url and issuer_path
  std::vector<std::string> issuers;  // that one alone, as tokens are read
  const std::vector<std::unique_ptr<Desk>>* all = nullptr;
  std::unique_ptr<ClientAuth> auth;
  std::unique_ptr<tokens::DpopNonces> nonces;
  std::shared_ptr<const std::string> metadata, userinfo_metadata;  // written once
  std::unique_ptr<Backoff> guesses;  // wrong codes of the device grant, by account and address
  std::unique_ptr<net::PlaceLimit> registrations;
};

// What comes out of a rule: a value, or the error in OAuth's words.
template <class T>
class Outcome {
 public:
  Outcome(T value) : value_(std::move(value)) {}
  Outcome(OauthError error) : error_(std::move(error)) {}
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const OauthError& error() const { return error_; }

 private:
  std::optional<T> value_;
  OauthError error_;
};

// Answers an endpoint for programs with the error, and leaves a line in the log.
net::Response refuse(const Desk& desk, const net::Request& request, const OauthError& error,
                     std::string_view client = {});

net::Response show(const Desk& desk, const net::Request& request, view::Page page, int status = 200);
// A page for an error that may not be sent to the client: nobody knows whether it is one.
net::Response show_fault(const Desk& desk, const net::Request& request, const OauthError& error);
net::Response show_error(const Desk& desk, const net::Request& request, const Error& error);

// Leads the browser to a client after a form was sent.
net::Response lead_back(const Desk& desk, const net::Request& request, const std::string& client_name,
                        const std::string& url);

// Who is signed in in this browser; nullptr when nobody is.
callers::CallerPtr find_person(const Desk& desk, const net::Request& request);
// Whose page it is, with a button to sign out that works.
view::SignedIn signed_in(const Desk& desk, const callers::Caller& caller);

// What a token may say about a person, as they stand now.
tokens::Subject subject_of(const callers::Person& person);
// The same for a token of this client: PanDA knows people by the name that was given to it first.
Result<tokens::Subject> subject_for(const Desk& desk, const clients::Client& client,
                                    const std::vector<std::string>& scopes, const callers::Person& person);

}  // namespace lanyard::doors::oauth
