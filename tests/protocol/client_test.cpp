#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "protocol/children.hpp"
#include "protocol/client.hpp"
#include "tests/catch.hpp"

using namespace gradproof::protocol;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

const std::filesystem::path here = std::filesystem::path(GRADPROOF_SOURCE_DIR) / "tests/protocol";

// A word in the environment of all that a test starts. A grandchild has it too, whatever group it is in.
const std::string mark = "of-process-" + std::to_string(getpid());

// The system's own python3 starts several times faster than a version switcher's script of that name.
const std::string python = access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";

Command subject(const std::string& greeting = "fine") {
  return {{python, "-ISB", (here / "subject.py").string(), greeting}, {{"SUBJECT_TEST", mark}}, "subject"};
}

// Roomy, for a machine that does something else as well: only what hangs for ever should run into these.
Limits patient() {
  Limits limits;
  limits.start = limits.reply = milliseconds{20000};
  return limits;
}

// For subjects that hang after the greeting.
Limits impatient() {
  Limits limits = patient();
  limits.reply = milliseconds{120};
  return limits;
}

std::vector<CaseRequest> cases(const std::vector<std::string>& words) {
  std::vector<CaseRequest> list;
  for (const std::string& word : words) list.push_back({word, "f32", "contiguous", 2});
  return list;
}

bool has_our_mark(const std::filesystem::path& process) {
  std::ifstream file(process / "environ", std::ios::binary);
  const std::string environment(std::istreambuf_iterator<char>(file), {});
  return environment.find("SUBJECT_TEST=" + mark) != std::string::npos;  // a zombie has no environment
}

bool anybody_lives() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") == std::string::npos && has_our_mark(entry.path())) return true;
  }
  return false;
}

// No process with our mark, and no child of ours, not even a zombie. A killed process needs a moment to go.
bool nobody_is_left() {
  const auto end = steady_clock::now() + milliseconds{2000};
  while (anybody_lives()) {
    if (steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds{2});
  }
  return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

Failure failure_at_hello(const Command& command, const Limits& limits) {
  Client client(command, limits);
  auto greeting = client.hello();
  REQUIRE(std::holds_alternative<Failure>(greeting));
  CHECK_FALSE(std::get<Failure>(greeting).message.empty());
  CHECK(client.group() == -1);
  return std::get<Failure>(greeting);
}

// What a case is blamed with that is put alone to a subject which has greeted us.
CaseError error_of(const std::string& word, const Limits& limits) {
  Client client(subject(), limits);
  REQUIRE(std::holds_alternative<Hello>(client.hello()));
  const auto results = client.run(cases({word}));
  REQUIRE(std::holds_alternative<std::vector<CaseResult>>(results));
  const auto& list = std::get<std::vector<CaseResult>>(results);
  REQUIRE(list.size() == 1);
  REQUIRE(std::holds_alternative<CaseError>(list[0]));
  return std::get<CaseError>(list[0]);
}

std::vector<CaseResult> results_of(Client& client, const std::vector<std::string>& words) {
  auto results = client.run(cases(words));
  if (const auto* failure = std::get_if<Failure>(&results))
    FAIL(failure->message << '\n' << failure->standard_error);
  REQUIRE(std::get<std::vector<CaseResult>>(results).size() == words.size());
  return std::get<std::vector<CaseResult>>(std::move(results));
}

std::vector<CaseResult> collected(Client& client) {
  auto results = client.collect();
  if (const auto* failure = std::get_if<Failure>(&results))
    FAIL(failure->message << '\n' << failure->standard_error);
  return std::get<std::vector<CaseResult>>(std::move(results));
}

std::string kind_of(const CaseResult& result) {
  const auto* error = std::get_if<CaseError>(&result);
  return error == nullptr ? "fine" : error->kind;
}

std::vector<std::string> kinds_of(const std::vector<CaseResult>& results) {
  std::vector<std::string> kinds;
  for (const CaseResult& result : results) kinds.push_back(kind_of(result));
  return kinds;
}

}  // namespace

