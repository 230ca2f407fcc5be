// λ as a vector: one for each row.
#include <cmath>
#include <numeric>

#include "catalogue.hpp"
#include "compare.hpp"
#include "lone.hpp"

namespace gradproof::inline v0 {

namespace {

struct Rows {
  Shape shape;
  std::vector<double> lambda, g;  // of each row; of each entry
};

// Strengths that differ in size and sign, one of them 0, and cotangents that differ in every entry; no format rounds them.
Rows rows_of(Shape shape, double scale) {
  Rows r{shape, {}, {}};
  for (std::uint32_t i = 0; i < shape.rows; ++i)
    r.lambda.push_back(scale * std::ldexp(i % 3 == 2 ? 0 : 3 + 2 * static_cast<double>(i), -2) *
                       (i % 2 == 0 ? 1 : -1));
  for (std::size_t k = 0; k < shape.size(); ++k)
    r.g.push_back(std::ldexp(static_cast<double>(k) + 1, -2) * (k % 3 == 1 ? -1 : 1));
  return r;
}

// What the entries say, as a graph.
Graph graph_of(const Rows& r) {
  Builder b;
  std::vector<Literal> x(r.shape.size(), Literal(1)), lambda;
  for (std::size_t k = 0; k < r.shape.size(); ++k) lambda.emplace_back(r.lambda[k / r.shape.cols]);
  b.output(reverse(b.input(r.shape, x, "x"), b.constant(r.shape, lambda, "lambda")),
           {r.g.begin(), r.g.end()});
  return std::move(b).finish_or_die();
}

std::string words(const std::vector<double>& values) {
  std::string text = "[";
  for (const double v : values) text += (text.size() > 1 ? " " : "") + Literal(v).text();
  return text + "]";
}

// The mistakes that give every entry some λ, though not its row's.
struct Taken {
  double (*lambda)(const Rows& r, std::size_t row, std::size_t col);
  const char* cause;
};
const Taken table[] = {
  {[](const Rows& r, std::size_t, std::size_t col) { return r.lambda[col % r.lambda.size()]; },
   "the vector of λ lies along the wrong axis: each column gets a λ, and not each row"},
  {[](const Rows& r, std::size_t, std::size_t) {
     return std::accumulate(r.lambda.begin(), r.lambda.end(), 0.0) / static_cast<double>(r.lambda.size());
   },
   "the mean of the vector of λ is used for all rows"},
  {[](const Rows& r, std::size_t, std::size_t) { return r.lambda.front(); },
   "the first entry of the vector of λ is used for all rows"},
  {[](const Rows& r, std::size_t, std::size_t) { return r.lambda.back(); },
   "the last entry of the vector of λ is used for all rows"},
  {[](const Rows& r, std::size_t, std::size_t) {
     return std::accumulate(r.lambda.begin(), r.lambda.end(), 0.0);
   },
   "the sum of the vector of λ is used for all rows"},
  {[](const Rows& r, std::size_t row, std::size_t) { return r.lambda[r.lambda.size() - 1 - row]; },
   "the vector of λ is used in the opposite order"},
};

std::string cause_of(const Rows& r, Dtype dtype, const std::vector<double>& observed) {
  for (const Taken& t : table) {
    bool all = true;
    for (std::size_t k = 0; k < observed.size(); ++k)
      all =
        all && accepted(dtype, t.lambda(r, k / r.shape.cols, k % r.shape.cols), r.g[k], observed[k]).agrees;
    if (all) return t.cause;
  }
  return "the rows do not get their own λ out of a vector of λ";
}

Finding judged(Subject& subject, Dtype dtype, const Rows& r, const Rows* before) {
  const std::vector<double> x(r.shape.size(), 1);
  Scenario life{dtype, {}};
  const auto first = before != nullptr ? before->lambda : r.lambda;
  life.steps.push_back({.what = Act::Do::make, .name = "a", .number = first[0], .numbers = first});
  if (before != nullptr)
    life.steps.push_back({.what = Act::Do::set, .name = "a", .number = r.lambda[0], .numbers = r.lambda});
  life.steps.push_back({.what = Act::Do::leaf, .name = "x", .shape = r.shape, .values = x});
  life.steps.push_back({.what = Act::Do::forward, .name = "y", .of = "a", .input = "x"});
  life.steps.push_back({.what = Act::Do::backward, .of = "y", .input = "x", .shape = r.shape, .values = r.g});
  const Reply reply = subject.live(life);
  const Graph graph = graph_of(r);
  Comparison comparison(graph);
  comparison.record(0);
  Finding f;
  if (!reply) {
    f = no_answer(reply.error());
  } else if (reply->gradients.size() != 1) {
    return wrong_shape("the answer has " + std::to_string(reply->gradients.size()) + " records, not 1");
  } else {
    const auto& g = reply->gradients[0];
    if (g && (g->values.size() != r.shape.size() || g->dtype != format(dtype).name))
      return wrong_shape("with a vector of λ the gradient has another shape or dtype than the input");
    const std::vector<double> observed = g ? g->values : std::vector<double>(r.shape.size(), 0);
    for (std::size_t k = 0; k < observed.size(); ++k) {
      const Accepted a = accepted(dtype, r.lambda[k / r.shape.cols], r.g[k], observed[k]);
      comparison.judged_gradient_entry(0, k, a.expected, observed[k], a.allowed, a.agrees);
    }
    f = comparison.finish();
    if (f.outcome == Outcome::fails) f.reason = cause_of(r, dtype, observed);
  }
  if (f.outcome == Outcome::fails) f.question.life = life;
  if (f.outcome == Outcome::fails)
    f.story = "a = a layer with λ = " + words(first) + "\n" +
              (before != nullptr ? "set λ of a to " + words(r.lambda) + "\n" : "") + "x = an input of " +
              r.shape.text() + ", all 1\ny = a(x)\ngo backward from y to x with " + words(r.g) + "\n";
  return f;
}

Finding check_vector(Subject& subject, const Case& c) {
  if (!lone(c.graph)) return not_applicable(std::string(not_alone));
  if (!subject.takes_vectors()) return not_applicable("the layer takes one λ for all rows");
  Finding last = not_applicable("no vector of λ could be given");
  // Where there are as many rows as columns, no shape tells of a wrong axis, and the values have to.
  for (const Shape shape : {Shape{3, 3}, Shape{2, 3}, Shape{4, 2}, Shape{5, 1}, Shape{1, 4}}) {
    const Rows r = rows_of(shape, 1), other = rows_of(shape, -2);
    for (const Rows* before : {static_cast<const Rows*>(nullptr), &other}) {
      Finding f = judged(subject, c.dtype, r, before);
      if (f.outcome == Outcome::fails) return f;
      if (f.outcome == Outcome::holds) last = std::move(f);
    }
  }
  return last;
}

}  // namespace

const Property vector_lambda{
  .id = "vector-lambda",
  .claim = "Given a vector of λ, the layer multiplies the gradient of each row by its own -λ.",
  .explain =
    "Some losses weigh each sample: row r of the gradient is then -λ_r times row r of what came in. "
    "Broadcasting a vector "
    "of n against n columns gives each column a λ, and where there are as many rows as columns nothing "
    "complains. For "
    "layers whose author declares it: GRADPROOF = {\"vector\": True}, or \"column\" where λ is to have the "
    "shape (n, 1).",
  .breaks = "λ * grad_output, which lies along the last axis; λ.mean(), λ[0], or float(λ) of a single entry.",
  .mend = "λ.view(-1, 1) * grad_output, with as many ones as the gradient has further axes.",
  .check = check_vector,
  .looks = Looks::at_its_life};

}  // namespace gradproof::inline v0
