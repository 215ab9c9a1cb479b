// The one-time link for the first administrator (attack row 116): made on the command line, used once at a
// login, closed for ever after that, and recorded.
#pragma once

#include "app/house.h"
#include "base/result.h"
#include "base/secret.h"

namespace lanyard::app {

// Code::conflict when a bootstrap was completed already, whatever became of that account.
Result<Secret> make_bootstrap_link(Floors& floors, const access::Actor& actor);

}  // namespace lanyard::app