TEST_CASE("a decent subject greets and answers", "[client]") {
  {
    Limits limits = patient();
    limits.start = milliseconds::max();  // a way to say that there is no limit
    Client client(subject(), limits);
    auto greeting = client.hello();
    REQUIRE(std::holds_alternative<Hello>(greeting));
    const Hello& hello = std::get<Hello>(greeting);
    CHECK(hello.subject == "S");
    CHECK(hello.form == "function");
    CHECK(hello.lambda == "second argument");
    CHECK_FALSE(hello.lambda_is_fixed);
    CHECK(hello.dtypes == std::vector<std::string>{"f32", "f64"});
    CHECK(hello.ops == std::vector<std::string>{"input", "reverse"});

    const auto results = results_of(client, {"fine", "fine"});
    REQUIRE(std::holds_alternative<CaseReply>(results[1]));
    const CaseReply& reply = std::get<CaseReply>(results[1]);
    REQUIRE(reply.outputs.size() == 1);
    CHECK(reply.outputs[0].dtype == "f32");
    CHECK(reply.outputs[0].shape == std::vector<std::int64_t>{1, 2});
    CHECK(reply.outputs[0].bytes == std::vector<std::byte>{std::byte{0}, std::byte{0}, std::byte{0xc0},
                                                           std::byte{0x3f}, std::byte{0}, std::byte{0},
                                                           std::byte{0}, std::byte{0x80}});
    REQUIRE(reply.gradients.size() == 2);
    CHECK(reply.gradients[0]);
    CHECK_FALSE(reply.gradients[1]);
    CHECK(reply.damage.empty());

    CHECK(std::get<CaseReply>(results_of(client, {"damaged"})[0]).damage ==
          std::vector<std::string>{"input x", "cotangent 0"});
    const auto raised = std::get<CaseError>(results_of(client, {"raised"})[0]);
    CHECK(raised.kind == "raised");
    CHECK(raised.message == "forward raised ValueError: no");
    CHECK(raised.traceback == "a\nb\n");
    CHECK(results_of(client, {}).empty());
    CHECK(client.restarts() == 0);
    CHECK(client.unexplained().empty());
    CHECK(client.stray().empty());
  }
  CHECK(nobody_is_left());
}

TEST_CASE("large tensors and large requests go through", "[client]") {
  Client client(subject(), patient());
  const auto results = results_of(client, {"megabytes"});
  REQUIRE(std::holds_alternative<CaseReply>(results[0]));
  CHECK(std::get<CaseReply>(results[0]).outputs[0].bytes.size() == 8000000);
  CHECK(std::get<CaseReply>(results[0]).outputs[0].bytes[7999999] == std::byte{4});
  const auto long_case = results_of(client, {"fine\n" + std::string(8u << 20, '#')});
  CHECK(kind_of(long_case[0]) == "fine");
  CHECK(client.restarts() == 0);
}

TEST_CASE("a subject inherits our environment, the additions to it, and no descriptor", "[process]") {
  const std::size_t before = open_descriptors();
  const int leak = dup(0);  // without O_CLOEXEC, as a host program may well do it
  {
    Client other(subject(), patient());
    REQUIRE(std::holds_alternative<Hello>(other.hello()));
    Client client(subject("environment"), patient());
    auto greeting = client.hello();
    REQUIRE(std::holds_alternative<Hello>(greeting));
    CHECK(std::get<Hello>(greeting).framework == mark);
    CHECK(std::get<Hello>(greeting).adapter == std::string(getenv("HOME") != nullptr ? getenv("HOME") : ""));
    // Its three, and the one that it lists them with.
    CHECK(std::get<Hello>(greeting).subject == "descriptors 0 1 2 3");
  }
  close(leak);
  CHECK(open_descriptors() == before);
  CHECK(nobody_is_left());
}

TEST_CASE("a command that cannot be started says why", "[process]") {
  const auto failure = [](const std::string& program) {
    return failure_at_hello({{program}, {}, "x"}, patient());
  };
  const auto folder = std::filesystem::temp_directory_path() / ("gradproof-" + mark);
  std::filesystem::create_directory(folder);
  const auto write = [&](const std::string& name, const std::string& text, bool executable) {
    std::ofstream(folder / name) << text;
    if (executable) std::filesystem::permissions(folder / name, std::filesystem::perms::owner_all);
    return (folder / name).string();
  };
  const std::size_t before = open_descriptors();
  const auto message = [&](const std::string& program) {
    const Failure found = failure(program);
    CHECK(found.trouble == Trouble::not_started);
    CHECK(found.during == "hello");
    return found.message;
  };
  CHECK(message("no-such-command-anywhere") ==
        "cannot start \"no-such-command-anywhere\": no such command on PATH");
  CHECK(message("./no/such/file") == "cannot start \"./no/such/file\": no such file");
  CHECK(message("") == "cannot start: the command is empty");
  CHECK(message("/") == "cannot start \"/\": it is a directory");
  const auto ends_with = [](const std::string& text, const std::string& end) { return text.ends_with(end); };
  CHECK(
    ends_with(message(write("plain", "#!/bin/sh\n", false)), "it is not executable (chmod +x makes it so)"));
  CHECK(ends_with(message(write("shebang", "#!/no/such/interpreter\n", true)),
                  "the interpreter that its first line names does not exist"));
  CHECK(ends_with(message(write("text", "hello\n", true)),
                  "it is neither a program nor a script with a #! line"));
  CHECK(open_descriptors() == before);
  std::filesystem::remove_all(folder);
  CHECK(nobody_is_left());
}

