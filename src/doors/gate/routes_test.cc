#include "doors/gate/routes.h"

#include <gtest/gtest.h>

#include "doors/gate/question.h"

namespace lanyard::doors::gate {
namespace {

Route rule(std::string client, std::string path, std::string group, bool is_public = false) {
  Route route;
  route.client = std::move(client);
  route.path = std::move(path);
  if (!group.empty()) route.groups = {std::move(group)};
  route.public_page = is_public;
  return route;
}

std::string group_for(const RouteTable& table, std::string_view path) {
  const auto found = table.find(path);
  if (found.is_ambiguous) return "ambiguous";
  if (found.route == nullptr) return "none";
  return found.route->public_page ? "public" : found.route->groups.front();
}

TEST(GateRoutes, the_most_specific_rule_wins_whatever_the_order) {
  const RouteTable table(
      {rule("", "/", "everywhere"), rule("wiki", "/a/", "own a"), rule("", "/a/", "all a"),
       rule("", "/a/b/", "all ab"), rule("wiki", "/a/b/c", "exact"), rule("plots", "/a/b/c/", "another's")},
      "wiki");
  EXPECT_EQ(group_for(table, "/"), "everywhere");
  EXPECT_EQ(group_for(table, "/x"), "everywhere");
  EXPECT_EQ(group_for(table, "/a/x"), "own a");
  EXPECT_EQ(group_for(table, "/a/b/x"), "all ab");
  EXPECT_EQ(group_for(table, "/a/b/c"), "exact");
  EXPECT_EQ(group_for(table, "/a/b/c/"), "all ab");
  EXPECT_EQ(group_for(table, "/A/x"), "everywhere");
}

TEST(GateRoutes, attack_135_a_prefix_restricts_its_folder_too_and_opens_only_what_is_below) {
  const RouteTable table({rule("", "/edit/", "editors"), rule("", "/public/", "", true)}, "wiki");
  EXPECT_EQ(group_for(table, "/edit"), "editors");
  EXPECT_EQ(group_for(table, "/editor"), "none");
  EXPECT_EQ(group_for(table, "/public"), "none");
  EXPECT_EQ(group_for(table, "/public/"), "public");
  EXPECT_EQ(group_for(table, "/publicity"), "none");
}

TEST(GateRoutes, attack_130_path_parameters_can_not_choose_another_rule) {
  const RouteTable table({rule("", "/edit/", "editors"), rule("", "/public/", "", true)}, "wiki");
  EXPECT_EQ(group_for(table, "/edit;x=1/page"), "ambiguous");
  EXPECT_EQ(group_for(table, "/public/..;/edit/page"), "ambiguous");
  EXPECT_EQ(group_for(table, "/public;/edit/"), "ambiguous");
  EXPECT_EQ(group_for(table, "/;/edit/page"), "ambiguous");
  EXPECT_EQ(group_for(table, "/edit/page;v=2"), "editors");
  EXPECT_EQ(group_for(table, "/other;v=2"), "none");
}

TEST(GateRoutes, attack_130_135_what_could_be_read_in_two_ways_is_no_path) {
  std::string memory;
  for (const std::string_view target : {"",        "page",          "*",
                                        "//x",     "/a//b",         "/a/../b",
                                        "/a/./b",  "/..",           "/a%2fb",
                                        "/a%2Fb",  "/%2e%2e/b",     "/a/%2e/b",
                                        "/.%2e/x", "/a\\b",         "/a%5cb",
                                        "/a%00b",  "/a%",           "/a%4",
                                        "/a%zz",   "/a%c0%af",      "/a%ff",
                                        "/a\xFF",  "/a b",          "/a\tb",
                                        "/a#b",    "/public#/../x", "https://wiki.example/public/",
                                        "/%0d%0ax"}) {
    EXPECT_FALSE(path_of(target, memory)) << target;
  }
  EXPECT_EQ(path_of("/a?b=/../c", memory), "/a");
  EXPECT_EQ(path_of("/a%3fb", memory), "/a?b");
  EXPECT_EQ(path_of("/%61/b", memory), "/a/b");
  EXPECT_EQ(path_of("/a%252fb", memory), "/a%2fb");  // decoded once
  EXPECT_EQ(path_of("/?/public/", memory), "/");
}

}  // namespace
}  // namespace lanyard::doors::gate
