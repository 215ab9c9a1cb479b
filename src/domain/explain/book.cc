#include "domain/explain/book.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::explain {

namespace {
constexpr std::size_t kLongestText = 300;  // what a visitor can make us keep, for each text

void shorten(std::string& text) {
  if (text.size() > kLongestText) text = std::string(cut_utf8(text, kLongestText));
}

// With what the texts hold outside of themselves.
std::size_t size_of(const Trace& trace) {
  const auto text = [](const std::string& held) {
    return held.capacity() == std::string().capacity() ? 0 : held.capacity();
  };
  std::size_t bytes = sizeof(trace) + trace.steps.capacity() * sizeof(admission::Step);
  for (const std::string* held : {&trace.request_id, &trace.door, &trace.source, &trace.issuer,
                                  &trace.subject, &trace.username, &trace.account.str(), &trace.outcome})
    bytes += text(*held);
  for (const admission::Step& step : trace.steps)
    bytes += text(step.rule) + text(step.setting) + text(step.outcome);
  return bytes;
}
}  // namespace

void Book::add(Trace trace) {
  for (std::string* text : {&trace.issuer, &trace.subject, &trace.username, &trace.outcome}) shorten(*text);
  const std::size_t bytes = size_of(trace);
  const std::lock_guard lock(mutex_);
  kept_.push_back({std::move(trace), bytes});
  for (bytes_ += bytes; bytes_ > most_bytes_ && kept_.size() > 1; kept_.pop_front())
    bytes_ -= kept_.front().bytes;
}

std::optional<Trace> Book::find_by_request(std::string_view request_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(kept_.rbegin(), kept_.rend(),
                                  [&](const Kept& kept) { return kept.trace.request_id == request_id; });
  if (found == kept_.rend()) return {};
  return found->trace;
}

std::vector<Trace> Book::find(std::string_view words, std::size_t limit) const {
  std::vector<Trace> found;
  const std::lock_guard lock(mutex_);
  for (auto kept = kept_.rbegin(); kept != kept_.rend() && found.size() < limit; ++kept) {
    const Trace& trace = kept->trace;
    if (trace.account.str() == words || trace.username == words || trace.subject == words)
      found.push_back(trace);
  }
  return found;
}

}  // namespace lanyard::explain