TEST_CASE("a subject that is hostile at its greeting is named for what it does", "[client]") {
  struct Row {
    std::string greeting;
    Trouble trouble;
    std::string message;
  };
  const std::vector<Row> rows{
    {"segv", Trouble::crashed, "killed by SIGSEGV"},
    {"kill", Trouble::crashed, "killed by SIGKILL"},
    {"exit_0", Trouble::exited, "exited with status 0"},
    {"exit_0_unasked", Trouble::exited, "exited with status 0"},
    {"exit_3", Trouble::exited, "exited with status 3"},
    {"half_answer", Trouble::exited, "exited with status 0 in the middle of an answer"},
    {"grandchild_then_exit", Trouble::exited, "exited with status 4"},
    {"close_stdout", Trouble::protocol, "closed its standard output without an answer"},
    {"not_json", Trouble::garbage, "answered with a line that is not JSON: \"{'ok': True}\""},
    {"deep", Trouble::flooded, "wrote an answer nested deeper than 32 levels"},
    {"many_values", Trouble::flooded, "wrote an answer of more than 1000000 values"},
    {"wrong_id", Trouble::protocol, "answered request 0 with the id 1000"},
    {"no_id", Trouble::protocol, "answered request 0 without an id"},
    {"text_id", Trouble::protocol, "answered request 0 with the id \"0\""},
    {"did_not_understand", Trouble::protocol, "could not read request 0: what?"},
    {"version_2", Trouble::protocol,
     "broke the protocol: protocol: expected 1, the version asked for, found 2"},
    {"no_dtypes", Trouble::protocol, "broke the protocol: dtypes: expected an array, found nothing"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.greeting);
    const Failure failure = failure_at_hello(subject(row.greeting), patient());
    CHECK(name(failure.trouble) == name(row.trouble));
    CHECK(failure.message == row.message);
    CHECK(failure.during == "hello");
    CHECK(nobody_is_left());
  }
}

TEST_CASE("invalid UTF-8 in an answer is garbage, and is quoted without harm", "[client]") {
  const Failure failure = failure_at_hello(subject("invalid_utf8"), patient());
  CHECK(failure.trouble == Trouble::garbage);
  CHECK(failure.message ==
        "answered with a line that is not JSON: \"{\"id\":0,\"ok\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}\"");
}

TEST_CASE("a subject that is silent at its greeting is given up in time", "[client]") {
  Limits limits;
  limits.start = milliseconds{100};
  for (const std::string greeting :
       {"hang", "hang_hard", "drip", "drip_stray", "does_not_read", "flood_stderr"}) {
    CAPTURE(greeting);
    const auto begin = steady_clock::now();
    const Failure failure = failure_at_hello(subject(greeting), limits);
    CHECK(steady_clock::now() - begin < milliseconds{1000});
    CHECK(name(failure.trouble) == "timed_out");
    CHECK(failure.message.starts_with("no answer within 100 ms"));
    CHECK(nobody_is_left());
  }
  limits.start = milliseconds{0};  // whole seconds are written as such
  CHECK(failure_at_hello({{"sleep", "60"}, {}, "x"}, limits).message == "no answer within 0 s");
}

