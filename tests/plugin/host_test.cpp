// The host as a process: right, wrong and hostile plugins behind the protocol's pipes.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "adapters/c/library.hpp"
#include "adapters/c/packing.hpp"
#include "adapters/c/serve.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/property.hpp"
#include "gradproof/text.hpp"
#include "protocol/wire.hpp"
#include "tests/catch.hpp"

using namespace gradproof;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

const std::string subjects = GRADPROOF_BINARY_DIR "/subjects/c/";
const std::string examples = GRADPROOF_BINARY_DIR "/examples/";
constexpr milliseconds patient{20000};

std::string subject(const std::string& name) { return subjects + name + ".so"; }

// A host in a forked child, and our ends of its three pipes.
class Host {
 public:
  explicit Host(const std::string& library, const std::string& prefix = "grl") {
    std::array<int, 2> in{}, out{}, error{};
    REQUIRE((pipe(in.data()) == 0 && pipe(out.data()) == 0 && pipe(error.data()) == 0));
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      // What the test framework does on a crash is not what a process of its own would do.
      for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGTERM}) std::signal(signal, SIG_DFL);
      dup2(in[0], 0), dup2(out[1], 1), dup2(error[1], 2);
      for (const int fd : {in[0], in[1], out[0], out[1], error[0], error[1]}) close(fd);
      serve_plugin(library, prefix);
    }
    close(in[0]), close(out[1]), close(error[1]);
    requests_ = in[1], replies_ = out[0], errors_ = error[0];
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() {
    if (!status_) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
    for (const int fd : {requests_, replies_, errors_}) close(fd);
  }

  // The reply's line, or nothing where none came in time or the host is gone.
  std::optional<std::string> ask_raw(const std::string& request, milliseconds patience = patient) {
    const std::string line = request + "\n";
    std::signal(SIGPIPE, SIG_IGN);
    if (write(requests_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return {};
    return next_line(patience);
  }

  std::optional<json> ask(const json& request, milliseconds patience = patient) {
    const auto line = ask_raw(request.dump(), patience);
    if (!line) return {};
    return json::parse(*line);
  }

  std::optional<std::string> next_line(milliseconds patience) {
    const auto end = steady_clock::now() + patience;
    for (;;) {
      const std::size_t at = received_.find('\n');
      if (at != std::string::npos) {
        std::string line = received_.substr(0, at);
        received_.erase(0, at + 1);
        return line;
      }
      const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now()).count();
      pollfd wait{replies_, POLLIN, 0};
      std::array<char, 4096> chunk;
      if (left <= 0 || poll(&wait, 1, static_cast<int>(left)) <= 0) return {};
      const ssize_t n = read(replies_, chunk.data(), chunk.size());
      if (n <= 0) return {};
      received_.append(chunk.data(), static_cast<std::size_t>(n));
    }
  }

  protocol::Hello greet() {
    const auto answer = hello();
    if (const auto* error = std::get_if<protocol::SubjectError>(&answer)) FAIL(error->message);
    return std::get<protocol::Hello>(answer);
  }

  protocol::SubjectError refusal() {
    const auto answer = hello();
    REQUIRE(std::holds_alternative<protocol::SubjectError>(answer));
    return std::get<protocol::SubjectError>(answer);
  }

  // Through the reader that gradproof itself uses, so that every reply is checked against the protocol.
  std::vector<protocol::CaseResult> run(std::span<const protocol::CaseRequest> cases) {
    json request = protocol::run_request(cases);
    request["id"] = ++id_;
    const auto reply = ask(request);
    REQUIRE(reply);
    CHECK((*reply)["id"] == id_);
    auto results = protocol::read_results(*reply, cases);
    if (const auto* violation = std::get_if<protocol::Violation>(&results)) FAIL(violation->message);
    return std::get<std::vector<protocol::CaseResult>>(std::move(results));
  }

  protocol::CaseResult run(const std::string& graph, Dtype dtype = Dtype::f64,
                           Layout layout = Layout::contiguous, int rank = 2) {
    const protocol::CaseRequest c{graph, std::string(format(dtype).name), std::string(name(layout)), rank};
    return run(std::span(&c, 1))[0];
  }

  // How the host ended: the signal, negated, or the exit status; nothing while it lives.
  std::optional<int> ending(milliseconds patience = patient) {
    const auto end = steady_clock::now() + patience;
    while (!status_ && steady_clock::now() < end) {
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
      else usleep(2000);
    }
    if (!status_) return {};
    return WIFSIGNALED(*status_) ? -WTERMSIG(*status_) : WEXITSTATUS(*status_);
  }

  std::string standard_error() {
    close(requests_), requests_ = -1;
    std::string text;
    std::array<char, 4096> chunk;
    for (ssize_t n = 0; (n = read(errors_, chunk.data(), chunk.size())) > 0;)
      text.append(chunk.data(), static_cast<std::size_t>(n));
    return text;
  }

 private:
  std::variant<protocol::Hello, protocol::SubjectError> hello() {
    json request = protocol::hello_request();
    request["id"] = ++id_;
    const auto reply = ask(request);
    REQUIRE(reply);
    auto answer = protocol::read_hello(*reply);
    if (const auto* violation = std::get_if<protocol::Violation>(&answer)) FAIL(violation->message);
    if (auto* error = std::get_if<protocol::SubjectError>(&answer)) return *error;
    return std::get<protocol::Hello>(answer);
  }

  pid_t pid_ = -1;
  int requests_ = -1, replies_ = -1, errors_ = -1, id_ = 0;
  std::string received_;
  std::optional<int> status_;
};

