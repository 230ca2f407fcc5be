#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gradproof::inline v0::protocol {

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up on PATH, as a shell does
  std::vector<std::pair<std::string, std::string>> environment;  // added to ours, and stronger than ours
  std::string name;                                              // for whoever reports about it
};

// An open file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() noexcept;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// A process that leads a group of its own, and our ends of the pipes to its stdin, stdout and stderr
// (non-blocking, closed on exec). It inherits no other descriptor, no blocked signal and no ignored one.
struct Spawned {
  pid_t pid = -1;
  Descriptor input, output, error;
};

// Or one line that says why it could not be started.
[[nodiscard]] std::variant<Spawned, std::string> spawn(const Command& command);

}  // namespace gradproof::inline v0::protocol
