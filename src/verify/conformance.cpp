#include "verify/conformance.hpp"

#include <algorithm>

#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "protocol/wire.hpp"
#include "verify/conformance_cases.hpp"
#include "verify/conformance_lists.hpp"
#include "verify/dialogue.hpp"
#include "verify/listed.hpp"
#include "verify/reply.hpp"
#include "verify/scenario_json.hpp"

namespace gradproof::inline v0 {

namespace {

using nlohmann::json;
using protocol::CaseRequest;
using Verdict = Clause::Verdict;

// An adapter that stays silent so often costs a deadline each time, and will not come round.
constexpr int most_silences = 3;

bool is_step(std::string_view word) {
  for (int i = 0; i <= static_cast<int>(Act::Do::together); ++i)
    if (name(static_cast<Act::Do>(i)) == word) return true;
  return false;
}

CaseRequest request_of(const Probe& p) {
  CaseRequest r{p.graph, p.dtype, p.layout, p.rank};
  r.twice = p.twice;
  if (!p.steps.empty()) r.scenario = scenario_json({*find_dtype(p.dtype), p.steps});
  return r;
}

class Trial {
 public:
  Trial(const protocol::Command& command, const ConformanceOptions& options)
      : options_(options), dialogue_(command, options.limits) {}

  Conformance run() {
    greeting();
    if (!result_.no_adapter.empty()) return std::move(result_);
    other_version();
    unknown_command();
    unreadable();
    bad_run();
    ids();
    if (greeted_) {
      // What may be refused is tried once it is known how the adapter refuses.
      const std::vector<Probe> all = probes(result_.facts);
      cases(all, false);
      batch();
      refusals();
      cases(all, true);
      lists(all);
      bad_lists();
    }
    endings();
    exchange();
    return std::move(result_);
  }

 private:
  Clause& clause(const std::string& id, const std::string& claim) {
    const auto found = std::ranges::find(result_.clauses, id, &Clause::id);
    if (found != result_.clauses.end()) return *found;
    result_.clauses.push_back({id, claim});
    return result_.clauses.back();
  }

  static void note(Clause& c, const std::string& problem, const Turn& turn) {
    ++c.checks;
    if (c.verdict == Verdict::failed) return;
    c.verdict = problem.empty() ? Verdict::passed : Verdict::failed;
    if (problem.empty()) return;
    c.problem = problem;
    c.sent = turn.sent;
    c.came = turn.came;
  }

  [[nodiscard]] bool hopeless() const {
    return dialogue_.silences() >= most_silences || (options_.stop != nullptr && options_.stop->load());
  }

  // Asks, in a process that has been greeted. One that has lost count of our lines is replaced.
  Turn ask(const json& request) {
    Turn turn = dialogue_.ask(request);
    if (unread(turn)) dialogue_.stop();
    if ((!turn.answered() || unread(turn)) && greeted_ && !hopeless())
      (void)dialogue_.ask(protocol::hello_request());
    return turn;
  }

  // What is wrong with a refusal that there has to be; nothing where it is as it should be.
  static std::string wrong_refusal(const Turn& turn, bool id_is_null = false) {
    if (!turn.answered()) return "no reply: " + turn.silence;
    if (turn.reply.value("id", json(0)).is_null() != id_is_null)
      return id_is_null ? "the reply's `id` is not null" : "the reply's `id` is null";
    if (turn.reply.value("ok", json()) != false) return "`ok` is not false";
    const json error = turn.reply.value("error", json());
    if (!error.is_object()) return "there is no `error`, an object";
    if (error.value("kind", json()) != "protocol") return "the error's `kind` is not \"protocol\"";
    return error.value("message", json()).is_string() ? "" : "the error has no `message`";
  }

