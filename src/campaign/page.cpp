// A campaign's report as HTML, Markdown and JUnit.
#include <fmt/format.h>

#include <algorithm>

#include "campaign/block_json.hpp"
#include "campaign/parts.hpp"
#include "gradproof/text.hpp"
#include "report/card.hpp"
#include "report/census_part.hpp"
#include "report/changes_part.hpp"
#include "report/junit.hpp"
#include "report/matrix.hpp"
#include "report/next_command.hpp"
#include "report/page.hpp"
#include "report/verdict_words.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t most_kinds = 20, shown_at_once = 2;

std::optional<Residual> residual_of(const std::string& word) {
  for (const Residual r : {Residual::none, Residual::sign, Residual::got_zero, Residual::expected_zero,
                           Residual::ratio, Residual::not_finite, Residual::no_answer, Residual::shape})
    if (name(r) == word) return r;
  return {};
}

// One kind of failure; the graph must outlive the card.
FailureCard card_of(const CampaignReport& r, const FailureGroup& g, const std::optional<Graph>& graph,
                    const Style& style) {
  const CampaignFailure& f = g.smallest;
  FailureCard card;
  card.title = fmt::format("{} ({}) in {}, {} time{}{}", f.property, f.residual, format(r.plan.dtype).words,
                           grouped(g.count), g.count == 1 ? "" : "s", f.from_corpus ? ", in the corpus" : "");
  const auto tally = std::ranges::find(r.report.tallies, f.property, &Tally::property);
  if (tally != r.report.tallies.end()) card.claim = tally->claim;
  if (graph) card.graph = &*graph;
  card.graph_text = graph_lines(f.document);
  const auto residual = residual_of(f.residual);
  const bool is_number =
    !f.place.empty() && residual && *residual != Residual::no_answer && *residual != Residual::shape;
  if (is_number) card.wrong = Disagreement{f.place, f.expected, f.observed, f.allowed, *residual};
  else card.reason = f.reason;
  const Counterexample* shown = counterexample_of(r, f);
  if (shown != nullptr) card.commands = next_commands(r.report.subject, *shown, style);
  if (card.commands.empty())
    card.commands.push_back("gradproof campaign export " + shell_quoted(r.store) + " failures");
  return card;
}

// Each kind of failure in one of the forms.
template <class Form>
std::vector<std::string> kinds_in(const CampaignReport& r, const Form& form, const Style& style) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < std::min(most_kinds, r.groups.size()); ++i) {
    const auto document = parse(r.groups[i].smallest.document);
    const std::optional<Graph> graph = document ? std::optional(document->graph) : std::nullopt;
    all.push_back(form(card_of(r, r.groups[i], graph, style)));
  }
  return all;
}

std::string failures_html(const CampaignReport& r, const Style& style) {
  if (r.groups.empty()) return "";
  std::string text = "<h2>Kinds of failures</h2>\n<p>" + failures_text(r) + ".</p>\n", rest;
  const auto cards = kinds_in(r, card_html, style);
  for (std::size_t i = 0; i < cards.size(); ++i) (i < shown_at_once ? text : rest) += cards[i];
  if (!rest.empty())
    text +=
      fmt::format("<details><summary>{} more</summary>\n{}</details>\n", cards.size() - shown_at_once, rest);
  if (r.groups.size() > most_kinds)
    text += fmt::format("<p>And {} more kinds; --json has them all.</p>\n", r.groups.size() - most_kinds);
  return text;
}

std::vector<CensusRow> rows_of(const CampaignReport& r) {
  std::vector<CensusRow> rows = census_rows(r.census);
  rows.push_back(residual_row(r.census));
  return rows;
}

std::string tried_html(const CampaignReport& r) {
  return "<h2>What was tried</h2>\n" + coverage_html(r.report) + "<p>" + plan_text(r) +
         ". Operations: " + escaped(operations_text(r.census)) + ".</p>\n" + bars_html(rows_of(r), r.census);
}

