#include "campaign/examiner.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "catalogue.hpp"
#include "compare.hpp"
#include "examine.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "rebuild.hpp"
#include "verify/battery.hpp"

namespace gradproof::inline v0 {

namespace {

// Graphs for which a subject in another process is asked at once.
constexpr std::uint64_t at_once = 32;
// One graph in so many, exact and smooth ones alike: the place moves on by one each time.
bool is_thorough(std::uint64_t index, std::uint64_t one_in) {
  return one_in > 0 && index % one_in == index / one_in % one_in;
}

// Failures of one property and one class that are made small in a block; the others are counted.
constexpr std::size_t most_shrunk = 10;
constexpr std::size_t shrink_budget = 600;

Finding finding_of(const Screened& s) {
  Finding f;
  f.outcome = s.outcome;
  if (s.outcome == Outcome::fails)
    f.worst = Disagreement{"gradient along a direction", 0, s.ulps, 0, Residual::ratio};
  return f;
}

void count(Block& block, Digest& digest, std::string_view property, Outcome outcome) {
  block.counts.try_emplace(std::string(property)).first->second.add(outcome);
  digest.add(property);
  digest.add(static_cast<std::uint64_t>(outcome));
}

bool commutes(OpId op) {
  return op == id_of<Add>() || op == id_of<Multiply>() || op == id_of<Max>() || op == id_of<Min>();
}

}  // namespace

std::string skeleton(const Graph& g) {
  std::string text;
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    const NodeId id{i};
    const Node& node = g[id];
    if (!text.empty()) text += ' ';
    text += info(node.op).name;
    std::vector<NodeId> operands(g.operands(id).begin(), g.operands(id).end());
    // a + b is b + a.
    if (commutes(node.op)) std::ranges::sort(operands);
    for (std::size_t k = 0; k < operands.size(); ++k)
      text += (k == 0 ? "(" : ",") + std::to_string(operands[k].index);
    if (!operands.empty()) text += ')';
  }
  return text;
}

Examiner::Examiner(Subject& subject, const Hello& hello, const CampaignPlan& plan)
    : subject_(subject), plan_(plan), engine_(hello.adapter.empty()), fixed_lambda_(hello.fixed_lambda) {
  exact_.family = Family::exact;
  smooth_.family = Family::smooth;
  if (!engine_ || plan.dtype != Dtype::f64) {
    exact_ = graph_recipe(Family::exact, plan.dtype, hello.ops);
    smooth_ = graph_recipe(Family::smooth, plan.dtype, hello.ops);
    exact_.lambda_operand = smooth_.lambda_operand = engine_;
  }
  // Smooth graphs in narrow formats: their bounds say little.
  if (plan.dtype == Dtype::f16 || plan.dtype == Dtype::bf16) smooth_ = exact_;
  if (plan.exhaustive > 0) {
    std::vector<OpId> operations;
    for (const std::string& name : plan.operations) operations.push_back(find_op(name).value());
    exhaustive_.emplace(plan.exhaustive, std::move(operations));
  }
  for (const std::string& id : plan.properties) properties_.push_back(find_property(id));
}

std::optional<Graph> Examiner::nth(std::uint64_t index, const Recipe& exact, const Recipe& smooth) const {
  if (exhaustive_) return exhaustive_->nth(index);
  Graph g = random_graph(plan_.seed, index, index % 2 == 0 ? exact : smooth);
  return fixed_lambda_ ? with_lambda(g, {}, Literal(*fixed_lambda_)) : std::move(g);
}

Screened Examiner::screened_by_subject(const Case& c, const Reply* reply) {
  if (plan_.digits > 0) return screened(c.graph, plan_.digits);
  if (engine_ && plan_.dtype == Dtype::f64) return screened(c.graph);
  const auto answer = numbers(reply != nullptr ? *reply : subject_.run(c), c);
  // What a subject without an answer did is for a property to say.
  if (!answer) return {answer.error().outcome, 0};
  return screened(c.graph, c.dtype, answer->gradients);
}

