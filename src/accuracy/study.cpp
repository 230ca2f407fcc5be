// Asks a subject about many inputs at a time and climbs from the worst of them.
#include <algorithm>
#include <cmath>

#include "accuracy/tally.hpp"
#include "compare.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/rounded.hpp"
#include "verify/session.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t at_once = 512;  // entries of one row that a graph asks about
constexpr int rounds = 10;            // of a climb
constexpr std::size_t climbers = 4, steps = 32;

// The engine in the formats that no processor has: each operation rounds once.
class NarrowEngine : public Engine {
 public:
  using Engine::run;
  [[nodiscard]] std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies;
    for (const Case& c : cases) {
      if (c.dtype == Dtype::f16) replies.push_back(answer<Dtype::f16>(c));
      else if (c.dtype == Dtype::bf16) replies.push_back(answer<Dtype::bf16>(c));
      else replies.push_back(Engine::run(std::span(&c, 1)).front());
    }
    return replies;
  }

 private:
  template <Dtype D>
  static Reply answer(const Case& c) {
    const Graph g = gradient(c.graph);
    const Evaluation<Rounded<D>> e = evaluate<Rounded<D>>(g);
    Answer a;
    for (std::size_t i = 0; i < g.outputs().size(); ++i) {
      const NodeId node = g.outputs()[i].node;
      Tensor t{std::string(format(D).name), shape_in_rank(g[node].shape, c.rank), {}};
      for (const Rounded<D>& v : e[node]) t.values.push_back(v.value());
      if (i < c.graph.outputs().size()) a.outputs.push_back(std::move(t));
      else a.gradients.emplace_back(std::move(t));
    }
    return a;
  }
};

// An input and how far off its answer was.
struct Scored {
  double ulps, x, y;
};

class OperationStudy {
 public:
  OperationStudy(Subject& subject, const Measured& m, Dtype dtype, const AccuracyOptions& options,
                 std::uint64_t index, bool no_subnormals)
      : subject_(subject), m_(m), dtype_(dtype), options_(options), draw_(options.seed, index) {
    result_.operation = name(m);
    result_.dtype = dtype;
    result_.no_subnormals = no_subnormals;
    tallies_.emplace_back("value", dtype);
    const Graph g = graph_of(m, special_points(m).part(0, 1));
    for (const NodeId input : g.inputs()) tallies_.emplace_back("d/d" + g.name(input), dtype);
    highest_.resize(tallies_.size());
  }

  OperationAccuracy run() && {
    if (look_at_points(drawn_points(m_, dtype_, draw_, options_.inputs), PartTally::From::drawn) &&
        look_at_points(edge_points(m_, dtype_), PartTally::From::searched) && look_at_specials())
      for (std::size_t part = 0; part < tallies_.size() && result_.trouble.empty(); ++part) climb(part);
    if (stopped()) result_.trouble = "interrupted";
    if (!result_.trouble.empty()) return std::move(result_);
    for (PartTally& tally : tallies_) result_.parts.push_back(std::move(tally).result());
    return std::move(result_);
  }

 private:
  using Rows = std::vector<std::vector<double>>;  // the value's, and those of the partial derivatives

  [[nodiscard]] bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  // False where there is trouble.
  bool ask(const Points& points, Rows& rows) {
    std::vector<Case> cases;
    for (std::size_t at = 0; at < points.size(); at += at_once)
      cases.push_back({graph_of(m_, points.part(at, std::min(at_once, points.size() - at))), dtype_});
    const std::vector<Reply> replies = subject_.run(cases);
    subject_.forget();
    rows.assign(tallies_.size(), {});
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const auto answer = numbers(replies[i], cases[i]);
      if (!answer) {
        result_.unsupported = !replies[i] && replies[i].error().refusal == Refusal::unsupported;
        result_.trouble = replies[i] ? answer.error().reason : replies[i].error().message;
        return false;
      }
      const auto append = [&](std::size_t part, const std::vector<double>& v) {
        rows[part].insert(rows[part].end(), v.begin(), v.end());
      };
      append(0, answer->outputs.front());
      for (std::size_t k = 0; k < answer->gradients.size(); ++k) append(1 + k, answer->gradients[k]);
    }
    return true;
  }

  bool look_at_points(const Points& all, PartTally::From from) {
    const Points points = result_.no_subnormals ? without_subnormals(m_, all, dtype_) : all;
    Rows rows;
    if (stopped() || !ask(points, rows)) return false;
    for (std::size_t begin = 0; begin < points.size(); begin += at_once) {
      const Points part = points.part(begin, std::min(at_once, points.size() - begin));
      const Truths truths = truths_of(m_, dtype_, part);
      for (std::size_t i = 0; i < part.size(); ++i) look_at(part, i, begin, rows, truths, from);
    }
    return true;
  }

  void look_at(const Points& points, std::size_t i, std::size_t begin, const Rows& rows, const Truths& truths,
               PartTally::From from) {
    const double x = points.first[i], y = points.second.empty() ? 0 : points.second[i];
    const std::vector<double> inputs = points.at(i);
    for (std::size_t part = 0; part < tallies_.size(); ++part) {
      if (part > 0 && is_on_kink(m_, x, y)) continue;
      const double ulps = tallies_[part].add(inputs, rows[part][begin + i], truths[part][i], from);
      keep(highest_[part], {ulps, x, y});
    }
  }

  // A few of the worst, no two of which have the same first input.
  static void keep(std::vector<Scored>& highest, const Scored& s) {
    if (s.ulps < 0 || (highest.size() == climbers && s.ulps <= highest.back().ulps)) return;
    for (Scored& h : highest)
      if (h.x == s.x && h.y == s.y) return;
    highest.push_back(s);
    std::ranges::stable_sort(highest, std::ranges::greater{}, &Scored::ulps);
    if (highest.size() > climbers) highest.pop_back();
  }

  void climb(std::size_t part) {
    for (int round = 0; round < rounds && !highest_[part].empty(); ++round) {
      Points points;
      for (const Scored& s : highest_[part])
        for (std::size_t k = 0; k < steps; ++k) {
          const auto [x, y] = changed_point(m_, dtype_, draw_, s.x, s.y);
          points.add(x, y, has_second(m_));
        }
      if (!look_at_points(points, PartTally::From::searched)) return;
    }
  }

  // What MPFR makes of infinities and NaN by the operation's own formulas is what is expected, but for derivatives
  // where the function has none.
  bool look_at_specials() {
    const Points points = special_points(m_);
    Rows rows;
    if (stopped() || !ask(points, rows)) return false;
    const Graph derivative = gradient(graph_of(m_, points));
    const Evaluation<Real> truth = evaluate<Real>(derivative, Bits{127});
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::vector<double> inputs = points.at(i);
      const double value = truth[derivative.outputs()[0].node][i].to_double();
      // A step has a number at NaN by convention; all else passes it on.
      const bool is_convention = std::isnan(inputs.front()) && !std::isnan(value);
      if (!is_convention) tallies_[0].add_special(inputs, rows[0][i], value);
      const bool has_slope = !std::isnan(value) && !is_on_kink(m_, inputs.front(), inputs.back());
      for (std::size_t part = 1; part < tallies_.size() && has_slope; ++part) {
        const double slope = rounded(dtype_, truth[derivative.outputs()[part].node][i]);
        if (!std::isnan(slope)) tallies_[part].add_special(inputs, rows[part][i], slope);
      }
    }
    return true;
  }

  Subject& subject_;
  const Measured m_;
  Dtype dtype_;
  const AccuracyOptions& options_;
  Draw draw_;
  std::vector<PartTally> tallies_;
  std::vector<std::vector<Scored>> highest_;
  OperationAccuracy result_;
};

