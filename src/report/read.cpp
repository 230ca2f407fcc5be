// Reports read back from JSON.
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "gradproof/report.hpp"
#include "gradproof/text.hpp"
#include "report/census_json.hpp"
#include "report/markup.hpp"
#include "report/matrix.hpp"
#include "report/read_json.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::array<std::pair<ReportKind, std::string_view>, 3> schemas = {
  {{ReportKind::verdicts, "gradproof/report/1"},
   {ReportKind::campaign, "gradproof/campaign/1"},
   {ReportKind::accuracy, "gradproof/accuracy/1"}}};

// The schema that a document names, or why it has none.
Result<std::string, NoReport> schema_of(const ReportJson& j) {
  if (j.is_discarded()) return NoReport{"it is no JSON"};
  if (!j.is_object() || !j.contains("schema") || !j["schema"].is_string())
    return NoReport{"it names no schema, as every report of gradproof's does"};
  return j["schema"].get<std::string>();
}

std::string read_by_us() {
  std::string text;
  for (const auto& [kind, schema] : schemas) text += (text.empty() ? "" : ", ") + std::string(schema);
  return text;
}

// Which commands write JSON of a kind.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> writers = {
  {{"report", "verify, properties or replay"},
   {"campaign", "campaign"},
   {"accuracy", "accuracy"},
   {"check", "check"},
   {"climb", "climb"},
   {"steps", "study steps"},
   {"precision", "study precision"},
   {"condition", "study condition"},
   {"changes", "report diff"}}};

// The kind that stands in "gradproof/KIND/VERSION".
std::string_view kind_in(std::string_view schema) {
  const std::size_t first = schema.find('/'), last = schema.rfind('/');
  return first == last ? std::string_view() : schema.substr(first + 1, last - first - 1);
}

std::string_view writer_of(std::string_view schema) {
  const auto at =
    std::ranges::find(writers, kind_in(schema), &std::pair<std::string_view, std::string_view>::first);
  return at == writers.end() ? std::string_view() : at->second;
}

// What a schema that is not the one that is needed means to the reader; `needed` is empty where any of ours would do.
std::string meaning_of(std::string_view found, std::string_view needed) {
  const auto other_version = [&](std::string_view ours) {
    return kind_in(found) == kind_in(ours) && found != ours;
  };
  if (needed.empty() ? std::ranges::any_of(schemas, other_version, &decltype(schemas)::value_type::second)
                     : other_version(needed))
    return ": a gradproof of another version wrote it; show it with that one, or write it anew with this one";
  if (writer_of(found).empty()) return "";
  const std::string wrote = ": it is what gradproof " + std::string(writer_of(found)) + " writes";
  if (needed.empty()) return wrote + ", which nothing reads back";
  return wrote + ", and not what " + std::string(writer_of(needed)) + " writes";
}

std::optional<double> power_of(const ReportJson& j) {
  return j.is_null() ? std::nullopt : std::optional(number_of(j));
}

Tally tally_from(const ReportJson& j) {
  Tally t;
  t.property = text_of(j, "property");
  t.claim = text_of(j, "claim");
  t.dtype = dtype_of(j.at("dtype"));
  t.holds = count_of(j, "holds");
  t.fails = count_of(j, "fails");
  t.undecided = count_of(j, "undecided");
  t.not_applicable = count_of(j, "not_applicable");
  for (const auto& [reason, count] : j.at("reasons").items()) t.reasons[reason] = count.get<std::size_t>();
  t.known = text_of(j, "known");
  t.median_power = power_of(j.at("detection_power").at("median"));
  t.worst_power = power_of(j.at("detection_power").at("worst"));
  return t;
}

Graph graph_from(const std::string& text) {
  auto document = parse(text);
  if (!document) throw Misfit{"a graph can't be read: " + document.error().message()};
  return document->graph;
}

Counterexample counterexample_from(const ReportJson& j) {
  Counterexample e{text_of(j, "property"), Case{graph_from(text_of(j, "graph"))}, {}, 0, 0, ""};
  e.minimal.dtype = dtype_of(j.at("dtype"));
  e.minimal.layout = named(j.at("layout"), {Layout::contiguous, Layout::transposed, Layout::strided,
                                            Layout::offset, Layout::expanded});
  e.minimal.rank = j.at("rank").get<int>();
  e.minimal.contract = text_of(j, "contract");
  e.nodes = count_of(j, "nodes");
  e.shrink_evaluations = count_of(j, "shrink_evaluations");
  e.finding.outcome = Outcome::fails;
  e.finding.reason = text_of(j, "reason");
  e.finding.detail = text_of(j, "detail");
  e.finding.against = text_of(j, "against");
  e.finding.story = text_of(j, "story");
  e.replay_file = text_of(j, "replay_file");
  e.script_file = text_of(j, "script_file");
  if (!j.contains("worst")) return e;
  const ReportJson& w = j["worst"];
  e.finding.worst = Disagreement{
    text_of(w, "place"), number_of(w.at("expected")), number_of(w.at("observed")), number_of(w.at("allowed")),
    named(w.at("residual"), {Residual::none, Residual::sign, Residual::got_zero, Residual::expected_zero,
                             Residual::ratio, Residual::not_finite, Residual::no_answer, Residual::shape})};
  return e;
}

SubjectFacts subject_from(const ReportJson& j) {
  SubjectFacts s;
  s.target = text_of(j, "target");
  s.framework = text_of(j, "framework");
  s.form = text_of(j, "form");
  s.lambda = text_of(j, "lambda");
  s.dtypes = j.at("dtypes").get<std::vector<std::string>>();
  s.stray = j.at("stray").get<std::vector<std::string>>();
  s.restarts = count_of(j, "restarts");
  return s;
}