void Examiner::note(const Screened& s, const Case& c, std::uint64_t index, Work& work) {
  count(work.block, work.digest, screening, s.outcome);
  if (s.outcome == Outcome::holds) work.block.census.add_residual(s.ulps);
  if (s.outcome != Outcome::fails) return;
  // Shown by the property that has proven intervals behind it, which says where and by how much. What only the screening
  // sees is a failure too.
  const Check ask = [&](const Case& x) { return gradient_duals.check(subject_, x); };
  const Finding f = plan_.digits > 0 ? Finding{} : ask(c);
  if (f.outcome == Outcome::fails) {
    keep(std::string(gradient_duals.id), ask, c, f, index, work);
  } else {
    const Check again = [&](const Case& x) { return finding_of(screened_by_subject(x, nullptr)); };
    keep(std::string(screening), again, c, finding_of(s), index, work);
  }
}

void Examiner::judge(const Property& property, const Case& c, std::uint64_t index, Work& work) {
  const Finding f = property.check(subject_, c);
  count(work.block, work.digest, property.id, f.outcome);
  if (f.outcome == Outcome::fails)
    keep(
      std::string(property.id), [&](const Case& x) { return property.check(subject_, x); }, c, f, index,
      work);
}

void Examiner::keep(const std::string& id, const Check& check, const Case& c, const Finding& finding,
                    std::uint64_t index, Work& work) {
  const Residual residual = finding.worst ? finding.worst->residual : Residual::none;
  // A hang costs a deadline each time, and is as plain in a large graph as in a small one.
  const bool silent = residual == Residual::no_answer;
  std::size_t& so_far = work.shrunk[{id, residual}];
  if (so_far++ >= (silent ? 1 : most_shrunk)) return;
  const auto any = [](const Graph&) { return true; };
  const Counterexample e = silent ? Counterexample{id, c, finding, reader_nodes(c.graph), 0, ""}
                                  : shrunk(id, check, any, c, finding, shrink_budget);
  Document document{{{"subject", plan_.subject}, {"dtype", std::string(format(c.dtype).name)}},
                    e.minimal.graph};
  if (id != screening) document.metadata.insert(document.metadata.begin() + 1, {"property", id});
  CampaignFailure f;
  f.property = id;
  f.residual = name(residual);
  // What gave no answer has one kind, whatever it was asked.
  if (!silent) f.skeleton = skeleton(e.minimal.graph);
  f.document = print(document);
  if (e.finding.worst) {
    f.place = e.finding.worst->place;
    f.expected = e.finding.worst->expected;
    f.observed = e.finding.worst->observed;
    f.allowed = e.finding.worst->allowed;
  }
  f.reason = e.finding.reason;
  f.block = work.block.number;
  f.graph = index;
  f.nodes = e.nodes;
  for (const Node& n : e.minimal.graph.nodes()) f.entries += n.shape.size();
  f.evaluations = e.shrink_evaluations;
  work.block.failures.push_back(std::move(f));
}

std::shared_ptr<const Examiner::Stretch> Examiner::stretch(std::uint64_t number) const {
  const std::uint64_t begin = number * plan_.block;
  const std::uint64_t end =
    plan_.graphs == 0 ? begin + plan_.block : std::min(begin + plan_.block, plan_.graphs);
  return std::make_shared<const Stretch>(Stretch{number, begin, end,
                                                 plan_.swarm ? swarm(plan_.seed, number, exact_) : exact_,
                                                 plan_.swarm ? swarm(plan_.seed, number, smooth_) : smooth_});
}

std::unique_ptr<Examiner::Handful> Examiner::drawn(std::shared_ptr<const Stretch> stretch,
                                                   std::uint64_t from) const {
  auto h = std::make_unique<Handful>();
  h->from = from;
  h->to = std::min(from + at_once, stretch->end);
  for (std::uint64_t i = h->from; i < h->to; ++i) {
    auto g = nth(i, stretch->exact, stretch->smooth);
    if (!g) continue;
    // What a subject in another process is given is what the dtype can hold.
    h->cases.push_back({engine_ ? *std::move(g) : quantized(*g, plan_.dtype), plan_.dtype});
    h->indices.push_back(i);
  }
  h->stretch = std::move(stretch);
  return h;
}

// The rest of the block, and then the beginning of the one that follows; null where there is no more.
std::unique_ptr<Examiner::Handful> Examiner::drawn_after(
  const Handful& h, std::uint64_t number,
  const std::function<std::optional<std::uint64_t>()>& following) const {
  if (h.to < h.stretch->end) return drawn(h.stretch, h.to);
  if (engine_ || !following || h.stretch->number != number) return {};
  const auto after = following();
  if (!after) return {};
  auto there = stretch(*after);
  const std::uint64_t begin = there->begin;
  return drawn(std::move(there), begin);
}

