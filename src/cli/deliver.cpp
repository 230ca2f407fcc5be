// What every command that judges or measures ends with: its report in the forms that were asked for, and the exit code.
#include <cstdlib>

#include "cli/outputs.hpp"
#include "gradproof/accuracy.hpp"
#include "gradproof/campaign.hpp"
#include "gradproof/report.hpp"
#include "report/next_command.hpp"

namespace gradproof::inline v0::cli {

namespace {

// One code for several subjects: a failure outranks a subject that did not start, which outranks an
// inconclusive one.
int combined(const std::vector<Report>& reports) {
  int code = Exit::holds;
  for (const int rank : {Exit::unexpected_pass, Exit::inconclusive, Exit::no_subject, Exit::fails})
    for (const Report& r : reports)
      if (exit_code(r.conclusion) == rank) code = rank;
  return code;
}

std::string text_of(const std::optional<Changes>& changes) { return changes ? "\n" + to_text(*changes) : ""; }

const Changes* pointer(const std::optional<Changes>& changes) { return changes ? &*changes : nullptr; }

}  // namespace

Style style_of(const Common& common) {
  Style style{colored(), common.python, common.node, {}};
  const auto said = [&](const char* option, const std::string& value, const char* variable,
                        const char* usual) {
    const char* environment = std::getenv(variable);
    if (value == (environment != nullptr && *environment != '\0' ? environment : usual)) return;
    style.options += (style.options.empty() ? "" : " ") + std::string(option) + " " + shell_quoted(value);
  };
  said("--python", common.python, "GRADPROOF_PYTHON", "python3");
  said("--node", common.node, "GRADPROOF_NODE", "node");
  return style;
}

int deliver_report(const Common& common, const Outputs& outputs, const std::vector<Report>& reports,
                   const std::optional<std::vector<Report>>& earlier) {
  const auto changes = compared(outputs, earlier, reports);
  const Style style = style_of(common);
  const bool written =
    deliver(common, outputs,
            {[&] {
               std::string text;
               for (const Report& r : reports) text += to_text(r, style) + "\n";
               return text + (changes ? to_text(*changes) : "");
             },
             [&] { return to_json(reports); }, [&] { return to_html(reports, pointer(changes), style); },
             [&] { return to_markdown(reports, pointer(changes), style); },
             [&] { return to_junit(reports, pointer(changes), style); }});
  return written ? code_with(outputs, changes, combined(reports)) : static_cast<int>(Exit::usage);
}

int deliver_report(const Common& common, const Outputs& outputs, const CampaignReport& report,
                   const std::optional<CampaignReport>& earlier) {
  const auto changes = compared(outputs, earlier, report);
  const Style style = style_of(common);
  const bool written =
    deliver(common, outputs,
            {[&] { return to_text(report, style) + text_of(changes); }, [&] { return to_json(report); },
             [&] { return to_html(report, pointer(changes), style); },
             [&] { return to_markdown(report, pointer(changes), style); },
             [&] { return to_junit(report, pointer(changes), style); }});
  if (!written) return Exit::usage;
  const int code = exit_code(report.report.conclusion);
  const bool not_run = code == Exit::holds && !report.corpus_troubles.empty();
  return code_with(outputs, changes, not_run ? static_cast<int>(Exit::usage) : code);
}

int deliver_report(const Common& common, const Outputs& outputs, const AccuracyReport& report,
                   const std::optional<AccuracyReport>& earlier) {
  if (!outputs.junit.empty() && !earlier)
    return complain("--junit needs --compare OLD.json: a measurement alone has nothing that could fail");
  const auto changes = compared(outputs, earlier, report);
  const RowOrder order = outputs.worst_first ? RowOrder::worst_first : RowOrder::table;
  const bool written =
    deliver(common, outputs,
            {[&] { return to_text(report, order) + text_of(changes); }, [&] { return to_json(report); },
             [&] { return to_html(report, pointer(changes)); },
             [&] { return to_markdown(report, order, pointer(changes)); },
             [&] { return to_junit(report, *changes); }});
  if (!written) return Exit::usage;
  const int code =
    report.report.interrupted ? static_cast<int>(Exit::inconclusive) : exit_code(report.report.conclusion);
  return code_with(outputs, changes, code);
}

}  // namespace gradproof::inline v0::cli
