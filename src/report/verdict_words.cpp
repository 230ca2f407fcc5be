#include "report/verdict_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/matrix.hpp"
#include "report/page.hpp"

namespace gradproof::inline v0 {

std::string_view verdict_word(const Report& r) {
  if (r.command == "verify") return name(r.conclusion);
  if (r.conclusion == Conclusion::verified) return "HOLDS";
  return r.conclusion == Conclusion::not_verified ? "FAILS" : name(r.conclusion);
}

namespace {

std::string_view kind_of(Conclusion c) {
  switch (c) {
    case Conclusion::verified: return "good";
    case Conclusion::not_verified: return "bad";
    case Conclusion::inconclusive:
    case Conclusion::no_subject:
    case Conclusion::unexpected_pass: return "open";
  }
  return "open";
}

std::string reason_of(const Report& r) {
  return r.reason.empty() && r.interrupted ? "interrupted" : r.reason;
}

}  // namespace

std::string verdict_html(const Report& r) {
  std::string text = fmt::format("<p class=\"verdict\"><span class=\"badge {}\">{}</span> {}</p>\n",
                                 kind_of(r.conclusion), verdict_word(r), escaped(reason_of(r)));
  const auto line = [&](std::string_view title, const std::string& words) {
    if (!words.empty()) text += fmt::format("<p><b>{}</b> {}</p>\n", title, escaped(words));
  };
  line("What is wrong:", r.diagnosis.headline);
  line("Likely cause:", r.diagnosis.cause);
  line("Mend:", r.diagnosis.mend);
  for (const std::string& pattern : r.unexpected_passes)
    line("A known failure no longer happens:", pattern + "; take it out of the file");
  if (!r.detail.empty())
    text +=
      "<p class=\"soft\">The subject's own words:</p><pre tabindex=\"0\">" + escaped(r.detail) + "</pre>\n";
  return text;
}

std::string verdict_markdown(const Report& r) {
  std::string text = fmt::format("**{}**{}\n\n", verdict_word(r),
                                 reason_of(r).empty() ? "" : ": " + markdown_words(reason_of(r)));
  const auto line = [&](std::string_view title, const std::string& words) {
    if (!words.empty()) text += fmt::format("- {}: {}\n", title, markdown_words(words));
  };
  line("what is wrong", r.diagnosis.headline);
  line("likely cause", r.diagnosis.cause);
  line("mend", r.diagnosis.mend);
  for (const std::string& pattern : r.unexpected_passes) line("a known failure no longer happens", pattern);
  if (!r.detail.empty()) text += "\nThe subject's own words:\n\n" + markdown_block(r.detail);
  return text + "\n";
}

std::string coverage_text(const Report& r) {
  std::size_t holds = 0, fails = 0, undecided = 0, not_applicable = 0;
  for (const Tally& t : r.tallies)
    holds += t.holds, fails += t.fails, undecided += t.undecided, not_applicable += t.not_applicable;
  return fmt::format("{} checks: {} hold, {} fail, {} undecided, {} not applicable.", r.cases, holds, fails,
                     undecided, not_applicable);
}

std::string coverage_html(const Report& r) {
  std::string text = "<p>" + coverage_text(r) + "</p>\n", silent;
  for (const MatrixRow& row : matrix_of(r.tallies).rows) {
    const auto decided = [](const Tally* t) { return t != nullptr && t->decided() > 0; };
    if (std::ranges::none_of(row.cells, decided)) silent += (silent.empty() ? "" : ", ") + row.property;
  }
  if (!silent.empty()) text += "<p>Never decided, and so not shown to hold: " + escaped(silent) + ".</p>\n";
  std::map<std::string, std::size_t> reasons;
  for (const Tally& t : r.tallies)
    for (const auto& [reason, count] : t.reasons) reasons[reason] += count;
  if (reasons.empty()) return text;
  std::vector<std::pair<std::string, std::size_t>> sorted(reasons.begin(), reasons.end());
  std::ranges::stable_sort(sorted, std::ranges::greater{}, [](const auto& x) { return x.second; });
  PageTable table{
    "", "Reasons for checks without a decision", {{"times", true}, {"why there was no decision"}}, {}};
  for (const auto& [reason, count] : sorted)
    table.rows.push_back({{{fmt::format("{}", count)}, {escaped(reason), "wide"}}});
  return text + "<details><summary>Why checks were left undecided or did not apply</summary>\n" +
         table_html(table) + "</details>\n";
}

std::vector<std::pair<std::string, std::string>> environment_of(const Report& r) {
  std::vector<std::pair<std::string, std::string>> facts = {{"subject", r.subject.target}};
  const auto fact = [&](std::string_view title, const std::string& words) {
    if (!words.empty()) facts.emplace_back(title, words);
  };
  fact("framework", r.subject.framework);
  fact("form", r.subject.form);
  fact("λ", r.subject.lambda);
  std::string dtypes;
  for (const std::string& d : r.subject.dtypes) dtypes += (dtypes.empty() ? "" : ", ") + d;
  fact("its dtypes", dtypes);
  if (r.subject.restarts > 0) fact("started again", fmt::format("{} times", r.subject.restarts));
  fact("gradproof", r.version + ", " + r.command);
  fact("system", r.environment);
  if (r.tier) fact("tier", std::string(name(*r.tier)));
  if (r.command != "replay") fact("seed", fmt::format("{}", r.seed));
  if (r.seconds > 0) fact("time", fmt::format("{:.1f} s", r.seconds));
  std::string stray;
  for (const std::string& line : r.subject.stray) stray += (stray.empty() ? "" : "; ") + line;
  fact("printed to stdout, which is not its to use", stray);
  return facts;
}

std::string facts_html(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string text = "<dl>";
  for (const auto& [title, words] : facts)
    text += fmt::format("<dt>{}</dt><dd>{}</dd>", escaped(title), escaped(words));
  return text + "</dl>\n";
}

}  // namespace gradproof::inline v0
