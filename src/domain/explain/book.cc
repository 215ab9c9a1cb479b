#include "domain/explain/book.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::explain {

namespace {
constexpr std::size_t kLongestText = 300;  // what a visitor can make us keep, for each text

void shorten(std::string& text) {
  if (text.size() > kLongestText) text = std::string(cut_utf8(text, kLongestText));
}
}  // namespace

void Book::add(Trace trace) {
  for (std::string* text : {&trace.issuer, &trace.subject, &trace.username, &trace.outcome}) shorten(*text);
  const std::lock_guard lock(mutex_);
  if (traces_.size() == most_) traces_.pop_front();
  traces_.push_back(std::move(trace));
}

std::optional<Trace> Book::find_by_request(std::string_view request_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(traces_.rbegin(), traces_.rend(),
                                  [&](const Trace& trace) { return trace.request_id == request_id; });
  if (found == traces_.rend()) return {};
  return *found;
}

std::vector<Trace> Book::find(std::string_view words, std::size_t limit) const {
  std::vector<Trace> found;
  const std::lock_guard lock(mutex_);
  for (auto trace = traces_.rbegin(); trace != traces_.rend() && found.size() < limit; ++trace) {
    if (trace->account.str() == words || trace->username == words || trace->subject == words)
      found.push_back(*trace);
  }
  return found;
}

}  // namespace lanyard::explain
