#include "platform/store/database.h"

namespace lanyard::store {

std::optional<Time> Row::time_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

std::optional<std::string> Row::text_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}

std::optional<std::int64_t> Row::integer_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

}  // namespace lanyard::store
