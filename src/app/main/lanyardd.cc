// The server.
#include "app/commands.h"
#include "app/version.h"

int main(int argc, char** argv) {
  return lanyard::terminal::run(lanyard::app::lanyardd(), lanyard::app::kVersion, argc, argv);
}
