// The key that signs the gate's identity tokens: made once, sealed in the database, shared by all replicas.
#pragma once

#include "base/result.h"
#include "platform/crypto/keys.h"

namespace lanyard::app {

struct Floors;
Result<crypto::PrivateKey> gate_key(Floors& floors);

}  // namespace lanyard::app
