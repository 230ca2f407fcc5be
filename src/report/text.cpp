#include <fmt/format.h>

#include <algorithm>

#include "gradproof/report.hpp"
#include "gradproof/text.hpp"
#include "number/spelled.hpp"
#include "report/next_command.hpp"

namespace gradproof::inline v0 {

namespace {

std::string painted(std::string_view text, std::string_view code, const Style& style) {
  if (!style.color) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string_view paint_of(Conclusion c) {
  switch (c) {
    case Conclusion::verified: return "1;32";
    case Conclusion::not_verified: return "1;31";
    case Conclusion::inconclusive: return "1;33";
    case Conclusion::no_subject: return "1;35";
    case Conclusion::unexpected_pass: return "1;33";
  }
  return "0";
}

// A layer is verified by the whole battery; a run of single properties or of one case only holds or fails.
std::string_view headword(const Report& r) {
  if (r.command == "verify") return name(r.conclusion);
  if (r.conclusion == Conclusion::verified) return "HOLDS";
  return r.conclusion == Conclusion::not_verified ? "FAILS" : name(r.conclusion);
}

std::string plural(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string indented(std::string_view text, std::string_view margin) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    result += fmt::format("{}{}\n", margin, text.substr(at, end - at));
    at = end + 1;
  }
  return result;
}

// The display width of UTF-8 text: its bytes less the continuation bytes.
std::size_t width(std::string_view s) {
  return static_cast<std::size_t>(
    std::ranges::count_if(s, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(std::string_view s, std::size_t to) {
  return std::string(s) + std::string(to > width(s) ? to - width(s) : 0, ' ');
}

std::string subject_line(const SubjectFacts& s) {
  std::string line = s.target;
  const auto part = [&](std::string_view before, const std::string& text) {
    if (!text.empty()) line += std::string(before) + text;
  };
  part("   ", s.framework);
  part(", ", s.form);
  part(", λ: ", s.lambda);
  return line + "\n";
}

// Graphs as their lines, without the line that names the format.
std::string without_header(std::string text) {
  const std::string header = "gradproof 1\n";
  for (std::size_t at = text.find(header); at != std::string::npos; at = text.find(header))
    text.erase(at, header.size());
  return text;
}

std::string counterexample_text(const SubjectFacts& subject, const Counterexample& e, const Style& style) {
  const Case& c = e.minimal;
  std::string where = std::string(format(c.dtype).words);
  if (c.layout != Layout::contiguous) where += ", layout " + std::string(name(c.layout));
  if (c.rank != 2) where += fmt::format(", rank {}", c.rank);
  std::string text =
    fmt::format("  counterexample for {} ({}, {}):\n", e.property, where, plural(e.nodes, "node"));
  std::string graph = without_header(print(c.graph));
  constexpr std::size_t longest = 2000;
  if (graph.size() > longest) graph = graph.substr(0, longest) + "\n... (whole in the replay file)\n";
  text += indented(graph, "      ");
  if (e.finding.worst && e.finding.worst->residual != Residual::no_answer &&
      e.finding.worst->residual != Residual::shape)
    text += "    " +
            spelled_claim(e.finding.worst->place, e.finding.worst->expected, e.finding.worst->observed,
                          e.finding.worst->allowed) +
            "\n";
  else text += "    " + e.finding.reason + "\n";
  if (!e.finding.story.empty()) text += "    what was done with it:\n" + indented(e.finding.story, "      ");
  if (!e.finding.against.empty())
    text += "    that is what must follow from:\n" + indented(without_header(e.finding.against), "      ");
  if (!e.finding.detail.empty())
    text += "    the subject's own words:\n" + indented(e.finding.detail, "      | ");
  if (!e.replay_file.empty()) text += "    replay: " + replay_text(subject, e.replay_file, style) + "\n";
  if (!e.script_file.empty()) text += "    script: " + script_command(e.script_file, style) + "\n";
  return text;
}

// The other properties that fail: those with a counterexample, and then those that the table alone would tell of.
std::string also_failing(const Report& r, const Style& style) {
  std::string text, bare;
  std::vector<std::string> told;
  for (const Counterexample& e : r.counterexamples) {
    const bool first = told.empty();
    told.push_back(e.property);
    if (first) continue;
    text += fmt::format("\n    {} ({})", e.property, plural(e.nodes, "node"));
    if (!e.replay_file.empty()) text += ": " + replay_text(r.subject, e.replay_file, style);
  }
  for (const Tally& t : r.tallies) {
    if (t.fails == 0 || !t.known.empty() || std::ranges::find(told, t.property) != told.end()) continue;
    told.push_back(t.property);
    bare += (bare.empty() ? "" : ", ") + t.property;
  }
  if (!bare.empty()) text += "\n    without a counterexample here: " + bare;
  return text.empty() ? "" : "\n  also failing:" + text + "\n";
}

std::string outcome_cell(const Tally& t) {
  if (t.fails > 0) return fmt::format("{} {}/{}", t.known.empty() ? "FAIL" : "known", t.fails, t.decided());
  if (t.holds > 0)
    return fmt::format("ok {}{}", t.holds, t.undecided > 0 ? fmt::format(" ?{}", t.undecided) : "");
  return t.undecided > 0 ? fmt::format("?{}", t.undecided) : "-";
}

// Rows are properties, columns dtypes.
std::string tally_table(const std::vector<Tally>& tallies, const Style& style) {
  std::vector<std::string> properties;
  std::vector<Dtype> dtypes;
  for (const Tally& t : tallies) {
    if (std::ranges::find(properties, t.property) == properties.end()) properties.push_back(t.property);
    if (std::ranges::find(dtypes, t.dtype) == dtypes.end()) dtypes.push_back(t.dtype);
  }
  std::size_t first = 8;
  for (const auto& p : properties) first = std::max(first, p.size());
  std::string text = "  " + padded("property", first);
  for (const Dtype d : dtypes) text += "  " + padded(format(d).words, 12);
  text += "  would have caught\n";
  for (const auto& p : properties) {
    std::string line = "  " + padded(p, first);
    std::optional<double> power;
    for (const Dtype d : dtypes) {
      const auto at =
        std::ranges::find_if(tallies, [&](const Tally& t) { return t.property == p && t.dtype == d; });
      const std::string cell = padded(at == tallies.end() ? "" : outcome_cell(*at), 12);
      line +=
        "  " +
        (at != tallies.end() && at->fails > 0 ? painted(cell, at->known.empty() ? "31" : "33", style) : cell);
      if (at == tallies.end() || !at->median_power) continue;
      power = std::min(power.value_or(*at->median_power), *at->median_power);
    }
    if (power) line += *power > 0 ? fmt::format("  {:.1e} relative", *power) : "  any difference";
    else
      while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  return text;
}

std::string counts_line(const Report& r) {
  std::size_t holds = 0, fails = 0, undecided = 0, not_applicable = 0;
  for (const Tally& t : r.tallies)
    holds += t.holds, fails += t.fails, undecided += t.undecided, not_applicable += t.not_applicable;
  std::string text = fmt::format("  {}: {} hold, {} fail, {} undecided, {} not applicable",
                                 plural(r.cases, "check"), holds, fails, undecided, not_applicable);
  if (r.tier) text += fmt::format("; tier {}", name(*r.tier));
  if (r.command != "replay") text += fmt::format("; seed {}", r.seed);
  if (r.seconds > 0) text += fmt::format("; {:.1f} s", r.seconds);
  if (r.subject.restarts > 0)
    text += fmt::format("; the subject was started again {} time{}", r.subject.restarts,
                        r.subject.restarts == 1 ? "" : "s");
  return text + "\n";
}

// Why checks were left undecided, the commonest reasons first.
std::string reasons_text(const Report& r) {
  std::map<std::string, std::size_t> all;
  for (const Tally& t : r.tallies)
    if (t.undecided > 0)
      for (const auto& [reason, count] : t.reasons) all[reason] += count;
  std::string text;
  for (const auto& [reason, count] : all) text += fmt::format("    {} x {}\n", count, reason);
  return text.empty() ? text : "  undecided or not applicable, because:\n" + text;
}

// The known failures that happened, with the owner's reasons.
std::string known_text(const Report& r) {
  std::string text;
  for (const Tally& t : r.tallies)
    if (!t.known.empty()) text += fmt::format("    {}:{}  {}\n", t.property, format(t.dtype).name, t.known);
  return text.empty() ? text : "  known failures, which do not count:\n" + text;
}

}  // namespace

std::string to_text(const Report& r, const Style& style) {
  std::string text = subject_line(r.subject) + "\n";
  text += painted(headword(r), paint_of(r.conclusion), style);
  if (!r.reason.empty()) text += ": " + r.reason;
  if (r.interrupted && r.reason.empty()) text += " (interrupted)";
  text += "\n";
  if (!r.diagnosis.headline.empty()) text += "  " + r.diagnosis.headline + "\n";
  if (!r.diagnosis.cause.empty()) text += "  likely cause: " + r.diagnosis.cause + "\n";
  if (!r.diagnosis.mend.empty()) text += "  mend: " + r.diagnosis.mend + "\n";
  if (!r.detail.empty()) text += "  the subject's own words:\n" + indented(r.detail, "    | ");
  if (!r.counterexamples.empty())
    text += "\n" + counterexample_text(r.subject, r.counterexamples.front(), style) + also_failing(r, style);
  for (const std::string& pattern : r.unexpected_passes)
    text += "  a known failure no longer happens: " + pattern + "; take it out of the file\n";
  if (!r.tallies.empty())
    text += "\n" + tally_table(r.tallies, style) + "\n" + counts_line(r) + known_text(r) + reasons_text(r);
  if (!r.subject.stray.empty()) {
    text += "  the subject printed to stdout, which is not its to use:\n";
    for (const auto& line : r.subject.stray) text += "    | " + line + "\n";
  }
  return text;
}

std::string to_text(const CheckReport& r, const Style& style) {
  std::string text = r.file.empty() ? "" : r.file + "\n\n";
  const auto entries = [&](std::string_view title, const std::vector<GradientEntry>& all) {
    if (all.empty()) return;
    text += fmt::format("{} ({} digits)\n", title, r.digits);
    std::size_t widest = 0;
    for (const auto& e : all) widest = std::max(widest, width(e.place));
    for (const auto& e : all)
      text += "  " + padded(e.place, widest) + "  " + (e.value.starts_with('-') ? "" : " ") + e.value + "\n";
    text += "\n";
  };
  entries("value", r.values);
  entries("gradient", r.gradient);
  std::size_t widest = 6;
  for (const OracleRow& row : r.rows) widest = std::max(widest, width(row.oracle));
  if (!r.rows.empty())
    text += "  " + padded("oracle", widest) + "  verdict         largest difference   allowed\n";
  for (const OracleRow& row : r.rows) {
    std::string line = "  " + padded(row.oracle, widest) + "  " + padded(name(row.outcome), 14);
    if (row.outcome == Outcome::holds)
      line += fmt::format("  {:<19}  {}", row.worst == "0" ? "0 (exact)" : row.worst, row.allowed);
    else if (!row.note.empty()) line += "  " + row.note;
    text += line + "\n";
  }
  text += "\n" + painted(r.conclusion == Conclusion::verified       ? "ALL AGREE"
                         : r.conclusion == Conclusion::not_verified ? "DISAGREEMENT"
                                                                    : "INCONCLUSIVE",
                         paint_of(r.conclusion), style);
  if (!r.reason.empty()) text += ": " + r.reason;
  return text + "\n";
}

}  // namespace gradproof::inline v0
