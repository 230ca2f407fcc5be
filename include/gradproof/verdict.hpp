// What a run of the verifier or of the property tests has to say, as data. Renderers read it and compute
// nothing.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gradproof/census.hpp"
#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

// A graph on which a property fails, made small.
struct Counterexample {
  std::string property;
  Case minimal;
  Finding finding;        // on the minimal graph
  std::size_t nodes = 0;  // inputs and operations of the minimal graph; literals in place don't count
  std::size_t shrink_evaluations = 0;
  std::string replay_file;    // where it was written, if it was
  std::string script_file{};  // the same as a program that needs no gradproof, if that was written
};

// What became of one property in one dtype.
struct Tally {
  std::string property;
  std::string claim;
  Dtype dtype = Dtype::f64;
  std::size_t holds = 0, fails = 0, undecided = 0, not_applicable = 0;
  // How often each reason was given for undecided and not applicable.
  std::map<std::string, std::size_t> reasons;
  // Over the cases that hold: the smallest relative error that the median case, and the bluntest one, would
  // have caught.
  // Nothing when none of them compared anything but zeros.
  std::optional<double> median_power, worst_power;
  std::string known;  // why its failures are accepted; empty where they are not
  [[nodiscard]] std::size_t decided() const { return holds + fails; }
};

// Who was judged, in the subject's own words.
struct SubjectFacts {
  std::string target;     // "py:grl.py:GRL"
  std::string framework;  // "PyTorch 2.13.0"
  std::string form;       // "autograd.Function"
  std::string lambda;     // how λ is given
  bool factor = false;    // its author declares that it is given the factor itself, which is -λ
  std::vector<std::string> dtypes;
  std::string adapter;  // "torch", "jax", "tfjs", "c" ...: whose language a script speaks
  // How its layer is made, called and given λ in that language, as the adapter found out: pieces of source text by name
  // (docs/reference/protocol.md, `usage`). Empty where there is no source to speak of.
  std::map<std::string, std::string> usage;
  std::vector<std::string> stray;  // what it printed to stdout beside its answers
  std::size_t restarts = 0;
};

// What the failures have in common, in a sentence for the author.
struct Diagnosis {
  std::string headline;  // expected and observed at the worst element, with the observed factor
  std::string cause;     // the likely cause; empty when no signature fits
  std::string mend;      // what usually mends it
};

// The verdict as a whole; `unexpected_pass`: all holds, and a known failure no longer happens.
enum class Conclusion { verified, not_verified, inconclusive, no_subject, unexpected_pass };
[[nodiscard]] std::string_view name(Conclusion conclusion);
// The documented exit code: 0, 1, 4, 3, 5.
[[nodiscard]] int exit_code(Conclusion conclusion);

// All that a run found. Judging fills it in, and whoever shows it computes nothing.
struct Report {
  std::string command;  // "verify" or "properties"
  std::string version;
  std::uint64_t seed = 0;
  std::optional<Tier> tier;  // up to which properties were tried; none where a single case was
  SubjectFacts subject;
  Conclusion conclusion = Conclusion::inconclusive;
  std::string reason;  // why inconclusive, or why there is no subject
  std::string detail;  // the subject's own words, where it did not start
  Diagnosis diagnosis;
  std::vector<Tally> tallies;
  std::vector<Counterexample> counterexamples;  // the most telling first
  std::vector<std::string> unexpected_passes;   // patterns of known failures that did not happen
  bool interrupted = false;
  std::size_t cases = 0;
  double seconds = 0;
  std::string environment{};  // the system, and the compiler that gradproof was built with
  // Of the graphs that were tried, each counted once, however many properties looked at it.
  std::map<Dtype, Census> census{};
};

// One graph under every oracle.
struct OracleRow {
  std::string oracle;
  Outcome outcome = Outcome::not_applicable;
  std::string note;     // why undecided or not applicable
  std::string worst;    // the largest |oracle - reverse mode| over the entry's absolute path sum
  std::string allowed;  // what that entry was allowed, over the same
};
struct GradientEntry {
  std::string place;  // "x [0,1]"
  std::string value;  // as many digits as were asked for
};
struct CheckReport {
  std::string file;
  std::int64_t digits = 0;
  std::vector<GradientEntry> values;  // of the outputs
  std::vector<GradientEntry> gradient;
  std::vector<OracleRow> rows;
  Conclusion conclusion = Conclusion::inconclusive;
  std::string reason;
};

}  // namespace gradproof::inline v0
