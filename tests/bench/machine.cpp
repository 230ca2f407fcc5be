#include "machine.hpp"

#include <fmt/format.h>
#include <gmp.h>
#include <mpfr.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <thread>
#if __has_include(<flint/flint.h>)
#include <flint/flint.h>
#endif

namespace gradproof::inline v0::bench {

namespace {

// What stands behind `key` and a separator in a file of the system's; the first such line counts.
std::string line_of(const char* file, const std::string& key, char separator) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const auto begin = line.find_first_not_of(" \t\"", line.find(separator) + 1);
    if (begin == std::string::npos) return "unknown";
    return line.substr(begin, line.find_last_not_of(" \t\"") - begin + 1);
  }
  return "unknown";
}

std::string today() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
  return text;
}

std::string processor() {
  const char* file = "/proc/cpuinfo";
  return fmt::format("{} (family {}, model {}), {} cores", line_of(file, "model name", ':'),
                     line_of(file, "cpu family", ':'), line_of(file, "model\t", ':'),
                     std::thread::hardware_concurrency());
}

std::string load() {
  double averages[3] = {0, 0, 0};
  if (getloadavg(averages, 3) != 3) return "unknown";
  return fmt::format("{:.2f} processes were running in the minute before", averages[0]);
}

}  // namespace

int flint_major() {
#ifdef __FLINT_VERSION
  return __FLINT_VERSION;
#else
  return 0;
#endif
}

std::vector<Entry> machine() {
#ifdef FLINT_VERSION
  const std::string flint = FLINT_VERSION;
#else
  const std::string flint = "none";
#endif
  const auto fact = [](std::string subject, std::string text) {
    return Entry{.job = "machine",
                 .digits = 0,
                 .subject = std::move(subject),
                 .quantity = "machine",
                 .text = std::move(text)};
  };
  return {fact("processor", processor()),
          fact("system", line_of("/etc/os-release", "PRETTY_NAME", '=')),
#ifdef __clang__
          fact("compiler", __VERSION__),
#else
          fact("compiler", "g++ " __VERSION__),
#endif
          fact("flags", GRADPROOF_BENCH_FLAGS),
          fact("MPFR", mpfr_get_version()),
          fact("GMP", gmp_version),
          fact("FLINT", flint),
          fact("load", load()),
          fact("date", today())};
}

}  // namespace gradproof::inline v0::bench
