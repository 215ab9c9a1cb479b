// A row of a PostgreSQL answer in binary form.
#pragma once

#include "platform/store/database.h"

struct pg_result;

namespace lanyard::store {

class PostgresRow final : public Row {
 public:
  explicit PostgresRow(const pg_result* answer) : answer_(answer) {}
  void move_to(int row) { row_ = row; }
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  std::string_view text(int column) const override;
  std::string_view blob(int column) const override;

 private:
  unsigned type(int column) const;
  std::string_view bytes(int column) const;
  [[noreturn]] void wrong(int column, std::string_view wanted) const;

  const pg_result* answer_;
  int row_ = 0;
};

// Numbers of the types in PostgreSQL's catalogue; they are fixed.
inline constexpr unsigned kPostgresBool = 16;
inline constexpr unsigned kPostgresBytea = 17;
inline constexpr unsigned kPostgresName = 19;
inline constexpr unsigned kPostgresInt8 = 20;
inline constexpr unsigned kPostgresInt2 = 21;
inline constexpr unsigned kPostgresInt4 = 23;
inline constexpr unsigned kPostgresText = 25;
inline constexpr unsigned kPostgresUnknown = 705;
inline constexpr unsigned kPostgresVarchar = 1043;

}  // namespace lanyard::store
