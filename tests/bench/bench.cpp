// gradproof_bench: what a graph costs. Medians over interleaved rounds on one core; `--json FILE` writes them
// too.
//
// Subjects in other processes are measured when the environment names a Python that has the framework
// (GRADPROOF_WITH_TORCH_PYTHON).
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "gradproof/analysis.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/dual.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/oracle.hpp"
#include "gradproof/text.hpp"
#include "protocol/client.hpp"

using namespace gradproof;

namespace {

constexpr int rounds = 7;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Job {
  std::string name;
  double items;  // done by one call of work
  std::function<void()> work;
  std::vector<double> seconds;
};

double median(std::vector<double> v) {
  std::ranges::sort(v);
  return v[v.size() / 2];
}

Graph nth(std::uint64_t i) {
  return random_graph(7, i, {.family = i % 2 == 0 ? Family::exact : Family::smooth});
}

volatile double sink = 0;

// Reverse mode in double against one forward-mode sweep of dual numbers on the anchored graph, along a
// direction with no equal components, under the derived rounding bound. Nothing when the graph can't be
// decided in double.
std::optional<bool> checked_in_double(const Graph& g) {
  const Graph derivative = gradient(g);
  const Bounds bounds = rounding_bounds(derivative, Dtype::f64);
  if (bounds.overflows || bounds.kink_margin <= 1) return {};
  const Evaluation<double> values = evaluate<double>(derivative);
  const Anchored a = anchored(g);
  Evaluation<Dual<double>> dual(a.graph);
  for (const auto& [leaf, source] : a.frozen) {
    const auto from = values[source];  // a gradient graph begins with the nodes of its graph
    for (std::size_t k = 0; k < from.size(); ++k) dual.leaf(leaf)[k] = {from[k], 0};
  }
  double along = 0, allowed = 0;
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    const auto gradient_values = values[derivative.outputs()[g.outputs().size() + i].node];
    const auto leaf = dual.leaf(a.inputs[i]);
    for (std::size_t k = 0; k < leaf.size(); ++k) {
      const double u = (k % 2 == 0 ? 1 : -1) * (1 + static_cast<double>((i * 7 + k * 3) % 16) / 16);
      leaf[k].slope = u;
      along += u * gradient_values[k];
      // Both sweeps may be off by the bound, twice for its higher orders, and the sum rounds once an entry.
      const Bound& b = bounds.outputs[g.outputs().size() + i][k];
      allowed +=
        std::abs(u) * (4 * b.error + static_cast<double>(leaf.size() + a.inputs.size()) * 0x1p-53 * b.bulk);
    }
  }
  dual.run();
  return std::abs(dual.objective().slope - along) <= allowed;
}

std::vector<Job> engine_jobs() {
  constexpr std::uint64_t graphs = 4000;
  static std::uint64_t next = 0;
  return {
    {"graphs generated",
     graphs,
     [] {
       for (std::uint64_t i = 0; i < graphs; ++i) sink = sink + static_cast<double>(nth(next++).size());
     },
     {}},
    {"graphs generated and checked in double",
     graphs,
     [] {
       for (std::uint64_t i = 0; i < graphs; ++i)
         if (const auto ok = checked_in_double(nth(next++)); ok && !*ok) {
           fmt::print("a false alarm on graph {}\n", next - 1);
           std::exit(1);
         }
     },
     {}},
    {"graphs generated and checked by the complex step at 50 digits",
     graphs / 20,
     [] {
       for (std::uint64_t i = 0; i < graphs / 20; ++i) {
         const Graph g = nth(next++);
         sink = sink + reverse_mode(g, digits(50))->value[0].to_double() +
                complex_step(g, digits(50))->value[0].to_double();
       }
     },
     {}},
  };
}

std::vector<Job> torch_jobs(protocol::Client& client) {
  const std::string graph = "gradproof 1\nx = input 2x3 [1 2 3; 4 5 6]\nr = reverse x 0.5\noutput r\n";
  const std::vector<protocol::CaseRequest> batch(32, {graph, "f32", "contiguous", 2});
  const auto ask = [&client, batch](std::size_t count) {
    if (!std::holds_alternative<std::vector<protocol::CaseResult>>(client.run(std::span(batch).first(count))))
      std::exit(1);
  };
  return {
    {"round trips with PyTorch, one small case each",
     300,
     [ask] {
       for (int i = 0; i < 300; ++i) ask(1);
     },
     {}},
    {"cases with PyTorch, in batches of 32",
     320 * 4,
     [ask] {
       for (int i = 0; i < 40; ++i) ask(32);
     },
     {}},
  };
}

}  // namespace

int main(int argc, char** argv) {
  std::string json;
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--json") json = argv[i + 1];
  std::vector<Job> jobs = engine_jobs();
  const char* python = std::getenv("GRADPROOF_WITH_TORCH_PYTHON");
  const std::string source = GRADPROOF_SOURCE_DIR;
  protocol::Client client(
    {{python != nullptr ? python : "", source + "/src/adapters/python/gradproof_adapter",
      source + "/tests/subjects/torch/right/function_view_as.py", "GradReverse"},
     {},
     "torch"},
    {.start = std::chrono::seconds(120)});
  if (python != nullptr)
    for (Job& j : torch_jobs(client)) jobs.push_back(std::move(j));
  for (Job& j : jobs) j.work();
  for (int r = 0; r < rounds; ++r)
    for (Job& j : jobs) j.seconds.push_back(seconds_of(j.work));
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const Job& j : jobs) {
    const double rate = j.items / median(j.seconds);
    fmt::print("{:<64} {:>9.0f}/s\n", j.name, rate);
    out.push_back({{"job", j.name}, {"per_second", rate}, {"median_ns", 1e9 / rate}});
  }
  if (python == nullptr)
    fmt::print("PyTorch: skipped; set GRADPROOF_WITH_TORCH_PYTHON to a Python that has it\n");
  if (!json.empty()) std::ofstream(json) << out.dump(2) << "\n";
  return 0;
}