protocol::CaseError error_in(const protocol::CaseResult& result) {
  REQUIRE(std::holds_alternative<protocol::CaseError>(result));
  return std::get<protocol::CaseError>(result);
}

std::vector<std::byte> bytes_of(const Tensor& tensor) {
  if (tensor.dtype == "f64") return plugin::packed(Dtype::f64, tensor.values);
  const std::vector<float> narrow(tensor.values.begin(), tensor.values.end());
  return plugin::packed(Dtype::f32, narrow);
}

// What is wrong with a result, judged by the built-in engine, bit for bit; "" where nothing is.
std::string objection(const protocol::CaseResult& result, const Answer& expected) {
  if (const auto* error = std::get_if<protocol::CaseError>(&result))
    return error->kind + ": " + error->message;
  const auto& reply = std::get<protocol::CaseReply>(result);
  const auto differs = [](const protocol::WireTensor& got, const Tensor& want) {
    return got.dtype != want.dtype || got.shape != want.shape || got.bytes != bytes_of(want);
  };
  REQUIRE(reply.outputs.size() == expected.outputs.size());
  REQUIRE(reply.gradients.size() == expected.gradients.size());
  std::string text;
  for (const std::string& each : reply.damage) text += "damage: " + each + "\n";
  for (std::size_t i = 0; i < reply.outputs.size(); ++i)
    if (differs(reply.outputs[i], expected.outputs[i])) text += "output " + std::to_string(i) + " differs\n";
  for (std::size_t i = 0; i < reply.gradients.size(); ++i)
    if (differs(reply.gradients[i].value(), expected.gradients[i].value()))
      text += "gradient " + std::to_string(i) + " differs\n";
  return text;
}

std::string objection(Host& host, const std::string& graph, Dtype dtype, Layout layout) {
  const auto document = parse(graph);
  if (!document) FAIL(document.error().message() << "\n" << graph);
  const Reply expected = Engine().run(Case{document->graph, dtype, layout, 2});
  REQUIRE(expected);
  return objection(host.run(graph, dtype, layout), *expected);
}

// Small integers, none of them 0 and one of them -0.0 where `zero` says so: exact in every dtype.
std::string integers(std::size_t count, int first, bool zero) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) {
    const int v = (first + static_cast<int>(i) * 5) % 17 - 8;
    text += (i == 0 ? "" : " ") + (zero && i == count / 2 ? "-0.0" : std::to_string(v == 0 ? 9 : v));
  }
  return text + "]";
}

std::string one_reversal(std::size_t n, const std::string& lambda) {
  const std::string shape = "1x" + std::to_string(n);
  return "x = input " + shape + " " + integers(n, 3, true) + "\nr = reverse x " + lambda +
         "\noutput r cotangent " + integers(n, 11, false) + "\n";
}