  void greeting();
  void names(const Turn& turn);
  void other_version();
  void unknown_command();
  void unreadable();
  void bad_run();
  void ids();
  void cases(const std::vector<Probe>& all, bool may_refuse);
  void lists(const std::vector<Probe>& all);
  void bad_lists();
  void batch();
  void compare_forms(Clause& c, const Case& plain);
  void refusals();
  void refused(Clause& c, const CaseRequest& request, bool may_do);
  void endings();
  void exchange();
  void probe(const Probe& p);
  std::optional<std::vector<protocol::CaseResult>> results(const std::vector<CaseRequest>& requests,
                                                           Turn& turn, Clause& c);
  [[nodiscard]] bool declared(const Probe& p) const;

  const ConformanceOptions& options_;
  Dialogue dialogue_;
  Conformance result_;
  bool greeted_ = false;
};

void Trial::greeting() {
  Clause& c = clause(
    "hello", "The first request, hello, is answered with who the subject is and what the adapter has.");
  const Turn turn = dialogue_.ask(protocol::hello_request());
  if (!dialogue_.not_started().empty()) {
    result_.no_adapter = dialogue_.not_started();
    return;
  }
  if (!turn.answered()) return note(c, "no reply: " + turn.silence, turn);
  const auto read = protocol::read_hello(turn.reply);
  if (const auto* wrong = std::get_if<protocol::Violation>(&read)) return note(c, wrong->message, turn);
  if (const auto* error = std::get_if<protocol::SubjectError>(&read)) {
    result_.no_adapter = "the adapter can't use its subject: " + error->message;
    return;
  }
  note(c, "", turn);
  result_.facts = std::get<protocol::Hello>(read);
  greeted_ = true;
  names(turn);
}

void Trial::names(const Turn& turn) {
  Clause& c = clause("names", "The dtypes, ops, layouts and steps in hello are names that the protocol has.");
  const auto all = [&](const char* what, const std::vector<std::string>& names, auto&& known) {
    for (const std::string& n : names)
      note(c, known(n) ? "" : "`" + std::string(what) + "` has " + n + ", which is none", turn);
  };
  const auto& h = result_.facts;
  note(c, h.dtypes.empty() ? "`dtypes` is empty: no case can be run" : "", turn);
  all("dtypes", h.dtypes, [](const std::string& n) { return find_dtype(n).has_value(); });
  all("ops", h.ops, [](const std::string& n) { return find_op(n).has_value(); });
  all("layouts", h.layouts, [](const std::string& n) { return find_layout(n).has_value(); });
  all("steps", h.steps, [](const std::string& n) { return is_step(n); });
}

void Trial::other_version() {
  Clause& c = clause("other-version",
                     "A hello for another version of the protocol is refused, with the kind protocol.");
  for (const json& version : {json(7), json("1"), json()}) {
    if (hopeless()) return;
    json request = {{"command", "hello"}, {"protocol", version}};
    const Turn turn = ask(request);
    note(c, wrong_refusal(turn), turn);
  }
}

void Trial::unknown_command() {
  Clause& c = clause("unknown-command", "A command that there is not is refused, with the kind protocol.");
  for (const json& request :
       {json{{"command", "dance"}}, json{{"command", 3}}, json{{"cases", json::array()}}}) {
    if (hopeless()) return;
    const Turn turn = ask(request);
    note(c, wrong_refusal(turn), turn);
  }
}

void Trial::unreadable() {
  Clause& c =
    clause("unreadable", "A line that is no JSON object with an integer id is answered with the id null.");
  for (const char* line : {"hello?", "[1, 2]", "{\"id\": 1,", "{\"id\": \xff}", "{\"command\": \"dance\"}",
                           R"({"id": "one", "command": "dance"})", R"({"id": 1.5, "command": "dance"})"}) {
    if (hopeless()) return;
    const Turn turn = dialogue_.say(line);
    note(c, wrong_refusal(turn, true), turn);
    if (!turn.answered() && greeted_ && !hopeless()) (void)dialogue_.ask(protocol::hello_request());
  }
  // An answer too many can't be told from the next one where neither has an id.
  if (!dialogue_.surplus() || !greeted_) return;
  dialogue_.stop();
  (void)dialogue_.ask(protocol::hello_request());
}

void Trial::bad_run() {
  Clause& c = clause("bad-run", "A run that can't be read fails as a whole, with the kind protocol.");
  const std::string dtype = result_.facts.dtypes.empty() ? "f64" : result_.facts.dtypes.front();
  const std::string good = "x = input 1x1 [1]\noutput x\n",
                    bad = "x = input 1x1 [1]\nr = reverse y 2\noutput r\n";
  const json usual = {{"graph", good}, {"dtype", dtype}}, unknown_name = {{"graph", bad}, {"dtype", dtype}};
  const json no_dtype = {{"graph", good}};
  for (const json& cases :
       {json(), json("all"), json::array({5}), json::array({no_dtype}), json::array({usual, unknown_name})}) {
    json request = {{"command", "run"}};
    if (!cases.is_null()) request["cases"] = cases;
    if (hopeless()) return;
    const Turn turn = ask(request);
    note(c, wrong_refusal(turn), turn);
  }
}

void Trial::ids() {
  Clause& c = clause("ids", "A reply has the id of its request, whatever integer that is.");
  for (const std::uint64_t id : {4000000000ULL, 70ULL, 0ULL, 9007199254740991ULL}) {
    if (hopeless()) break;
    const Turn turn = dialogue_.ask({{"command", "run"}, {"cases", json::array()}}, id);
    const json found = turn.answered() ? turn.reply.value("id", json()) : json();
    const bool same = found.is_number_integer() && found == id;
    note(c, !turn.answered() ? "no reply: " + turn.silence : same ? "" : "the id is " + found.dump(), turn);
    if (!turn.answered() && greeted_ && !hopeless()) (void)dialogue_.ask(protocol::hello_request());
  }
}

bool Trial::declared(const Probe& p) const {
  const auto& h = result_.facts;
  const auto has = [](const std::vector<std::string>& names, std::string_view n) {
    return std::ranges::find(names, n) != names.end();
  };
  return has(h.dtypes, p.dtype) && has(h.layouts, p.layout) && (!p.twice || h.twice) &&
         can_live(p.steps, h.steps) &&
         std::ranges::all_of(p.ops, [&](const std::string& op) { return has(h.ops, op); });
}

// The results of a run, where they can be read; else what is wrong is noted: in the clause at hand where nothing came, and
// in the one about tensors where what came has not the right form.
std::optional<std::vector<protocol::CaseResult>> Trial::results(const std::vector<CaseRequest>& requests,
                                                                Turn& turn, Clause& c) {
  turn = ask(protocol::run_request(requests));
  if (!turn.answered()) {
    note(c, "no reply: " + turn.silence, turn);
    return {};
  }
  auto read = protocol::read_results(turn.reply, requests);
  if (const auto* wrong = std::get_if<protocol::Violation>(&read)) {
    const bool form = turn.ok() && c.id != "tensors";
    note(form ? clause("tensors", "") : c, wrong->message, turn);
    return {};
  }
  return std::get<0>(std::move(read));
}

void Trial::probe(const Probe& p) {
  Clause& c = clause(p.clause, p.claim);
  if (!declared(p)) {
    if (c.checks == 0) c.verdict = Verdict::not_declared;
    return;
  }
  Turn turn;
  const auto found = results({request_of(p)}, turn, c);
  if (!found) return;
  const Reply reply = reply_of(found->front());
  const bool refused = !reply.ok() && reply.error().refusal == Refusal::unsupported;
  if (refused && p.may_refuse) {
    if (c.checks == 0) c.verdict = Verdict::not_declared;
    return;
  }
  note(c, wrong_with(p, reply), turn);
}

void Trial::cases(const std::vector<Probe>& all, bool may_refuse) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].may_refuse != may_refuse) continue;
    if (hopeless()) (void)clause(all[i].clause, all[i].claim);
    else probe(all[i]);
    if (options_.progress) options_.progress("cases", i + 1, all.size());
  }
}

