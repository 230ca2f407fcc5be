#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace gradproof::inline v0::protocol {

// What the system tells of other processes; nothing where it tells nothing, as of a process that is gone.

// The children of all its threads, zombies too.
[[nodiscard]] std::vector<pid_t> children_of(pid_t process);

// Memory that it and what descends from it have resident. Pages that two of them share count twice.
[[nodiscard]] std::size_t resident_bytes(pid_t process);

}  // namespace gradproof::inline v0::protocol