TEST_CASE("what was said before a failure comes with it", "[client]") {
  const Failure exited = failure_at_hello(subject("exit_3"), patient());
  CHECK(exited.standard_error == "bad byte \xEF\xBF\xBD and \\x1b[31m\n");
  const Failure crashed = failure_at_hello(subject("segv"), patient());
  CHECK(crashed.standard_error.starts_with("about to fall\n"));

  Limits limits = impatient();
  Client client(subject("stray_then_fine"), limits);
  REQUIRE(std::holds_alternative<Hello>(client.hello()));
  const std::vector<std::string> expected{"importing \\x1b[1mthings\\x1b[0m", "cold \xEF\xBF\xBD bytes",
                                          std::string(200, 'z') + "…"};
  CHECK(client.stray() == expected);
  CHECK(kinds_of(results_of(client, {"hang"})) == std::vector<std::string>{"timed_out"});
  CHECK(client.stray() == expected);  // still known after its process has ended
  REQUIRE(std::holds_alternative<Hello>(client.hello()));
  CHECK(client.stray() == expected);  // and not repeated
}

TEST_CASE("a drip of an answer is counted in the message", "[client]") {
  Limits limits = impatient();
  limits.reply = milliseconds{150};
  const CaseError error = error_of("drip", limits);
  CHECK(error.kind == "timed_out");
  CHECK(error.message.starts_with("no answer within 150 ms (but "));
  CHECK(error.message.ends_with(" bytes of one)"));
}

