// Where a report goes besides standard output, and what it is compared with.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "gradproof/accuracy.hpp"
#include "gradproof/campaign.hpp"
#include "gradproof/report.hpp"

namespace gradproof::inline v0::cli {

// Complains before any work where a file can't be written, where two forms would go into one file or over one that is
// read, and where options make no sense together.
[[nodiscard]] bool sensible(const Common& common, const Outputs& outputs,
                            const std::vector<std::string>& read = {});

// The file as a report of this kind, by its reader; complains where it is none.
template <class Report>
[[nodiscard]] std::optional<Report> read_report(const std::string& file,
                                                Result<Report, NoReport> (*read)(std::string_view)) {
  const auto text = read_text(file);
  if (!text) return {};
  auto report = read(*text);
  if (report) return *std::move(report);
  return complain(file + ": " + report.error().message), std::nullopt;
}

// A report in all forms; what is not there can't be asked for.
struct Forms {
  std::function<std::string()> text, json, html, markdown, junit;
};
// Prints the text, unless something else goes to standard output, and writes the files. False where one can't be written.
[[nodiscard]] bool deliver(const Common& common, const Outputs& outputs, const Forms& forms);

// Commands as this user has to type them: with the Python or Node that was asked for in place of the usual one.
[[nodiscard]] Style style_of(const Common& common);

// A run that got worse fails where that was asked for; a failure stays one.
[[nodiscard]] int code_with(const Outputs& outputs, const std::optional<Changes>& changes, int code);

// What changed since the earlier report, if there is one.
template <class Report>
[[nodiscard]] std::optional<Changes> compared(const Outputs& outputs, const std::optional<Report>& earlier,
                                              const Report& now) {
  if (!earlier) return {};
  Changes changes = changes_between(*earlier, now);
  changes.earlier = outputs.compare;
  return changes;
}

// Complains where a comparison can't pass or fail a run, though that was asked for (--fail-on-worse, --junit): errors of
// other inputs are not compared, and a pass would say nothing.
template <class Report>
[[nodiscard]] bool can_judge(const Outputs& /*outputs*/, const Report& /*earlier*/, const Report& /*now*/) {
  return true;
}
[[nodiscard]] bool can_judge(const Outputs& outputs, const AccuracyOptions& earlier,
                             const AccuracyOptions& now);
[[nodiscard]] inline bool can_judge(const Outputs& outputs, const AccuracyReport& earlier,
                                    const AccuracyReport& now) {
  return can_judge(outputs, earlier.options, now.options);
}

// A report in all forms that were asked for, and the exit code of the program.
int deliver_report(const Common& common, const Outputs& outputs, const std::vector<Report>& reports,
                   const std::optional<std::vector<Report>>& earlier);
int deliver_report(const Common& common, const Outputs& outputs, const CampaignReport& report,
                   const std::optional<CampaignReport>& earlier);
int deliver_report(const Common& common, const Outputs& outputs, const AccuracyReport& report,
                   const std::optional<AccuracyReport>& earlier);

// What a run is to be compared with, read before it begins: nothing where there is no such wish. `refused` where it
// can't be read, or where an output can't be written.
template <class Report>
struct Prepared {
  bool refused = false;
  std::optional<Report> earlier{};
};
template <class Report>
[[nodiscard]] Prepared<Report> prepared(const Common& common, const Outputs& outputs,
                                        Result<Report, NoReport> (*read)(std::string_view)) {
  if (!sensible(common, outputs)) return {true};
  if (outputs.compare.empty()) return {};
  auto earlier = read_report(outputs.compare, read);
  return {!earlier, std::move(earlier)};
}

}  // namespace gradproof::inline v0::cli
