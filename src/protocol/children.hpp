#pragma once

#include <sys/types.h>

#include <mutex>

namespace gradproof::inline v0::protocol {

// The process groups that are alive now, in a table without locks, so that a signal handler can end them all.

// Kills every group at once and keeps new ones from starting: from now on every exchange fails as
// `interrupted`. Async-signal-safe: made for the handler of SIGINT and SIGTERM. The processes are reaped by
// their owners.
void kill_all_children() noexcept;

// Undoes the second half of kill_all_children, for a program that goes on after an interruption.
void let_children_start() noexcept;

[[nodiscard]] bool children_forbidden() noexcept;

// From now on a process that its parent has left behind, whatever group or session it has moved to, becomes a child of
// this program, where end_orphans() finds it. For a program whose only children are subjects: what it has adopted can't be
// told from a child that it started by other means.
void adopt_orphans() noexcept;

// Kills and reaps every child of this program that leads no group of the table, and what that leaves behind. Does nothing
// where orphans are not adopted.
void end_orphans() noexcept;

// Held while a process is started and entered, so that it is not taken for an orphan meanwhile.
[[nodiscard]] std::mutex& births() noexcept;

// For Process alone. A group is entered right after it started and struck off before its leader is reaped: as
// long as it is in the table, the kernel cannot give its number to anybody else.
[[nodiscard]] bool leads_group(pid_t process) noexcept;
enum class Entry { entered, forbidden, table_full };
[[nodiscard]] Entry enter_group(pid_t group) noexcept;
void strike_group(pid_t group) noexcept;

}  // namespace gradproof::inline v0::protocol
