// What changed between two runs, and reports read back from the JSON that they were written as.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradproof/result.hpp"
#include "gradproof/verdict.hpp"

namespace gradproof::inline v0 {

// One thing that two runs tell differently.
struct Change {
  enum class Way { worse, better, added, gone } way = Way::worse;
  std::string what;         // "py:grl.py:GRL: backward-rounded in float32"
  std::string before, now;  // in the words of the reports; empty where there is nothing of that side
};
// "worse", "better", "new" or "gone".
[[nodiscard]] std::string_view name(Change::Way way);

// All that two runs tell differently, and how far they can be compared.
struct Changes {
  std::string earlier;               // what this run is compared with, such as the name of a file
  std::vector<std::string> remarks;  // how far the two can be compared at all: other seeds, other versions
  std::vector<Change> list;          // what got worse first
};
// Whether anything got worse.
[[nodiscard]] bool any_worse(const Changes& changes);
// How many changes go this way.
[[nodiscard]] std::size_t count(const Changes& changes, Change::Way way);
// Orders the list: worse, better, added, gone; and within these as the reports have them.
void arrange(Changes& changes);

// A line for each change, under what it is: worse, better, new, gone.
[[nodiscard]] std::string to_text(const Changes& changes);
// {"schema": "gradproof/changes/1", ...}; the schema is docs/reference/changes.schema.json.
[[nodiscard]] std::string to_json(const Changes& changes);
[[nodiscard]] std::string to_markdown(const Changes& changes);
[[nodiscard]] std::string to_html(const Changes& changes);
[[nodiscard]] std::string to_junit(const Changes& changes);

// From verdict to verdict: of the same target, property by property and dtype by dtype.
[[nodiscard]] Changes changes_between(std::span<const Report> before, std::span<const Report> now);

// Why a text is no report that this gradproof reads: a sentence.
struct NoReport {
  std::string message;
};
enum class ReportKind { verdicts, campaign, accuracy };
[[nodiscard]] std::string_view name(ReportKind kind);
// What the text says that it is; a report of another kind or of another schema version is named as what it is.
[[nodiscard]] Result<ReportKind, NoReport> kind_of_report(std::string_view json);
// What `verify`, `properties` and `replay` wrote with --json. Rendered again it reads as it did.
[[nodiscard]] Result<std::vector<Report>, NoReport> read_reports(std::string_view json);

// The reports of several runs as those of one; what is the same but for its seconds is kept once.
[[nodiscard]] std::vector<Report> merged(std::span<const std::vector<Report>> parts);

}  // namespace gradproof::inline v0
