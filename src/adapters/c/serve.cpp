#include "adapters/c/serve.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "adapters/c/case.hpp"
#include "adapters/c/library.hpp"
#include "adapters/c/scenario.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "protocol/base64.hpp"
#include "protocol/quote.hpp"
#include "protocol/wire.hpp"

namespace gradproof::inline v0 {
namespace {

using nlohmann::json;
using protocol::SubjectError;

// --- The wire --------------------------------------------------------------------------------------------

struct Wire {
  int requests;
  int replies;
  std::string received{};  // of the lines that are still to be read
};

// Moves the exchange to descriptors of its own: from here on what anybody prints goes to standard error, and
// what anybody reads from standard input is an empty file.
Wire take_standard_streams() {
  const int requests = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  const int replies = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nowhere, STDIN_FILENO);
  if (fcntl(STDERR_FILENO, F_GETFD) < 0) dup2(nowhere, STDERR_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  if (nowhere > STDERR_FILENO) close(nowhere);
  return {requests, replies};
}

// Without stdio: the plugin may call exit() in a forked child, which would rewind what both of us read from.
std::optional<std::string> next_line(Wire& wire) {
  std::array<char, 1 << 16> chunk;
  std::size_t searched = 0, end = 0;
  while ((end = wire.received.find('\n', searched)) == std::string::npos) {
    searched = wire.received.size();
    const ssize_t n = read(wire.requests, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return {};
    wire.received.append(chunk.data(), static_cast<std::size_t>(n));
  }
  std::string line = wire.received.substr(0, end);
  wire.received.erase(0, end + 1);
  return line;
}

bool send(int replies, const json& reply) {
  const std::string line = reply.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t n = write(replies, line.data() + sent, line.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

// --- Messages as JSON ------------------------------------------------------------------------------------

template <class Error>
json error_object(const Error& error) {
  return {{"kind", error.kind}, {"message", error.message}, {"traceback", error.traceback}};
}

json tensor_object(const protocol::WireTensor& tensor) {
  return {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data", protocol::base64_encoded(tensor.bytes)}};
}

json result_object(const protocol::CaseResult& result) {
  if (const auto* error = std::get_if<protocol::CaseError>(&result)) return {{"error", error_object(*error)}};
  const auto& reply = std::get<protocol::CaseReply>(result);
  json outputs = json::array(), gradients = json::array();
  for (const auto& each : reply.outputs) outputs.push_back(tensor_object(each));
  for (const auto& each : reply.gradients) gradients.push_back(each ? tensor_object(*each) : json());
  json object = {{"outputs", std::move(outputs)}, {"gradients", std::move(gradients)}};
  if (!reply.damage.empty()) object["damage"] = reply.damage;
  return object;
}

SubjectError bad_request(std::string message) { return {"protocol", protocol::one_line(message), ""}; }

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What is asked for one case.
struct Asked {
  std::optional<Case> graph;  // or else a scenario
  bool twice = false;
  Scenario scenario;
};

std::variant<Asked, protocol::CaseError, std::string> read_scenario(const json& request) {
  auto steps = plugin::read_steps(request["scenario"]);
  if (!steps) return steps.error();
  const auto dtype = find_dtype(text_of(request, "dtype"));
  if (!dtype)
    return protocol::CaseError{"unsupported", "plugins have no dtype " + text_of(request, "dtype"), ""};
  return Asked{{}, false, {*dtype, *std::move(steps)}};
}

// A case, or what is wrong with it; a dtype or layout that this host has never heard of is unsupported, no
// more.
std::variant<Asked, protocol::CaseError, std::string> read_case(const json& request) {
  if (request.is_object() && request.contains("scenario")) return read_scenario(request);
  if (!request.is_object() || text_of(request, "graph").empty() || text_of(request, "dtype").empty())
    return "a case is an object with the strings graph and dtype";
  const std::string layout_name = request.contains("layout") ? text_of(request, "layout") : "contiguous";
  const json rank = request.value("rank", json(2));
  if (layout_name.empty() || !rank.is_number_integer()) return "layout is a string and rank an integer";
  auto document = parse(text_of(request, "graph"));
  if (!document) return document.error().message();
  const auto dtype = find_dtype(text_of(request, "dtype"));
  const auto layout = find_layout(layout_name);
  if (!dtype)
    return protocol::CaseError{"unsupported", "plugins have no dtype " + text_of(request, "dtype"), ""};
  if (!layout) return protocol::CaseError{"unsupported", "plugins have no layout " + layout_name, ""};
  const json twice = request.value("twice", json(false));
  if (!twice.is_boolean()) return "twice is true or false";
  return Asked{Case{(*std::move(document)).graph, *dtype, *layout, rank.get<int>()}, twice.get<bool>(), {}};
}

// --- Commands --------------------------------------------------------------------------------------------

struct Session {
  std::string library, prefix;
  std::optional<Result<plugin::Plugin, SubjectError>> opened;  // at the first hello; a failure is final too
  plugin::Layer layer;                                         // of what was opened
  plugin::Caller caller;
  gradproof_schedule schedule = nullptr;  // where the library was opened for that
};

using Answer = std::variant<json, SubjectError>;

// For a plugin to say which dtypes it supports: enough for a GPU's driver to start, and little enough to
// leave time for the greeting.
constexpr std::chrono::milliseconds patience{5000};

std::string subject_name(const Session& session) {
  const std::string file = session.library.substr(session.library.find_last_of('/') + 1);
  return session.prefix == "grl" ? file : file + ":" + session.prefix;
}

Answer describe(const Session& session, const plugin::Plugin& opened) {
  json dtypes = json::array(), ops = json::array(), steps = json::array();
  for (const Dtype d : plugin::supported_dtypes(session.layer, patience)) dtypes.push_back(format(d).name);
  for (const Act::Do step : plugin::steps_of(session.layer)) steps.push_back(name(step));
  const std::string of = opened.has_instances() ? "_of" : "";
  if (dtypes.empty())
    return SubjectError{"form",
                        opened.prefix + "_forward" + of + " and " + opened.prefix + "_backward" + of +
                          " support no dtype: for each of f16, bf16, f32, f64 one of them returns "
                          "GRADPROOF_UNSUPPORTED when n is 0",
                        ""};
  for (std::size_t i = 0; i < op_count; ++i) ops.push_back(info(OpId{static_cast<std::uint8_t>(i)}).name);
  json facts{{"protocol", protocol::protocol_version},
             {"adapter", "c"},
             {"framework", "C ABI"},
             {"subject", subject_name(session)},
             {"form", opened.has_instances() ? "layer object" : "forward and backward kernels"},
             {"lambda", opened.has_instances() ? opened.prefix + "_set_lambda" : "last argument"},
             {"dtypes", std::move(dtypes)},
             {"ops", std::move(ops)},
             {"layouts", {"contiguous", "strided", "offset"}},
             {"steps", std::move(steps)},
             {"twice", session.layer.twice},
             {"large", true},
             {"reads", session.layer.reads_late ? "backward" : "forward"}};
  if (session.layer.vector) facts["vector"] = true;
  if (opened.is_factor) facts["convention"] = "factor";
  return facts;
}

// A schedule in place of a layer.
Answer hello_schedule(Session& session) {
  const auto found = plugin::load_schedule(session.library, session.prefix);
  if (!found) return found.error();
  session.schedule = *found;
  return json{{"protocol", protocol::protocol_version},
              {"adapter", "c"},
              {"framework", "C ABI"},
              {"subject", subject_name(session)},
              {"form", "function " + session.prefix + "_coefficient(i, n, lo, hi, alpha)"},
              {"lambda", "the coefficient of step i"},
              {"dtypes", {"f64"}},
              {"ops", json::array()},
              {"layouts", json::array()},
              {"contract", "schedule"}};
}

// The five numbers of the case's graph are its inputs, in order.
json coefficient(gradproof_schedule schedule, const json& request) {
  const auto document = parse(text_of(request, "graph"));
  const std::string use = text_of(request, "contract");
  if (!document || document->graph.inputs().size() != 5 || (use != "schedule" && use != "schedule again"))
    return result_object(protocol::CaseError{"unsupported", "a function has no steps of its own", ""});
  std::array<double, 5> v{};
  for (std::size_t k = 0; k < v.size(); ++k)
    v[k] = document->graph.values(document->graph.inputs()[k])[0].nearest();
  const auto ask = [&] {
    return schedule(static_cast<std::int64_t>(v[0]), static_cast<std::int64_t>(v[1]), v[2], v[3], v[4]);
  };
  double answer = ask();
  if (use == "schedule again") answer = ask();
  protocol::CaseReply reply;
  const auto bytes = std::as_bytes(std::span(&answer, 1));
  reply.outputs.push_back({"f64", {}, {bytes.begin(), bytes.end()}});
  return result_object(protocol::CaseResult(std::move(reply)));
}

Answer hello(Session& session, const json& request) {
  if (request.value("protocol", json()) != protocol::protocol_version)
    return bad_request("this adapter speaks protocol " + std::to_string(protocol::protocol_version) +
                       "; the request says " + protocol::described(request.value("protocol", json())));
  const std::string contract = text_of(request, "contract");
  if (contract == "schedule") return hello_schedule(session);
  if (!contract.empty()) return bad_request("plugins have no contract " + protocol::in_quotes(contract));
  if (!session.opened) session.opened = plugin::load(session.library, session.prefix);
  if (!*session.opened) return session.opened->error();
  session.layer = plugin::layer_of(**session.opened);
  return describe(session, **session.opened);
}

protocol::CaseResult answer(Session& session, const Asked& asked) {
  if (!asked.graph) return plugin::live(session.layer, session.caller, asked.scenario);
  return plugin::answer(session.layer, session.caller, *asked.graph, asked.twice);
}

Answer run(Session& session, const json& request) {
  const bool ready = session.schedule != nullptr || (session.opened && *session.opened);
  if (!ready) return bad_request("run before a hello that was answered with ok");
  const auto cases = request.find("cases");
  if (cases == request.end() || !cases->is_array()) return bad_request("run needs `cases`, an array");
  json results = json::array();
  if (session.schedule != nullptr) {
    for (const json& each : *cases) results.push_back(coefficient(session.schedule, each));
    return json{{"results", std::move(results)}};
  }
  for (std::size_t i = 0; i < cases->size(); ++i) {
    const auto read = read_case((*cases)[i]);
    if (const auto* wrong = std::get_if<std::string>(&read))
      return bad_request("case " + std::to_string(i) + ": " + *wrong);
    if (const auto* error = std::get_if<protocol::CaseError>(&read)) results.push_back(result_object(*error));
    else results.push_back(result_object(answer(session, std::get<Asked>(read))));
  }
  return json{{"results", std::move(results)}};
}

Answer obey(Session& session, const json& request) {
  if (!request.is_object()) return bad_request("the request is not a line with a JSON object");
  const std::string command = text_of(request, "command");
  if (command == "hello") return hello(session, request);
  if (command == "run") return run(session, request);
  if (command == "bye") return json::object();
  return bad_request("unknown command " + protocol::in_quotes(command) + "; known: hello, run, bye");
}

json reply_to(Session& session, const json& request) {
  Answer answer = obey(session, request);
  json reply;
  if (auto* error = std::get_if<SubjectError>(&answer))
    reply = {{"ok", false}, {"error", error_object(*error)}};
  else reply = std::move(std::get<json>(answer)), reply["ok"] = true;
  const json id = request.is_object() ? request.value("id", json()) : json();
  reply["id"] = id.is_number_integer() ? id : json();
  return reply;
}

}  // namespace

void serve_plugin(const std::string& library, const std::string& prefix) {
  std::signal(SIGINT, SIG_DFL);
  Wire wire = take_standard_streams();
  const pid_t owner = getpid();
  Session session{library, prefix, {}, {}, {}};
  while (const auto line = next_line(wire)) {
    const json request = json::parse(*line, nullptr, false);
    const json reply = reply_to(session, request);
    // A plugin that forked while it was loaded comes back twice; only one of the two may answer.
    if (getpid() != owner) break;
    std::fflush(stdout);
    if (!send(wire.replies, reply)) break;
    if (request.is_object() && text_of(request, "command") == "bye" && reply["ok"] == true) break;
  }
  // Not through exit(): what the plugin has left behind to run then is no concern of ours.
  std::fflush(stdout);
  _exit(0);
}

}  // namespace gradproof::inline v0
