#include "entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "subject.hpp"

namespace gradproof::inline v0::bench {

std::string full_name(const Subject& s) {
  return fmt::format("{}/{}/{}/{}", s.job, s.digits, s.name, s.quantity);
}

const Entry* find(const std::vector<Entry>& entries, const std::string& job, int digits,
                  const std::string& subject, const std::string& quantity) {
  const auto found = std::ranges::find_if(entries, [&](const Entry& e) {
    return e.job == job && e.digits == digits && e.subject == subject && e.quantity == quantity;
  });
  return found == entries.end() ? nullptr : &*found;
}

void compare_with_floor(std::vector<Entry>& entries) {
  for (Entry& e : entries) {
    const Entry* floor = find(entries, e.job, e.digits, floor_name, value_only);
    if (e.median_ns && floor != nullptr && floor->median_ns)
      e.ratio_to_floor = *e.median_ns / *floor->median_ns;
  }
}

std::string duration(double ns) {
  struct Unit {
    double ns;
    const char* name;
  };
  Unit unit{1, "ns"};
  for (const Unit larger : {Unit{1e3, "µs"}, Unit{1e6, "ms"}, Unit{1e9, "s"}})
    if (ns >= larger.ns) unit = larger;
  return fmt::format("{:.4g} {}", ns / unit.ns, unit.name);
}

namespace {

std::string amount_text(const Entry& e) {
  if (e.unit == "bytes") return fmt::format("{:.4g} MiB", *e.amount / (1 << 20));
  return fmt::format("{:.5g} {}", *e.amount, e.unit);
}

std::string target_line(const Entry& e) {
  const std::string limit =
    e.at_most ? fmt::format("at most {:g}", *e.at_most) : fmt::format("at least {:g}", *e.at_least);
  std::string found = "-";
  if (e.amount)
    found = *e.amount < 1000 ? fmt::format("{:.3g}", *e.amount) : fmt::format("{:.0f}", *e.amount);
  const char* verdict = !e.met ? "not measured" : *e.met ? "met" : "NOT MET";
  return fmt::format("  {:<98} {:>12}  {:>8}  {}\n", e.text, limit, found, verdict);
}

std::string measured_line(const Entry& e) {
  const std::string figure = e.median_ns ? duration(*e.median_ns) : amount_text(e);
  const std::string ratio = e.ratio_to_floor          ? fmt::format("{:.3g}", *e.ratio_to_floor)
                            : e.median_ns && e.amount ? amount_text(e)
                                                      : "";
  return fmt::format("  {:>6}  {:<52} {:<20} {:>16}  {:>10}\n", e.digits, e.subject, e.quantity, figure,
                     ratio);
}

}  // namespace

std::string table(const std::vector<Entry>& entries) {
  std::string facts, measured, targets, skipped, job;
  for (const Entry& e : entries) {
    if (e.quantity == "target") {
      targets += target_line(e);
    } else if (e.quantity == "machine") {
      facts += fmt::format("  {:<12} {}\n", e.subject, e.text);
    } else if (e.quantity == "skipped") {
      skipped += fmt::format("  {}/{}/{}: {}\n", e.job, e.digits, e.subject, e.text);
    } else {
      if (e.job != job)
        measured += fmt::format("\n{}\n  {:>6}  {:<52} {:<20} {:>16}  {:>10}\n", e.job, "digits", "subject",
                                "quantity", "median", "over FLOOR");
      job = e.job;
      measured += measured_line(e);
    }
  }
  if (!skipped.empty()) skipped = "\nskipped\n" + skipped;
  if (!targets.empty()) targets = "\ntargets\n" + targets;
  return "machine\n" + facts + measured + skipped + targets;
}

std::string json(const std::vector<Entry>& entries) {
  const auto or_null = [](const auto& x) {
    return x ? nlohmann::ordered_json(*x) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Entry& e : entries) {
    nlohmann::ordered_json one{{"job", e.job},
                               {"digits", e.digits},
                               {"subject", e.subject},
                               {"quantity", e.quantity},
                               {"median_ns", or_null(e.median_ns)},
                               {"ratio_to_floor", or_null(e.ratio_to_floor)}};
    if (!e.unit.empty()) one.update({{"amount", or_null(e.amount)}, {"unit", e.unit}});
    if (!e.text.empty()) one["text"] = e.text;
    if (e.at_most) one["at_most"] = *e.at_most;
    if (e.at_least) one["at_least"] = *e.at_least;
    if (e.quantity == "target") one["met"] = or_null(e.met);
    all.push_back(std::move(one));
  }
  return all.dump(1) + "\n";
}

}  // namespace gradproof::inline v0::bench
