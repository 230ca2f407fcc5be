// What this machine offers to gradproof, and what is missing.
#include <fmt/format.h>
#include <gmp.h>
#include <mpfr.h>

#include <boost/version.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "gradproof/oracle.hpp"
#include "gradproof/text.hpp"
#include "protocol/process.hpp"

namespace gradproof::inline v0::cli {

namespace {

// The engine proves itself on one graph: every oracle at 50 digits.
bool engine_works() {
  const auto d = parse("x = input 1x2 [0.5 -2]\ny = tanh x\nr = reverse y 3\ns = sum r all\noutput s\n");
  return d.ok() && check_graph(d->graph, 50).conclusion == Conclusion::verified;
}

constexpr const char* python_probe = R"(
import importlib, json, sys
found = {"python": sys.version.split()[0], "executable": sys.executable}
for name in ("torch", "jax", "tensorflow", "paddle"):
    try:
        found[name] = getattr(importlib.import_module(name), "__version__", "?")
    except ImportError:
        found[name] = None
    except Exception as error:
        found[name] = "broken: " + type(error).__name__
sys.__stdout__.write(json.dumps(found) + "\n")
sys.__stdout__.flush()
)";

// Frameworks are looked for where a js: target in the current folder would find them.
constexpr const char* node_probe = R"(
const fs = require("fs"), path = require("path");
const found = {node: process.version, executable: process.execPath};
for (const name of ["@tensorflow/tfjs", "@jax-js/jax"]) {
  found[name] = null;
  for (let at = process.cwd(), above; found[name] === null && at !== above; above = at, at = path.dirname(at))
    try {
      found[name] = JSON.parse(fs.readFileSync(path.join(at, "node_modules", name, "package.json"), "utf8")).version;
    } catch {}
}
console.log(JSON.stringify(found));
)";

// What the interpreter answers to a probe, an object; null, once the trouble is printed.
nlohmann::json asked(const char* title, const std::string& program, const char* option, const char* probe) {
  const protocol::Limits limits{.start = std::chrono::seconds(60)};
  auto process = protocol::Process::start({{program, option, probe}, {}, program}, limits);
  if (const auto* failure = std::get_if<protocol::Failure>(&process)) {
    fmt::print("{:<10}  {}: {}\n", title, program, failure->message);
    return {};
  }
  const auto line = std::get<0>(process)->receive(protocol::Deadline::in(limits.start));
  const auto* text = std::get_if<std::string>(&line);
  const auto found = text == nullptr ? nlohmann::json() : nlohmann::json::parse(*text, nullptr, false);
  if (found.is_object()) return found;
  fmt::print("{:<10}  {} does not answer\n", title, program);
  return {};
}

void report_node(const Common& common) {
  auto found = asked("node", common.node, "-e", node_probe);
  if (found.is_null()) return;
  fmt::print("node        {} ({})\n", found.value("node", "?"), found.value("executable", "?"));
  for (const char* name : {"@tensorflow/tfjs", "@jax-js/jax"})
    fmt::print("  {:<10}  {}\n", name,
               found[name].is_string() ? found[name].get<std::string>() : "not installed from here upward");
}

void report_python(const Common& common) {
  auto found = asked("python", common.python, "-c", python_probe);
  if (found.is_null()) return;
  fmt::print("python      {} ({})\n", found.value("python", "?"), found.value("executable", "?"));
  bool any = false;
  for (const char* name : {"torch", "jax", "tensorflow", "paddle"}) {
    fmt::print("  {:<10}  {}\n", name,
               found[name].is_string() ? found[name].get<std::string>() : "not installed");
    any = any || found[name].is_string();
  }
  if (!any) fmt::print("              name a Python that has one with --python or GRADPROOF_PYTHON\n");
}

}  // namespace

int doctor(const Common& common) {
  fmt::print("gradproof   {}\n", GRADPROOF_VERSION);
  fmt::print("program     {}\n", common.self);
  fmt::print("compiler    {}\n", __VERSION__);
  fmt::print("MPFR        {}\nGMP         {}\nBoost       {}.{}.{}\n", mpfr_get_version(), gmp_version,
             BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
  const bool adapters = std::filesystem::is_directory(common.adapters + "/python/gradproof_adapter") &&
                        std::filesystem::is_directory(common.adapters + "/javascript/adapter");
  fmt::print(
    "adapters    {}{}\n", common.adapters,
    adapters ? "" : ": NOT THERE; set GRADPROOF_ADAPTERS to the folder that holds python/ and javascript/");
  report_python(common);
  report_node(common);
  const bool engine = engine_works();
  fmt::print("engine      {}\n",
             engine ? "every oracle agrees on a test graph" : "FAILS its own test graph; please report this");
  return engine && adapters ? Exit::holds : Exit::fails;
}

}  // namespace gradproof::inline v0::cli
