// For tests of wrong configurations: rows with the key and the words that an operator must see.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/config_test_support.h"

namespace lanyard::app::test {

// One fault: where it is, and words of `what` and of `remedy`.
struct Row {
  std::string text;
  std::string key, what, remedy;
};

inline std::string more(std::string_view text) {
  return std::string(kShortest) + std::string(text);
}

inline void expect_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const ConfigOutcome outcome = read_text(row.text);
    EXPECT_FALSE(outcome.loaded.has_value());
    EXPECT_EQ(outcome.faults.size(), 1U) << describe(outcome.faults);
    const ConfigFault* fault = find_fault(outcome, row.key);
    if (fault == nullptr) {
      ADD_FAILURE() << "no fault at " << row.key << "\n" << describe(outcome.faults);
      continue;
    }
    EXPECT_NE(fault->what.find(row.what), std::string::npos) << fault->what;
    EXPECT_NE(fault->remedy.find(row.remedy), std::string::npos) << fault->remedy;
    EXPECT_EQ(fault->where.substr(0, 13), "lanyard.yaml:") << fault->where;
  }
}

}  // namespace lanyard::app::test
