// Whatever a token costs, it costs the same with a million others beside it: each statement that the token
// path runs is taken from its source and explained, and none may walk through a table.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "test/support/databases.h"

namespace lanyard::store {
namespace {

namespace fs = std::filesystem;

// Files whose statements run when a token is asked for, shown, refreshed or taken back.
constexpr std::string_view kFiles[] = {
    "domain/tokens/grant_rows.cc", "domain/tokens/device_rows.cc", "domain/tokens/consents.cc",
    "domain/tokens/once.cc",       "domain/clients/rows.cc",       "domain/sessions/rows.cc",
};

struct Found {
  std::string file, sql;
};

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// String literals one after the other, with macros of the same file between them, up to `end`.
std::string literals(std::string_view text, std::size_t& at, std::string_view end,
                     const std::map<std::string, std::string>& macros) {
  std::string all;
  while (at < text.size() && !text.substr(at).starts_with(end)) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) all.push_back(text[at]);
      ++at;
    } else if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      const std::size_t from = at;
      while (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_') ++at;
      const auto macro = macros.find(std::string(text.substr(from, at - from)));
      EXPECT_NE(macro, macros.end()) << text.substr(from, at - from);
      if (macro != macros.end()) all += macro->second;
    } else {
      ++at;
    }
  }
  return all;
}

std::vector<Found> statements() {
  std::vector<Found> all;
  for (const std::string_view name : kFiles) {
    std::string text = read_text(fs::path(LANYARD_SOURCE_DIR) / "src" / name);
    // A macro's line goes on behind a backslash.
    for (std::size_t at = text.find("\\\n"); at != std::string::npos; at = text.find("\\\n", at))
      text.replace(at, 2, " ");
    std::map<std::string, std::string> macros;
    for (std::size_t at = text.find("#define "); at != std::string::npos; at = text.find("#define ", at)) {
      at += std::string_view("#define ").size();
      const std::size_t blank = text.find(' ', at);
      const std::string macro = text.substr(at, blank - at);
      at = blank;
      macros[macro] = literals(text, at, "\n", macros);
    }
    constexpr std::string_view kBegin = "static const Stmt ";
    for (std::size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
      at = text.find('{', at);
      all.push_back({std::string(name), literals(text, at, "};", macros)});
    }
  }
  return all;
}

class QueryPlans : public test::OnEveryDatabase {
 protected:
  QueryPlans() : OnEveryDatabase(test::product_migrations()) {}

  static std::size_t count_parameters(std::string_view sql) {
    std::size_t most = 0;
    for (std::size_t at = sql.find('$'); at != std::string_view::npos; at = sql.find('$', at + 1)) {
      std::size_t number = 0;
      for (std::size_t i = at + 1; i < sql.size() && sql[i] >= '0' && sql[i] <= '9'; ++i)
        number = number * 10 + static_cast<std::size_t>(sql[i] - '0');
      most = std::max(most, number);
    }
    return most;
  }

  std::vector<std::string> explain(const std::string& sql) {
    std::vector<std::string> lines;
    const std::vector<Arg> nothing(count_parameters(sql), Arg(nullptr));
    const Status status = db().write([&](Connection& connection) -> Status {
      lines.clear();
      const bool is_sqlite = connection.engine() == Engine::sqlite;
      const Connection::EachRow each = [&](const Row& row) {
        lines.emplace_back(row.text(is_sqlite ? 3 : 0));
      };
      if (is_sqlite) {
        LANYARD_CHECK(connection.run_once(cat("EXPLAIN QUERY PLAN ", sql), nothing, &each));
        return {};
      }
      // Tables are empty here, and an empty one is read through gladly: not where that is forbidden.
      LANYARD_CHECK(connection.run_once("SET LOCAL enable_seqscan = off", {}, nullptr));
      LANYARD_CHECK(connection.run_once("SET LOCAL plan_cache_mode = force_generic_plan", {}, nullptr));
      // In hexadecimal, since the parameters are those of the prepared statement and not of this one.
      const std::string prepare = hex_encode(cat("PREPARE explained AS ", sql));
      LANYARD_CHECK(connection.run_once(
          cat("DO 'BEGIN EXECUTE convert_from(decode(''", prepare, "'', ''hex''), ''UTF8''); END'"), {},
          nullptr));
      const std::vector<std::string> nulls(nothing.size(), "NULL");
      const std::string values = nulls.empty() ? "" : cat("(", join(nulls, ", "), ")");
      LANYARD_CHECK(connection.run_once(cat("EXPLAIN EXECUTE explained", values), {}, &each));
      LANYARD_CHECK(connection.run_once("DEALLOCATE explained", {}, nullptr));
      return {};
    });
    EXPECT_TRUE(test::succeeded(status)) << sql;
    return lines;
  }

  // Why a plan walks through all of something; "" when it does not.
  std::string scan_in(const std::vector<std::string>& plan) {
    for (std::size_t i = 0; i < plan.size(); ++i) {
      const std::string_view line = trim(plan[i]);
      if (db().engine() == Engine::sqlite) {
        if (line.starts_with("SCAN ") && line != "SCAN CONSTANT ROW") return std::string(line);
        continue;
      }
      if (line.find("Seq Scan") != std::string_view::npos) return std::string(line);
      const bool is_index = line.find("Index Scan") != std::string_view::npos ||
                            line.find("Index Only Scan") != std::string_view::npos;
      const bool has_condition = i + 1 < plan.size() && plan[i + 1].find("Index Cond") != std::string::npos;
      if (is_index && !has_condition) return cat(line, " without a condition");
    }
    return {};
  }
};

TEST_P(QueryPlans, nothing_in_the_token_path_scans) {
  const auto all = statements();
  ASSERT_GE(all.size(), 40U) << "the statements are not found any more";
  for (const Found& one : all) {
    const auto plan = explain(one.sql);
    EXPECT_EQ(scan_in(plan), "") << one.file << ": " << one.sql << "\n" << join(plan, "\n");
  }
}

TEST_P(QueryPlans, a_scan_would_be_seen) {
  EXPECT_NE(scan_in(explain("SELECT id FROM token_grants WHERE end_reason = $1")), "");
  EXPECT_NE(scan_in(explain("UPDATE artefacts SET consumed_at = $1 WHERE client = $2")), "");
  EXPECT_EQ(scan_in(explain("SELECT kind FROM token_grants WHERE id = $1")), "");
}

LANYARD_ON_EVERY_DATABASE(QueryPlans);

}  // namespace
}  // namespace lanyard::store
