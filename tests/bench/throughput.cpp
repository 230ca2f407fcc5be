#include "throughput.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "campaign/screen.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/oracle.hpp"
#include "ours.hpp"
#include "protocol/client.hpp"

namespace gradproof::inline v0::bench {

namespace {

Graph nth(std::uint64_t i) {
  return random_graph(7, i, {.family = i % 2 == 0 ? Family::exact : Family::smooth});
}

volatile double sink = 0;
int alarms = 0;

// Work on the next so many graphs of one sequence, so that no repetition meets the graphs of another.
Subject on_graphs(const char* quantity, int digits, std::uint64_t count,
                  std::function<void(const Graph&)> work) {
  return {"random graphs",
          digits,
          our_name,
          quantity,
          [=] {
            return Ready{[=, next = std::make_shared<std::uint64_t>(0)] {
                           for (std::uint64_t i = 0; i < count; ++i) work(nth((*next)++));
                         },
                         {},
                         {}};
          },
          1 / static_cast<double>(count)};
}

Subject with_torch(const char* quantity, std::size_t requests, std::size_t batch_size) {
  const auto prepare = [=]() -> std::variant<Ready, NotHere> {
    const char* python = std::getenv("GRADPROOF_WITH_TORCH_PYTHON");
    if (python == nullptr) return NotHere{"set GRADPROOF_WITH_TORCH_PYTHON to a Python that has PyTorch"};
    const std::string source = GRADPROOF_SOURCE_DIR;
    const auto client = std::make_shared<protocol::Client>(
      protocol::Command{{python, source + "/src/adapters/python/gradproof_adapter",
                         source + "/tests/subjects/torch/right/function_view_as.py", "GradReverse"},
                        {},
                        "torch"},
      protocol::Limits{.start = std::chrono::seconds(120)});
    const std::string graph = "gradproof 1\nx = input 2x3 [1 2 3; 4 5 6]\nr = reverse x 0.5\noutput r\n";
    const std::vector<protocol::CaseRequest> batch(batch_size, {graph, "f32", "contiguous", 2});
    const auto ask = [=] {
      return std::holds_alternative<std::vector<protocol::CaseResult>>(client->run(std::span(batch)));
    };
    if (!ask()) return NotHere{"the adapter does not answer"};
    // The other process works too, so that the time that passes is what counts.
    const auto seconds = [=] {
      const auto start = std::chrono::steady_clock::now();
      for (std::size_t i = 0; i < requests; ++i)
        if (!ask()) std::exit(1);
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    return Ready{{}, seconds, {}};
  };
  return {"PyTorch layer", 16, "adapter", quantity, prepare, 1 / static_cast<double>(requests * batch_size)};
}

}  // namespace

int false_alarms() { return alarms; }

std::vector<Subject> throughput() {
  return {
    on_graphs("generated", 16, 1000, [](const Graph& g) { sink = sink + static_cast<double>(g.size()); }),
    on_graphs("generated and checked in double", 16, 1000,
              [](const Graph& g) {
                if (screened(g).outcome == Outcome::fails) ++alarms;
              }),
    on_graphs("generated and checked by the complex step", 50, 50,
              [](const Graph& g) {
                sink = sink + reverse_mode(g, digits(50))->value[0].to_double() +
                       complex_step(g, digits(50))->value[0].to_double();
              }),
    with_torch("round trip, one small case", 100, 1),
    with_torch("case in a batch of 32", 10, 32),
  };
}

}  // namespace gradproof::inline v0::bench