TEST_CASE("a case that takes its process down is blamed for it", "[client]") {
  struct Row {
    std::string word, kind, message;
  };
  const std::vector<Row> rows{
    {"segv", "crashed", "killed by SIGSEGV"},
    {"kill", "crashed", "killed by SIGKILL"},
    {"exit_0", "exited", "exited with status 0"},
    {"hang", "timed_out", "no answer within 120 ms"},
    {"close_stdin", "timed_out", "no answer within 120 ms"},
    {"grandchild_then_exit", "exited", "exited with status 4"},
    {"not_json", "garbage", "answered with a line that is not JSON: \"{'ok': True}\""},
    {"wrong_id", "protocol", "answered request 1 with the id 1001"},
    {"two_results", "protocol", "broke the protocol: results: 2 results for 1 cases"},
    {"refuse", "protocol", "broke the protocol: refused the request: import: no\\nsuch \\x1b[1mthing"},
    {"truncated_base64", "protocol",
     "broke the protocol: results[0].outputs[0].data: not base64 from character 7 on: \"\""},
    {"stray_bits_in_base64", "protocol",
     "broke the protocol: results[0].outputs[0].data: not base64 from character 1 on: \"B==\""},
    {"too_few_bytes", "protocol",
     "broke the protocol: results[0].outputs[0].data: 8 bytes where 2x3 of \"f32\" takes 24"},
    {"negative_shape", "protocol",
     "broke the protocol: results[0].outputs[0].shape[1]: expected a size (an integer, not negative), found "
     "-1"},
    {"fractional_shape", "protocol",
     "broke the protocol: results[0].outputs[0].shape[0]: expected a size (an integer, not negative), found "
     "1.0"},
    {"huge_shape", "protocol",
     "broke the protocol: results[0].outputs[0].shape: 4611686018427387904x4611686018427387904x0 has too "
     "many "
     "elements to count"},
    {"unknown_dtype_of_no_size", "protocol",
     "broke the protocol: results[0].outputs[0].data: 8 bytes cannot be 3 of \"qint8\""},
    {"no_outputs", "protocol", "broke the protocol: results[0].outputs: expected an array, found nothing"},
    {"gradients_are_text", "protocol",
     "broke the protocol: results[0].gradients: expected an array, found \"none\\x07\""},
    {"error_is_text", "protocol",
     "broke the protocol: results[0].error: expected an error (an object), found \"bad\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    Limits limits = patient();
    if (row.kind == "timed_out") limits = impatient();
    const CaseError error = error_of(row.word, limits);
    CHECK(error.kind == row.kind);
    CHECK(error.message == row.message);
    CHECK(nobody_is_left());
  }
}

TEST_CASE("a dtype that nobody asked for is handed on to be judged", "[client]") {
  Client client(subject(), patient());
  const auto results = results_of(client, {"unknown_dtype"});
  REQUIRE(std::holds_alternative<CaseReply>(results[0]));
  CHECK(std::get<CaseReply>(results[0]).outputs[0].dtype == "qint8");
}

TEST_CASE("a batch loses only the guilty case", "[client]") {
  {
    Client client(subject(), impatient());
    CHECK(kinds_of(results_of(client, {"fine", "segv", "fine", "exit_3", "truncated_base64", "fine"})) ==
          std::vector<std::string>{"fine", "crashed", "fine", "exited", "protocol", "fine"});
    CHECK(client.unexplained().empty());
    const std::size_t restarts = client.restarts();
    CHECK(restarts >= 4);
    CHECK(kinds_of(results_of(client, {"fine", "fine"})) == std::vector<std::string>{"fine", "fine"});
    CHECK(client.restarts() == restarts);
    CHECK(kinds_of(results_of(client, {"fine", "hang", "fine"})) ==
          std::vector<std::string>{"fine", "timed_out", "fine"});
    const auto exited = results_of(client, {"exit_3"});
    CHECK(std::get<CaseError>(exited[0]).traceback == "bad byte \xEF\xBF\xBD and \\x1b[31m\n");
  }
  CHECK(nobody_is_left());
}

TEST_CASE("a subject that fails every case is not tried for ever", "[client]") {
  Limits limits = patient();
  limits.failures_in_a_row = 2;
  Client client(subject(), limits);
  const auto results = results_of(client, {"exit_0", "fine", "exit_0", "exit_3", "fine", "fine"});
  CHECK(kinds_of(results) ==
        std::vector<std::string>{"exited", "fine", "exited", "exited", "not_tried", "not_tried"});
  CHECK(std::get<CaseError>(results[5]).message ==
        "not tried: 2 cases in a row had failed (exited with status 3)");
}

TEST_CASE("a crash that does not come again is not forgotten", "[client]") {
  const std::string word = "second_case_of_this_process_crashes";
  Client client(subject(), patient());
  CHECK(kind_of(results_of(client, {word})[0]) == "fine");
  CHECK(client.unexplained().empty());
  CHECK(kind_of(results_of(client, {word})[0]) == "fine");  // put again to a fresh process
  REQUIRE(client.unexplained().size() == 1);
  CHECK(client.unexplained()[0].message == "exited with status 6");
  CHECK(client.unexplained()[0].during == "run");
  CHECK(client.restarts() == 1);
}

TEST_CASE("a process that ends between two requests is not the next case's fault", "[client]") {
  Client client(subject(), patient());
  CHECK(kind_of(results_of(client, {"fine_then_exit"})[0]) == "fine");
  CHECK(kind_of(results_of(client, {"fine"})[0]) == "fine");
  REQUIRE(client.unexplained().size() == 1);
  CHECK(client.unexplained()[0].message == "exited with status 5");
}

TEST_CASE("an answer that comes twice is noticed with the next request", "[client]") {
  Exchange exchange(subject("twice"), patient());
  REQUIRE(std::holds_alternative<nlohmann::json>(exchange.ask({{"command", "hello"}})));
  const auto answer = exchange.ask({{"command", "run"}, {"cases", nlohmann::json::array()}});
  REQUIRE(std::holds_alternative<Failure>(answer));
  CHECK(std::get<Failure>(answer).trouble == Trouble::protocol);
  CHECK(std::get<Failure>(answer).message == "answered request 0 a second time");
  CHECK_FALSE(exchange.running());

  // A client puts the case to a fresh process, which does the same: it is the subject, and not chance.
  Client client(subject("twice"), patient());
  const auto results = results_of(client, {"fine"});
  CHECK(kind_of(results[0]) == "protocol");
}

TEST_CASE("what is posted is worked on meanwhile, and answered in its order", "[client]") {
  Client client(subject(), patient());
  client.post(cases({"raised"}));
  client.post(cases({"damaged"}));
  client.post({});
  client.post(cases({"megabytes"}));
  CHECK(kinds_of(collected(client)) == std::vector<std::string>{"raised"});
  const auto damaged = collected(client);
  REQUIRE(damaged.size() == 1);
  CHECK(std::get<CaseReply>(damaged[0]).damage.size() == 2);
  CHECK(collected(client).empty());
  CHECK(kinds_of(collected(client)) == std::vector<std::string>{"fine"});
  CHECK(kind_of(results_of(client, {"fine"})[0]) == "fine");
  CHECK(client.restarts() == 0);

  // It has read the second one before it answers the first, and works on it while nobody waits.
  client.post(cases({"nap"}));
  client.post(cases({"nap"}));
  (void)collected(client);
  std::this_thread::sleep_for(milliseconds{600});
  const auto begin = steady_clock::now();
  (void)collected(client);
  CHECK(steady_clock::now() - begin < milliseconds{250});
}

TEST_CASE("what was posted behind a case that takes the process down is put to another process", "[client]") {
  const std::map<std::string, std::string> kinds{
    {"segv", "crashed"},      {"exit_0", "exited"},       {"hang", "timed_out"},
    {"twice", "fine"},        {"fine_then_exit", "fine"}, {"not_json", "garbage"},
    {"wrong_id", "protocol"}, {"no_outputs", "protocol"}, {"fine_then_deaf", "fine"}};
  Limits limits = patient();
  limits.reply = milliseconds{400};
  for (const auto& [word, kind] : kinds) {
    INFO(word);
    Client client(subject(), limits);
    client.post(cases({word}));
    client.post(cases({"raised"}));
    client.post(cases({"fine", "fine"}));
    CHECK(kinds_of(collected(client)) == std::vector<std::string>{kind});
    CHECK(kinds_of(collected(client)) == std::vector<std::string>{"raised"});
    CHECK(kinds_of(collected(client)) == std::vector<std::string>{"fine", "fine"});
    CHECK(client.restarts() >= 1);
  }
  CHECK(nobody_is_left());

  // Nobody to put them to.
  Client nobody({{"/nonexistent/program"}, {}, "nobody"}, patient());
  nobody.post(cases({"fine"}));
  const auto answer = nobody.collect();
  REQUIRE(std::holds_alternative<Failure>(answer));
  CHECK(std::get<Failure>(answer).trouble == Trouble::not_started);

  // What is never collected holds up nothing.
  {
    Client client(subject(), patient());
    client.post(cases({"hang"}));
    client.post(cases({"fine"}));
  }
  CHECK(nobody_is_left());
}

TEST_CASE("floods cost neither memory nor the answer", "[client]") {
  Limits limits = patient();
  limits.reply_bytes = 4u << 20;
  CHECK(error_of("flood_stdout", limits).kind == "flooded");
  const CaseError reply = error_of("flood_reply", limits);
  CHECK(reply.kind == "flooded");
  CHECK(reply.message == "wrote more than 4194304 bytes instead of an answer");
  CHECK(nobody_is_left());

  Client client(subject(), patient());
  CHECK(kind_of(results_of(client, {"flood_stdout_then_fine"})[0]) == "fine");
  CHECK(kind_of(results_of(client, {"flood_stderr_then_fine"})[0]) == "fine");
  CHECK(client.standard_error().size() < 70000);
  CHECK(client.standard_error().ends_with("the last line\n"));
  CHECK(kind_of(results_of(client, {"many_stray_lines"})[0]) == "fine");
  CHECK(client.stray().size() == 8);
  CHECK(client.restarts() == 0);
}

TEST_CASE("a subject that does not read cannot block us", "[client]") {
  Limits limits = impatient();
  limits.reply = milliseconds{200};
  Client client(subject("fine_then_deaf"), limits);
  const auto begin = steady_clock::now();
  const auto results = client.run(cases({std::string(16u << 20, '#')}));
  CHECK(steady_clock::now() - begin < milliseconds{3000});
  REQUIRE(std::holds_alternative<std::vector<CaseResult>>(results));
  const auto& error = std::get<CaseError>(std::get<std::vector<CaseResult>>(results)[0]);
  CHECK(error.kind == "timed_out");
  CHECK(error.message.starts_with("read only "));
  CHECK(error.message.ends_with(" bytes of a request within 200 ms"));
}

TEST_CASE("a subject that closes its standard input is told from one that is slow", "[client]") {
  Client client(subject("close_stdin_then_fine"), impatient());
  const auto results = results_of(client, {"fine"});
  REQUIRE(kind_of(results[0]) == "timed_out");
  CHECK(std::get<CaseError>(results[0]).message ==
        "closed its standard input and gave no answer within 120 ms");
}

TEST_CASE("a grandchild that holds the pipes neither holds us up nor survives", "[process]") {
  {
    Client client(subject(), patient());
    CHECK(kind_of(results_of(client, {"grandchild_then_fine"})[0]) == "fine");
    CHECK(kind_of(results_of(client, {"fine"})[0]) == "fine");
    CHECK(kind_of(results_of(client, {"fine_last_words_under_grandchild"})[0]) == "fine");
  }
  CHECK(nobody_is_left());
}

TEST_CASE("a request is not pushed on to the grandchildren of the dead", "[process]") {
  Client client(subject("fine_last_words_under_grandchild"), patient());
  const auto results = results_of(client, {std::string(16u << 20, '#')});
  REQUIRE(std::holds_alternative<CaseError>(results[0]));
  CHECK(std::get<CaseError>(results[0]).message == "exited with status 0");
}

TEST_CASE("a subject that cannot be used says so", "[client]") {
  Client client(subject("refuse"), patient());
  auto greeting = client.hello();
  REQUIRE(std::holds_alternative<SubjectError>(greeting));
  CHECK(std::get<SubjectError>(greeting).kind == "import");
  CHECK(std::get<SubjectError>(greeting).message == "no\\nsuch \\x1b[1mthing");
  CHECK(std::get<SubjectError>(greeting).traceback == "a\n  b\n");
  const auto results = client.run(cases({"fine"}));
  REQUIRE(std::holds_alternative<Failure>(results));
  CHECK(std::get<Failure>(results).message == "cannot use the subject: import: no\\nsuch \\x1b[1mthing");
}

TEST_CASE("a fixed lambda is told", "[client]") {
  Client client(subject("fixed"), patient());
  auto greeting = client.hello();
  REQUIRE(std::holds_alternative<Hello>(greeting));
  CHECK(std::get<Hello>(greeting).lambda_is_fixed);
  CHECK(std::get<Hello>(greeting).fixed_lambda == 0.25);
}

TEST_CASE("SIGPIPE of the host program is left alone", "[process]") {
  struct sigaction before {};
  sigaction(SIGPIPE, nullptr, &before);
  REQUIRE(before.sa_handler == SIG_DFL);  // so that a SIGPIPE let through would have ended this test
  Client client(subject("fine_then_exit"), patient());
  REQUIRE(std::holds_alternative<Hello>(client.hello()));
  std::this_thread::sleep_for(milliseconds{30});
  CHECK(std::holds_alternative<std::vector<CaseResult>>(client.run(cases({"fine"}))));
  struct sigaction after {};
  sigaction(SIGPIPE, nullptr, &after);
  CHECK(after.sa_handler == SIG_DFL);
  sigset_t blocked, pending;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  sigpending(&pending);
  CHECK(sigismember(&blocked, SIGPIPE) == 0);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("a signal handler ends all children, and the wait for them", "[process]") {
  struct sigaction ours {
  }, before{};
  ours.sa_handler = [](int) { kill_all_children(); };
  sigaction(SIGUSR1, &ours, &before);
  {
    Client idle(subject(), patient());
    CHECK(kind_of(results_of(idle, {"grandchild_then_fine"})[0]) == "fine");
    Exchange waiting(subject("hang"), patient());
    std::thread user([] {
      std::this_thread::sleep_for(milliseconds{60});
      kill(getpid(), SIGUSR1);
    });
    const auto begin = steady_clock::now();
    const auto answer = waiting.ask({{"command", "hello"}});
    CHECK(steady_clock::now() - begin < milliseconds{1500});
    user.join();
    REQUIRE(std::holds_alternative<Failure>(answer));
    CHECK(name(std::get<Failure>(answer).trouble) == "interrupted");
    CHECK(std::get<Failure>(answer).message == "interrupted");
    CHECK_FALSE(waiting.running());
    // Also the one that nobody was waiting for; its owner reaps it later.
    const auto end = steady_clock::now() + milliseconds{2000};
    while (anybody_lives() && steady_clock::now() < end) std::this_thread::sleep_for(milliseconds{2});
    CHECK_FALSE(anybody_lives());

    // Nobody takes the kill for the subject's crash and puts the cases again.
    const auto results = idle.run(cases({"fine", "fine"}));
    REQUIRE(std::holds_alternative<Failure>(results));
    CHECK(std::get<Failure>(results).trouble == Trouble::interrupted);
    CHECK_FALSE(anybody_lives());
    let_children_start();
    CHECK(kind_of(results_of(idle, {"fine"})[0]) == "fine");
  }
  sigaction(SIGUSR1, &before, nullptr);
  CHECK(nobody_is_left());
}

TEST_CASE("a child that starts during an interruption is found out by its owner", "[process]") {
  kill_all_children();
  CHECK(children_forbidden());
  CHECK(enter_group(getpid()) == Entry::forbidden);
  strike_group(getpid());
  let_children_start();
  CHECK_FALSE(children_forbidden());
}

TEST_CASE("there is an end to how many subjects run at once", "[process]") {
  const pid_t beyond = 1 << 24;  // more than any process number
  pid_t entered = 0;
  while (enter_group(beyond + entered) == Entry::entered) ++entered;
  CHECK(entered == 256);
  const Failure failure = failure_at_hello(subject(), patient());
  CHECK(failure.trouble == Trouble::not_started);
  CHECK(failure.message == "cannot start: too many subjects run at once");
  while (entered > 0) strike_group(beyond + --entered);
  Client client(subject(), patient());
  CHECK(std::holds_alternative<Hello>(client.hello()));
}

TEST_CASE("subjects come and go without leaving anything open", "[process]") {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 260; ++i) {  // more than the table of live groups holds
    Client client({{"cat"}, {}, "cat"}, patient());
    CHECK(std::holds_alternative<Failure>(client.hello()));  // our own request is no answer
  }
  CHECK(open_descriptors() == before);
  CHECK(nobody_is_left());
}

TEST_CASE("many exchanges in many threads", "[process]") {
  std::vector<std::string> seen(8);
  std::vector<std::thread> threads;
  for (std::string& kind : seen)
    threads.emplace_back([&kind] {
      Client client(subject(), patient());
      const auto results = client.run(cases({"fine", "exit_3"}));
      if (const auto* list = std::get_if<std::vector<CaseResult>>(&results))
        kind = kind_of((*list)[0]) + ' ' + kind_of((*list)[1]);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(seen == std::vector<std::string>(8, "fine exited"));
  CHECK(nobody_is_left());
}

TEST_CASE("a grandchild in a session of its own ends with its subject where orphans are adopted",
          "[process]") {
  // Only from here on: what this program's other tests see is the ordinary way.
  adopt_orphans();
  for (const char* word : {"orphan_then_fine", "orphan_then_exit"}) {
    CAPTURE(word);
    {
      Client client(subject(), patient());
      CHECK(kind_of(results_of(client, {word, "fine"})[1]) == "fine");
    }
    CHECK(nobody_is_left());
  }
  // Neither the subject of another thread, nor one that is just being started, is taken for an orphan.
  std::vector<std::string> seen(6);
  std::vector<std::thread> threads;
  for (std::string& kind : seen)
    threads.emplace_back([&kind] {
      Client client(subject(), patient());
      for (int i = 0; i < 3; ++i) {
        const auto results = client.run(cases({"orphan_then_fine", "fine"}));
        if (const auto* list = std::get_if<std::vector<CaseResult>>(&results))
          kind += kind_of((*list)[1]) + ' ';
        client.stop();
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(seen == std::vector<std::string>(6, "fine fine fine "));
  CHECK(nobody_is_left());
}

TEST_CASE("a subject that takes all memory is ended in time", "[process]") {
  Limits limits = patient();
  limits.memory_bytes = std::size_t{256} << 20;
  for (const char* word : {"hog", "grandchild_hogs"}) {
    CAPTURE(word);
    const CaseError error = error_of(word, limits);
    CHECK(error.kind == "memory");
    CHECK(error.message == "took more than 256 MiB of memory");
    CHECK(nobody_is_left());
  }
  CHECK(failure_at_hello(subject("hog"), limits).trouble == Trouble::memory);
  limits.memory_bytes = 0;
  limits.reply = milliseconds{300};
  CHECK(error_of("hog", limits).kind == "timed_out");
}

TEST_CASE("a byte each second is no answer", "[client]") {
  Limits limits = patient();
  limits.reply = milliseconds{1300};
  const auto begin = steady_clock::now();
  const CaseError error = error_of("slow_drip", limits);
  CHECK(steady_clock::now() - begin < milliseconds{4000});
  CHECK(error.message.starts_with("no answer within 1300 ms (but "));
}

TEST_CASE("a gigabyte on standard output is let go as it comes", "[client]") {
  Limits limits = patient();
  limits.reply_bytes = std::size_t{2} << 30;
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  Client client(subject(), limits);
  CHECK(kind_of(results_of(client, {"gigabyte_then_fine"})[0]) == "fine");
  getrusage(RUSAGE_SELF, &after);
  // In kilobytes; the chunk that is read into is a quarter of a megabyte.
  CHECK(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
}
