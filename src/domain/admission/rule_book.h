// The rules of every source, as the configuration says them now. A reload puts a new book in place; whoever
// holds the old one finishes with it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "domain/admission/admission.h"

namespace lanyard::admission {

class RuleBook {
 public:
  explicit RuleBook(std::vector<Rules> rules);
  const Rules* find(
      std::string_view source) const;  // by provider or issuer id; nullptr: not configured (any more)
  // Rules by exact issuer, for identities whose source is not known: "" sources made beforehand.
  const Rules* find_by_issuer(std::string_view issuer) const;

 private:
  std::map<std::string, Rules, std::less<>> by_source_;
};

// Thread-safe.
class CurrentRules {
 public:
  explicit CurrentRules(std::shared_ptr<const RuleBook> book) : book_(std::move(book)) {}
  std::shared_ptr<const RuleBook> get() const;
  void set(std::shared_ptr<const RuleBook> book);  // the caller moves everybody's marks afterwards

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const RuleBook> book_;
};

}  // namespace lanyard::admission
