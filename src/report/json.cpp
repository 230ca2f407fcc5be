#include <cmath>
#include <nlohmann/json.hpp>

#include "gradproof/report.hpp"
#include "gradproof/text.hpp"
#include "report/census_json.hpp"
#include "report/json_number.hpp"

namespace gradproof::inline v0 {

namespace {

using Json = nlohmann::ordered_json;

Json power(const std::optional<double>& p) { return p ? json_number(*p) : Json(nullptr); }

Json json_of(const SubjectFacts& s) {
  return {{"target", s.target}, {"framework", s.framework}, {"form", s.form},        {"lambda", s.lambda},
          {"dtypes", s.dtypes}, {"stray", s.stray},         {"restarts", s.restarts}};
}

Json json_of(const Tally& t) {
  Json reasons = Json::object();
  for (const auto& [reason, count] : t.reasons) reasons[reason] = count;
  return {{"property", t.property},
          {"claim", t.claim},
          {"dtype", format(t.dtype).name},
          {"holds", t.holds},
          {"fails", t.fails},
          {"undecided", t.undecided},
          {"not_applicable", t.not_applicable},
          {"reasons", reasons},
          {"known", t.known},
          {"detection_power", {{"median", power(t.median_power)}, {"worst", power(t.worst_power)}}}};
}

Json json_of(const Counterexample& e) {
  Json j = {{"property", e.property},
            {"dtype", format(e.minimal.dtype).name},
            {"layout", name(e.minimal.layout)},
            {"rank", e.minimal.rank},
            {"nodes", e.nodes},
            {"shrink_evaluations", e.shrink_evaluations},
            {"graph", print(e.minimal.graph)},
            {"reason", e.finding.reason},
            {"detail", e.finding.detail},
            {"contract", e.minimal.contract},
            {"against", e.finding.against},
            {"story", e.finding.story},
            {"replay_file", e.replay_file},
            {"script_file", e.script_file}};
  if (e.finding.worst)
    j["worst"] = {{"place", e.finding.worst->place},
                  {"expected", json_number(e.finding.worst->expected)},
                  {"observed", json_number(e.finding.worst->observed)},
                  {"allowed", json_number(e.finding.worst->allowed)},
                  {"residual", name(e.finding.worst->residual)}};
  return j;
}

Json json_of(const Report& r) {
  Json j = {{"command", r.command},
            {"version", r.version},
            {"environment", r.environment},
            {"seed", r.seed},
            {"tier", r.tier ? Json(name(*r.tier)) : Json()},
            {"subject", json_of(r.subject)},
            {"conclusion", name(r.conclusion)},
            {"exit_code", exit_code(r.conclusion)},
            {"reason", r.reason},
            {"detail", r.detail},
            {"diagnosis",
             {{"headline", r.diagnosis.headline}, {"cause", r.diagnosis.cause}, {"mend", r.diagnosis.mend}}},
            {"unexpected_passes", r.unexpected_passes},
            {"interrupted", r.interrupted},
            {"checks", r.cases},
            {"seconds", json_number(r.seconds)}};
  j["properties"] = Json::array();
  for (const Tally& t : r.tallies) j["properties"].push_back(json_of(t));
  j["counterexamples"] = Json::array();
  for (const Counterexample& e : r.counterexamples) j["counterexamples"].push_back(json_of(e));
  for (const auto& [dtype, census] : r.census) j["census"][std::string(format(dtype).name)] = json_of(census);
  return j;
}

Json json_of(const std::vector<GradientEntry>& entries) {
  Json j = Json::array();
  for (const auto& e : entries) j.push_back({{"place", e.place}, {"value", e.value}});
  return j;
}

// Text from a subject may hold anything; what is no UTF-8 is replaced.
std::string dumped(const Json& j) { return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string to_json(std::span<const Report> reports) {
  Json j = {{"schema", "gradproof/report/1"}, {"reports", Json::array()}};
  for (const Report& r : reports) j["reports"].push_back(json_of(r));
  return dumped(j);
}

std::string to_json(const CheckReport& r) {
  Json j = {{"schema", "gradproof/check/1"},
            {"file", r.file},
            {"digits", r.digits},
            {"values", json_of(r.values)},
            {"gradient", json_of(r.gradient)},
            {"conclusion", name(r.conclusion)},
            {"exit_code", exit_code(r.conclusion)},
            {"reason", r.reason}};
  j["oracles"] = Json::array();
  for (const OracleRow& row : r.rows)
    j["oracles"].push_back({{"oracle", row.oracle},
                            {"outcome", name(row.outcome)},
                            {"note", row.note},
                            {"worst", row.worst},
                            {"allowed", row.allowed}});
  return dumped(j);
}

}  // namespace gradproof::inline v0
