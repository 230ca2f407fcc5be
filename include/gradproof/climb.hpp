// Search beyond chance: graphs, or the inputs of one operation, changed step by step toward a larger error.
#pragma once

#include "gradproof/report.hpp"
#include "gradproof/verify.hpp"

namespace gradproof::inline v0 {

// Where to search, and how long.
struct ClimbOptions {
  std::uint64_t seed = 1;
  std::uint64_t evaluations = 20000;  // graphs that the subject is asked about
  Dtype dtype = Dtype::f64;
  // Of one operation, by name: its inputs are searched, and errors count in ulps of the truth. Empty: random graphs are
  // searched, and errors count as shares of what the derived bound allows.
  std::string operation;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::uint64_t done, double highest)> progress;
};

// The worst that was found.
struct Summit {
  double height = 0;  // observed error over allowed error, or in ulps
  std::string place;  // "gradient of x [0,1]"
  double observed = 0;
  std::string truth;  // as many digits as tell it from its neighbours
  double allowed = 0;
  std::string graph;  // as text
};

// The largest error that was found, and how the search went.
struct ClimbReport {
  ClimbOptions options;
  Report report;  // subject and conclusion; a counterexample where the bound was exceeded
  Summit summit;
  double random_height = 0;  // the highest among the random graphs that the climbs began with
  std::uint64_t evaluations = 0, undecided = 0, climbs = 0;
};

// Fails where an error is beyond the bound and the property gradient-duals confirms it.
[[nodiscard]] ClimbReport climb(const Target& target, const Launch& launch, const ClimbOptions& options);
// The same with a subject at hand; `ops` are the operations that it has.
void climb(Subject& subject, const std::vector<std::string>& ops, ClimbReport& report);

// The report for a terminal, painted or plain.
[[nodiscard]] std::string to_text(const ClimbReport& report, const Style& style = {});
// {"schema": "gradproof/climb/1", ...}; the schema is docs/reference/climb.schema.json.
[[nodiscard]] std::string to_json(const ClimbReport& report);
// One file that needs no other, with the graph drawn; and a comment on a pull request.
[[nodiscard]] std::string to_html(const ClimbReport& report, const Style& style = {});
[[nodiscard]] std::string to_markdown(const ClimbReport& report, const Style& style = {});

}  // namespace gradproof::inline v0