// What gradproof itself sends as a list where an adapter takes lists, sent as a list and as its text.
void Trial::lists(const std::vector<Probe>& all) {
  Clause& c =
    clause("listed", "A case that comes as a list of nodes has the answer that its text has, bit for bit.");
  if (!result_.facts.listed) return void(c.verdict = Verdict::not_declared);
  std::vector<Probe> tried = all;
  // λ travels as a double of its own, all of whose digits count.
  if (!result_.facts.lambda_is_fixed)
    tried.push_back(
      {"listed", "", "x = input 1x2 [1 3]\nr = reverse x 1/3\noutput r cotangent [3 -7]\n", "f64"});
  for (const Probe& p : tried)
    for (const char* dtype : {"f64", "f32"}) {
      if (hopeless()) return;
      Probe each = p;
      each.dtype = dtype;
      if (!p.twice && p.steps.empty() && declared(each))
        if (const auto plain = nameless(each)) compare_forms(c, *plain);
    }
}

// The text is asked first: where it is refused, as subnormal numbers may be, there is nothing to compare with.
void Trial::compare_forms(Clause& c, const Case& plain) {
  const auto as_list = listed(plain);
  if (!as_list) return;
  Turn turn;
  const auto by_text = results({CaseRequest{print(plain.graph), as_list->dtype, "contiguous", 2}}, turn, c);
  if (!by_text) return;
  const auto* expected = std::get_if<protocol::CaseReply>(&by_text->front());
  if (expected == nullptr) return;
  const std::vector<CaseRequest> request{*as_list};
  turn = ask({{"command", "run"}, {"cases", json::array({json::parse(as_list->listed)})}});
  if (!turn.answered()) return note(c, "no reply: " + turn.silence, turn);
  const auto read = protocol::read_results(turn.reply, request);
  if (const auto* wrong = std::get_if<protocol::Violation>(&read)) return note(c, wrong->message, turn);
  const auto* found = std::get_if<protocol::CaseReply>(&std::get<0>(read).front());
  note(c, found == nullptr ? "an error, where the text has an answer" : difference(*expected, *found), turn);
}

