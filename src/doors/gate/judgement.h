// Whether somebody who was recognised may have what was asked for.
#pragma once

#include <optional>

#include "doors/gate/question.h"

namespace lanyard::doors::gate {

// The account first (attack rows 34, 107, 108), then what the rule for the path asks for. Nothing: they may.
std::optional<Refusal> judge(const Desk& desk, const Question& question, const callers::Caller& caller);

}  // namespace lanyard::doors::gate
