// Judging somebody else's gradient reversal layer.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "gradproof/result.hpp"
#include "gradproof/verdict.hpp"

namespace gradproof::inline v0 {

// Who is to be judged: `builtin`, `so:LIBRARY[:PREFIX]`, `py:FILE:NAME`, `js:FILE:NAME`, `cmd:COMMAND LINE` or
// `socket:PATH`.
struct Target {
  enum class Kind { builtin, plugin, python, javascript, command, running } kind;
  std::string text;  // as it was written
  std::string file;
  std::string name;  // the prefix of a plugin's symbols, or the name in a Python or JavaScript file
  std::vector<std::string> words{};  // of the command line of an adapter
};
// Why a target can't be tried: a sentence with the remedy.
struct BadTarget {
  std::string message;
};
[[nodiscard]] Result<Target, BadTarget> parse_target(const std::string& text);

// How to start the processes that subjects run in.
struct Launch {
  std::string self;      // this program: hosts C plugins as `self serve-plugin LIBRARY PREFIX`
  std::string python;    // for py: targets
  std::string node;      // for js: targets
  std::string adapters;  // the folder that holds python/ and javascript/
  std::chrono::milliseconds start{60000};
  std::chrono::milliseconds reply{20000};
  std::size_t memory = std::size_t{8} << 30;  // bytes that a subject may have resident; 0: any number
};

// A failure that the subject's owner accepts: a pattern over "property:dtype" in which * stands for anything, and why.
struct KnownFailure {
  std::string pattern;
  std::string reason;
};
struct BadKnownFailures {
  std::size_t line;
  std::string message;
};
// A line each, pattern and reason; # begins a comment.
[[nodiscard]] Result<std::vector<KnownFailure>, BadKnownFailures> parse_known_failures(std::string_view text);

// What a layer declares to be: a reversal, unless told.
struct Contract {
  enum class Kind {
    reversal,
    scale,             // forward the identity, gradient times `number`
    stop,              // forward the identity, no gradient
    straight_through,  // forward rounds to the nearest integer, ties to even; the gradient passes
    clip,              // forward the identity, each cotangent clipped to +-`number`
    graph,  // forward what a graph says, gradient its declared one (the derivative, where it has no surrogates)
    schedule,  // no layer, but λ's schedule: the coefficient at step i of n
    training,  // no layer, but a step of training a network with a reversal in it
  } kind = Kind::reversal;
  double number = 0;
  std::optional<Graph> forward{};
  std::string text = "reversal";
};
struct BadContract {
  std::string message;
};
// `reversal`, `scale:S`, `stop`, `straight-through`, `clip:C`, `schedule`, `training`, or `derivative`, which needs the
// forward pass as a graph of one input and one output of one shape.
[[nodiscard]] Result<Contract, BadContract> parse_contract(std::string_view text,
                                                           const std::optional<Graph>& forward);

// How thoroughly to judge, and by which contract.
struct VerifyOptions {
  std::uint64_t seed = 1;
  std::uint64_t graphs = 60;      // of each family and dtype
  Tier tier = Tier::recommended;  // properties of this tier and of those before it
  std::vector<Dtype> dtypes;      // empty: all that the subject has
  std::vector<KnownFailure> known;
  Contract contract;
  std::optional<double> seconds;  // no new batch of random graphs after that long
  const std::atomic<bool>* stop = nullptr;
  // One line of progress at a time: what is being tried and how far it is.
  std::function<void(const std::string& what, std::size_t done, std::size_t of)> progress;
};

// Starts the target, and judges it. What goes wrong with the target is in the report.
[[nodiscard]] Report verify(const Target& target, const Launch& launch, const VerifyOptions& options);

// Runs one case again, as a replay file has it: the property named in the file (or all that apply) on its
// graph.
[[nodiscard]] Report replay(const Target& target, const Launch& launch, const Case& c,
                            const std::string& property);

// Which properties to try on how many graphs.
struct PropertiesOptions {
  std::vector<std::string> properties;  // ids; empty: the whole catalogue up to the tier
  Tier tier = Tier::recommended;
  std::uint64_t seed = 1;
  std::uint64_t graphs = 200;
  Dtype dtype = Dtype::f64;
  std::size_t jobs = 1;  // threads for the built-in engine; the report is the same for any number
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string& what, std::size_t done, std::size_t of)> progress;
};

// As many threads as the machine runs at once, and at least one.
[[nodiscard]] std::size_t all_cores();

// The catalogue on random graphs: each property on the same graphs, exact and smooth by turns, until it
// fails.
[[nodiscard]] Report run_properties(const Target& target, const Launch& launch,
                                    const PropertiesOptions& options);

// Every oracle on one graph, against reverse mode, at a number of decimal digits.
[[nodiscard]] CheckReport check_graph(const Graph& graph, std::int64_t digits);

}  // namespace gradproof::inline v0
