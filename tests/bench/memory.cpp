#include "memory.hpp"

#include <fmt/format.h>

#include <malloc.h>

#include <algorithm>
#include <cassert>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "graphs.hpp"
#include "ours.hpp"
#include "protocol/process.hpp"

namespace gradproof::inline v0::bench {

namespace {

// What the system says of this process's memory, in bytes: VmHWM is the most that was ever resident, VmRSS
// what is now. (getrusage would give the parent's maximum where that was larger: Linux hands ru_maxrss on
// across fork and exec.)
double status_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == key + ":") {
      double kib = 0;
      status >> kib;
      return kib * 1024;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

// Sets the high-water mark down to what is in use: what was freed goes back to the system first, so that
// memory which is used again counts.
bool reset_high_water() {
  malloc_trim(0);
  std::ofstream file("/proc/self/clear_refs");
  file << 5 << std::flush;
  return file.good();
}

constexpr const char* quantities[] = {"peak_bytes", "graph_bytes", "evaluation_bytes"};

Graph graph_of_kind(const std::string& kind) {
  assert(kind == "chain" || kind == "product");
  return kind == "chain" ? chain(1000000) : product(1000);
}

std::vector<Entry> entries(const MemoryJob& job, const nlohmann::json& said) {
  std::vector<Entry> both;
  for (const char* quantity : quantities)
    both.push_back({.job = job.job,
                    .digits = job.digits,
                    .subject = our_name,
                    .quantity = quantity,
                    .amount = said[quantity].get<double>(),
                    .unit = "bytes"});
  return both;
}

}  // namespace

std::vector<MemoryJob> memory_jobs(bool quick) {
  const std::string chain_name = "memory: chain of 10^6 scalar nodes",
                    product_name = "memory: product of 1000x1000";
  std::vector<MemoryJob> jobs = {
    {chain_name, "chain", 16}, {chain_name, "chain", 50}, {product_name, "product", 16}};
  if (!quick) jobs.push_back({product_name, "product", 50});
  return jobs;
}

std::vector<Entry> measure_memory(const MemoryJob& job) {
  using protocol::Deadline;
  const auto skipped = [&](const protocol::Failure& failure) {
    return std::vector<Entry>{{.job = job.job,
                               .digits = job.digits,
                               .subject = our_name,
                               .quantity = "skipped",
                               .text = failure.message + " " + failure.standard_error}};
  };
  auto started = protocol::Process::start(
    {{"/proc/self/exe", "--peak", job.kind, std::to_string(job.digits)}, {}, job.job}, {});
  if (const auto* failure = std::get_if<protocol::Failure>(&started)) return skipped(*failure);
  const auto line = std::get<0>(started)->receive(Deadline::in(std::chrono::minutes(10)));
  if (const auto* failure = std::get_if<protocol::Failure>(&line)) return skipped(*failure);
  return entries(job, nlohmann::json::parse(std::get<std::string>(line)));
}

int measure_memory_here(const std::string& kind, int digits) {
  const double before = status_bytes("VmRSS");
  const auto derivative = std::make_shared<const Graph>(gradient(graph_of_kind(kind)));
  const double graph_peak = status_bytes("VmHWM");
  if (!reset_high_water()) {
    fmt::print(stderr, "this system does not let a process reset its high-water mark of memory\n");
    return 1;
  }
  const double with_graph = status_bytes("VmRSS");
  evaluation(derivative, digits).work();
  const double evaluation_peak = status_bytes("VmHWM");
  const double peak = std::max(graph_peak, evaluation_peak);
  fmt::print("{}\n", nlohmann::json{{"peak_bytes", peak - before},
                                    {"graph_bytes", graph_peak - before},
                                    {"evaluation_bytes", evaluation_peak - with_graph}}
                       .dump());
  return 0;
}

}  // namespace gradproof::inline v0::bench
