#include "doors/api/program_for_test.h"

namespace lanyard::doors::api {
namespace {

class Importing : public Program {
 protected:
  json::Object import(json::Array people, int status = 200) {
    return read(call("POST", "/accounts/import", json::write(json::Object{{"people", std::move(people)}})),
                status);
  }
  std::vector<json::Object> results(const json::Object& answer) {
    std::vector<json::Object> all;
    const json::Value* list = answer.find("results");
    if (list == nullptr || list->as_array() == nullptr) return all;
    for (const json::Value& one : *list->as_array()) {
      all.push_back(*one.as_object());
      expect_shape(all.back(), "ImportResult");
    }
    return all;
  }
  static json::Object person(const std::string& subject) {
    return {{"issuer", "https://grid.example"}, {"subject", subject}, {"name", cat("Name of ", subject)}};
  }
  std::vector<std::string> groups_of(const std::string& account) {
    return house.floors().groups.paths_of(AccountId(account)).value();
  }
};

TEST_F(Importing, answers_for_each_and_can_be_said_again) {
  make_group("Rubin");
  json::Object with_groups = person("u-2");
  with_groups.set("groups", json::Array{"Rubin"});
  const json::Array people{person("u-1"), with_groups};
  const auto first = results(import(people));
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(text(first[0], "outcome"), "created");
  EXPECT_EQ(text(first[1], "outcome"), "created");
  EXPECT_EQ(groups_of(text(first[0], "id")), std::vector<std::string>{});
  EXPECT_EQ(groups_of(text(first[1], "id")), std::vector<std::string>{"Rubin"});
  EXPECT_EQ(text(get(cat("/accounts/", text(first[0], "id"))), "state"), "approved");

  const auto again = results(import(people));
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(text(again[0], "outcome"), "there");
  EXPECT_EQ(text(again[0], "id"), text(first[0], "id"));
  EXPECT_EQ(text(again[1], "id"), text(first[1], "id"));
}

TEST_F(Importing, gives_groups_to_who_is_there_already) {
  const auto first = results(import({person("u-1")}));
  make_group("Rubin");
  json::Object more = person("u-1");
  more.set("groups", json::Array{"Rubin"});
  more.set("name", "Another name");
  const auto again = results(import({more}));
  EXPECT_EQ(text(again.at(0), "outcome"), "there");
  EXPECT_EQ(groups_of(text(first.at(0), "id")), std::vector<std::string>{"Rubin"});
  EXPECT_EQ(text(get(cat("/accounts/", text(first.at(0), "id"))), "name"), "Name of u-1");
}

TEST_F(Importing, one_that_is_refused_keeps_no_other_back) {
  json::Object twice = person("u-2"), same_name = person("u-3"), wrong = person("u-4");
  twice.set("username", "mia");
  same_name.set("username", "mia");
  wrong.set("email", "nobody");
  const auto all = results(import({person("u-1"), twice, same_name, wrong, person("u-5"), person("u-1")}));
  ASSERT_EQ(all.size(), 6u);
  const std::vector<std::string> expected{"created", "created", "refused", "refused", "created", "there"};
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(text(all[i], "outcome"), expected[i]) << i;
  EXPECT_EQ(text(all[2], "code"), "conflict");
  EXPECT_EQ(text(all[3], "code"), "invalid");
  EXPECT_NE(text(all[2], "detail"), "");
  EXPECT_EQ(text(all[5], "id"), text(all[0], "id"));
}

TEST_F(Importing, attack_111_what_is_not_known_refuses_the_whole_request) {
  for (const char* field : {"state", "id", "number", "email_verified", "is_admin"}) {
    json::Object wrong = person("u-2");
    wrong.set(field, "active");
    const auto answer = import({person("u-1"), wrong}, 400);
    EXPECT_NE(text(answer, "detail").find("people[1]"), std::string::npos) << field;
  }
  json::Object nowhere = person("u-2");
  nowhere.set("groups", json::Array{"Nowhere"});
  EXPECT_NE(text(import({person("u-1"), nowhere}, 400), "detail").find("Nowhere"), std::string::npos);
  EXPECT_FALSE(house.floors().directory.find_by_identity("https://grid.example", "u-1").value());
  json::Array many;
  for (int i = 0; i < 501; ++i) many.emplace_back(person(cat("m-", i)));
  import(std::move(many), 400);
  EXPECT_EQ(call("POST", "/accounts/import", "{}").status(), 400);
  EXPECT_EQ(call("POST", "/accounts/import", "{\"people\":{}}").status(), 400);
}

TEST_F(Importing, takes_five_hundred_with_long_names) {
  json::Array many;
  for (int i = 0; i < 500; ++i) {
    json::Object one = person(cat("m-", i));
    one.set("institution", std::string(200, 'x'));
    many.emplace_back(std::move(one));
  }
  EXPECT_EQ(results(import(std::move(many))).size(), 500u);
}

}  // namespace
}  // namespace lanyard::doors::api
