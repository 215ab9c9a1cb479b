// For commands that work beside a running server: the configuration, and the floors below the doors on its
// database.
#pragma once

#include <memory>

#include "app/house.h"
#include "platform/terminal/commands.h"

namespace lanyard::app {

// The file of --config, else $LANYARD_CONFIG, else /etc/lanyard/lanyard.yaml when it is there, else "".
std::string config_file(const terminal::Given& given);
std::map<std::string, std::string> config_flags(const terminal::Given& given);

class Beside {
 public:
  // Prints the faults of the configuration itself and returns the exit code in `exit` when it can not go on.
  static std::unique_ptr<Beside> open(const terminal::Given& given, int& exit);
  Floors& floors() { return *floors_; }
  // Who stands in the journal: the user who typed.
  access::Actor actor() const;

 private:
  Beside();
  SystemClock clock_;
  SystemRandom random_;
  Log log_;
  std::unique_ptr<Floors> floors_;
};

}  // namespace lanyard::app
