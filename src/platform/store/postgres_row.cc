#include "platform/store/postgres_row.h"

#include <libpq-fe.h>

#include <stdexcept>

#include "base/text.h"

namespace lanyard::store {
namespace {

// Network byte order, two's complement.
std::int64_t read_integer(std::string_view bytes) {
  std::uint64_t value = !bytes.empty() && static_cast<signed char>(bytes.front()) < 0 ? ~0ULL : 0ULL;
  for (const char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

}  // namespace

unsigned PostgresRow::type(int column) const {
  if (column < 0 || column >= PQnfields(answer_)) wrong(column, "a column of the statement");
  return PQftype(answer_, column);
}

std::string_view PostgresRow::bytes(int column) const {
  return {PQgetvalue(answer_, row_, column), static_cast<std::size_t>(PQgetlength(answer_, row_, column))};
}

void PostgresRow::wrong(int column, std::string_view wanted) const {
  throw std::logic_error(cat("column ", column, " is not ", wanted, " (PostgreSQL's type ",
                             PQftype(answer_, column), "; a sum of integers needs CAST(SUM(x) AS BIGINT))"));
}

bool PostgresRow::is_null(int column) const {
  static_cast<void>(type(column));
  return PQgetisnull(answer_, row_, column) != 0;
}

std::int64_t PostgresRow::integer(int column) const {
  if (is_null(column)) wrong(column, "an integer but null");
  switch (type(column)) {
    case kPostgresInt8:
    case kPostgresInt4:
    case kPostgresInt2:
      return read_integer(bytes(column));
    case kPostgresBool:
      return bytes(column) == std::string_view("\0", 1) ? 0 : 1;
    default:
      wrong(column, "an integer");
  }
}

std::string_view PostgresRow::text(int column) const {
  if (is_null(column)) return {};
  switch (type(column)) {
    case kPostgresText:
    case kPostgresVarchar:
    case kPostgresName:
    case kPostgresUnknown:
      return bytes(column);
    default:
      wrong(column, "text");
  }
}

std::string_view PostgresRow::blob(int column) const {
  if (is_null(column)) return {};
  if (type(column) != kPostgresBytea) wrong(column, "bytes");
  return bytes(column);
}

}  // namespace lanyard::store
