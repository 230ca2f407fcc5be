// gradproof report: reports that were written as JSON, shown again, put together and compared.
#include <fmt/format.h>

#include "cli/outputs.hpp"
#include "gradproof/accuracy.hpp"
#include "gradproof/campaign.hpp"
#include "gradproof/report.hpp"

namespace gradproof::inline v0::cli {

namespace {

std::optional<ReportKind> kind_of(const std::string& file) {
  const auto text = read_text(file);
  if (!text) return {};
  const auto kind = kind_of_report(*text);
  if (kind) return *kind;
  return complain(file + ": " + kind.error().message), std::nullopt;
}

// Of all files, which must be of one kind.
std::optional<ReportKind> kind_of(const std::vector<std::string>& files) {
  std::optional<ReportKind> first;
  for (const std::string& file : files) {
    const auto kind = kind_of(file);
    if (!kind) return {};
    if (first && *kind != *first)
      return complain(fmt::format("{} is a report of {} and {} of {}: they have nothing in common",
                                  files.front(), name(*first), file, name(*kind))),
             std::nullopt;
    first = kind;
  }
  return first;
}

template <class Report>
std::optional<std::vector<Report>> read_all(const std::vector<std::string>& files,
                                            Result<Report, NoReport> (*read)(std::string_view)) {
  std::vector<Report> all;
  for (const std::string& file : files) {
    auto report = read_report(file, read);
    if (!report) return {};
    all.push_back(*std::move(report));
  }
  return all;
}

// Shows the report, compared with an earlier one where that was asked for. The exit code is the report's own.
template <class Report>
int shown(const Common& common, const Outputs& outputs, const Report& report,
          Result<Report, NoReport> (*read)(std::string_view)) {
  std::optional<Report> earlier;
  if (!outputs.compare.empty()) {
    earlier = read_report(outputs.compare, read);
    if (!earlier || !can_judge(outputs, *earlier, report)) return Exit::usage;
  }
  return deliver_report(common, outputs, report, earlier);
}

std::optional<Changes> changes_of(const Outputs& outputs, ReportKind kind, const std::string& before,
                                  const std::string& now) {
  const auto between = [&](auto read) -> std::optional<Changes> {
    const auto old = read_report(before, read), fresh = read_report(now, read);
    if (!old || !fresh || !can_judge(outputs, *old, *fresh)) return {};
    Changes changes = changes_between(*old, *fresh);
    changes.earlier = before;
    return changes;
  };
  switch (kind) {
    case ReportKind::verdicts: return between(&read_reports);
    case ReportKind::campaign: return between(&read_campaign);
    case ReportKind::accuracy: return between(&read_accuracy);
  }
  return {};
}

}  // namespace

int report_show(const Common& common, const Outputs& outputs, const std::string& file) {
  if (!sensible(common, outputs, {file})) return Exit::usage;
  const auto kind = kind_of(file);
  if (!kind) return Exit::usage;
  const auto show = [&](auto read) -> int {
    const auto report = read_report(file, read);
    return report ? shown(common, outputs, *report, read) : static_cast<int>(Exit::usage);
  };
  switch (*kind) {
    case ReportKind::verdicts: return show(&read_reports);
    case ReportKind::campaign: return show(&read_campaign);
    case ReportKind::accuracy: return show(&read_accuracy);
  }
  return Exit::usage;
}

int report_merge(const Common& common, const Outputs& outputs, const std::vector<std::string>& files) {
  if (!sensible(common, outputs, files)) return Exit::usage;
  const auto kind = kind_of(files);
  if (!kind) return Exit::usage;
  switch (*kind) {
    case ReportKind::campaign:
      return complain(
        "campaigns are put together from their stores, block by block: gradproof campaign merge");
    case ReportKind::verdicts: {
      const auto parts = read_all(files, &read_reports);
      return parts ? shown(common, outputs, merged(*parts), &read_reports) : static_cast<int>(Exit::usage);
    }
    case ReportKind::accuracy: {
      const auto parts = read_all(files, &read_accuracy);
      if (!parts) return Exit::usage;
      const auto whole = merged(*parts);
      return whole ? shown(common, outputs, *whole, &read_accuracy) : complain(whole.error().message);
    }
  }
  return Exit::usage;
}

int report_diff(const Common& common, Outputs outputs, const std::string& before, const std::string& now) {
  outputs.compare = before;
  if (!sensible(common, outputs, {before, now})) return Exit::usage;
  const auto kind = kind_of(std::vector{before, now});
  if (!kind) return Exit::usage;
  const auto changes = changes_of(outputs, *kind, before, now);
  if (!changes) return Exit::usage;
  const Changes& c = *changes;
  const bool written =
    deliver(common, outputs,
            {[&] { return to_text(c); }, [&] { return to_json(c); }, [&] { return to_html(c); },
             [&] { return to_markdown(c); }, [&] { return to_junit(c); }});
  return written ? code_with(outputs, changes, Exit::holds) : static_cast<int>(Exit::usage);
}

}  // namespace gradproof::inline v0::cli
