// The commands of lanyardd, each a small function that works beside the database.
#pragma once

#include "platform/terminal/commands.h"

namespace lanyard::app {

terminal::Program lanyardd();

// command_config.cc, command_database.cc, command_people.cc
int config_check(const terminal::Given& given);
int config_print(const terminal::Given& given);
int config_example_text(const terminal::Given& given);
int config_manual_text(const terminal::Given& given);
int manual(const terminal::Given& given);
int config_reference_text(const terminal::Given& given);
int migrate_database(const terminal::Given& given);
int journal_verify(const terminal::Given& given);
int health(const terminal::Given& given);
int provider_refresh(const terminal::Given& given);
int user_create(const terminal::Given& given);
int admin_bootstrap(const terminal::Given& given);
int jws_verify(const terminal::Given& given);
int run_try(const terminal::Given& given);

}  // namespace lanyard::app