std::string stacked(std::size_t n) {
  return "x = input 1x" + std::to_string(n) + " " + integers(n, 4, false) +
         "\na = reverse x 0.5\nb = reverse a -2\nc = reverse b 4\noutput c cotangent " +
         integers(n, 2, false) + "\n";
}

const std::vector<std::string> graphs = {
  // Fan-out: one reversal with two consumers, and the same leaf beside it.
  R"(x = input 2x2 [1 2; 3 4]
r = reverse x 0.5
a = mul r r
b = add a x
s = sum b all
output s cotangent [3]
)",
  // Two reversals of one leaf, one of which the output reaches twice.
  R"(x = input 1x3 [1 -2 3]
p = reverse x 2
q = reverse x -0.25
m = mul p q
t = add m p
output t
)",
  // Below and above a layer, as in domain-adversarial training.
  R"(x = const 2x3 [1 2 3; -1 0.5 2]
w = input 3x2 [0.5 1; -1 0.25; 2 1]
f = matmul x w
h = tanh f
r = reverse h 0.1
v = input 2x1 [1; -1]
z = matmul r v
e = exp z
s = sum e rows
output s cotangent [1.5]
output f cotangent [0.5]
)",
  // λ is computed; λ is a leaf that has a gradient of its own (none comes from here); λ is a constant with a
  // name.
  R"(x = input 1x2 [1 2]
l = input 1x1 [0.75]
k = const 1x1 [0.3]
m = square l
a = reverse x m
b = reverse a l
c = reverse b k
s = mul c c
output s
)",
  // A reversal of a constant is computed forward, and has nothing to do backward; one input has no way to the
  // output.
  R"(x = input 1x2 [1 2]
u = input 2x2 [7]
c = const 1x2 [5 6]
r = reverse c 3
y = mul x r
output y
)",
  // A reversal behind a stop, and a strength of nothing.
  R"(x = input 1x2 [1 2]
a = stop x
b = reverse a 3
c = reverse x 0
d = add b c
output d
)",
  // Every kind of linear map around reversals.
  R"(x = input 2x3 [1 2 3; 4 5 6]
a = reverse x 0.5
b = transpose a
c = slice b 1:3 0:2
d = reverse c -1
e = concat d c rows
f = reshape e 2x4
g = reverse f 2
h = sum g cols
i = broadcast h 2x4
j = relu i
output j
)",
  // No entries at all.
  R"(x = input 0x3 []
r = reverse x 2
output r
)",
};

// All that is said against a plugin over these graphs, both dtypes and three layouts; refusals are counted.
struct Judged {
  std::string objections;
  std::size_t compared = 0, refused = 0;
};

Judged judge(Host& host) {
  std::vector<std::string> all = graphs;
  for (const std::size_t n : {1u, 2u, 255u, 256u, 257u, 1000u}) all.push_back(one_reversal(n, "0.5"));
  for (const char* lambda : {"-0.25", "1", "0", "2", "1e30", "1e-30", "0.1", "1/3"})
    all.push_back(one_reversal(5, lambda));
  all.push_back(stacked(7));
  Judged judgement;
  for (const std::string& graph : all)
    for (const Dtype dtype : {Dtype::f32, Dtype::f64})
      for (const Layout layout : {Layout::contiguous, Layout::strided, Layout::offset}) {
        const std::string said = objection(host, graph, dtype, layout);
        if (said.starts_with("unsupported")) ++judgement.refused;
        else if (++judgement.compared; !said.empty()) judgement.objections += said + "\n";
      }
  return judgement;
}

Judged judge(const std::string& library, const std::string& prefix = "grl") {
  Host host(library, prefix);
  host.greet();
  return judge(host);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The first block of C in a page, as a reader would copy it.
std::string first_c_block(const std::filesystem::path& page) {
  std::ifstream file(page);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t begin = text.find("```c\n");
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find("```", begin + 5);
  REQUIRE(end != std::string::npos);
  return text.substr(begin + 5, end - begin - 5);
}

}  // namespace

