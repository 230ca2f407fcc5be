// What the catalogue, the verifier and the reports speak of: Property, Case, Subject, Verdict. Plain data and
// one interface.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradproof/dtype.hpp"
#include "gradproof/graph.hpp"
#include "gradproof/scenario.hpp"

namespace gradproof::inline v0 {

// --- Subjects: whoever answers
// ------------------------------------------------------------------------------------------

// How a case is put to the subject: layout and rank matter to subjects that have strides and ranks.
enum class Layout { contiguous, transposed, strided, offset, expanded };
[[nodiscard]] std::string_view name(Layout layout);
[[nodiscard]] std::optional<Layout> find_layout(std::string_view name);

// The shape that a matrix has in a rank: 1 is C, 0 is a lone number. In rank 3 the rows are split in two, and in rank 4
// the columns too: 6x20 is 2x3x20 and 2x3x2x10. The former part is the least divisor above 1, if there is one.
[[nodiscard]] std::vector<std::int64_t> shape_in_rank(Shape shape, int rank);

// One question to a subject: a graph, and how its tensors are laid out.
struct Case {
  Graph graph;
  Dtype dtype = Dtype::f64;
  Layout layout = Layout::contiguous;
  int rank = 2;
  // What no graph can declare: "clip C"; or that no layer is asked but a schedule ("schedule", and how it is used) or a
  // training step ("training"), of which the graph says what is right. Else empty.
  std::string contract{};
};

// What came back for one tensor: its own claim of dtype and shape, and its values as doubles.
struct Tensor {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};

// A subject's answer: a tensor for each output, and the gradient with respect to each input; absent where the
// subject says that no gradient reaches it.
struct Answer {
  std::vector<Tensor> outputs;
  std::vector<std::optional<Tensor>> gradients;
  std::vector<std::string> damage;  // buffers of the caller that the subject overwrote
};

// Why there is no answer.
enum class Refusal {
  unsupported,  // the subject can't do this: neither holds nor fails
  not_tried,    // nobody was there to ask: undecided
  failed,       // the subject raised, crashed, hung, answered with rubbish: a verdict about it
};
struct NoAnswer {
  Refusal refusal;
  std::string kind;     // one word: raised, returned, crashed, timed_out ...
  std::string message;  // one line
  std::string detail;   // the subject's own words: a traceback, the end of its standard error
};

// An answer, or why there is none.
using Reply = Result<Answer, NoAnswer>;

// Whoever answers for gradients: our own engine, a plugin, a process in another language, a planted fault.
class Subject {
 public:
  virtual ~Subject() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // One reply for each case, in order.
  [[nodiscard]] virtual std::vector<Reply> run(std::span<const Case> cases) = 0;
  // The same in two steps, so that a subject in a process of its own works while its asker does something else. collect()
  // has the replies to the first cases that were posted and not yet collected. In between nothing else is asked.
  virtual void post(std::span<const Case> cases) { posted_.emplace_back(cases.begin(), cases.end()); }
  [[nodiscard]] virtual std::vector<Reply> collect();
  // The gradient of the sum of <weight, gradient>, where the weight of each input's gradient is 1, 2, 3 ...
  // entry by entry (double backward). `outputs` is empty in the answer.
  [[nodiscard]] virtual Reply run_twice(const Case& c);
  [[nodiscard]] Reply run(const Case& c);
  // Lives the scenario. Its records, in order, are the answer's gradients; there are no outputs.
  [[nodiscard]] virtual Reply live(const Scenario& scenario);
  // It has this λ and no other: cases with another are unsupported from now on.
  virtual void fix_lambda(double /*lambda*/) {}
  [[nodiscard]] virtual bool lambda_is_fixed() { return false; }
  // Whether its author declares that λ is read in the backward pass, and not in the forward pass.
  [[nodiscard]] virtual bool reads_late() { return false; }
  // Whether its author declares that λ may be a vector, with an entry for each row of the input.
  [[nodiscard]] virtual bool takes_vectors() { return false; }
  // Whose memory its author declares that the result has: "fresh" or "view" (the input's); empty where either will do.
  [[nodiscard]] virtual std::string alias() { return {}; }
  // Forgets all that went before: what follows is answered by a fresh process, where there is one.
  virtual void refresh() {}
  // Forgets the answers that it keeps so that nothing is asked twice, and nothing else.
  virtual void forget() {}
  // Keeps these for that, one for each case.
  virtual void remember(std::span<const Case> /*cases*/, std::span<const Reply> /*replies*/) {}
  // Another subject that answers in the same way, for another thread; null where there can be only one.
  [[nodiscard]] virtual std::unique_ptr<Subject> another() const { return nullptr; }