Report report_from(const ReportJson& j) {
  Report r;
  r.command = text_of(j, "command");
  r.version = text_of(j, "version");
  r.environment = j.value("environment", "");
  r.seed = count_of(j, "seed");
  if (!j.at("tier").is_null()) r.tier = named(j["tier"], {Tier::required, Tier::recommended, Tier::strict});
  r.subject = subject_from(j.at("subject"));
  r.conclusion =
    named(j.at("conclusion"), {Conclusion::verified, Conclusion::not_verified, Conclusion::inconclusive,
                               Conclusion::no_subject, Conclusion::unexpected_pass});
  r.reason = text_of(j, "reason");
  r.detail = text_of(j, "detail");
  const ReportJson& d = j.at("diagnosis");
  r.diagnosis = {text_of(d, "headline"), text_of(d, "cause"), text_of(d, "mend")};
  r.unexpected_passes = j.at("unexpected_passes").get<std::vector<std::string>>();
  r.interrupted = j.at("interrupted").get<bool>();
  r.cases = count_of(j, "checks");
  r.seconds = number_of(j.at("seconds"));
  for (const ReportJson& t : j.at("properties")) r.tallies.push_back(tally_from(t));
  for (const ReportJson& e : j.at("counterexamples")) r.counterexamples.push_back(counterexample_from(e));
  // Older reports lack it, and so do those of what needs no graphs.
  if (j.contains("census"))
    for (const auto& [dtype, census] : j["census"].items()) r.census[dtype_of(dtype)] = census_from(census);
  return r;
}

}  // namespace

double number_of(const ReportJson& j) {
  if (j.is_number()) return j.get<double>();
  const auto& word = j.get_ref<const std::string&>();
  if (word == "nan") return std::nan("");
  if (word == "inf") return INFINITY;
  if (word == "-inf") return -INFINITY;
  throw Misfit{"'" + word + "' is no number"};
}

std::string text_of(const ReportJson& j, const char* field) { return j.at(field).get<std::string>(); }

std::uint64_t count_of(const ReportJson& j, const char* field) {
  const ReportJson& n = j.at(field);
  if (!n.is_number_unsigned()) throw Misfit{std::string(field) + " is no count"};
  return n.get<std::uint64_t>();
}

Dtype dtype_of(const ReportJson& j) {
  const auto dtype = find_dtype(j.get<std::string>());
  if (!dtype) throw Misfit{"'" + j.get<std::string>() + "' is no dtype"};
  return *dtype;
}

std::string_view name(ReportKind kind) {
  switch (kind) {
    case ReportKind::verdicts: return "verdicts";
    case ReportKind::campaign: return "a campaign";
    case ReportKind::accuracy: return "accuracy";
  }
  return "?";
}

Result<ReportKind, NoReport> kind_of_report(std::string_view json) {
  const auto schema = schema_of(ReportJson::parse(json, nullptr, false));
  if (!schema) return schema.error();
  for (const auto& [kind, ours] : schemas)
    if (*schema == ours) return kind;
  return NoReport{"it is of schema " + *schema + "; this gradproof reads " + read_by_us() +
                  meaning_of(*schema, "")};
}

namespace {

// A report may come from anywhere, and its words go to a terminal as they are.
void make_legible(ReportJson& j) {
  if (j.is_string()) j = legible(j.get_ref<const std::string&>());
  if (!j.is_structured()) return;
  for (ReportJson& each : j) make_legible(each);
}

}  // namespace

std::optional<NoReport> read_json(std::string_view text, std::string_view schema,
                                  const std::function<void(const ReportJson&)>& read) {
  ReportJson j = ReportJson::parse(text, nullptr, false);
  if (!j.is_discarded()) make_legible(j);
  const auto found = schema_of(j);
  if (!found) return found.error();
  if (*found != schema)
    return NoReport{"it is of schema " + *found + ", where " + std::string(schema) + " is needed" +
                    meaning_of(*found, schema)};
  const auto misfit = [&](const std::string& why) {
    return NoReport{"it names the schema " + std::string(schema) + " but does not keep to it: " + why};
  };
  try {
    read(j);
  } catch (const Misfit& e) {
    return misfit(e.message);
  } catch (const std::invalid_argument& e) {
    return misfit(e.what());
  } catch (const ReportJson::exception& e) {
    // Behind the library's own name for it stands what is wrong.
    const std::string_view what = e.what();
    return misfit(std::string(what.substr(std::min(what.find("] ") + 2, what.size()))));
  }
  return {};
}

Result<std::vector<Report>, NoReport> read_reports(std::string_view json) {
  std::vector<Report> reports;
  auto trouble = read_json(json, "gradproof/report/1", [&](const ReportJson& j) {
    for (const ReportJson& r : j.at("reports")) reports.push_back(report_from(r));
  });
  if (trouble) return *std::move(trouble);
  if (reports.empty()) return NoReport{"it holds no report: nothing was judged"};
  for (const Report& r : reports)
    if (r.conclusion == Conclusion::verified &&
        std::ranges::any_of(r.tallies, [](const Tally& t) { return standing_of(t) == Standing::failed; }))
      return NoReport{r.subject.target + " is said to be VERIFIED, and its table has failures"};
  return reports;
}

std::vector<Report> merged(std::span<const std::vector<Report>> parts) {
  std::vector<Report> all;
  std::vector<std::string> seen;
  for (const std::vector<Report>& part : parts)
    for (const Report& r : part) {
      Report timeless = r;
      timeless.seconds = 0;
      std::string json = to_json(std::span(&timeless, 1));
      if (std::ranges::find(seen, json) != seen.end()) continue;
      seen.push_back(std::move(json));
      all.push_back(r);
    }
  return all;
}

}  // namespace gradproof::inline v0
