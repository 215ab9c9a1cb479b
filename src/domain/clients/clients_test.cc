#include "domain/clients/clients.h"

#include <gtest/gtest.h>

namespace lanyard::clients {
namespace {

TEST(Clients, are_found_by_their_exact_id) {
  const Clients table({{ClientId("wiki"), "gate", "Wiki", "https://wiki.example.org", false},
                       {ClientId("data"), "gate", "Data", "https://data.example.org", true}});
  ASSERT_NE(table.find("data"), nullptr);
  EXPECT_EQ(table.find("data")->name, "Data");
  ASSERT_NE(table.find("wiki"), nullptr);
  for (const char* id : {"", "wik", "wiki2", "Wiki", "zzz"}) EXPECT_EQ(table.find(id), nullptr) << id;
}

TEST(Clients, attack_140_return_paths_stay_on_the_application) {
  for (const char* good : {"/", "/page", "/page?a=b&c=//x", "/a/b/../c"})
    EXPECT_TRUE(parse_return_path(good).ok()) << good;
  for (const std::string& bad :
       {std::string(), std::string("page"), std::string("//evil.example"), std::string("/\\evil.example"),
        std::string("\\/evil"), std::string("https://evil.example"), std::string("/\t/evil"),
        std::string("/a\r\nX: y"), std::string("javascript:alert(1)"), std::string("/a b"),
        std::string("/a#b"), std::string("/\xff"), "/" + std::string(2000, 'a')}) {
    EXPECT_FALSE(parse_return_path(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace lanyard::clients
