// What the server makes of requests that are wrong, odd or hostile: one table, sent byte for byte over a real
// socket.
#include <gtest/gtest.h>

#include "platform/net/raw_client.h"

namespace lanyard::net {
namespace {

using test::Answer;
using test::RawClient;
using test::Running;

std::shared_ptr<const Router> echo_router() {
  auto router = std::make_shared<Router>();
  const auto echo = [](const Request& r) {
    return Response::text(200, cat(r.method_text(), " ", r.path(), " ", r.body()));
  };
  for (const Method method : {Method::get, Method::post, Method::put, Method::del}) {
    Endpoint endpoint = test::on_loop(method, "/e", echo);
    endpoint.body_limit = 1000;
    router->add(std::move(endpoint));
  }
  router->add(test::on_loop(Method::get, "/p/{rest...}", echo));
  return router;
}

struct Row {
  const char* bytes;
  int status;
  bool closes;
};

constexpr char kNext[] = "GET /e HTTP/1.1\r\nHost: h\r\n\r\n";

// Sends each row on a connection of its own. A connection that stays open must answer the next request as if
// nothing had happened before; otherwise the two sides disagree where a request ends.
void check(std::initializer_list<Row> rows) {
  Running running(echo_router());
  int number = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(cat("row ", ++number, ": ", row.bytes));
    RawClient client(running.port());
    client.send(row.bytes);
    const Answer answer = client.read(std::string_view(row.bytes).starts_with("HEAD "));
    EXPECT_EQ(answer.status, row.status) << answer.head << answer.body;
    if (row.closes) {
      EXPECT_TRUE(answer.has("Connection: close\r\n"));
      EXPECT_TRUE(client.closes());
    } else {
      EXPECT_TRUE(answer.has("Connection: keep-alive\r\n"));
      EXPECT_EQ(client.send(kNext).read().body, "GET /e ");
    }
  }
}

#define H "Host: h\r\n"
#define GET(rest) "GET /e HTTP/1.1\r\n" H rest "\r\n"
#define POST(rest, body) "POST /e HTTP/1.1\r\n" H rest "\r\n" body

TEST(ServerCorpus, good_requests) {
  check({{GET(""), 200, false},
         {"\r\n" GET(""), 200, false},
         {GET("Connection: close\r\n"), 200, true},
         {GET("Connection: Keep-Alive\r\n"), 200, false},
         {GET("Connection: te, Close\r\n"), 200, true},
         {GET("Connection: close, keep-alive\r\n"), 200, true},
         {"GET /e HTTP/1.0\r\n\r\n", 200, true},
         {"GET /e HTTP/1.0\r\nHost: h\r\n\r\n", 200, true},
         {"GET /e HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, false},
         {"GET /e?a=b&c=/../%2f HTTP/1.1\r\n" H "\r\n", 200, false},
         {"GET /e? HTTP/1.1\r\n" H "\r\n", 200, false},
         {"GET http://h/e HTTP/1.1\r\n" H "\r\n", 200, false},
         {"GET HTTP://H/e?x HTTP/1.1\r\n" H "\r\n", 200, false},
         {"GET /%65 HTTP/1.1\r\n" H "\r\n", 200, false},
         {GET("X:\r\n"), 200, false},
         {GET("X: \t a \t \r\n"), 200, false},
         {GET("X: caf\xC3\xA9 \xFF\r\n"), 200, false},
         {GET("!#$%&'*+-.^_`|~9a: token characters\r\n"), 200, false},
         {GET("Content-Length: 0\r\n"), 200, false},
         {"GET /e HTTP/1.1\r\nhOsT:h\r\n\r\n", 200, false},
         {"GET /e HTTP/1.1\r\nHost: example.org:8443\r\n\r\n", 200, false},
         {"GET /e HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200, false},
         {"GET /e HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200, false},
         {POST("Content-Length: 3\r\n", "abc"), 200, false},
         {POST("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"), 200, false},
         {POST("Transfer-Encoding: Chunked\r\n", "03;a=b;c=\"d\"\r\nabc\r\n0\r\nX: y\r\n\r\n"), 200, false}});
}

TEST(ServerCorpus, attack_123_lengths_that_two_programs_read_differently) {
  check({{POST("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400, true},
         {POST("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400, true},
         {POST("Content-Length: 3\r\ncontent-length: 4\r\n", "abc"), 400, true},
         {POST("Content-Length: +3\r\n", "abc"), 400, true},
         {POST("Content-Length: -3\r\n", "abc"), 400, true},
         {POST("Content-Length: 3 3\r\n", "abc"), 400, true},
         {POST("Content-Length: 3,3\r\n", "abc"), 400, true},
         {POST("Content-Length: 3, 3\r\n", "abc"), 400, true},
         {POST("Content-Length: 0x3\r\n", "abc"), 400, true},
         {POST("Content-Length: 3.0\r\n", "abc"), 400, true},
         {POST("Content-Length: 3e0\r\n", "abc"), 400, true},
         {POST("Content-Length: 03\r\n", "abc"), 400, true},
         {POST("Content-Length: 00\r\n", ""), 400, true},
         {POST("Content-Length:\r\n", "abc"), 400, true},
         {POST("Content-Length: abc\r\n", "abc"), 400, true},
         {POST("Content-Length: \"3\"\r\n", "abc"), 400, true},
         {POST("Content-Length: 18446744073709551619\r\n", "abc"), 400, true},
         {POST("Content-Length: 99999999999999999999999999\r\n", "abc"), 400, true},
         {POST("Content-Length: 999999999999999999\r\n", "abc"), 413, true},
         {POST("Content_Length: 3\r\n", ""), 200, false},
         {GET("Content-Length: 3\r\nContent-Length: 3\r\n") "abc", 400, true},
         {POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding: identity\r\n", ""), 400, true},
         {POST("Transfer-Encoding: gzip\r\n", ""), 400, true},
         {POST("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding:\x0b"
               "chunked\r\n",
               "0\r\n\r\n"),
          400, true},
         {POST("Transfer-Encoding:\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400, true},
         {POST("Transfer-Encoding: chunked\r\n Content-Length: 3\r\n", "0\r\n\r\n"), 400, true},
         {"POST /e HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, true}});
}

TEST(ServerCorpus, attack_124_chunks_and_lines_that_are_not_what_they_say) {
#define CHUNKED(body) POST("Transfer-Encoding: chunked\r\n", body)
  check({{CHUNKED("3\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\n0\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\n\n"), 400, true},
         {CHUNKED("3\r\nabcd\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc0\r\n\r\n"), 400, true},
         {CHUNKED("+3\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("-3\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("0x3\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED(" 3\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("3 \r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("3 ;a\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("g\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED(";a=b\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("3\rabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("3;a=\x01\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("3;a=b\rc\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("000000003\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("10000000000000003\r\nabc\r\n0\r\n\r\n"), 400, true},
         {CHUNKED("FFFFFFFF\r\nabc\r\n0\r\n\r\n"), 413, true},
         {CHUNKED("3e9\r\nabc"), 413, true},
         {CHUNKED("3\r\nabc\r\n0\r\nContent-Length: 3\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\ntransfer-encoding: chunked\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\nHost: evil\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\nAuthorization: Bearer x\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\nCookie: a=b\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\nbad trailer: x\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\nno colon\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\n folded: x\r\n\r\n"), 400, true},
         {CHUNKED("3\r\nabc\r\n0\r\nDigest: x\r\n\r\n"), 200, false},
         {CHUNKED("3;a=b;c=\"d\"\r\nabc\r\n00\r\n\r\n"), 200, false},
         {CHUNKED("1\r\na\r\n1\r\nb\r\n0\r\n\r\n"), 200, false},
         {CHUNKED("A\r\n0123456789\r\n0\r\n\r\n"), 200, false},
         {"GET /e HTTP/1.1\nHost: h\n\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h\r\nX: a\nY: b\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h\r\nX: a\rY: b\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h\r\n\n", 400, true},
         {"\n" GET(""), 400, true},
         {"\r\n\r\n" GET(""), 400, true},
         {GET("X: a\r\n b\r\n"), 400, true},
         {GET("X: a\r\n\tb\r\n"), 400, true},
         {"GET /e HTTP/1.1\r\n Host: h\r\n\r\n", 400, true},
         {GET("X : a\r\n"), 400, true},
         {GET("X\t: a\r\n"), 400, true},
         {GET(": a\r\n"), 400, true},
         {GET("no colon\r\n"), 400, true},
         {GET("X Y: a\r\n"), 400, true},
         {GET("X(: a\r\n"), 400, true},
         {GET("X\xC3\xA9: a\r\n"), 400, true},
         {GET("X: a\x01\r\n"), 400, true},
         {GET("X: a\x7f\r\n"), 400, true},
         {GET("X: \x1b[31m\r\n"), 400, true}});
}

TEST(ServerCorpus, attack_125_hosts_and_targets_that_disagree) {
  check({{"GET /e HTTP/1.1\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h\r\nhost: i\r\n\r\n", 400, true},
         {"GET /e HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost:\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: a@h\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: a:b@h\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h, i\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h i\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h/e\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h?e\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h#e\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h%41\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h:\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h:x\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h:65536\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h:80:80\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: [h]\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: http://h\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1\r\nHost: h\xC3\xA9\r\n\r\n", 400, true},
         {"GET http://i/e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET http://h:81/e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET http://a@h/e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET http://h/e HTTP/1.1\r\n\r\n", 400, true},
         {"GET http:///e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET http://h?e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET ftp://h/e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET  /e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e  HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {" GET /e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1 \r\nHost: h\r\n\r\n", 400, true},
         {"GET\t/e\tHTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e#x HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e?a b HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET /\xC3\xA9 HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e http/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e HTTP/1.1x\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e HTTP/11\r\nHost: h\r\n\r\n", 400, true},
         {"GET /e HTTP/1.2\r\nHost: h\r\n\r\n", 505, true},
         {"GET /e HTTP/0.9\r\nHost: h\r\n\r\n", 505, true},
         {"GET /e HTTP/2.0\r\nHost: h\r\n\r\n", 505, true},
         {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, true},
         {"G@T /e HTTP/1.1\r\nHost: h\r\n\r\n", 400, true},
         {"\x16\x03\x01\x02\r\n\r\n", 400, true}});
}

TEST(ServerCorpus, attack_128_no_other_protocol_begins_here) {
  check(
      {{"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\nGET /e HTTP/1.1\r\nHost: h\r\n\r\n", 405, true},
       {"CONNECT /e HTTP/1.1\r\nHost: h\r\n\r\n", 405, true},
       {GET("Connection: Upgrade\r\nUpgrade: websocket\r\n") "GET /e HTTP/1.1\r\nHost: h\r\n\r\n", 200, true},
       {GET("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n") "PRI * "
                                                                                                   "HTTP/"
                                                                                                   "2."
                                                                                                   "0\r\n\r\n"
                                                                                                   "SM\r\n\r"
                                                                                                   "\n",
        200, true},
       {POST("Upgrade: h2c\r\nContent-Length: 1\r\n", "a"), 200, true},
       {POST("Expect: 200-ok\r\nContent-Length: 1\r\n", "a"), 417, true},
       {POST("Expect: 100-continue\r\nContent-Length: 1\r\n", "a"), 200, false}});
}

TEST(ServerCorpus, attack_130_paths_are_read_in_one_way) {
#define PATH(path) "GET " path " HTTP/1.1\r\n" H "\r\n"
  check({{PATH("/p/a%2fb"), 400, true},
         {PATH("/p/a%2Fb"), 400, true},
         {PATH("/p/%2e%2e/e"), 400, true},
         {PATH("/p/.%2e/e"), 400, true},
         {PATH("/p/../e"), 400, true},
         {PATH("/p/./e"), 400, true},
         {PATH("/p/.."), 400, true},
         {PATH("/p/..;/e"), 400, true},
         {PATH("/p/..;a=b/e"), 400, true},
         {PATH("/p/%2e%2e;/e"), 400, true},
         {PATH("/p//e"), 400, true},
         {PATH("//p/e"), 400, true},
         {PATH("/p/a%00"), 400, true},
         {PATH("/p/%c0%ae%c0%ae/e"), 400, true},
         {PATH("/p/%c0%af"), 400, true},
         {PATH("/p/%e0%80%af"), 400, true},
         {PATH("/p/%u002f"), 400, true},
         {PATH("/p/%"), 400, true},
         {PATH("/p/%2"), 400, true},
         {PATH("/p/\\..\\e"), 400, true},
         {PATH("/p/%5c..%5ce"), 400, true},
         {PATH("/p/%0d%0aX"), 400, true},
         {PATH("/p/%7f"), 400, true},
         {PATH("/p/%ed%a0%80"), 400, true},
         {PATH("/p/%252e%252e/e"), 200, false},
         {PATH("/e;x"), 404, false},
         {PATH("/e/"), 404, false},
         {PATH("/E"), 404, false},
         {PATH("/e%20"), 404, false},
         {PATH("/p/caf%C3%A9"), 200, false},
         {PATH("/p/..."), 200, false},
         {PATH("/p/.well-known/x"), 200, false}});
}

TEST(ServerCorpus, attack_131_methods_do_what_they_say) {
  check({{"HEAD /e HTTP/1.1\r\n" H "\r\n", 200, false},
         {"HEAD /nothing HTTP/1.1\r\n" H "\r\n", 404, false},
         {"OPTIONS /e HTTP/1.1\r\n" H "\r\n", 405, false},
         {"OPTIONS * HTTP/1.1\r\n" H "\r\n", 404, false},
         {"TRACE /e HTTP/1.1\r\n" H "\r\n", 405, false},
         {"PATCH /e HTTP/1.1\r\n" H "\r\n", 405, false},
         {"PROPFIND /e HTTP/1.1\r\n" H "\r\n", 501, false},
         {"get /e HTTP/1.1\r\n" H "\r\n", 501, false},
         {"GETT /e HTTP/1.1\r\n" H "\r\n", 501, false},
         {"PATCH /e HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc", 405, true},
         {"PROPFIND /e HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc", 501, true},
         {"POST /nothing HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc", 404, true}});
  Running running(echo_router());
  RawClient client(running.port());
  for (const char* name : {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}) {
    client.send(cat("POST /e HTTP/1.1\r\n" H, name, ": DELETE\r\nContent-Length: 1\r\n\r\na"));
    EXPECT_EQ(client.read().body, "POST /e a") << name;
  }
  EXPECT_TRUE(client.send("PUT /p/x HTTP/1.1\r\n" H "\r\n").read().has("Allow: GET, HEAD\r\n"));
  const Answer head = client.send("HEAD /e HTTP/1.1\r\n" H "\r\n").read(true);
  EXPECT_TRUE(head.has("Content-Length: 8\r\n"));
  EXPECT_EQ(client.get("/e").body, "GET /e ");
}

}  // namespace
}  // namespace lanyard::net
