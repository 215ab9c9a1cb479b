// A chunked body: the same data however it is cut, never more bytes used than came, never more kept than
// allowed.
#include <string>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "platform/net/chunked.h"

namespace lanyard::fuzz {
namespace {

constexpr std::size_t kLimit = 512;

struct Outcome {
  std::string data;
  std::size_t used = 0;
  int status = 0;
  bool done = false;
};

// Gives the reader pieces of `piece` bytes, the first one of `first`.
Outcome read(std::string_view input, std::size_t first, std::size_t piece) {
  Outcome out;
  net::ChunkReader reader;
  for (std::size_t next = first; out.used < input.size() && !reader.done() && !reader.refusal();
       next = piece) {
    const std::string_view bytes = input.substr(out.used, next);
    const std::size_t used = reader.read(bytes, out.data, kLimit);
    HOLDS(used <= bytes.size());
    HOLDS(out.data.size() <= kLimit);
    // Nothing is left for later by a reader that wants more.
    HOLDS(used == bytes.size() || reader.done() || reader.refusal());
    out.used += used;
  }
  out.done = reader.done();
  out.status = reader.refusal().status;
  HOLDS(!(out.done && out.status != 0));
  return out;
}

bool same(const Outcome& a, const Outcome& b) {
  if (a.status != b.status || a.done != b.done) return false;
  return a.status != 0 || (a.data == b.data && a.used == b.used);
}

std::string chunk(std::string_view data) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string size;
  for (std::size_t left = data.size(); left > 0; left /= 16) size.insert(size.begin(), kDigits[left % 16]);
  return cat(size, "\r\n", data, "\r\n");
}

}  // namespace

void chunked_body(std::string_view input) {
  const Outcome whole = read(input, input.size(), input.size());
  HOLDS(whole.used <= input.size());
  HOLDS(whole.status == 0 || whole.status == 400 || whole.status == 413);
  HOLDS(same(read(input, 1, 1), whole));
  for (const std::size_t cut : cuts(input)) HOLDS(same(read(input, cut, input.size()), whole));
  if (!whole.done) return;
  HOLDS(input.substr(0, whole.used).ends_with("\r\n"));
  // What stands behind the body is the next request's.
  const std::string longer = cat(input.substr(0, whole.used), "0\r\n\r\nGET / HTTP/1.1\r\n");
  HOLDS(same(read(longer, longer.size(), longer.size()), whole));
  const std::string plain = cat(whole.data.empty() ? std::string() : chunk(whole.data), "0\r\n\r\n");
  const Outcome again = read(plain, plain.size(), plain.size());
  HOLDS(again.done && again.data == whole.data && again.used == plain.size());
}

}  // namespace lanyard::fuzz