TEST_CASE("the host introduces a plugin") {
  Host host(examples + "right_grl.so");
  const protocol::Hello hello = host.greet();
  CHECK(hello.adapter == "c");
  CHECK(hello.framework == "C ABI");
  CHECK(hello.subject == "right_grl.so");
  CHECK(hello.form == "forward and backward kernels");
  CHECK(hello.lambda == "last argument");
  CHECK_FALSE(hello.lambda_is_fixed);
  CHECK(hello.dtypes == std::vector<std::string>{"f32", "f64"});
  CHECK(hello.layouts == std::vector<std::string>{"contiguous", "strided", "offset"});
  CHECK(hello.ops.size() == op_count);
  CHECK(Host(subject("right_all_dtypes")).greet().dtypes ==
        std::vector<std::string>{"f16", "bf16", "f32", "f64"});
  CHECK(Host(subject("right_double_only")).greet().dtypes == std::vector<std::string>{"f64"});
  CHECK(Host(subject("right_dann_prefix"), "dann").greet().subject == "right_dann_prefix.so:dann");
}

TEST_CASE("right plugins agree with the engine, bit for bit") {
  const std::size_t everything = 3 * 2 * (graphs.size() + 15);
  const auto check_right = [&](const std::string& library, const std::string& prefix, std::size_t refused) {
    const Judged j = judge(library, prefix);
    INFO(library);
    CHECK(j.objections == "");
    CHECK(j.refused == refused);
    CHECK(j.compared == everything - refused);
  };
  check_right(examples + "right_grl.so", "grl", 0);
  check_right(subject("right_negates_gradient"), "grl", 0);
  check_right(subject("right_in_blocks"), "grl", 0);
  check_right(subject("right_dann_prefix"), "dann", 0);
  check_right(subject("right_prints"), "grl", 0);
  check_right(subject("right_contiguous_only"), "grl", everything / 3);
  check_right(subject("right_double_only"), "grl", everything / 2);
}

TEST_CASE("each wrong plugin is caught, with the words that lead to its fault") {
  const std::vector<std::pair<std::string, std::string>> faults = {
    {"wrong_no_minus", "gradient 0 differs"},
    {"wrong_lambda_ignored", "gradient 0 differs"},
    {"wrong_lambda_as_float", "gradient 0 differs"},
    {"wrong_absolute_lambda", "gradient 0 differs"},
    {"wrong_tail_dropped",
     "returned: grl_backward left entry 256 of 257 of gx unwritten (float32, strides 1 and 1)"},
    {"wrong_strides_ignored",
     "returned: grl_forward left entry 1 of 2 of y unwritten; it overwrote the gap after entry 0 of y, the "
     "result "
     "of grl_forward (float32, strides 2 and 3)"},
    {"wrong_strides_swapped",
     "returned: grl_backward left entry 1 of 2 of gx unwritten; it overwrote the gap"},
    {"wrong_static_result", "gradient 0 differs"},
    {"wrong_forward_adds_zero", "output 0 differs"},
    {"wrong_lambda_on_forward", "output 0 differs"},
    {"wrong_overruns", "damage: the entry after the last of y, the result of grl_forward"},
    {"wrong_underruns", "damage: the entry before the first of gx, the result of grl_backward"},
    {"wrong_writes_into_input", "damage: entry 0 of gy, the input of grl_backward"},
    {"wrong_keeps_pointer", "damage: a buffer of an earlier call, in grl_backward"},
    {"wrong_first_lambda_stays", "gradient 0 differs"},
    {"wrong_through_float", "gradient 0 differs"},
    {"wrong_fills_gaps", "damage: the gap after entry 0 of gx, the result of grl_backward"},
    {"wrong_accumulates", "grl_backward added to what was in entry 0 of gx, and should have written"},
    {"wrong_skips_third", "gradient 0 differs"},
  };
  for (const auto& [name, words] : faults) {
    INFO(name);
    const Judged j = judge(subject(name));
    INFO(j.objections.substr(0, 2000));
    CHECK(contains(j.objections, words));
  }
  CHECK(contains(judge(examples + "wrong_grl.so").objections, "gradient 0 differs"));
}