// Goes on with what was drawn ahead if it is of this block.
void Examiner::begin(std::uint64_t number) {
  // No block's answers are to depend on what was remembered from another one.
  subject_.forget();
  if (!ahead_.empty() && ahead_.front()->stretch->number == number) return;
  collect_all();
  ahead_.clear();
  auto here = stretch(number);
  const std::uint64_t begin = here->begin;
  put(drawn(std::move(here), begin));
}

// Until there are so many after `h`.
void Examiner::draw_ahead(const Handful& h, std::size_t count, std::uint64_t number,
                          const std::function<std::optional<std::uint64_t>()>& following) {
  while (ahead_.size() < count) {
    auto after = drawn_after(ahead_.empty() ? h : *ahead_.back(), number, following);
    if (after == nullptr) return;
    put(std::move(after));
  }
}

void Examiner::put(std::unique_ptr<Handful> h) {
  if (!engine_) subject_.post(h->cases);
  ahead_.push_back(std::move(h));
}

void Examiner::collect(Handful& h) {
  if (!engine_ && !h.replies) h.replies = subject_.collect();
}

void Examiner::collect_all() {
  for (const auto& h : ahead_) collect(*h);
}

bool Examiner::calls_for_subject(const Handful& h, const std::vector<Screened>& results) const {
  return std::ranges::any_of(results, [](const Screened& s) { return s.outcome == Outcome::fails; }) ||
         std::ranges::any_of(h.indices, [&](std::uint64_t i) { return is_thorough(i, plan_.thorough); });
}

std::optional<Examiner::Step> Examiner::look(const Handful& h, const std::vector<Screened>& results,
                                             Work& work, const std::function<bool(const Step&)>& go_on) {
  Step step;
  const std::size_t failures = work.block.failures.size();
  for (std::size_t k = 0; k < h.cases.size(); ++k) {
    work.digest.add(h.cases[k].graph);
    work.block.census.add(h.cases[k].graph);
    note(results[k], h.cases[k], h.indices[k], work);
    if (is_thorough(h.indices[k], plan_.thorough)) {
      const Case c{quantized(h.cases[k].graph, plan_.dtype), plan_.dtype};
      for (const Property* p : properties_) judge(*p, c, h.indices[k], work);
      if (!go_on({.must_finish = !work.block.failures.empty()})) return {};
    }
    step.undecided += results[k].outcome == Outcome::undecided ? 1 : 0;
  }
  step.graphs = h.cases.size();
  step.failures = work.block.failures.size() - failures;
  step.must_finish = !work.block.failures.empty() || h.to == h.stretch->end;
  work.block.graphs += step.graphs;
  return step;
}

std::optional<Block> Examiner::decide(std::uint64_t number, const std::function<bool(const Step&)>& go_on,
                                      const std::function<std::optional<std::uint64_t>()>& following) {
  const auto start = std::chrono::steady_clock::now();
  Work work;
  work.block.number = number;
  begin(number);
  for (bool last = false; !last;) {
    const auto h = std::move(ahead_.front());
    ahead_.pop_front();
    // While a subject in another process works on one handful, the one before it is looked at, and the one after it waits in
    // its pipe.
    draw_ahead(*h, 1, number, following);
    collect(*h);
    draw_ahead(*h, engine_ ? 1 : 2, number, following);
    std::vector<Screened> results;
    for (std::size_t k = 0; k < h->cases.size(); ++k)
      results.push_back(screened_by_subject(h->cases[k], engine_ ? nullptr : &(*h->replies)[k]));
    if (!engine_ && calls_for_subject(*h, results)) {
      collect_all();
      subject_.remember(h->cases, *h->replies);
    }
    const auto step = look(*h, results, work, go_on);
    last = h->to == h->stretch->end;
    if (!step || !go_on(*step)) return {};
  }
  work.block.digest = work.digest.value();
  work.block.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(work.block);
}

Block Examiner::examine(std::span<const std::pair<Case, const Property*>> cases) {
  Work work;
  std::uint64_t index = 0;
  for (const auto& [c, only] : cases) {
    ++work.block.graphs;
    if (only != nullptr) judge(*only, c, index, work);
    else
      for (const Property* p : catalogue())
        if (p->looks == Looks::at_graphs) judge(*p, c, index, work);
    ++index;
  }
  return std::move(work.block);
}

}  // namespace gradproof::inline v0
