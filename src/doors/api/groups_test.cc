#include "doors/api/program_for_test.h"

namespace lanyard::doors::api {
namespace {

class GroupsOfTheApi : public Program {
 protected:
  net::Response member(std::string_view method, const std::string& group, std::string_view rest,
                       std::string body = "") {
    return call(std::string(method), cat("/groups/", group, "/members/", rest), std::move(body));
  }
};

TEST_F(GroupsOfTheApi, are_made_read_found_by_path_and_removed) {
  const net::Response response = call(
      "POST", "/groups",
      cat(R"({"path": "Rubin", "kind": "project", "description": "LSST", "owner": ")", root.id.str(), "\"}"));
  const json::Object made = read(response, 201);
  expect_shape(made, "Group");
  const std::string id = text(made, "id");
  EXPECT_EQ(response.find_header("Location"), cat("/api/v1/groups/", id));
  EXPECT_EQ(text(made, "kind"), "project");
  EXPECT_EQ(text(made, "owner"), root.id.str());
  EXPECT_EQ(get(cat("/groups/", id)), made);
  const std::string child = make_group("Rubin/production");
  EXPECT_EQ(text(get(cat("/groups/", child)), "parent"), id);
  const json::Object found = get("/groups?path=Rubin/production");
  expect_shape(found, "GroupPage");
  EXPECT_EQ(text(items(found).at(0), "id"), child);
  EXPECT_TRUE(items(get("/groups?path=Nowhere")).empty());
  expect_problem(call("DELETE", cat("/groups/", id)), 409, "conflict");
  EXPECT_EQ(call("DELETE", cat("/groups/", child)).status(), 204);
  EXPECT_EQ(call("DELETE", cat("/groups/", id)).status(), 204);
  expect_problem(call("GET", cat("/groups/", id)), 404, "not_found");
}

TEST_F(GroupsOfTheApi, are_listed_in_pages) {
  for (const char* path : {"c", "a", "b"}) make_group(path);
  const json::Object page = get("/groups?limit=2");
  ASSERT_EQ(items(page).size(), 2u);
  EXPECT_EQ(text(items(page)[1], "path"), "b");
  const json::Object rest = get(cat("/groups?limit=2&cursor=", text(page, "next_cursor")));
  ASSERT_EQ(items(rest).size(), 1u);
  EXPECT_TRUE(rest.find("next_cursor")->is_null());
}

TEST_F(GroupsOfTheApi, what_can_not_be_a_group_is_refused) {
  const std::string id = make_group("Rubin");
  EXPECT_EQ(text(expect_problem(call("POST", "/groups", R"({"path": "Rubin"})"), 409, "conflict"), "group"),
            id);
  for (const char* body :
       {R"({})", R"({"path": ""})", R"({"path": "a//b"})", R"({"path": "a", "kind": "band"})",
        R"({"path": "a", "id": "x"})", R"({"path": ["a"]})"})
    expect_problem(call("POST", "/groups", body), 400, "invalid");
  for (const char* body : {R"({"path": "Nowhere/a"})", R"({"path": "a", "owner": "000000000000000"})",
                           R"({"path": "a", "owner": "root"})"})
    expect_problem(call("POST", "/groups", body), 404, "not_found");
}

TEST_F(GroupsOfTheApi, members_come_with_a_level_and_go) {
  const std::string rubin = make_group("Rubin"), other = make_group("Other");
  const accounts::Account ada = house.somebody("Ada");
  const std::string as_account = cat("account/", ada.id.str()), as_group = cat("group/", other);
  const json::Object added = read(member("PUT", rubin, as_account, R"({"level": "can_manage"})"));
  expect_shape(added, "Member");
  EXPECT_EQ(text(added, "label"), "Ada");
  EXPECT_EQ(member("PUT", rubin, as_group, R"({"level": "can_read"})").status(), 200);
  EXPECT_EQ(member("PUT", rubin, as_group, R"({"level": "can_read"})").status(), 200);
  const json::Object page = get(cat("/groups/", rubin, "/members?limit=1"));
  expect_shape(page, "MemberPage");
  const json::Object rest = get(cat("/groups/", rubin, "/members?cursor=", text(page, "next_cursor")));
  ASSERT_EQ(items(rest).size(), 1u);
  expect_shape(items(rest)[0], "Member");
  // The cursor of one group is not good for another (attack row 145).
  expect_problem(call("GET", cat("/groups/", other, "/members?cursor=", text(page, "next_cursor"))), 400,
                 "invalid");
  EXPECT_EQ(member("DELETE", rubin, as_account).status(), 204);
  expect_problem(member("DELETE", rubin, as_account), 404, "not_found");
  EXPECT_EQ(items(get(cat("/groups/", rubin, "/members"))).size(), 1u);
}

TEST_F(GroupsOfTheApi, attack_112_members_and_groups_of_nobody_are_not_found) {
  const std::string rubin = make_group("Rubin");
  const std::string level = R"({"level": "can_read"})";
  for (const char* rest :
       {"account/000000000000000", "group/000000000000000", "account/root", "robot/000000000000000"}) {
    expect_problem(member("PUT", rubin, rest, level), 404, "not_found");
    expect_problem(member("DELETE", rubin, rest), 404, "not_found");
  }
  for (const char* group : {"000000000000000", "Rubin"}) {
    expect_problem(member("PUT", group, cat("account/", root.id.str()), level), 404, "not_found");
    expect_problem(member("DELETE", group, cat("account/", root.id.str())), 404, "not_found");
    expect_problem(call("GET", cat("/groups/", std::string_view(group), "/members")), 404, "not_found");
    expect_problem(call("GET", cat("/groups/", std::string_view(group))), 404, "not_found");
    expect_problem(call("DELETE", cat("/groups/", std::string_view(group))), 404, "not_found");
  }
}

TEST_F(GroupsOfTheApi, a_level_that_is_none_and_a_circle_are_refused) {
  const std::string a = make_group("a"), b = make_group("b");
  const std::string rest = cat("account/", root.id.str());
  for (const char* body : {R"({})", R"({"level": "owner"})", R"({"level": "can_login"})", R"({"level": ""})",
                           R"({"level": "can_read", "source": "providers[uni]"})"})
    expect_problem(member("PUT", a, rest, body), 400, "invalid");
  EXPECT_EQ(member("PUT", a, cat("group/", b), R"({"level": "can_read"})").status(), 200);
  expect_problem(member("PUT", b, cat("group/", a), R"({"level": "can_read"})"), 409, "conflict");
  expect_problem(member("PUT", a, cat("group/", a), R"({"level": "can_read"})"), 409, "conflict");
}

}  // namespace
}  // namespace lanyard::doors::api
