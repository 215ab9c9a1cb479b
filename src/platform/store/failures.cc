#include "platform/store/failures.h"

#include "base/text.h"

namespace lanyard::store {

Error duplicate_row(std::string cause) {
  return make_error(Code::conflict, "Something with the same name or number is there already.", {},
                    std::move(cause));
}

Error database_unavailable(std::string what, std::string cause) {
  return make_error(Code::unavailable, std::move(what), "Nothing was changed. Try again in a moment.",
                    std::move(cause));
}

Error statement_failed(std::string_view engine_text, std::string_view sql) {
  return internal_error(cat("database: ", engine_text, "; statement: ", cut_utf8(sql, 400)));
}

Status check_values(std::span<const Arg> args) {
  for (const Arg& arg : args) {
    const auto* text = std::get_if<std::string_view>(&arg.value());
    if (text == nullptr) continue;
    if (text->find('\0') != std::string_view::npos || !is_utf8(*text)) {
      return make_error(Code::invalid, "A text holds bytes that can not be stored.",
                        "Send UTF-8 without the character NUL.");
    }
  }
  return {};
}

}  // namespace lanyard::store