TEST_CASE("the 16-bit formats are computed by the plugin alone") {
  Host host(subject("right_all_dtypes"));
  host.greet();
  for (const Dtype dtype : {Dtype::f16, Dtype::bf16})
    for (const Layout layout : {Layout::contiguous, Layout::strided, Layout::offset}) {
      // 1/3 is no value of the format: the leaf is rounded to it, the strength is not.
      const auto result = host.run(
        "x = input 1x3 [1/3 -2 -0.0]\na = reverse x 0.3\nb = reverse a -2\noutput b cotangent [3 1/3 5]\n",
        dtype, layout);
      REQUIRE(std::holds_alternative<protocol::CaseReply>(result));
      const auto& reply = std::get<protocol::CaseReply>(result);
      CHECK(reply.damage.empty());
      std::array<double, 3> output{}, gradient{};
      plugin::unpack(dtype, reply.outputs.at(0).bytes, output);
      plugin::unpack(dtype, reply.gradients.at(0).value().bytes, gradient);
      CHECK(output == std::array{rounded(dtype, 1.0 / 3), -2.0, 0.0});
      CHECK(std::signbit(output[2]));
      const std::array cotangent{3.0, rounded(dtype, 1.0 / 3), 5.0};
      for (std::size_t i = 0; i < 3; ++i)
        CHECK(gradient[i] == rounded(dtype, -0.3 * rounded(dtype, 2 * cotangent[i])));
    }
  CHECK(error_in(host.run(graphs[0], Dtype::f16)).kind == "unsupported");
  CHECK(contains(error_in(host.run(graphs[0], Dtype::bf16)).message, "bfloat16"));
}

TEST_CASE("a literal strength reaches the plugin in double, whatever the dtype") {
  Host host(subject("right_all_dtypes"));  // which multiplies in double
  host.greet();
  const auto gradient_with = [&](const std::string& strength) {
    const auto result = host.run(
      "x = input 1x1 [1]\nk = " + strength + " 1x1 [0.1]\nr = reverse x k\noutput r cotangent [13]\n",
      Dtype::f32);
    REQUIRE(std::holds_alternative<protocol::CaseReply>(result));
    float gradient = 0;
    plugin::unpack(Dtype::f32, std::get<protocol::CaseReply>(result).gradients.at(0).value().bytes,
                   std::span(&gradient, 1));
    return gradient;
  };
  const auto in_double = static_cast<float>(-0.1 * 13), in_float = static_cast<float>(-0.1F * 13.0);
  REQUIRE(in_double != in_float);
  CHECK(gradient_with("const") == in_double);
  CHECK(gradient_with("input") == in_float);  // an input is a tensor, and those are float
}

TEST_CASE("what a flat kernel can't be asked is unsupported") {
  Host host(examples + "right_grl.so");
  host.greet();
  const std::string graph = one_reversal(4, "0.5");
  CHECK(error_in(host.run(graph, Dtype::f64, Layout::transposed)).kind == "unsupported");
  CHECK(error_in(host.run(graph, Dtype::f64, Layout::expanded)).kind == "unsupported");
  CHECK(error_in(host.run(graph, Dtype::f16)).message ==
        "grl_forward returned GRADPROOF_UNSUPPORTED (float16, strides 1 and 1)");
  CHECK(error_in(host.run("x = input 1x2 [1 2]\nl = const 1x2 [1 2]\nr = reverse x l\noutput r\n")).message ==
        "a plugin's lambda is one number, not 1x2");
  const protocol::CaseRequest foreign{graph, "c64", "contiguous", 2}, odd{graph, "f64", "spiral", 2};
  CHECK(error_in(host.run(std::span(&foreign, 1))[0]).message == "plugins have no dtype c64");
  CHECK(error_in(host.run(std::span(&odd, 1))[0]).message == "plugins have no layout spiral");
}

