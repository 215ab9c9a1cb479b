#include "domain/journal/marks.h"

namespace lanyard::journal {

std::uint32_t Marks::slot(const AccountId& account) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a: ids are random already, they only need folding
  for (const char c : account.str()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return static_cast<std::uint32_t>((hash ^ (hash >> 16) ^ (hash >> 32) ^ (hash >> 48)) % kSlots);
}

Marks::Mark Marks::of(const AccountId& account) const {
  return at(slot(account));
}

Marks::Mark Marks::at(std::uint32_t slot) const {
  return {.account = accounts_[slot % kSlots].load(), .everybody = everybody_.load()};
}

void Marks::move(const AccountId& account) {
  accounts_[slot(account)].fetch_add(1);
}

void Marks::move_everybody() {
  everybody_.fetch_add(1);
}

}  // namespace lanyard::journal
