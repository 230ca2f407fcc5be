// Joins our standard streams to a Unix socket, on which a program that runs already answers for its own layer. To
// gradproof it looks like an adapter: a process to be started, waited for and ended, though the subject lives elsewhere.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/files.hpp"

namespace gradproof::inline v0::cli {

namespace {

// A socket that is connected to the path, or -1 with errno set.
int connected(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (end >= 0 && connect(end, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return end;
  const int error = errno;
  if (end >= 0) close(end);
  errno = error;
  return -1;
}

bool write_whole(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(to, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    if (stop) return false;
  }
  return true;
}

// Carries on what has come; false at the end of either side.
bool carry(int from, int to) {
  std::array<char, 1 << 16> chunk;
  const ssize_t count = read(from, chunk.data(), chunk.size());
  if (count < 0) return errno == EINTR;
  return count > 0 && write_whole(to, {chunk.data(), static_cast<std::size_t>(count)});
}

}  // namespace

int relay(const std::string& path) {
  const int other = connected(path);
  if (other < 0) return complain("can't connect to " + path + ": " + std::strerror(errno));
  std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0}, {other, POLLIN, 0}}};
  bool open = true;
  while (open && !stop) {
    if (poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[0].revents != 0) open = carry(STDIN_FILENO, other);
    if (open && watched[1].revents != 0) open = carry(other, STDOUT_FILENO);
  }
  close(other);
  return Exit::holds;
}

}  // namespace gradproof::inline v0::cli