// Each of these is a good list but for one thing. The good one is asked behind it: the adapter has to be alive, and as it was.
void Trial::bad_lists() {
  Clause& c = clause("listed-bad", "A list of nodes that can't be read is refused, and harms nothing.");
  if (!result_.facts.listed) return void(c.verdict = Verdict::not_declared);
  const auto& dtypes = result_.facts.dtypes;
  const std::string dtype = std::ranges::find(dtypes, "f32") != dtypes.end() ? "f32" : "f64";
  const auto run = [&](const json& one) { return ask({{"command", "run"}, {"cases", json::array({one})}}); };
  const json good = good_list(dtype);
  const json answer = run(good).reply.value("results", json());
  for (const BadList& bad : bad_lists_of(good)) {
    if (hopeless()) return;
    const Turn turn = run(bad.list);
    const std::string error =
      turn.ok() ? turn.reply.value("/results/0/error/kind"_json_pointer, json("")).get<std::string>() : "";
    const std::string problem = error == "unsupported" ? "" : wrong_refusal(turn);
    note(c, problem.empty() ? "" : std::string(bad.what) + ": " + problem, turn);
    if (hopeless()) return;
    const Turn again = run(good);
    const bool same = again.answered() && again.reply.value("results", json()) == answer;
    note(c, same ? "" : "after " + std::string(bad.what) + " a good list has another answer", again);
  }
}

