// What must hold for any bytes: the reading does not depend on the pieces in which they arrive, and what is
// accepted keeps the promises that handlers rely on.
#include "platform/net/request_head.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"
#include "platform/net/chunked.h"
#include "platform/net/request_data.h"

namespace lanyard::net {
namespace {

using Dice = std::mt19937;

std::string mutate(std::string bytes, Dice& dice) {
  static constexpr std::string_view kSpice[] = {"\r\n",
                                                "\n",
                                                "\r",
                                                " ",
                                                "\t",
                                                ":",
                                                "%",
                                                "%2f",
                                                "..",
                                                "/",
                                                "//",
                                                "\\",
                                                "?",
                                                "#",
                                                ";",
                                                "@",
                                                "0",
                                                "5",
                                                ",",
                                                "chunked",
                                                "Content-Length: 1\r\n",
                                                "Transfer-Encoding: chunked\r\n",
                                                "Host: i\r\n",
                                                "\xFF",
                                                "\x01"};
  for (unsigned i = 1 + dice() % 4; i > 0; --i) {
    const std::size_t at = dice() % (bytes.size() + 1);
    if (dice() % 3 == 0 && at < bytes.size()) bytes.erase(at, 1 + dice() % 3);
    if (dice() % 3 != 0) bytes.insert(std::min(at, bytes.size()), kSpice[dice() % std::size(kSpice)]);
  }
  return bytes;
}

TEST(RequestHead, any_bytes_are_read_the_same_in_any_pieces) {
  Dice dice(7);
  const std::string sample =
      "POST /a/b%20c/d?x=1 HTTP/1.1\r\nHost: h.example:80\r\nContent-Length: 5\r\nCookie: a=b\r\nX: "
      "y\r\n\r\nhello";
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string bytes = mutate(sample, dice);
    HeadScan whole;
    const std::size_t end = whole.find_end(bytes);
    HeadScan pieces;
    std::size_t found = 0;
    for (std::size_t size = 1; size <= bytes.size() && found == 0 && !pieces.refusal();
         size += 1 + dice() % 9)
      found = pieces.find_end(std::string_view(bytes).substr(0, size));
    if (found == 0 && !pieces.refusal()) found = pieces.find_end(bytes);
    ASSERT_EQ(found, end) << bytes;
    ASSERT_EQ(pieces.refusal().status, whole.refusal().status) << bytes;
    if (end == 0) continue;
    Request request;
    Framing framing;
    const std::string head = bytes.substr(0, end);
    if (parse_head(head, 100, request.data(), framing)) continue;
    ++accepted;
    const std::string_view path = request.path();
    ASSERT_TRUE(path == "*" || path.starts_with('/')) << bytes;
    ASSERT_TRUE(is_utf8(path) && !has_control(path)) << bytes;
    ASSERT_EQ(cat(path, "/").find("/../"), std::string::npos) << bytes;
    ASSERT_EQ(path.find_first_of("\\"), std::string::npos) << bytes;
    ASSERT_EQ(path.find("//"), std::string::npos) << bytes;
    ASSERT_FALSE(framing.chunked && framing.length > 0) << bytes;
    for (const HeaderField& field : request.headers())
      ASSERT_EQ(field.value.find_first_of("\r\n"), std::string_view::npos) << bytes;
  }
  EXPECT_GT(accepted, 500);
}

TEST(ChunkReader, any_bytes_are_read_the_same_in_any_pieces) {
  Dice dice(11);
  const std::string sample = "5\r\nhello\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nDigest: z\r\n\r\n";
  int finished = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string bytes = mutate(sample, dice);
    std::string whole_out;
    ChunkReader whole;
    const std::size_t used = whole.read(bytes, whole_out, 100);
    std::string out;
    ChunkReader pieces;
    std::size_t at = 0;
    while (at < bytes.size() && !pieces.done() && !pieces.refusal())
      at += pieces.read(std::string_view(bytes).substr(at, 1 + dice() % 4), out, 100);
    ASSERT_EQ(pieces.done(), whole.done()) << bytes;
    ASSERT_EQ(pieces.refusal().status, whole.refusal().status) << bytes;
    if (!whole.done()) continue;
    ++finished;
    ASSERT_EQ(at, used) << bytes;
    ASSERT_EQ(out, whole_out) << bytes;
  }
  EXPECT_GT(finished, 500);
}

}  // namespace
}  // namespace lanyard::net
