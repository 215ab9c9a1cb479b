#include <re2/re2.h>

#include "base/text.h"
#include "domain/admission/admission.h"

namespace lanyard::admission {

// RE2 runs in time linear in the input, so that no operator's pattern and no visitor's name can stall a
// thread.
struct Pattern::Compiled {
  explicit Compiled(const std::string& text, const RE2::Options& options) : expression(text, options) {}
  RE2 expression;
};

Result<Pattern> Pattern::compile(const std::string& expression) {
  Pattern pattern;
  pattern.text_ = expression;
  if (expression.empty()) return pattern;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto compiled = std::make_shared<const Compiled>(expression, options);
  if (!compiled->expression.ok()) {
    return make_error(
        Code::invalid, cat("The pattern does not compile: ", compiled->expression.error(), "."),
        "Write a regular expression in RE2's syntax; look-around and back-references do not exist there.");
  }
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

bool Pattern::matches_all(std::string_view text) const {
  if (!compiled_) return true;
  if (text.size() > 256) return false;
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled_->expression);
}

}  // namespace lanyard::admission
