// The client.
#include "cli/table.h"

int main(int argc, char** argv) {
  return lanyard::terminal::run(lanyard::cli::lanyard(), lanyard::cli::kVersion, argc, argv);
}
