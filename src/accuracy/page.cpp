// An accuracy report as one HTML file that needs no other.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "accuracy/chart.hpp"
#include "accuracy/rows.hpp"
#include "report/changes_part.hpp"
#include "report/page.hpp"
#include "report/verdict_words.hpp"

namespace gradproof::inline v0 {

namespace {

std::string anchor(const OperationAccuracy& o) {
  std::string id = fmt::format("{}-{}", o.operation, format(o.dtype).name);
  std::ranges::replace(id, ' ', '_');
  return id;
}

bool is_off(const PartAccuracy& p) { return (p.worst && p.worst->ulps > 1) || !oddities_text(p).empty(); }

PageCell number_cell(double v) {
  return {ulps_text(v), v > 1 ? "bad" : "", std::isinf(v) ? "inf" : fmt::format("{}", v)};
}

std::string code(const std::string& text) { return "<code>" + escaped(text) + "</code>"; }

PageRow row_of(const AccuracyRow& row) {
  const OperationAccuracy& o = *row.operation;
  const PartAccuracy& p = *row.part;
  const double share = p.drawn == 0 ? 0 : static_cast<double>(p.nearest) / static_cast<double>(p.drawn);
  PageRow made{{{fmt::format("<a href=\"#{}\">{}</a>", anchor(o), escaped(o.operation))},
                {escaped(p.part)},
                {std::string(format(o.dtype).words)},
                number_cell(p.worst ? p.worst->ulps : 0),
                number_cell(p.p999),
                number_cell(p.p99),
                number_cell(p.p50),
                {nearest_text(p), "", fmt::format("{}", share)},
                {escaped(oddities_text(p)), lacks_a_number(p) ? "wide bad" : "wide"}},
               {{"dtype", std::string(format(o.dtype).name)}, {"off", is_off(p) ? "1" : "0"}}};
  const bool shown = p.worst && p.worst->ulps > 0;
  made.cells.push_back({shown ? code(inputs_text(p.worst->inputs)) : ""});
  made.cells.push_back({shown ? code(plain_text(p.worst->observed)) : ""});
  made.cells.push_back({shown ? code(p.worst->truth) : ""});
  return made;
}

std::string summary(const AccuracyReport& r, const std::vector<AccuracyRow>& worst) {
  if (worst.empty())
    return fmt::format("<p class=\"verdict bad\">Nothing was measured. {}</p>", escaped(r.report.reason));
  const auto within = std::ranges::count_if(worst, [](const AccuracyRow& row) { return !is_off(*row.part); });
  std::string text = fmt::format(
    "<p class=\"verdict\">{} of {} values and derivatives are within 1 ulp of the truth wherever it was "
    "looked, with nothing unusual.",
    within, worst.size());
  const auto ulps = [](const AccuracyRow& row) { return row.part->worst ? row.part->worst->ulps : 0; };
  const AccuracyRow& first = *std::ranges::max_element(worst, std::ranges::less{}, ulps);
  if (ulps(first) > 1)
    text += fmt::format(" The furthest off: <a href=\"#{}\">{} {} in {}</a>, {} ulp at <code>{}</code>.",
                        anchor(*first.operation), escaped(first.operation->operation), first.part->part,
                        format(first.operation->dtype).words, ulps_text(first.part->worst->ulps),
                        escaped(inputs_text(first.part->worst->inputs)));
  const auto without_number =
    std::ranges::count_if(worst, [](const AccuracyRow& row) { return lacks_a_number(*row.part); });
  if (without_number > 0)
    text +=
      fmt::format(" <span class=\"bad\">{} of them give{} NaN or an infinity where a number is right.</span>",
                  without_number, without_number == 1 ? "s" : "");
  return text + "</p>\n";
}

std::string controls(const AccuracyReport& r) {
  PageChoice dtypes{"dtype", "Dtype", "dtype", {}};
  std::vector<Dtype> seen;
  for (const OperationAccuracy& o : r.operations)
    if (std::ranges::find(seen, o.dtype) == seen.end()) seen.push_back(o.dtype);
  for (const Dtype d : seen)
    dtypes.options.emplace_back(std::string(format(d).name), std::string(format(d).words));
  return controls_html(
    {"parts", "words", "tanh d/dx", {dtypes}, "only", "Only above 1 ulp, or unusual", "off", "count"});
}

std::string parts_html(const std::vector<AccuracyRow>& rows) {
  PageTable table{"parts",
                  "Errors of each operation",
                  {{"operation"},
                   {"part"},
                   {"dtype"},
                   {"max", true},
                   {"p99.9", true},
                   {"p99", true},
                   {"p50", true},
                   {"nearest", true},
                   {"counted"},
                   {"max is at"},
                   {"observed"},
                   {"truth"}},
                  {}};
  for (const AccuracyRow& row : rows) table.rows.push_back(row_of(row));
  return table_html(table);
}

std::string charts(const AccuracyReport& r) {
  std::string text =
    "<h2>Error against the size of the input</h2>\n<p class=\"soft\">The largest error in ulps for each "
    "power of two "
    "of the (first) input, on a logarithmic scale. Negative inputs are on the left, large ones outside. "
    "Above 2^16 "
    "and below 2^-64 sixteen exponents share a place. Half an ulp, dashed, is what rounding costs.</p>\n";
  for (const OperationAccuracy& o : r.operations) {
    if (o.parts.empty()) continue;
    text += fmt::format("<section data-dtype=\"{}\"><h3 id=\"{}\">{} in {}</h3><div class=\"charts\">\n",
                        format(o.dtype).name, anchor(o), escaped(o.operation), format(o.dtype).words);
    std::string exact;
    for (const PartAccuracy& p : o.parts) {
      if (p.worst && p.worst->ulps > 0)
        text += fmt::format("<figure>{}<figcaption>{}: {} ulp at most</figcaption></figure>\n",
                            chart_of(o, p), p.part, ulps_text(p.worst->ulps));
      else exact += (exact.empty() ? "" : ", ") + p.part;
    }
    if (!exact.empty()) text += "<p class=\"soft\">" + exact + ": no error in any number.</p>\n";
    text += "</div></section>\n";
  }
  return text;
}

std::string unusual(const AccuracyReport& r) {
  PageTable table{
    "", "Special values", {{"operation"}, {"part"}, {"dtype"}, {"at"}, {"observed"}, {"expected"}}, {}};
  for (const AccuracyRow& row : rows_of(r, RowOrder::table))
    for (const SpecialMiss& m : row.part->special_misses)
      table.rows.push_back({{{escaped(row.operation->operation)},
                             {escaped(row.part->part)},
                             {std::string(format(row.operation->dtype).words)},
                             {code(inputs_text(m.inputs))},
                             {plain_text(m.observed)},
                             {plain_text(m.expected)}}});
  std::string text;
  if (!table.rows.empty())
    text = "<h2>Other than expected at infinities, NaN and the edges of domains</h2>\n" + table_html(table);
  std::string troubles;
  for (const OperationAccuracy& o : r.operations)
    if (!o.trouble.empty())
      troubles += fmt::format("<li>{} in {}: {}{}</li>\n", escaped(o.operation), format(o.dtype).words,
                              o.unsupported ? "unsupported: " : "", escaped(o.trouble));
  if (!troubles.empty()) text += "<h2>Not measured</h2>\n<ul>" + troubles + "</ul>\n";
  return text;
}

// What has to do with a measurement, and stands in its JSON as well.
std::vector<std::pair<std::string, std::string>> facts_of(const AccuracyReport& r) {
  Report facts;
  facts.command = r.report.command;
  facts.version = r.report.version;
  facts.environment = r.report.environment;
  facts.seed = r.options.seed;
  facts.subject.target = r.report.subject.target;
  facts.subject.framework = r.report.subject.framework;
  return environment_of(facts);
}

}  // namespace

std::string to_html(const AccuracyReport& r, const Changes* changes) {
  const std::vector<AccuracyRow> rows = rows_of(r, RowOrder::worst_first);
  const std::string title = "Accuracy of " + r.report.subject.target;
  std::string text = "<h1>" + escaped(title) + "</h1>\n<p class=\"soft\">" +
                     escaped(r.report.subject.framework) + " &middot; gradproof " +
                     escaped(r.report.version) + "</p>\n";
  text += summary(r, rows);
  if (changes != nullptr) text += changes_html(*changes);
  if (!rows.empty()) {
    text += "<h2>Errors in ulps of the unrounded truth</h2>\n" + controls(r) + parts_html(rows);
    text +=
      "<p class=\"soft\"><b>nearest</b>: the share of drawn inputs at which no number of the format is "
      "nearer to "
      "the truth. <b>vanished</b>: 0 where the truth is a normal number; <b>flushed</b>: 0 where it is a "
      "subnormal "
      "one; <b>infinite</b>, <b>NaN</b>: where a number is right; <b>finite</b>: where the truth is beyond "
      "the "
      "format; <b>special</b>: other than expected at an infinity, a NaN or the edge of the domain. " +
      escaped(method_text(r)) + " " + subnormals_text(r) + " By: <code>" + escaped(command_text(r)) +
      "</code></p>\n";
  }
  text += unusual(r);
  if (!rows.empty()) text += charts(r);
  text += "<h2>Environment</h2>\n" + facts_html(facts_of(r));
  return page_html(title, text);
}

}  // namespace gradproof::inline v0
