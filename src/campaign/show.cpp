// A campaign's report as text and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "campaign/block_json.hpp"
#include "campaign/parts.hpp"
#include "gradproof/report.hpp"
#include "gradproof/text.hpp"
#include "number/spelled.hpp"
#include "report/census_part.hpp"
#include "report/next_command.hpp"

namespace gradproof::inline v0 {

namespace {

std::string row_text(const CensusRow& row) {
  std::uint64_t whole = 0;
  for (const auto& [title, n] : row.classes) whole += n;
  std::string text = fmt::format("    {:<22}", row.title);
  for (const auto& [title, n] : row.classes) text += fmt::format("  {} {}", title, percent(n, whole));
  return text + "\n";
}

std::string census_text(const Census& c) {
  std::string text = "  what was tried\n";
  for (const CensusRow& row : census_rows(c)) {
    // The operations stand between the graphs' shapes and their numbers.
    if (row.title == "λ") text += fmt::format("    {:<22}  {}\n", "operations", operations_text(c));
    text += row_text(row);
  }
  return text + row_text(residual_row(c));
}

std::string properties_text(const CampaignReport& r) {
  std::size_t widest = 8;
  for (const auto& [property, c] : r.counts) widest = std::max(widest, property.size());
  std::string text = fmt::format("  {:<{}}  {:>12}  {:>8}  {:>10}  {:>14}\n", "property", widest, "holds",
                                 "fails", "undecided", "not applicable");
  const auto line = [&](const std::string& property, const Counts& c) {
    text += fmt::format("  {:<{}}  {:>12}  {:>8}  {:>10}  {:>14}\n", property, widest, grouped(c.holds),
                        grouped(c.fails), grouped(c.undecided), grouped(c.not_applicable));
  };
  // The screening has seen every graph, and comes first.
  for (const auto& [property, c] : r.counts)
    if (property == screening) line(property, c);
  for (const auto& [property, c] : r.counts)
    if (property != screening) line(property, c);
  std::string never;
  for (const auto& [property, c] : r.counts)
    if (c.holds + c.fails == 0) never += (never.empty() ? "" : ", ") + property;
  if (!never.empty()) text += "  never decided, and so not shown to hold: " + never + "\n";
  return text;
}

std::string indented(std::string_view text, std::string_view margin) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (text[at] != '@' && !text.substr(at).starts_with("gradproof "))
      result += fmt::format("{}{}\n", margin, text.substr(at, end - at));
    at = end + 1;
  }
  return result;
}

std::string replay_of(const CampaignReport& r, const CampaignFailure& f, const Style& style) {
  const Counterexample* e = counterexample_of(r, f);
  if (e == nullptr || e->replay_file.empty()) return "";
  std::string text = "      replay: " + replay_text(r.report.subject, e->replay_file, style) + "\n";
  if (!e->script_file.empty()) text += "      script: " + script_command(e->script_file, style) + "\n";
  return text;
}

std::string times(std::uint64_t n) { return grouped(n) + (n == 1 ? " time" : " times"); }

// One kind of failure, with what shows it.
std::string group_text(const CampaignReport& r, const FailureGroup& group, const Style& style) {
  const CampaignFailure& f = group.smallest;
  std::string text = fmt::format("    {} ({}), {}{}\n", f.property, f.residual, times(group.count),
                                 f.from_corpus ? ", in the corpus" : "");
  text += indented(f.document, "        ");
  if (!f.place.empty() && f.residual != "no answer" && f.residual != "shape")
    text += "      " + spelled_claim(f.place, f.expected, f.observed, f.allowed) + "\n";
  else if (!f.reason.empty()) text += "      " + f.reason + "\n";
  return text + replay_of(r, f, style);
}

std::string groups_text(const CampaignReport& r, const Style& style) {
  if (r.groups.empty()) return "";
  std::string text = "  " + failures_text(r) + "\n";
  constexpr std::size_t whole = 3, most = 20;
  for (std::size_t i = 0; i < std::min(whole, r.groups.size()); ++i)
    text += "\n" + group_text(r, r.groups[i], style);
  if (r.groups.size() > whole) text += "\n    also:\n";
  for (std::size_t i = whole; i < std::min(most, r.groups.size()); ++i) {
    const CampaignFailure& f = r.groups[i].smallest;
    text += fmt::format("      {} ({}), {}{}\n", f.property, f.residual, times(r.groups[i].count),
                        f.skeleton.empty() ? "" : ": " + f.skeleton);
  }
  if (r.groups.size() > most)
    text += fmt::format("      and {} more; --json has them all\n", r.groups.size() - most);
  return text + "\n";
}

