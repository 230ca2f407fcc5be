#include "protocol/process.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <mutex>
#include <thread>

#include "protocol/children.hpp"
#include "protocol/kin.hpp"
#include "protocol/quote.hpp"

namespace gradproof::inline v0::protocol {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t chunk_bytes = 256u << 10;
constexpr std::size_t last_error_bytes = 4u << 20;  // a grandchild may go on writing to stderr for ever
constexpr milliseconds slice{20};                   // how often we look whether a silent child is still there
constexpr milliseconds after_end_of_output{500};
constexpr milliseconds after_sigterm{50};
constexpr milliseconds after_sigkill{5000};  // only a process stuck inside the kernel takes so long

std::string in_words(milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

std::string signal_name(int signal) {
  const char* abbreviation = sigabbrev_np(signal);
  return abbreviation != nullptr ? std::string("SIG") + abbreviation : "signal " + std::to_string(signal);
}

milliseconds time_left(const Deadline& deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline.at - steady_clock::now());
  return std::max(left, milliseconds{0});
}

// Writing to a pipe that nobody reads raises SIGPIPE, which would end the program that we are part of. How a
// program treats SIGPIPE is its own affair, so the signal is blocked in this thread alone, for the length of
// one write, and taken away again if it was our write that raised it.
ssize_t write_without_sigpipe(int descriptor, std::string_view bytes) {
  sigset_t pipe_signal, pending, before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t written = write(descriptor, bytes.data(), bytes.size());
  const int error = errno;
  if (written < 0 && error == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
    const timespec at_once{};
    while (sigtimedwait(&pipe_signal, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return written;
}

}  // namespace

std::string_view name(Trouble trouble) noexcept {
  switch (trouble) {
    case Trouble::none: return "none";
    case Trouble::not_started: return "not_started";
    case Trouble::crashed: return "crashed";
    case Trouble::exited: return "exited";
    case Trouble::timed_out: return "timed_out";
    case Trouble::flooded: return "flooded";
    case Trouble::memory: return "memory";
    case Trouble::garbage: return "garbage";
    case Trouble::protocol: return "protocol";
    case Trouble::interrupted: return "interrupted";
  }
  return "none";
}

Deadline Deadline::in(milliseconds allowed) {
  // Whoever wants no limit may ask for the largest number there is, to which nothing can be added.
  constexpr milliseconds for_ever = std::chrono::hours{24 * 365};
  return {allowed, steady_clock::now() + std::min(allowed, for_ever)};
}

std::variant<std::unique_ptr<Process>, Failure> Process::start(const Command& command, const Limits& limits) {
  if (children_forbidden()) return Failure{Trouble::interrupted, "interrupted", {}, {}, {}};
  std::unique_lock birth(births());
  auto spawned = spawn(command);
  if (auto* why = std::get_if<std::string>(&spawned)) return Failure{Trouble::not_started, *why, {}, {}, {}};
  std::unique_ptr<Process> process(new Process(std::move(std::get<Spawned>(spawned)), limits));
  const Entry entry = enter_group(process->pid_);
  birth.unlock();
  if (entry == Entry::entered) return process;
  process->stop(milliseconds{0});
  if (entry == Entry::forbidden) return Failure{Trouble::interrupted, "interrupted", {}, {}, {}};
  return Failure{Trouble::not_started, "cannot start: too many subjects run at once", {}, {}, {}};
}

Process::Process(Spawned spawned, const Limits& limits)
    : pid_(spawned.pid),
      input_(std::move(spawned.input)),
      output_(std::move(spawned.output)),
      error_(std::move(spawned.error)),
      lines_(limits.reply_bytes),
      tail_(limits.stderr_bytes),
      chunk_(chunk_bytes),
      grace_(limits.grace),
      reply_bytes_(limits.reply_bytes),
      memory_bytes_(limits.memory_bytes) {}

std::optional<Failure> Process::send(std::string_view line, const Deadline& deadline) {
  lines_.expect_reply();
  const std::size_t size = line.size();
  auto next_look = steady_clock::now() + slice;
  for (write_some(line); !line.empty() && input_.open(); write_some(line)) {
    if (lines_.flooded()) return std::nullopt;
    const auto now = steady_clock::now();
    if (now >= deadline.at)
      return failure(Trouble::timed_out, "read only " + std::to_string(size - line.size()) + " of the " +
                                           std::to_string(size) + " bytes of a request within " +
                                           in_words(deadline.allowed));
    // A dead child whose own child still holds the pipe: the rest will never be read.
    if (now >= next_look && ended()) return std::nullopt;
    if (now >= next_look && grown_too_large()) return too_large();
    if (now >= next_look) next_look = now + slice;
    wait_and_take_in(true, deadline);
  }
  return std::nullopt;
}

std::variant<std::string, Failure> Process::receive(const Deadline& deadline) {
  auto next_look = steady_clock::now() + slice;
  while (!lines_.ready()) {
    if (lines_.flooded())
      return failure(Trouble::flooded,
                     "wrote more than " + std::to_string(reply_bytes_) + " bytes instead of an answer");
    const auto now = steady_clock::now();
    if (!output_.open()) return last_words();
    if (now >= next_look) {
      // Where a grandchild holds the pipe, its end never comes; but all that the child wrote lies in it now.
      const bool last_chance = ended();
      const bool more = last_chance && take_in_output();
      if (last_chance && !more && !lines_.ready()) return last_words();
      if (more) continue;
      if (grown_too_large()) return too_large();
      next_look = now + slice;
    }
    if (now >= deadline.at) return too_late(deadline);
    wait_and_take_in(false, deadline);
  }
  return lines_.take();
}

// Waits until something moves, or for a slice, and takes in one chunk of whatever came. While a complete line
// lies ready, stdout is left alone: a subject that answers without being asked fills its own pipe, not our
// memory.
void Process::wait_and_take_in(bool writing, const Deadline& deadline) {
  const bool reading = output_.open() && !lines_.ready();
  std::array<pollfd, 3> watched{{{reading ? output_.number() : -1, POLLIN, 0},
                                 {error_.open() ? error_.number() : -1, POLLIN, 0},
                                 {writing ? input_.number() : -1, POLLOUT, 0}}};
  const int patience = static_cast<int>(std::min(slice, time_left(deadline)).count());
  if (poll(watched.data(), watched.size(), patience) <= 0) return;
  if (watched[0].revents != 0) (void)take_in_output();
  if (watched[1].revents != 0) (void)take_in_error();
}

// True if something came.
bool Process::take_in_output() {
  if (!output_.open()) return false;
  const ssize_t count = read(output_.number(), chunk_.data(), chunk_.size());
  if (count > 0) lines_.feed({chunk_.data(), static_cast<std::size_t>(count)});
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) output_.close();
  return count > 0;
}

bool Process::take_in_error() {
  if (!error_.open()) return false;
  const ssize_t count = read(error_.number(), chunk_.data(), chunk_.size());
  if (count > 0) tail_.feed({chunk_.data(), static_cast<std::size_t>(count)});
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) error_.close();
  return count > 0;
}

void Process::write_some(std::string_view& rest) {
  if (rest.empty() || !input_.open()) return;
  const ssize_t written = write_without_sigpipe(input_.number(), rest);
  if (written >= 0) rest.remove_prefix(static_cast<std::size_t>(written));
  if (written < 0 && errno != EAGAIN && errno != EINTR) input_.close();
}

// Looks without reaping: as long as the leader is a zombie, its group keeps its number, and killing the group
// cannot hit anybody else.
bool Process::ended() {
  if (ending_) return true;
  siginfo_t found{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &found, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno == ECHILD) ending_ = Ending{};
  } else if (found.si_pid == pid_) {
    ending_ = Ending{found.si_code != CLD_EXITED, found.si_status};
  }
  return ending_.has_value();
}

