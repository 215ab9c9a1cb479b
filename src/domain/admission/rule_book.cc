#include "domain/admission/rule_book.h"

namespace lanyard::admission {

RuleBook::RuleBook(std::vector<Rules> rules) {
  for (Rules& one : rules) {
    std::string source = one.source;
    by_source_.emplace(std::move(source), std::move(one));
  }
}

const Rules* RuleBook::find(std::string_view source) const {
  const auto found = by_source_.find(source);
  return found == by_source_.end() ? nullptr : &found->second;
}

std::shared_ptr<const RuleBook> CurrentRules::get() const {
  const std::lock_guard lock(mutex_);
  return book_;
}

void CurrentRules::set(std::shared_ptr<const RuleBook> book) {
  const std::lock_guard lock(mutex_);
  book_ = std::move(book);
}

}  // namespace lanyard::admission