std::string plan_line(const CampaignReport& r) {
  std::string text =
    fmt::format("  {}; {}\n  digest {}", plan_text(r), format(r.plan.dtype).words, hex(r.digest));
  if (r.graphs_now > 0)
    text += fmt::format("; {} graphs/s in {:.1f} s", grouped(static_cast<std::uint64_t>(r.graphs_per_second)),
                        r.seconds_now);
  return text + fmt::format("\n  store {}\n", r.store);
}

std::string headword(const CampaignReport& r, bool color) {
  std::string word(name(r.report.conclusion));
  if (r.report.conclusion == Conclusion::verified) word = "HOLDS";
  if (r.report.conclusion == Conclusion::not_verified) word = "FAILS";
  if (!color) return word;
  const int paint = word == "HOLDS" ? 32 : word == "FAILS" ? 31 : 33;
  return fmt::format("\x1b[1;{}m{}\x1b[0m", paint, word);
}

}  // namespace

std::string to_text(const CampaignReport& r, const Style& style) {
  const SubjectFacts& s = r.report.subject;
  std::string text = "campaign on " + s.target;
  if (!s.framework.empty())
    text += "   " + s.framework + (s.form.empty() ? "" : ", " + s.form) +
            (s.lambda.empty() ? "" : ", λ: " + s.lambda);
  text += "\n\n" + headword(r, style.color);
  if (!r.report.reason.empty()) text += ": " + r.report.reason;
  if (r.report.interrupted)
    text += " (interrupted; go on with " +
            own_command("campaign", "--resume " + shell_quoted(r.store), style) + ")";
  text += "\n";
  const Diagnosis& d = r.report.diagnosis;
  if (!d.headline.empty()) text += "  " + d.headline + "\n";
  if (!d.cause.empty()) text += "  likely cause: " + d.cause + "\n";
  if (!d.mend.empty()) text += "  mend: " + d.mend + "\n";
  text += "\n" + groups_text(r, style);
  if (!r.counts.empty()) text += properties_text(r) + "\n" + census_text(r.census) + "\n";
  if (r.corpus_files > 0 || !r.corpus_troubles.empty())
    text += fmt::format("  corpus: {} file{} run first, {} failing check{}\n", r.corpus_files,
                        r.corpus_files == 1 ? "" : "s", r.corpus_failures, r.corpus_failures == 1 ? "" : "s");
  for (const CorpusTrouble& t : r.corpus_troubles) text += "    not run: " + t.file + ": " + t.message + "\n";
  return text + plan_line(r);
}

std::string to_json(const CampaignReport& r) {
  const Report& own = r.report;
  CampaignJson groups = CampaignJson::array();
  for (const FailureGroup& g : r.groups) {
    CampaignJson j = to_campaign_json(g.smallest);
    j["count"] = g.count;
    j["from_corpus"] = g.smallest.from_corpus;
    const Counterexample* shown = counterexample_of(r, g.smallest);
    j["replay_file"] = shown == nullptr ? "" : shown->replay_file;
    j["script_file"] = shown == nullptr ? "" : shown->script_file;
    groups.push_back(std::move(j));
  }
  CampaignJson corpus = {
    {"files", r.corpus_files}, {"fails", r.corpus_failures}, {"not_run", CampaignJson::array()}};
  for (const CorpusTrouble& t : r.corpus_troubles)
    corpus["not_run"].push_back({{"file", t.file}, {"message", t.message}});
  const CampaignJson j = {
    {"schema", "gradproof/campaign/1"},
    {"version", own.version},
    {"environment", own.environment},
    {"plan", to_campaign_json(r.plan)},
    {"shard", {{"index", r.shard.index + 1}, {"of", r.shard.of}}},
    {"store", r.store},
    {"subject",
     {{"target", own.subject.target},
      {"framework", own.subject.framework},
      {"form", own.subject.form},
      {"lambda", own.subject.lambda}}},
    {"conclusion", name(own.conclusion)},
    {"exit_code", exit_code(own.conclusion)},
    {"reason", own.reason},
    {"interrupted", own.interrupted},
    {"diagnosis",
     {{"headline", own.diagnosis.headline}, {"cause", own.diagnosis.cause}, {"mend", own.diagnosis.mend}}},
    {"blocks", r.blocks},
    {"missing_blocks", r.missing_blocks},
    {"graphs", r.graphs},
    {"digest", hex(r.digest)},
    {"graphs_now", r.graphs_now},
    {"seconds_now", r.seconds_now},
    {"graphs_per_second", r.graphs_per_second},
    {"counts", to_campaign_json(r.counts)},
    {"census", json_of(r.census)},
    {"corpus", std::move(corpus)},
    {"failures", std::move(groups)}};
  return j.dump(2, ' ', false, CampaignJson::error_handler_t::replace) + "\n";
}

}  // namespace gradproof::inline v0
