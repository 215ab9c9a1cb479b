// Tokens that the server keeps, for `lanyard token list`.
#pragma once

#include "platform/terminal/commands.h"

namespace lanyard::cli {

int list_tokens_at_server(const terminal::Given& given);

}  // namespace lanyard::cli