std::vector<std::pair<std::string, std::string>> facts_of(const CampaignReport& r) {
  // What the blocks' subjects did one by one is not in the store, and so not here.
  Report own = r.report;
  own.subject.dtypes.clear();
  own.subject.stray.clear();
  own.subject.restarts = 0;
  own.seconds = 0;
  auto facts = environment_of(own);
  facts.emplace_back("dtype", std::string(format(r.plan.dtype).words));
  facts.emplace_back("digest", hex(r.digest));
  facts.emplace_back("store", r.store);
  if (r.graphs_now > 0)
    facts.emplace_back(
      "pace", fmt::format("{} graphs/s in {:.1f} s", grouped(static_cast<std::uint64_t>(r.graphs_per_second)),
                          r.seconds_now));
  if (r.corpus_files > 0)
    facts.emplace_back(
      "corpus", fmt::format("{} files run first, {} failing checks", r.corpus_files, r.corpus_failures));
  for (const CorpusTrouble& t : r.corpus_troubles) facts.emplace_back("not run", t.file + ": " + t.message);
  return facts;
}

}  // namespace

std::string to_html(const CampaignReport& r, const Changes* changes, const Style& style) {
  const std::string title = "Campaign on " + r.report.subject.target;
  std::string body = "<h1>" + escaped(title) + "</h1>\n" + verdict_html(r.report);
  if (changes != nullptr) body += changes_html(*changes);
  if (!r.report.tallies.empty()) body += "<h2>Properties</h2>\n" + matrix_html(r.report.tallies, "");
  body += failures_html(r, style);
  if (r.graphs > 0) body += tried_html(r);
  return page_html(title, body + "<h2>Environment</h2>\n" + facts_html(facts_of(r)));
}

std::string to_markdown(const CampaignReport& r, const Changes* changes, const Style& style) {
  std::string text = changes == nullptr ? "" : to_markdown(*changes) + "\n";
  text += "## Campaign on " + markdown_words(r.report.subject.target) + "\n\n" + verdict_markdown(r.report);
  if (!r.groups.empty()) text += failures_text(r) + "\n\n";
  for (const std::string& card : kinds_in(r, card_markdown, style)) text += card + "\n";
  if (!r.report.tallies.empty()) text += matrix_markdown(r.report.tallies) + "\n";
  text += coverage_text(r.report) + " " + plan_text(r) + ".\n\n";
  if (r.graphs > 0) text += bars_markdown(grouped(r.graphs) + " graphs", rows_of(r), r.census) + "\n";
  std::string facts;
  for (const auto& [fact, words] : facts_of(r)) facts += (facts.empty() ? "" : "; ") + fact + ": " + words;
  return text + "<sub>" + escaped(facts) + "</sub>\n";
}

std::string to_junit(const CampaignReport& r, const Changes* changes, const Style& style) {
  JunitSuite suite = suite_of(r.report, style);
  suite.properties = facts_of(r);
  suite.seconds = r.seconds_now;
  // The counterexample of a kind has its numbers in the group.
  for (JunitCase& c : suite.cases) {
    if (c.end != JunitCase::End::failed || c.name == "verdict") continue;
    for (const FailureGroup& g : r.groups) {
      if (!c.name.starts_with(g.smallest.property + " ")) continue;
      const FailureCard card = card_of(r, g, {}, style);
      c.message = c.message.substr(0, c.message.find(';')) + "; " + wrong_text(card);
      c.detail = card.title + "\n" + wrong_text(card) + "\n\n" + card.graph_text;
      for (const std::string& command : card.commands) c.detail += "\n" + command;
      break;
    }
  }
  std::vector<JunitSuite> suites = {std::move(suite)};
  if (changes != nullptr) suites.push_back(suite_of(*changes));
  return junit_xml(suites);
}

}  // namespace gradproof::inline v0
