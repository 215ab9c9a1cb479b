// What this room writes into the journal. `account` in a note is filled where cached verdicts must fall.
#pragma once

#include <string_view>

namespace lanyard::accounts::events {

inline constexpr std::string_view kRequested = "account.requested";  // somebody unknown asks to be let in
inline constexpr std::string_view kCreated = "account.created";      // known beforehand, or let in by policy
inline constexpr std::string_view kPrepared = "account.prepared";    // an administrator's entry changed it
inline constexpr std::string_view kApproved = "account.approved";
inline constexpr std::string_view kRejected = "account.rejected";
inline constexpr std::string_view kActivated = "account.activated";
inline constexpr std::string_view kSuspended = "account.suspended";
inline constexpr std::string_view kRestored = "account.restored";
inline constexpr std::string_view kReset = "account.reset";
inline constexpr std::string_view kClosed = "account.closed";
inline constexpr std::string_view kSignedIn =
    "account.signed_in";  // each login at a browser; no verdict falls
inline constexpr std::string_view kProfileChanged = "account.profile_changed";
inline constexpr std::string_view kAdminGranted = "account.admin_granted";
inline constexpr std::string_view kAdminRevoked = "account.admin_revoked";
inline constexpr std::string_view kIdentityLinked =
    "identity.linked";  // a new login leads to an existing account
inline constexpr std::string_view kIdentityRefreshed =
    "identity.refreshed";  // its source names or groups it otherwise now
inline constexpr std::string_view kIdentityUnlinked = "identity.unlinked";
inline constexpr std::string_view kBootstrapCompleted =
    "bootstrap.completed";  // the first administrator; at most once, ever
inline constexpr std::string_view kIdentityAnomaly =
    "identity.anomaly";  // name and address changed at once: reassigned?

}  // namespace lanyard::accounts::events
