// The migrations of this binary, embedded from src/app/migrations in the order of their numbers.
#pragma once

#include <vector>

#include "platform/store/migrations.h"

namespace lanyard::app {

const std::vector<store::Migration>& migration_list();

}  // namespace lanyard::app
