// Verdicts as one HTML file.
#include <fmt/format.h>

#include "gradproof/report.hpp"
#include "report/card.hpp"
#include "report/census_part.hpp"
#include "report/changes_part.hpp"
#include "report/matrix.hpp"
#include "report/page.hpp"
#include "report/verdict_words.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t shown_at_once = 2;

std::string counterexamples_html(const Report& r, const Style& style) {
  if (r.counterexamples.empty()) return "";
  std::string text = "<h2>Counterexamples, made small</h2>\n", rest;
  for (std::size_t i = 0; i < r.counterexamples.size(); ++i) {
    const std::string card = card_html(card_of(r, r.counterexamples[i], style));
    if (i < shown_at_once) text += card;
    else rest += card;
  }
  if (!rest.empty())
    text += fmt::format("<details><summary>{} more</summary>\n{}</details>\n",
                        r.counterexamples.size() - shown_at_once, rest);
  return text;
}

std::string section_html(const Report& r, const std::string& prefix, const Style& style) {
  std::string text;
  if (!r.tallies.empty()) text += "<h2>Properties and dtypes</h2>\n" + matrix_html(r.tallies, prefix);
  text += counterexamples_html(r, style);
  if (!r.tallies.empty()) text += "<h2>What was tried</h2>\n" + coverage_html(r) + census_html(r);
  return text + "<h2>Environment</h2>\n" + facts_html(environment_of(r));
}

std::string overview_html(std::span<const Report> reports) {
  PageTable table{"", "Verdicts", {{"subject"}, {"verdict"}, {"what is wrong"}}, {}};
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Report& r = reports[i];
    const bool bad = r.conclusion == Conclusion::not_verified;
    const bool good = r.conclusion == Conclusion::verified;
    table.rows.push_back(
      {{{fmt::format("<a href=\"#subject-{}\">{}</a>", i + 1, escaped(r.subject.target)), "wide"},
        {std::string(verdict_word(r)), bad    ? "bad"
                                       : good ? "good"
                                              : "open"},
        {escaped(r.diagnosis.headline.empty() ? r.reason : r.diagnosis.headline), "wide"}}});
  }
  return table_html(table);
}

}  // namespace

std::string to_html(std::span<const Report> reports, const Changes* changes, const Style& style) {
  const std::string difference = changes == nullptr ? "" : changes_html(*changes);
  if (reports.size() == 1) {
    const std::string title = "Verdict on " + reports[0].subject.target;
    return page_html(title, "<h1>" + escaped(title) + "</h1>\n" + verdict_html(reports[0]) + difference +
                              section_html(reports[0], "", style));
  }
  const std::string title = fmt::format("Verdicts on {} subjects", reports.size());
  std::string body = "<h1>" + title + "</h1>\n";
  body += reports.empty() ? "<p class=\"verdict\">Nothing was judged.</p>\n" : overview_html(reports);
  body += difference;
  for (std::size_t i = 0; i < reports.size(); ++i)
    body += fmt::format(
              "<article aria-labelledby=\"subject-{0}\"><h2 class=\"subject\" id=\"subject-{0}\">{1}</h2>\n",
              i + 1, escaped(reports[i].subject.target)) +
            verdict_html(reports[i]) + section_html(reports[i], fmt::format("s{}-", i + 1), style) +
            "</article>\n";
  return page_html(title, body);
}

}  // namespace gradproof::inline v0
