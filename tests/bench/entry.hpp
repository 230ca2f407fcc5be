// What a run of the benchmarks found, as plain data: the lines of the table, of the JSON and of the page.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gradproof::inline v0::bench {

// One line. A measured time has median_ns, and ratio_to_floor where the floor of the same job and digits was
// measured in the same run. A figure that is no time (bytes, correct digits, graphs per second) has an amount
// with its unit. Text is for facts about the machine and for what was skipped, and why.
struct Entry {
  std::string job;
  int digits = 16;
  std::string subject, quantity;
  std::optional<double> median_ns{}, ratio_to_floor{}, amount{};
  std::string unit{}, text{};
  // Of a target only: what the amount has to keep to, and whether it does (nothing where it wasn't measured).
  std::optional<double> at_most{}, at_least{};
  std::optional<bool> met{};
};

[[nodiscard]] const Entry* find(const std::vector<Entry>& entries, const std::string& job, int digits,
                                const std::string& subject, const std::string& quantity);

// Sets every ratio_to_floor that can be had.
void compare_with_floor(std::vector<Entry>& entries);

// "123 ns", "4.56 ms"
[[nodiscard]] std::string duration(double ns);

[[nodiscard]] std::string table(const std::vector<Entry>& entries);
[[nodiscard]] std::string json(const std::vector<Entry>& entries);

}  // namespace gradproof::inline v0::bench