void Trial::batch() {
  Clause& c = clause(
    "batch", "A batch has a result for each case, in order, and an error in one leaves the others alone.");
  if (hopeless() || result_.facts.dtypes.empty()) return;
  const std::string dtype = result_.facts.dtypes.front();
  std::vector<CaseRequest> requests;
  for (int i = 0; i < 5; ++i)
    requests.push_back(
      {"x = input 1x1 [" + std::to_string(i) + "]\noutput x cotangent [" + std::to_string(i + 10) + "]\n",
       i == 2 ? "f8" : dtype, "contiguous"});
  Turn turn;
  const auto found = results(requests, turn, c);
  if (!found) return;
  for (int i = 0; i < 5; ++i) {
    const Reply reply = reply_of((*found)[static_cast<std::size_t>(i)]);
    const std::string place = "result " + std::to_string(i);
    if (i == 2) {
      note(c, reply.ok() ? place + " is no error, although its dtype is f8" : "", turn);
      continue;
    }
    const bool right = reply.ok() && reply->outputs.size() == 1 && reply->gradients.size() == 1 &&
                       reply->gradients[0] && reply->outputs[0].values == std::vector<double>{double(i)} &&
                       reply->gradients[0]->values == std::vector<double>{double(i + 10)};
    note(c, right ? "" : place + " is not that of case " + std::to_string(i), turn);
  }
}

void Trial::refusals() {
  Clause& c =
    clause("unsupported", "What the adapter does not have is that case's error, of the kind unsupported.");
  if (hopeless() || result_.facts.dtypes.empty()) return;
  const std::string dtype = result_.facts.dtypes.front(), graph = "x = input 1x1 [1]\noutput x\n";
  const std::vector<CaseRequest> requests = {{graph, "f8", "contiguous"}, {graph, dtype, "spiral"}};
  for (const CaseRequest& r : requests) refused(c, r, false);
  // What there is but is not declared may be done all the same.
  for (const Dtype d : all_dtypes)
    if (std::ranges::find(result_.facts.dtypes, format(d).name) == result_.facts.dtypes.end())
      refused(c, {graph, std::string(format(d).name), "contiguous"}, true);
  for (const std::string op : {"tanh", "transpose", "square"})
    if (std::ranges::find(result_.facts.ops, op) == result_.facts.ops.end())
      refused(c, {"x = input 1x1 [1]\ny = " + op + " x\noutput y\n", dtype, "contiguous"}, true);
}

void Trial::refused(Clause& c, const CaseRequest& request, bool may_do) {
  if (hopeless()) return;
  Turn turn;
  const auto found = results({request}, turn, c);
  if (!found) return;
  const auto* error = std::get_if<protocol::CaseError>(&found->front());
  if (error == nullptr) return note(c, may_do ? "" : "there is a result in place of the error", turn);
  note(c, error->kind == "unsupported" ? "" : "the error's kind is " + error->kind, turn);
}

void Trial::endings() {
  Clause& bye = clause("bye", "bye is answered, and ends the adapter with exit status 0.");
  if (!hopeless()) {
    const Turn turn = dialogue_.ask({{"command", "bye"}});
    if (!turn.answered()) note(bye, "no reply: " + turn.silence, turn);
    else if (!turn.ok()) note(bye, "`ok` is not true", turn);
    else note(bye, dialogue_.ending(), turn);
    dialogue_.stop();
  }
  Clause& end = clause("end-of-input", "The end of standard input ends the adapter with exit status 0.");
  if (hopeless()) return;
  note(end, dialogue_.end_input(), {"(nothing: standard input is closed at once)", "", {}, ""});
  const Turn turn = dialogue_.ask(protocol::hello_request());
  if (turn.answered()) note(end, dialogue_.end_input(), turn);
  else note(end, "no reply from a second process: " + turn.silence, turn);
}

// What holds of the exchange as a whole.
void Trial::exchange() {
  const auto whole = [&](const char* id, const char* claim, const std::optional<Breach>& breach) {
    Clause& c = clause(id, claim);
    if (breach) note(c, breach->problem, {breach->sent, breach->came, {}, ""});
    else if (dialogue_.silences() < most_silences) note(c, "", {});
  };
  whole("ids", "", dialogue_.wrong_id());
  whole("one-reply", "Each request has one reply, and nothing is said unasked.", dialogue_.surplus());
  whole("clean-output", "Standard output has nothing but replies: prints go to standard error.",
        dialogue_.stray());
}

}  // namespace

Conformance conformance(const protocol::Command& command, const ConformanceOptions& options) {
  return Trial(command, options).run();
}

}  // namespace gradproof::inline v0
