// What a climb found, as text, JSON, HTML and Markdown.
#include "gradproof/climb.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "campaign/parts.hpp"
#include "gradproof/text.hpp"
#include "number/spelled.hpp"
#include "report/card.hpp"
#include "report/drawing.hpp"
#include "report/json_number.hpp"
#include "report/next_command.hpp"
#include "report/page.hpp"
#include "report/verdict_words.hpp"

namespace gradproof::inline v0 {

namespace {

bool of_operation(const ClimbReport& r) { return !r.options.operation.empty(); }

// "the largest error of tanh in float64: 9.007e+15 ulp"
std::string height_text(const ClimbReport& r) {
  return of_operation(r) ? fmt::format("the largest error of {} in {}: {:.4g} ulp", r.options.operation,
                                       format(r.options.dtype).words, r.summit.height)
                         : fmt::format("the largest error: {:.3g} of what the bound allows", r.summit.height);
}

std::string numbers_text(const ClimbReport& r) {
  const Summit& s = r.summit;
  const std::string allowed = of_operation(r) ? "" : ", allowed error " + spelled(s.allowed, 3);
  return fmt::format("{}: observed {}, truth {}{}", s.place, spelled(s.observed), s.truth, allowed);
}

std::string counts_text(const ClimbReport& r) {
  return fmt::format(
    "{} graphs in {} climb{}, {} undecided; the highest of the random ones had {:.3g}; seed {}",
    grouped(r.evaluations), r.climbs, r.climbs == 1 ? "" : "s", grouped(r.undecided), r.random_height,
    r.options.seed);
}

std::string indented(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    result += "      " + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return result;
}

std::string title_of(const ClimbReport& r) { return "Climb on " + r.report.subject.target; }

std::string capital(std::string words) {
  words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words;
}

std::string summit_html(const ClimbReport& r) {
  if (r.summit.graph.empty()) return "";
  const auto document = parse(r.summit.graph);
  const auto drawing = document ? drawing_of(document->graph, {}) : std::nullopt;
  return fmt::format(
    "<h2>{}</h2>\n<p>{}</p>\n<div class=\"pair\">{}<div><pre tabindex=\"0\">{}</pre></div></div>\n",
    escaped(capital(height_text(r))), escaped(numbers_text(r)), drawing ? "<div>" + *drawing + "</div>" : "",
    escaped(graph_lines(r.summit.graph)));
}

}  // namespace

std::string to_text(const ClimbReport& r, const Style& style) {
  std::string text = "climb on " + r.report.subject.target;
  if (!r.report.subject.framework.empty()) text += "   " + r.report.subject.framework;
  text += "\n\n";
  const std::string_view word = r.report.conclusion == Conclusion::verified       ? "HOLDS"
                                : r.report.conclusion == Conclusion::not_verified ? "FAILS"
                                                                                  : name(r.report.conclusion);
  text += style.color ? fmt::format("\x1b[1m{}\x1b[0m", word) : std::string(word);
  if (!r.report.reason.empty()) text += ": " + r.report.reason;
  text += "\n";
  if (!r.report.diagnosis.headline.empty()) text += "  " + r.report.diagnosis.headline + "\n";
  if (!r.report.diagnosis.cause.empty()) text += "  likely cause: " + r.report.diagnosis.cause + "\n";
  const Summit& s = r.summit;
  if (!s.graph.empty())
    text += "\n  " + height_text(r) + "\n" + indented(graph_lines(s.graph)) + "    " + numbers_text(r) + "\n";
  for (const Counterexample& e : r.report.counterexamples)
    if (!e.replay_file.empty())
      text += "    made small: " + replay_text(r.report.subject, e.replay_file, style) + "\n";
  return text + "\n  " + counts_text(r) + "\n";
}

std::string to_json(const ClimbReport& r) {
  const Summit& s = r.summit;
  const nlohmann::ordered_json j = {{"schema", "gradproof/climb/1"},
                                    {"version", r.report.version},
                                    {"subject", r.report.subject.target},
                                    {"framework", r.report.subject.framework},
                                    {"dtype", format(r.options.dtype).name},
                                    {"operation", r.options.operation},
                                    {"seed", r.options.seed},
                                    {"conclusion", name(r.report.conclusion)},
                                    {"exit_code", exit_code(r.report.conclusion)},
                                    {"reason", r.report.reason},
                                    {"unit", r.options.operation.empty() ? "share of the bound" : "ulp"},
                                    {"height", json_number(s.height)},
                                    {"random_height", json_number(r.random_height)},
                                    {"place", s.place},
                                    {"observed", json_number(s.observed)},
                                    {"truth", s.truth},
                                    {"allowed", json_number(s.allowed)},
                                    {"graph", s.graph},
                                    {"evaluations", r.evaluations},
                                    {"undecided", r.undecided},
                                    {"climbs", r.climbs}};
  return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string to_html(const ClimbReport& r, const Style& style) {
  std::string text = "<h1>" + escaped(title_of(r)) + "</h1>\n" + verdict_html(r.report) + summit_html(r) +
                     "<p>" + counts_text(r) + ".</p>\n";
  if (!r.report.counterexamples.empty()) text += "<h2>Made small</h2>\n";
  for (const Counterexample& e : r.report.counterexamples) text += card_html(card_of(r.report, e, style));
  return page_html(title_of(r), text + "<h2>Environment</h2>\n" + facts_html(environment_of(r.report)));
}

std::string to_markdown(const ClimbReport& r, const Style& style) {
  std::string text = "## " + markdown_words(title_of(r)) + "\n\n" + verdict_markdown(r.report);
  if (!r.summit.graph.empty())
    text += markdown_words(capital(height_text(r))) + "\n\n" + markdown_block(graph_lines(r.summit.graph)) +
            "\n" + markdown_words(numbers_text(r)) + "\n\n";
  text += counts_text(r) + ".\n\n";
  for (const Counterexample& e : r.report.counterexamples)
    text += card_markdown(card_of(r.report, e, style)) + "\n";
  std::string facts;
  for (const auto& [fact, words] : environment_of(r.report))
    facts += (facts.empty() ? "" : "; ") + fact + ": " + words;
  return text + "<sub>" + escaped(facts) + "</sub>\n";
}

}  // namespace gradproof::inline v0