TEST_CASE("a plugin that can't be used is refused at hello, with the reason") {
  const auto refusal = [](const std::string& library, const std::string& prefix = "grl") {
    return Host(library, prefix).refusal();
  };
  const auto absent = refusal(subjects + "nowhere.so");
  CHECK(absent.kind == "import");
  CHECK(contains(absent.message, "nowhere.so: cannot open shared object file"));
  const auto text = refusal(GRADPROOF_SOURCE_DIR "/docs/examples/c/right_grl.c");
  CHECK(text.kind == "import");
  CHECK(contains(text.message, "right_grl.c"));
  const auto undefined = refusal(subject("hostile_undefined_symbol"));
  CHECK(undefined.kind == "import");
  CHECK(contains(undefined.message, "a_function_that_nobody_defines"));
  const auto half = refusal(subject("hostile_no_backward"));
  CHECK(half.kind == "missing");
  CHECK(half.message ==
        subject("hostile_no_backward") +
          " exports no grl_backward (the prefix is grl, so grl_forward and grl_backward are looked "
          "up)");
  const auto other = refusal(subject("right_dann_prefix"));
  CHECK(other.kind == "missing");
  CHECK(contains(other.message, "exports no grl_forward"));
  CHECK(contains(other.message, "so:FILE.so:dann"));
  const auto mangled = refusal(subject("hostile_cxx_linkage"));
  CHECK(mangled.kind == "missing");
  CHECK(contains(mangled.message, "extern \"C\""));
  const auto half_an_object = refusal(subject("hostile_object_half"));
  CHECK(half_an_object.kind == "missing");
  CHECK(contains(half_an_object.message, "exports no grl_set_lambda"));
  CHECK(contains(half_an_object.message, "_destroy, _forward_of and _backward_of are looked up"));
  const auto useless = refusal(subject("hostile_supports_nothing"));
  CHECK(useless.kind == "form");
  CHECK(contains(useless.message, "support no dtype"));
}

TEST_CASE("a refusal at hello stays one, and no case is run") {
  Host host(subject("hostile_no_backward"));
  CHECK(host.refusal().kind == "missing");
  CHECK(host.refusal().kind == "missing");
  const auto reply = host.ask({{"id", 9}, {"command", "run"}, {"cases", json::array()}});
  REQUIRE(reply);
  CHECK((*reply)["ok"] == false);
  CHECK((*reply)["error"]["kind"] == "protocol");
}

TEST_CASE("a layer that is an object introduces itself, and lives scenarios") {
  Host host(subject("right_object"));
  const protocol::Hello hello = host.greet();
  CHECK(hello.form == "layer object");
  CHECK(hello.lambda == "grl_set_lambda");
  CHECK(hello.steps ==
        std::vector<std::string>{"make", "set", "leaf", "bits", "forward", "backward", "read"});
  CHECK(Host(subject("right_object_reads_late")).greet().reads_late);
  CHECK(Host(subject("right_double_backward")).greet().twice);
  CHECK(Host(subject("right_adds")).greet().steps.back() == "accumulate");
  const auto lived = [&](const std::string& steps) {
    const protocol::CaseRequest c{.graph = {}, .dtype = "f64", .layout = {}, .scenario = steps};
    return host.run(std::span(&c, 1))[0];
  };
  const std::string begin =
    R"([{"do": "make", "name": "a", "lambda": "0.5"}, {"do": "leaf", "name": "x", "shape": [1, 1], "values": ["3"]},
        {"do": "forward", "name": "y", "of": "a", "input": "x"}, {"do": "set", "name": "a", "lambda": "2"},)";
  const std::string back =
    R"({"do": "backward", "of": "y", "input": "x", "shape": [1, 1], "values": ["4"]}])";
  const auto result = lived(begin + back);
  REQUIRE(std::holds_alternative<protocol::CaseReply>(result));
  double gradient = 0;
  plugin::unpack(Dtype::f64, std::get<protocol::CaseReply>(result).gradients.at(0)->bytes,
                 std::span(&gradient, 1));
  CHECK(gradient == -2);
  const auto two = lived(begin + R"({"do": "forward", "name": "z", "of": "a", "input": "x"},)" + back);
  CHECK(error_in(two).kind == "unsupported");
  CHECK(contains(error_in(two).message, "one pass at a time"));
  Host null(subject("hostile_object_null"));
  null.greet();
  CHECK(error_in(null.run(one_reversal(3, "2"))).message == "grl_create returned a null pointer");
}

