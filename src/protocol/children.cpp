#include "protocol/children.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace gradproof::protocol {
namespace {

// Zero-initialised before any code runs, and trivially destroyed: a handler may come at any time.
std::array<std::atomic<pid_t>, 256> groups;
std::atomic<bool> forbidden;
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

}  // namespace gradproof::protocol