 private:
  std::deque<std::vector<Case>> posted_;
};

// Subject number 0: gradproof's own engine, in float or double.
class Engine : public Subject {
 public:
  [[nodiscard]] std::string name() const override { return "builtin"; }
  using Subject::run;
  [[nodiscard]] std::vector<Reply> run(std::span<const Case> cases) override;
  [[nodiscard]] Reply run_twice(const Case& c) override;
  [[nodiscard]] Reply live(const Scenario& scenario) override;
  [[nodiscard]] bool takes_vectors() override { return true; }
  [[nodiscard]] std::string alias() override { return "fresh"; }
  [[nodiscard]] std::unique_ptr<Subject> another() const override { return std::make_unique<Engine>(); }
};

// The gradient graph whose outputs are the gradients alone, with the weights 1, 2, 3 ... as cotangents: what
// run_twice differentiates.
[[nodiscard]] Graph weighted_gradient(const Graph& gradient_graph, std::size_t outputs);

// --- Verdicts
// -----------------------------------------------------------------------------------------------------------

// How the check of one case ended; only `holds` and `fails` are decisions.
enum class Outcome { holds, fails, undecided, not_applicable };
[[nodiscard]] std::string_view name(Outcome outcome);

// How a wrong value relates to the right one; shrinking and grouping keep to one class.
enum class Residual { none, sign, got_zero, expected_zero, ratio, not_finite, no_answer, shape };
[[nodiscard]] std::string_view name(Residual residual);

// One disagreement: where, what was expected and allowed, what was seen.
struct Disagreement {
  std::string place;  // "gradient of x [1,2]"
  double expected = 0;
  double observed = 0;
  double allowed = 0;  // the largest |observed - expected| that would have passed
  Residual residual = Residual::none;
};

// One number that was judged: an entry of an output, of an input's gradient, or of a scenario's record.
struct Judgement {
  enum class Of { output, gradient, record } of = Of::output;
  std::size_t index = 0;  // of the output, the input or the record
  std::size_t place = 0;  // in the tensor, row by row
  double expected = 0;
  double allowed = 0;         // the largest difference that passes
  bool zeros_differ = false;  // -0 is another value than 0
};

// What a failing check asked of the subject, and what had to come of it: enough to ask again without us.
struct Question {
  std::vector<Judgement> entries;
  std::optional<Graph> graph;    // where it is not the case's
  std::optional<Scenario> life;  // in place of a graph
  bool twice = false;            // the entries are those of double backward
  std::size_t repeats = 0;       // the life is the same call so often, with one layer and with new ones
  std::vector<std::string>
    overwrote;  // the caller's buffers that must stay what they are: "input x", "cotangent 0"
};

// What the check of one case found.
struct Finding {
  Outcome outcome = Outcome::not_applicable;
  std::string reason;  // why undecided or not applicable; for no_answer failures the subject's message
  std::optional<Disagreement> worst;
  std::string detail;   // the subject's own words, where it failed to answer
  std::string against;  // the second graph of a relation, as text
  std::string story;    // what was done with the layer, step by step, where a graph does not say it
  // Holds: the smallest relative error, in any one entry that is not zero, that this check would have caught.
  // Nothing where only zeros were compared.
  std::optional<double> detection_power;
  std::size_t compared = 0;
  Question question{};  // fails: what was asked
};

// What a property looks at: graphs of all kinds, the layer alone (a graph of one reversal), a scenario with the λ,
// input and cotangent of such a graph, a schedule of λ, or a network that is trained.
enum class Looks { at_graphs, at_the_layer, at_its_life, at_a_schedule, at_training };

// How much a layer that breaks it has lost. Required: what no correct reversal may break. Recommended: what users of a
// layer count on, such as double backward, copies and threads. Strict: bits in which honest conventions differ.
enum class Tier { required, recommended, strict };
[[nodiscard]] std::string_view name(Tier tier);
[[nodiscard]] std::optional<Tier> find_tier(std::string_view name);

// One claim of the catalogue, and how it is checked.
struct Property {
  std::string_view id;
  std::string_view claim;     // one sentence
  std::string_view explain;   // what it means for the author of a layer, and why it matters
  std::string_view breaks{};  // what typically breaks it
  std::string_view mend{};    // what usually mends that
  Finding (*check)(Subject& subject, const Case& c) = nullptr;
  Looks looks = Looks::at_graphs;
  Tier tier = Tier::required;
};

// The catalogue, in the order in which reports list it.
[[nodiscard]] std::span<const Property* const> catalogue();
[[nodiscard]] const Property* find_property(std::string_view id);

}  // namespace gradproof::inline v0
