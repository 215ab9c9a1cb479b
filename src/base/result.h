// Result<T>: a value or an Error. Every operation that can fail for a reason outside the program returns one;
// exceptions are left for bugs and exhaustion.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace lanyard {

// A code exists because a caller reacts differently to it; a new code needs a new reaction.
enum class Code {
  invalid,          // the input is wrong; the sender must change it
  unauthenticated,  // nobody we know, or proof missing or wrong
  forbidden,        // known, and not allowed
  not_found,        // absent, or not visible to this caller
  conflict,         // somebody else was first, or the state does not allow it
  expired,          // it was right once and is not any more
  too_large,        // over a stated limit
  too_many,         // slow down
  upstream,         // a counterpart outside answered wrongly
  unavailable,      // cannot be done now, the same call may succeed later
  internal,         // our fault; the text stays in the log
};

std::string_view to_string(Code code);

struct Error {
  Code code = Code::internal;
  std::string message;  // safe to show to the person or program that asked
  std::string hint;     // what to do next, may be empty
  std::string cause;    // for the log only, never shown
};

Error make_error(Code code, std::string message, std::string hint = {}, std::string cause = {});
// An internal fault: shown as one fixed sentence, with `cause` kept for the log.
Error internal_error(std::string cause);

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Calling value() without ok() is a bug and throws std::bad_variant_access.
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  Error& error() & { return error_.value(); }
  const Error& error() const& { return error_.value(); }
  Error&& error() && { return std::move(error_).value(); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace lanyard

#define LANYARD_JOIN_(a, b) a##b
#define LANYARD_JOIN(a, b) LANYARD_JOIN_(a, b)

// LANYARD_TRY(auto account, directory.get_account(id));  returns the error from the enclosing function.
#define LANYARD_TRY(declaration, expression)                        \
  auto LANYARD_JOIN(lanyard_try_, __LINE__) = (expression);         \
  if (!LANYARD_JOIN(lanyard_try_, __LINE__).ok())                   \
    return std::move(LANYARD_JOIN(lanyard_try_, __LINE__)).error(); \
  declaration = std::move(LANYARD_JOIN(lanyard_try_, __LINE__)).value()

// LANYARD_CHECK(journal.append(tx, entry));  the same for a Status, or where the value is not needed.
#define LANYARD_CHECK(expression)                                       \
  do {                                                                  \
    auto LANYARD_JOIN(lanyard_check_, __LINE__) = (expression);         \
    if (!LANYARD_JOIN(lanyard_check_, __LINE__).ok())                   \
      return std::move(LANYARD_JOIN(lanyard_check_, __LINE__)).error(); \
  } while (false)