bool Process::ended_within(milliseconds time) {
  const Deadline deadline = Deadline::in(time);
  for (std::chrono::microseconds pause{100}; !ended();
       pause = std::min(2 * pause, std::chrono::microseconds{5000})) {
    if (steady_clock::now() >= deadline.at) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

// The child is gone, or will not write any more, and all that it wrote is read.
Failure Process::last_words() {
  // Its pipes close a moment before its exit status can be seen.
  if (!ended_within(after_end_of_output))
    return failure(Trouble::protocol, "closed its standard output without an answer");
  const std::string half = lines_.unfinished() == 0 ? "" : " in the middle of an answer";
  if (!ending_->number) return failure(Trouble::exited, "ended, and its exit status is lost" + half);
  if (ending_->by_signal)
    return failure(Trouble::crashed, "killed by " + signal_name(*ending_->number) + half);
  return failure(Trouble::exited, "exited with status " + std::to_string(*ending_->number) + half);
}

bool Process::grown_too_large() const { return memory_bytes_ != 0 && resident_bytes(pid_) > memory_bytes_; }

Failure Process::too_large() {
  const std::size_t mebibytes = memory_bytes_ >> 20;
  return failure(Trouble::memory, "took more than " +
                                    (mebibytes % 1024 == 0 ? std::to_string(mebibytes / 1024) + " GiB"
                                                           : std::to_string(mebibytes) + " MiB") +
                                    " of memory");
}

Failure Process::too_late(const Deadline& deadline) {
  std::string message = "no answer within " + in_words(deadline.allowed);
  if (!input_.open()) message = "closed its standard input and gave " + message;
  if (lines_.unfinished() != 0) message += " (but " + std::to_string(lines_.unfinished()) + " bytes of one)";
  return failure(Trouble::timed_out, std::move(message));
}

Failure Process::failure(Trouble trouble, std::string message) {
  lines_.finish();
  if (children_forbidden()) trouble = Trouble::interrupted, message = "interrupted";
  return {trouble, std::move(message), standard_error(), lines_.stray(), {}};
}

std::string Process::standard_error() {
  for (std::size_t taken = 0; taken < last_error_bytes && take_in_error(); taken += chunk_.size()) {
  }
  return last_lines(tail_.text());
}

void Process::signal_group(int signal) noexcept {
  kill(-pid_, signal);
  kill(pid_, signal);  // it may have left its own group
}

void Process::stop(milliseconds grace) noexcept {
  if (pid_ <= 0) return;
  input_.close();
  output_.close();
  error_.close();
  if (!ended_within(grace)) {
    signal_group(SIGTERM);
    (void)ended_within(after_sigterm);
  }
  // Also where the leader is gone: its children may not be. If somebody else has reaped it, its number is no
  // longer ours to use.
  const bool ours = !ending_ || ending_->number;
  if (ours) signal_group(SIGKILL);
  strike_group(pid_);
  if (ours && ended_within(after_sigkill)) waitpid(pid_, nullptr, 0);
  pid_ = -1;
  end_orphans();
}

}  // namespace gradproof::inline v0::protocol
