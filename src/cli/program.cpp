// The program: its command line lies in main.cpp, what that asks for in the other files.
#include "cli/arguments.hpp"
#include "protocol/children.hpp"

int main(int argc, char** argv) {
  gradproof::cli::install_signal_handlers();
  gradproof::protocol::adopt_orphans();
  gradproof::cli::Arguments arguments;
  return gradproof::cli::command_line(argc, argv, arguments, gradproof::cli::Done::yes);
}