TEST_CASE("a malformed request gets an answer, and the host goes on") {
  Host host(examples + "right_grl.so");
  const auto complaint = [&](const std::string& line) {
    const auto reply = host.ask_raw(line);
    REQUIRE(reply);
    const json answer = json::parse(*reply);
    CHECK(answer["ok"] == false);
    CHECK(answer["error"]["kind"] == "protocol");
    return answer["error"]["message"].get<std::string>();
  };
  CHECK(contains(complaint("rubbish"), "JSON object"));
  CHECK(contains(complaint("[1]"), "JSON object"));
  CHECK(contains(complaint(""), "JSON object"));
  CHECK(contains(complaint(R"({"id":1,"command":"dance"})"), "\"dance\""));
  CHECK(contains(complaint(R"({"id":1})"), "known: hello, run, bye"));
  CHECK(contains(complaint(R"({"id":1,"command":"hello","protocol":7})"), "the request says 7"));
  CHECK(contains(complaint(R"({"id":1,"command":"run","cases":[]})"), "before a hello"));
  host.greet();
  CHECK(contains(complaint(R"({"id":1,"command":"run"})"), "`cases`"));
  CHECK(contains(complaint(R"({"id":1,"command":"run","cases":[3]})"), "case 0"));
  const auto scenario = [&](const std::string& steps) {
    return complaint(R"({"id":1,"command":"run","cases":[{"dtype":"f64","scenario":)" + steps + "}]}");
  };
  CHECK(contains(scenario("3"), "an array of steps"));
  CHECK(contains(scenario(R"([{"do": "juggle"}])"), "step 0 of the scenario (\"juggle\")"));
  CHECK(contains(
    scenario(R"([{"do": "make", "name": "a", "lambda": "0.5"}, {"do": "set", "name": "b", "lambda": "1"}])"),
    "step 1"));
  CHECK(contains(scenario(R"([{"do": "leaf", "name": "x", "shape": [1, 2], "values": ["3"]}])"), "step 0"));
  CHECK(contains(scenario(R"([{"do": "leaf", "name": "x", "shape": [-1, 2], "values": []}])"), "step 0"));
  CHECK(contains(complaint(R"({"id":1,"command":"run","cases":[{"graph":"x = inptu","dtype":"f64"}]})"),
                 "case 0: line 1, column 5"));
  CHECK(objection(host, one_reversal(3, "2"), Dtype::f64, Layout::contiguous) == "");
}

TEST_CASE("the host ends when it is told to, and when nobody asks any more") {
  Host polite(examples + "right_grl.so");
  const auto reply = polite.ask({{"id", 4}, {"command", "bye"}});
  REQUIRE(reply);
  CHECK(*reply == json{{"id", 4}, {"ok", true}});
  CHECK(polite.ending() == 0);
  Host silent(examples + "right_grl.so");
  silent.greet();
  // Catch2 of version 3 has its seed in a buffer that the forked host inherits and flushes.
  const std::string said = silent.standard_error();
  CHECK((said.empty() || said.starts_with("Randomness seeded to")));
  CHECK(silent.ending() == 0);
}

TEST_CASE("what a plugin prints goes to standard error") {
  Host host(subject("right_prints"));
  host.greet();
  CHECK(objection(host, one_reversal(3, "2"), Dtype::f64, Layout::contiguous) == "");
  const std::string text = host.standard_error();
  CHECK(contains(text, "{\"forward of 3 with lambda 2\n"));
  CHECK(contains(text, "backward of 3\n"));
}

TEST_CASE("an error code is a failure of the case, and the host goes on") {
  Host host(subject("hostile_returns_error"));
  CHECK(host.greet().dtypes == std::vector<std::string>{"f32", "f64"});  // a failure is no refusal
  for (int i = 0; i < 2; ++i) {
    const auto error = error_in(host.run(one_reversal(3, "2"), Dtype::f32, Layout::offset));
    CHECK(error.kind == "raised");
    CHECK(error.message == "grl_backward returned 5 (float32, strides 1 and 1)");
  }
  CHECK(objection(host, "x = const 1x2 [1 2]\nr = reverse x 2\noutput r\n", Dtype::f64, Layout::contiguous) ==
        "");
}

TEST_CASE("a plugin that takes the process down introduces itself first") {
  const auto ending = [](const std::string& name) {
    INFO(name);
    Host host(subject(name));
    CHECK(host.greet().subject == name + ".so");
    const std::vector<protocol::CaseRequest> cases{{one_reversal(3, "2"), "f64", "contiguous", 2}};
    CHECK_FALSE(host.ask(protocol::run_request(cases)));
    return host.ending();
  };
  CHECK(ending("hostile_segfaults") == -SIGSEGV);
  CHECK(ending("hostile_aborts") == -SIGABRT);
  CHECK(ending("hostile_exits") == 0);
  CHECK(ending("hostile_kills_itself") == -SIGKILL);
  CHECK(ending("hostile_closes_descriptors") == 0);
  const auto far = ending("hostile_writes_far");
  CHECK((far && *far < 0));  // which signal it is depends on what lies behind the buffer
}

