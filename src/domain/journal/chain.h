// How one entry is turned into bytes, and the bytes into the hash that the next entry carries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lanyard::journal {

// The columns of one row as they are stored. Views must outlive the call.
struct Link {
  std::int64_t seq = 0;
  std::int64_t at = 0;
  std::string_view event, actor_kind, actor_id, actor_label, subject_kind, subject_id, address, request_id,
      data, concerns;
};

// 32 zero bytes: what the first entry follows.
std::string_view first_previous_hash();

// SHA-256 over the previous hash and every field. Numbers are eight bytes, texts are preceded by their length
// in eight bytes, so no two different entries have the same encoding (attack row 158).
std::string hash_link(std::string_view previous_hash, const Link& link);

}  // namespace lanyard::journal
