#include "verify/known.hpp"

#include <algorithm>

namespace gradproof::inline v0 {

bool covers(std::string_view pattern, std::string_view text) {
  // The last star seen takes one character more whenever what follows it does not fit.
  std::size_t p = 0, t = 0, star = std::string_view::npos, taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string deviation_id(std::string_view property, Dtype dtype) {
  return std::string(property) + ":" + std::string(format(dtype).name);
}

const KnownFailure* known_failure(const std::vector<KnownFailure>& known, std::string_view property,
                                  Dtype dtype) {
  const std::string id = deviation_id(property, dtype);
  for (const KnownFailure& k : known)
    if (covers(k.pattern, id)) return &k;
  return nullptr;
}

void note_unexpected_passes(const std::vector<KnownFailure>& known, Report& report) {
  for (const KnownFailure& k : known) {
    bool failed = false, decided = false;
    for (const Tally& t : report.tallies) {
      if (!covers(k.pattern, deviation_id(t.property, t.dtype))) continue;
      failed = failed || t.fails > 0;
      decided = decided || t.holds > 0;
    }
    if (decided && !failed) report.unexpected_passes.push_back(k.pattern);
  }
}

Result<std::vector<KnownFailure>, BadKnownFailures> parse_known_failures(std::string_view text) {
  std::vector<KnownFailure> known;
  std::size_t line = 0;
  const auto spaces = " \t\r";
  while (!text.empty()) {
    ++line;
    std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(row.size() + 1, text.size()));
    row.remove_prefix(std::min(row.find_first_not_of(spaces), row.size()));
    if (row.empty() || row.front() == '#') continue;
    const std::string pattern(row.substr(0, row.find_first_of(spaces)));
    row.remove_prefix(pattern.size());
    row.remove_prefix(std::min(row.find_first_not_of(spaces), row.size()));
    while (!row.empty() && std::string_view(spaces).find(row.back()) != std::string_view::npos)
      row.remove_suffix(1);
    if (row.empty())
      return BadKnownFailures{line,
                              "'" + pattern + "' has no reason; say after it why the failure is accepted"};
    bool names_something = false;
    for (const Property* p : catalogue())
      for (const Dtype d : all_dtypes)
        names_something = names_something || covers(pattern, deviation_id(p->id, d));
    if (!names_something)
      return BadKnownFailures{line, "'" + pattern +
                                      "' names no property and dtype, such as backward-rounded:f16 or "
                                      "gradient-*:*; `gradproof list properties` names them"};
    known.push_back({pattern, std::string(row)});
  }
  return known;
}

}  // namespace gradproof::inline v0
