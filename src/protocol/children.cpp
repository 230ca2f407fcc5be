#include "protocol/children.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "protocol/kin.hpp"

namespace gradproof::inline v0::protocol {
namespace {

// Zero-initialised before any code runs, and trivially destroyed: a handler may come at any time.
std::array<std::atomic<pid_t>, 256> groups;
std::atomic<bool> forbidden;
std::atomic<bool> adopting;
static_assert(std::atomic<pid_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

}  // namespace

void kill_all_children() noexcept {
  const int saved = errno;
  // The flag comes first. A child that is being started right now is either seen in the table below, or its
  // owner sees the flag after entering it and ends it: no order of events lets one slip through. Between our
  // look at a slot and the kill, another thread would have to strike the group, reap its leader and see the
  // number given out again; the kernel hands out every other number first.
  forbidden.store(true);
  for (auto& slot : groups)
    if (const pid_t group = slot.load(); group > 0) {
      kill(-group, SIGKILL);
      kill(group, SIGKILL);  // the leader may have left its own group
    }
  errno = saved;
}

void adopt_orphans() noexcept {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) == 0) adopting.store(true);
}

std::mutex& births() noexcept {
  static std::mutex mutex;
  return mutex;
}

bool leads_group(pid_t process) noexcept {
  return std::ranges::any_of(groups, [&](const auto& slot) { return slot.load() == process; });
}

// A killed orphan's own children come to us in their turn, and one that forks without end is given up after some rounds.
void end_orphans() noexcept {
  constexpr int rounds = 200;
  constexpr timespec pause{0, 2'000'000};
  for (int round = 0; adopting.load() && round < rounds; ++round) {
    bool any = false;
    const std::scoped_lock no_birth(births());
    for (const pid_t child : children_of(getpid())) {
      if (leads_group(child)) continue;
      any = true;
      kill(child, SIGKILL);
      waitpid(child, nullptr, WNOHANG);
    }
    if (!any) return;
    nanosleep(&pause, nullptr);
  }
}

void let_children_start() noexcept { forbidden.store(false); }

bool children_forbidden() noexcept { return forbidden.load(); }

Entry enter_group(pid_t group) noexcept {
  for (auto& slot : groups) {
    pid_t expected = 0;
    if (slot.compare_exchange_strong(expected, group))
      return forbidden.load() ? Entry::forbidden : Entry::entered;
  }
  return Entry::table_full;
}

void strike_group(pid_t group) noexcept {
  for (auto& slot : groups) {
    pid_t expected = group;
    if (slot.compare_exchange_strong(expected, 0)) return;
  }
}

}  // namespace gradproof::inline v0::protocol
