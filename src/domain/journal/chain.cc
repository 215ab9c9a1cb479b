#include "domain/journal/chain.h"

#include "platform/crypto/digest.h"

namespace lanyard::journal {
namespace {

constexpr char kZeros[32] = {};

void append_number(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>((value >> shift) & 0xFFU));
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out.append(text);
}

}  // namespace

std::string_view first_previous_hash() {
  return {kZeros, sizeof kZeros};
}

std::string hash_link(std::string_view previous_hash, const Link& link) {
  std::string bytes;
  bytes.reserve(256 + link.data.size());
  append_text(bytes, "lanyard journal 1");
  append_text(bytes, previous_hash);
  append_number(bytes, static_cast<std::uint64_t>(link.seq));
  append_number(bytes, static_cast<std::uint64_t>(link.at));
  for (const std::string_view field :
       {link.event, link.actor_kind, link.actor_id, link.actor_label, link.subject_kind, link.subject_id,
        link.address, link.request_id, link.data, link.concerns})
    append_text(bytes, field);
  return crypto::sha256_bytes(bytes);
}

}  // namespace lanyard::journal
