#include "protocol/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string_view>
#include <system_error>

#include "protocol/quote.hpp"

namespace gradproof::inline v0::protocol {

void Descriptor::close() noexcept {
  // Not repeated after EINTR: on Linux the descriptor is gone in any case.
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

namespace {

constexpr int pipe_bytes = 1 << 20;  // the default of 64 KiB halves the throughput of large tensors

struct Pipe {
  Descriptor ours, theirs;
};

// Which end is ours: the one that we write to, or the one that we read from.
enum class OurEnd { writes, reads };

// Numbers 0 to 2 are where the child's ends are put, so none of the pipes may lie there (they would if our
// own stdin were closed, say).
std::optional<Descriptor> above_standard(int number) {
  Descriptor low(number);
  if (number > STDERR_FILENO) return low;
  const int moved = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (moved < 0) return std::nullopt;
  return Descriptor(moved);
}

// Empty with errno set where the system has no more descriptors to give.
std::optional<Pipe> open_pipe(OurEnd end) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  auto reading = above_standard(ends[0]);
  auto writing = above_standard(ends[1]);
  if (!reading || !writing) return std::nullopt;
  Pipe pipe = end == OurEnd::writes ? Pipe{std::move(*writing), std::move(*reading)}
                                    : Pipe{std::move(*reading), std::move(*writing)};
  // The flag belongs to our end alone: the child sees ordinary, blocking pipes.
  if (fcntl(pipe.ours.number(), F_SETFL, fcntl(pipe.ours.number(), F_GETFL) | O_NONBLOCK) != 0)
    return std::nullopt;
#ifdef F_SETPIPE_SZ
  // A wish: the system may refuse it to an ordinary user who has many pipes.
  (void)fcntl(pipe.ours.number(), F_SETPIPE_SZ, pipe_bytes);
#endif
  return pipe;
}

std::string system_says(int error) { return std::generic_category().message(error); }

bool is_directory(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

std::string why_not_started(const std::string& program, int error) {
  const std::string subject = "cannot start " + in_quotes(program) + ": ";
  const bool is_path = program.find('/') != std::string::npos;
  if (error == ENOENT && !is_path) return subject + "no such command on PATH";
  if (error == ENOENT && access(program.c_str(), F_OK) == 0)
    return subject + "the interpreter that its first line names does not exist";
  if (error == ENOENT) return subject + "no such file";
  if (error == EACCES && is_directory(program)) return subject + "it is a directory";
  if (error == EACCES) return subject + "it is not executable (chmod +x makes it so)";
  if (error == ENOEXEC) return subject + "it is neither a program nor a script with a #! line";
  return subject + system_says(error);
}

// Our environment with the command's additions in place of what they override.
std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto overrides = [&](const auto& pair) { return text.substr(0, text.find('=')) == pair.first; };
    if (std::ranges::none_of(command.environment, overrides)) all.emplace_back(text);
  }
  for (const auto& [key, value] : command.environment) all.push_back(key + '=' + value);
  return all;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// What posix_spawn is to do in the child, between fork and exec.
class Plan {
 public:
  Plan(const Pipe& input, const Pipe& output, const Pipe& error) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input.theirs.number(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output.theirs.number(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, error.theirs.number(), STDERR_FILENO);
    // Descriptors that a host program opened without O_CLOEXEC are not the subject's business either.
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

std::variant<Spawned, std::string> spawn(const Command& command) {
  if (command.argv.empty() || command.argv[0].empty())
    return std::string("cannot start: the command is empty");
  auto input = open_pipe(OurEnd::writes);
  auto output = input ? open_pipe(OurEnd::reads) : std::nullopt;
  auto error = output ? open_pipe(OurEnd::reads) : std::nullopt;
  if (!error) return "cannot start " + in_quotes(command.argv[0]) + ": no pipe to it: " + system_says(errno);

  const std::vector<std::string> environment = environment_of(command);
  const Plan plan(*input, *output, *error);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, command.argv[0].c_str(), plan.actions(), plan.attributes(),
                                  pointers_to(command.argv).data(), pointers_to(environment).data());
  if (failed != 0) return why_not_started(command.argv[0], failed);
  return Spawned{pid, std::move(input->ours), std::move(output->ours), std::move(error->ours)};
}

}  // namespace gradproof::inline v0::protocol
