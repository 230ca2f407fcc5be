// Reports as text and as JSON: pure functions of the data in verdict.hpp.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "gradproof/changes.hpp"
#include "gradproof/verdict.hpp"

namespace gradproof::inline v0 {

// `color`: with the escapes that a terminal paints by, in text alone. The others make the commands at the end ones that can be
// pasted: what runs scripts, and what the user's own command line said that a replay needs as well.
struct Style {
  bool color = false;
  std::string python = "python3", node = "node", options{};
};

// The report for a terminal; it ends with the next command to type where something failed.
[[nodiscard]] std::string to_text(const Report& report, const Style& style = {});
[[nodiscard]] std::string to_text(const CheckReport& report, const Style& style = {});

// Where the author's layer stands, as a script finds it.
struct Source {
  std::string file;  // from the script's own folder, or absolute
  std::string name;  // in that file; of a C plugin the prefix of its symbols
};
// A program in the subject's language that shows a failure and needs the framework and the author's file, but no
// gradproof. It ends with exit code 1 where the fault shows, 0 where it does not, and 2 where it can't be shown like this.
struct Script {
  std::string extension;  // "py", "mjs", "c"
  std::string text;
};
// Nothing where the subject has no source to speak of: the built-in engine, or a layer in somebody's running process.
[[nodiscard]] std::optional<Script> script_of(const Report& report, const Counterexample& example,
                                              const Source& source);

// {"schema": "gradproof/report/1", "reports": [...]}; the schema is docs/reference/report.schema.json.
[[nodiscard]] std::string to_json(std::span<const Report> reports);
// One HTML file that needs no other. Of each report: the verdict, the matrix of properties and dtypes, the
// counterexamples with their graphs drawn, and how it came about. `changes` are those since an earlier run.
[[nodiscard]] std::string to_html(std::span<const Report> reports, const Changes* changes = nullptr,
                                  const Style& style = {});
// A comment on a pull request.
[[nodiscard]] std::string to_markdown(std::span<const Report> reports, const Changes* changes = nullptr,
                                      const Style& style = {});
// JUnit's XML: a suite for each report, in it the verdict and a case for each property and dtype.
[[nodiscard]] std::string to_junit(std::span<const Report> reports, const Changes* changes = nullptr,
                                   const Style& style = {});

// {"schema": "gradproof/check/1", ...}; the schema is docs/reference/check.schema.json.
[[nodiscard]] std::string to_json(const CheckReport& report);

}  // namespace gradproof::inline v0
