#include "doors/panda/origin.h"

#include <gtest/gtest.h>

namespace lanyard::doors::panda {
namespace {

TEST(PandaOrigin, is_cut_as_the_panda_server_does) {
  struct Row {
    const char *text, *organisation, *role;
  };
  for (const Row& row :
       {Row{"Rubin", "Rubin", ""}, Row{"Rubin:production", "Rubin", "production"},
        Row{"Rubin.production", "Rubin", "production"}, Row{"a.b.production", "a.b", "production"},
        Row{"Rubin:production:extra", "Rubin", "production:extra"}, Row{"Rubin:a.b", "Rubin", "a.b"},
        Row{"vo.example.org", "vo.example.org", ""}, Row{"vo.example.org:pilot", "vo.example.org", "pilot"},
        Row{"", "", ""}}) {
    const Origin origin = split_origin(row.text);
    EXPECT_EQ(origin.organisation, row.organisation) << row.text;
    EXPECT_EQ(origin.role, row.role) << row.text;
  }
}

}  // namespace
}  // namespace lanyard::doors::panda
