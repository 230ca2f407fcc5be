#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/lines.hpp"
#include "protocol/spawn.hpp"

namespace gradproof::inline v0::protocol {

struct Limits {
  std::chrono::milliseconds start{
    20000};  // until the first answer, which has to wait for a framework's import
  std::chrono::milliseconds reply{10000};  // until every other answer, however large the batch
  std::chrono::milliseconds grace{200};    // for a subject to end by itself once its stdin is closed
  std::size_t reply_bytes = 256u << 20;    // on stdout, for one request
  std::size_t stderr_bytes = 64u << 10;    // of its end, kept for messages
  // That the process and its children may have resident. A limit on addresses (RLIMIT_AS) would stop the frameworks that
  // reserve far more of those than they use, and one on what is writable (RLIMIT_DATA) their thread stacks and drivers.
  std::size_t memory_bytes = std::size_t{8} << 30;
  std::size_t failures_in_a_row = 4;  // cases of one run() that may fail one after another before it gives up
};

// How an exchange failed. Each is the subject's doing, but for `interrupted`, which is the user's.
enum class Trouble {
  none,
  not_started,
  crashed,
  exited,
  timed_out,
  flooded,
  memory,
  garbage,
  protocol,
  interrupted
};
[[nodiscard]] std::string_view name(Trouble trouble) noexcept;

// Every string here is well-formed UTF-8 without control characters (standard_error keeps its line breaks and
// tabs).
struct Failure {
  Trouble trouble = Trouble::none;
  std::string message;  // one line: "killed by SIGSEGV", "exited with status 3", "no answer within 10 s"
  std::string standard_error;      // its end
  std::vector<std::string> stray;  // the first lines on stdout that are no replies
  std::string during;  // the command that was not answered: "hello", "run"; empty before the first
};

// A moment, and how long it was away when it was set, which is what a message says.
struct Deadline {
  std::chrono::milliseconds allowed;
  std::chrono::steady_clock::time_point at;
  [[nodiscard]] static Deadline in(std::chrono::milliseconds allowed);
};

// A subject's process: the leader of a process group of its own, so that what it starts ends with it, and so
// that Ctrl-C at the terminal reaches us and not it. Nothing it does makes us wait longer than a deadline:
// its stderr is drained whenever we wait, and neither a full pipe nor a silent one blocks us. One thread uses
// one Process.
//
// A grandchild that leaves the group (setsid) cannot hold up an exchange. It lives on, but in a program that adopts
// orphans (children.hpp), where it is ended with the process.
class Process {
 public:
  [[nodiscard]] static std::variant<std::unique_ptr<Process>, Failure> start(const Command& command,
                                                                             const Limits& limits);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { stop(grace_); }

  // Sends one line (the caller ends it) and takes in what comes meanwhile. A child that is dead or has closed
  // its stdin is no failure here: receive() looks for a last answer and for the cause.
  [[nodiscard]] std::optional<Failure> send(std::string_view line, const Deadline& deadline);

  // The next line that begins with '{'.
  [[nodiscard]] std::variant<std::string, Failure> receive(const Deadline& deadline);

  // Closes its standard input, which asks it to end; receive() then tells of its last words and its end.
  void end_input() noexcept { input_.close(); }
  // With which it ended by itself, if it has.
  [[nodiscard]] std::optional<int> exit_status() {
    return ended() && !ending_->by_signal ? ending_->number : std::nullopt;
  }

  // Ends the whole group: stdin is closed, then comes the grace, then SIGTERM, then SIGKILL. Reaps the
  // leader.
  void stop(std::chrono::milliseconds grace) noexcept;

  // A failure with what is known about this process now.
  [[nodiscard]] Failure failure(Trouble trouble, std::string message);

  [[nodiscard]] pid_t group() const { return pid_; }
  [[nodiscard]] std::string standard_error();  // its end, with what still lies in the pipe
  [[nodiscard]] const std::vector<std::string>& stray() const { return lines_.stray(); }
  [[nodiscard]] std::size_t stray_count() const { return lines_.stray_count(); }

 private:
  struct Ending {
    bool by_signal = false;
    std::optional<int>
      number;  // of the signal, or the exit status; empty where somebody else reaped our child
  };

  Process(Spawned spawned, const Limits& limits);
  void wait_and_take_in(bool writing, const Deadline& deadline);
  [[nodiscard]] bool take_in_output();
  [[nodiscard]] bool take_in_error();
  void write_some(std::string_view& rest);
  [[nodiscard]] bool ended();
  [[nodiscard]] bool ended_within(std::chrono::milliseconds time);
  [[nodiscard]] Failure last_words();
  [[nodiscard]] bool grown_too_large() const;
  [[nodiscard]] Failure too_large();
  [[nodiscard]] Failure too_late(const Deadline& deadline);
  void signal_group(int signal) noexcept;

  pid_t pid_;
  Descriptor input_, output_, error_;  // our ends, all of them non-blocking
  Lines lines_;
  Tail tail_;
  std::vector<char> chunk_;
  std::optional<Ending> ending_;
  std::chrono::milliseconds grace_;
  std::size_t reply_bytes_;
  std::size_t memory_bytes_;
};

}  // namespace gradproof::inline v0::protocol