std::vector<Measured> asked_for(const AccuracyOptions& options) {
  std::vector<Measured> all;
  for (std::size_t i = 0; i < op_count; ++i) {
    const OpId op{static_cast<std::uint8_t>(i)};
    if (!Exhaustive::takes(op)) continue;
    const bool named = options.operations.empty() ||
                       std::ranges::find(options.operations, info(op).name) != options.operations.end();
    for (const Measured& m : measured_as(op))
      if (named) all.push_back(m);
  }
  return all;
}

// Whether a subnormal number, made normal by a product that is exact, comes out as 0. What such a subject does with
// subnormal inputs is known, and would hide all else.
bool takes_subnormals_for_zero(Subject& subject, Dtype dtype) {
  const Format& f = format(dtype);
  Builder b;
  const Literal tiny = std::ldexp(1, f.min_exponent - 2), large = std::ldexp(1, 8);
  const Expr x = b.input({1, 1}, std::span(&tiny, 1), "x");
  b.output(x * b.input({1, 1}, std::span(&large, 1), "y"));
  const Case c{std::move(b).finish_or_die(), dtype};
  const auto answer = numbers(subject.run(c), c);
  return answer && answer->outputs[0][0] == 0;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

void measure_accuracy(Subject& subject, const std::vector<std::string>& ops,
                      const std::vector<std::string>& dtypes, AccuracyReport& report) {
  const AccuracyOptions& options = report.options;
  std::vector<Dtype> wanted = options.dtypes;
  for (const Dtype d : all_dtypes)
    if (options.dtypes.empty() && has(dtypes, format(d).name)) wanted.push_back(d);
  const std::vector<Measured> all = asked_for(options);
  std::size_t done = 0, answered = 0;
  for (const Dtype d : wanted) {
    const bool no_subnormals = has(dtypes, format(d).name) && has(ops, info(id_of<Multiply>()).name) &&
                               takes_subnormals_for_zero(subject, d);
    for (const Measured& m : all) {
      if (options.stop != nullptr && options.stop->load()) {
        report.report.interrupted = true;
        break;
      }
      if (options.progress)
        options.progress(name(m) + " in " + std::string(format(d).words), done, wanted.size() * all.size());
      OperationAccuracy a{name(m), d, "", true, no_subnormals, {}};
      const bool layer = m.op == id_of<Reverse>();
      if (!has(dtypes, format(d).name)) a.trouble = "the subject has no " + std::string(format(d).words);
      else if (!layer && !has(ops, info(m.op).name))
        a.trouble = "the subject has no " + std::string(info(m.op).name);
      else
        a = OperationStudy(subject, m, d, options, m.op.index * 64U + static_cast<unsigned>(m.exponent + 32),
                           no_subnormals)
              .run();
      answered += a.parts.empty() ? 0 : 1;
      report.operations.push_back(std::move(a));
      ++done;
    }
  }
  Report& r = report.report;
  r.conclusion = answered > 0 ? Conclusion::verified : Conclusion::inconclusive;
  if (answered == 0) r.reason = "nothing could be measured";
}

AccuracyReport measure_accuracy(const Target& target, const Launch& launch, const AccuracyOptions& options) {
  AccuracyReport report;
  report.options = options;
  report.report.command = "accuracy";
  report.report.seed = options.seed;
  with_subject(target, launch, report.report, [&](Subject& subject, const Hello& hello) {
    if (target.kind != Target::Kind::builtin)
      return measure_accuracy(subject, hello.ops, hello.dtypes, report);
    NarrowEngine engine;
    if (report.options.dtypes.empty()) report.options.dtypes = {Dtype::f32, Dtype::f64};
    measure_accuracy(engine, hello.ops, {"f16", "bf16", "f32", "f64"}, report);
  });
  return report;
}

}  // namespace gradproof::inline v0