TEST_CASE("a plugin that crashes while it is loaded is gone before it greets") {
  Host host(subject("hostile_crashes_on_load"));
  CHECK_FALSE(host.ask(protocol::hello_request()));
  CHECK(host.ending() == -SIGABRT);
}

TEST_CASE("a plugin that never comes back is left to the asker's deadline") {
  for (const char* name : {"hostile_prints_forever", "hostile_hangs"}) {
    INFO(name);
    Host host(subject(name));
    host.greet();
    const std::vector<protocol::CaseRequest> cases{{one_reversal(3, "2"), "f64", "contiguous", 2}};
    CHECK_FALSE(host.ask(protocol::run_request(cases), milliseconds{300}));
    CHECK_FALSE(host.ending(milliseconds{1}));
  }
}

TEST_CASE("the question for dtypes has a deadline of its own") {
  const auto opened = plugin::load(subject("hostile_hangs_on_nothing"), "grl");
  REQUIRE(opened);
  const auto begin = steady_clock::now();
  // It refuses the 16-bit formats before it hangs, and what isn't known counts as supported.
  CHECK(plugin::supported_dtypes(plugin::layer_of(*opened), milliseconds{100}) ==
        std::vector{Dtype::f32, Dtype::f64});
  CHECK(steady_clock::now() - begin < milliseconds{3000});
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // and nobody is left behind
}

TEST_CASE("a plugin that forks is answered for once, and does not multiply") {
  Host host(subject("hostile_forks"));
  host.greet();
  // Three calls a case: if each doubled all that came before, this would be 2^60 processes.
  const std::vector<protocol::CaseRequest> cases(20, {stacked(2), "f64", "contiguous", 2});
  const auto results = host.run(cases);
  for (const auto& result : results) CHECK(std::holds_alternative<protocol::CaseReply>(result));
  CHECK_FALSE(host.next_line(milliseconds{100}));
}

TEST_CASE("results come in the order of their cases, errors among them") {
  Host host(examples + "right_grl.so");
  host.greet();
  const std::vector<protocol::CaseRequest> cases{{one_reversal(1, "2"), "f64", "contiguous", 2},
                                                 {one_reversal(2, "2"), "f16", "contiguous", 2},
                                                 {one_reversal(3, "2"), "f32", "strided", 2}};
  const auto results = host.run(cases);
  CHECK(std::get<protocol::CaseReply>(results.at(0)).outputs.at(0).shape == std::vector<std::int64_t>{1, 1});
  CHECK(error_in(results.at(1)).kind == "unsupported");
  CHECK(std::get<protocol::CaseReply>(results.at(2)).outputs.at(0).shape == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("the how-to's first block of C compiles as it stands, and is right") {
  const std::filesystem::path folder = std::filesystem::path(GRADPROOF_BINARY_DIR) / "plugin-how-to";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "grl.c") << first_c_block(GRADPROOF_SOURCE_DIR "/docs/how-to/c-plugin.md");
  const std::string command = "cc -std=c11 -Wall -Wextra -Werror -O2 -shared -fPIC -I '" GRADPROOF_SOURCE_DIR
                              "/include' '" +
                              (folder / "grl.c").string() + "' -o '" + (folder / "grl.so").string() + "'";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(judge((folder / "grl.so").string()).objections == "");
}

// Not run by default: ./plugin "[bench]".
TEST_CASE("round trips per second", "[.bench]") {
  Host host(examples + "right_grl.so");
  host.greet();
  const auto rate = [&](std::size_t batch, const std::string& graph) {
    const std::vector<protocol::CaseRequest> cases(batch, {graph, "f32", "contiguous", 2});
    const auto begin = steady_clock::now();
    std::size_t done = 0;
    while (steady_clock::now() - begin < milliseconds{1000}) done += host.run(cases).size();
    return static_cast<double>(done) / std::chrono::duration<double>(steady_clock::now() - begin).count();
  };
  for (const std::string& graph : {one_reversal(4, "0.5"), graphs[2], one_reversal(1000, "0.5")})
    WARN("alone " << rate(1, graph) << "/s, in batches of 32 " << rate(32, graph) << "/s");
}
