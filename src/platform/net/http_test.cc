#include "platform/net/http.h"

#include <gtest/gtest.h>

namespace lanyard::net {
namespace {

Request request(RequestDraft draft) {
  auto made = make_request(draft);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  return std::move(made).value();
}

TEST(MakeRequest, shows_method_path_query_headers_and_body) {
  const Request r = request(
      {.method = "POST", .target = "/a/b%20c?x=1&y=%C3%A9", .headers = {{"X-One", " 1 "}}, .body = "hello"});
  EXPECT_EQ(r.method(), Method::post);
  EXPECT_EQ(r.method_text(), "POST");
  EXPECT_EQ(r.target(), "/a/b%20c?x=1&y=%C3%A9");
  EXPECT_EQ(r.path(), "/a/b c");
  EXPECT_EQ(r.query(), "x=1&y=%C3%A9");
  EXPECT_EQ(r.header_or("x-one", ""), "1");
  EXPECT_EQ(r.header_or("x-two", "none"), "none");
  EXPECT_EQ(r.body(), "hello");
  EXPECT_EQ(r.id().size(), 16U);
  EXPECT_EQ(r.query_form().value().value_or("y", ""), "é");
}

TEST(MakeRequest, views_stay_good_when_the_request_moves) {
  Request a = request({.target = "/%41/x?q", .headers = {{"A", "b"}}});
  const Request b = std::move(a);
  EXPECT_EQ(b.path(), "/A/x");
  EXPECT_EQ(b.header_or("a", ""), "b");
}

TEST(MakeRequest, attack_130_paths_that_two_programs_read_differently_are_refused) {
  for (const char* target :
       {"/a/../b", "/a/./b", "/..",   "/.",       "/a/%2e%2e/b", "/a/.%2e",     "/a%2fb",      "/a%2Fb",
        "/a\\b",   "/a%5cb", "/a//b", "//a",      "/a%00b",      "/a%0ab",      "/a%c0%afb",   "/a%ff",
        "/a%",     "/a%4",   "/a%zz", "/a/..;/b", "/a/.;x=1/b",  "/a/%2e%2e;x", "/a%ed%a0%80", "/a#b",
        "a",       "",       "*",     "/a b"}) {
    EXPECT_FALSE(make_request({.target = target}).ok()) << target;
  }
  // Decoded once: what is still escaped after that is text.
  EXPECT_EQ(request({.target = "/a%252e%252e/b"}).path(), "/a%2e%2e/b");
  EXPECT_EQ(request({.target = "/a;x=1/.well-known/..a/b."}).path(), "/a;x=1/.well-known/..a/b.");
}

TEST(MakeRequest, line_breaks_in_a_draft_are_refused) {
  EXPECT_FALSE(make_request({.target = "/a\r\nX: y"}).ok());
  EXPECT_FALSE(make_request({.headers = {{"A", "b\r\nC: d"}}}).ok());
}

TEST(RequestHeader, sent_twice_is_invalid) {
  const Request r = request({.headers = {{"Authorization", "Bearer a"}, {"authorization", "Bearer b"}}});
  ASSERT_FALSE(r.header("Authorization").ok());
  EXPECT_EQ(r.header("Authorization").error().code, Code::invalid);
  EXPECT_EQ(r.header("Absent").value(), std::nullopt);
}

TEST(RequestCookie, attack_142_a_name_sent_twice_is_invalid) {
  const Request one = request({.headers = {{"Cookie", "a=1; __Host-s=\"v\";b=2 ; c"}}});
  EXPECT_EQ(one.cookie("__Host-s").value(), "v");
  EXPECT_EQ(one.cookie("b").value(), "2");
  EXPECT_EQ(one.cookie("c").value(), std::nullopt);
  EXPECT_EQ(one.cookie("A").value(), std::nullopt);
  EXPECT_FALSE(request({.headers = {{"Cookie", "s=1; s=2"}}}).cookie("s").ok());
  EXPECT_FALSE(request({.headers = {{"Cookie", "s=1"}, {"Cookie", "s=1"}}}).cookie("s").ok());
}

TEST(RequestForm, needs_the_content_type) {
  const auto form = [](std::string type, std::string body) {
    return request({.method = "POST", .headers = {{"Content-Type", type}}, .body = body}).form();
  };
  EXPECT_EQ(form("application/x-www-form-urlencoded; charset=utf-8", "a=b+c").value().value_or("a", ""),
            "b c");
  EXPECT_FALSE(form("text/plain", "a=b").ok());
  EXPECT_FALSE(form("application/x-www-form-urlencodedx", "a=b").ok());
  EXPECT_FALSE(request({.method = "POST", .body = "a=b"}).form().ok());
}

TEST(Response, a_line_break_in_a_header_never_reaches_the_wire) {
  Response r = Response::text(200, "x");
  r.header("X-Good", "1")
      .header("X-Bad", "a\r\nSet-Cookie: b=c")
      .header("X Bad", "1")
      .header("X-Nul", std::string("a\0b", 3));
  EXPECT_TRUE(r.header_was_dropped());
  EXPECT_EQ(r.header_lines(), "Content-Type: text/plain; charset=utf-8\r\nX-Good: 1\r\n");
  EXPECT_TRUE(Response::redirect("/a\r\nb").header_was_dropped());
}

TEST(Response, framing_headers_belong_to_the_server) {
  for (const char* name :
       {"Content-Length", "transfer-encoding", "Connection", "Date", "X-Request-Id", "Upgrade"}) {
    EXPECT_TRUE(Response().header(name, "1").header_was_dropped()) << name;
  }
}

TEST(Response, cookies_are_http_only_and_have_no_domain) {
  Response r;
  r.cookie({.name = "__Host-s",
            .value = "abc",
            .max_age = std::chrono::seconds(0),
            .same_site = Cookie::SameSite::strict});
  EXPECT_EQ(r.find_header("set-cookie"),
            "__Host-s=abc; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict");
  EXPECT_TRUE(Response().cookie({.name = "a", .value = "b; Domain=evil"}).header_was_dropped());
  EXPECT_TRUE(Response().cookie({.name = "a", .value = "b", .path = "/;x"}).header_was_dropped());
}

TEST(Response, finds_shared_headers_too) {
  Response r;
  r.shared_headers(std::make_shared<const std::string>("ETag: \"1\"\r\nX-User: ada\r\n"))
      .shared_body(std::make_shared<const std::string>("b"));
  EXPECT_EQ(r.find_header("x-user"), "ada");
  EXPECT_EQ(r.find_header("x-none"), std::nullopt);
  EXPECT_EQ(r.body(), "b");
}

}  // namespace
}  // namespace lanyard::net
