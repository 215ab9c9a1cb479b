#include "platform/net/router.h"

#include <gtest/gtest.h>

namespace lanyard::net {
namespace {

Endpoint endpoint(Method method, std::string pattern) {
  return {
      .method = method, .pattern = std::move(pattern), .handler = [](const Request&) { return Response(); }};
}

Router sample() {
  Router router;
  for (const char* get : {"/", "/a", "/a/", "/a/{id}/b", "/a/{id}/c/{other}", "/files/{rest...}", "/z/fixed"})
    router.add(endpoint(Method::get, get));
  router.add(endpoint(Method::post, "/a"));
  router.add(endpoint(Method::post, "/z/{any}"));
  router.add(endpoint(Method::del, "/a/{id}/b"));
  return router;
}

std::string found(const Router& router, Method method, std::string_view path) {
  const Match match = router.match(method, path);
  if (match.endpoint == nullptr) return match.allowed.empty() ? "nothing" : "allowed: " + match.allowed;
  std::string text = match.endpoint->pattern;
  for (const auto& [name, value] : match.parts) text += " " + name + "=" + value;
  return text;
}

TEST(Router, finds_endpoints_and_their_parts) {
  const Router router = sample();
  EXPECT_EQ(found(router, Method::get, "/"), "/");
  EXPECT_EQ(found(router, Method::get, "/a"), "/a");
  EXPECT_EQ(found(router, Method::get, "/a/"), "/a/");
  EXPECT_EQ(found(router, Method::get, "/a/7/b"), "/a/{id}/b id=7");
  EXPECT_EQ(found(router, Method::get, "/a/7/c/8"), "/a/{id}/c/{other} id=7 other=8");
  EXPECT_EQ(found(router, Method::get, "/files/x/y.css"), "/files/{rest...} rest=x/y.css");
  EXPECT_EQ(found(router, Method::get, "/files/"), "/files/{rest...} rest=");
  EXPECT_EQ(found(router, Method::get, "/files"), "nothing");
  EXPECT_EQ(found(router, Method::get, "/a/7"), "nothing");
  EXPECT_EQ(found(router, Method::get, "/a//b"), "nothing");
  EXPECT_EQ(found(router, Method::get, "/A"), "nothing");
  EXPECT_EQ(found(router, Method::get, "a"), "nothing");
  EXPECT_EQ(found(router, Method::get, ""), "nothing");
}

TEST(Router, a_fixed_text_of_one_method_does_not_hide_a_part_of_another) {
  const Router router = sample();
  EXPECT_EQ(found(router, Method::post, "/z/fixed"), "/z/{any} any=fixed");
  EXPECT_EQ(found(router, Method::get, "/z/fixed"), "/z/fixed");
  EXPECT_EQ(found(router, Method::put, "/z/fixed"), "allowed: GET, HEAD, POST");
}

TEST(Router, attack_131_head_is_get_and_other_methods_are_named) {
  const Router router = sample();
  EXPECT_EQ(found(router, Method::head, "/a/7/b"), "/a/{id}/b id=7");
  EXPECT_EQ(found(router, Method::post, "/a/7/b"), "allowed: GET, HEAD, DELETE");
  EXPECT_EQ(found(router, Method::options, "/a"), "allowed: GET, HEAD, POST");
  EXPECT_EQ(found(router, Method::other, "/a"), "allowed: GET, HEAD, POST");
}

TEST(Router, lists_all_endpoints) {
  EXPECT_EQ(sample().all().size(), 10U);
}

TEST(RouterDeathTest, a_wrong_table_does_not_start) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto with = [](const char* first, const char* second) {
    Router router;
    router.add(endpoint(Method::get, first));
    router.add(endpoint(Method::get, second));
  };
  EXPECT_DEATH(with("/a/{id}", "/a/me"), "GET /a/me and GET /a/\\{id\\} could answer the same request");
  EXPECT_DEATH(with("/a/{rest...}", "/a/b/c"), "same request");
  EXPECT_DEATH(with("/a/{x}/c", "/a/b/{y}"), "same request");
  EXPECT_DEATH(with("/a", "b"), "does not start with a slash");
  EXPECT_DEATH(with("/a", "/{rest...}/b"), "goes on after");
  EXPECT_DEATH(with("/a", "/b{id}"), "neither text nor");
  EXPECT_DEATH(with("/a", "/{x}/{x}"), "names x twice");
  with("/a/{id}", "/a/{id}/b");
  with("/a/", "/a/{id}");
}

}  // namespace
}  // namespace lanyard::net
