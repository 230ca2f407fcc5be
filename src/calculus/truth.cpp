#include "gradproof/truth.hpp"

#include <algorithm>
#include <cassert>

#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"
#include "number/ball.hpp"

namespace gradproof::inline v0 {

// --- Enclosures
// -------------------------------------------------------------------------------------------------------

namespace {

Bits finer(const Real& a, const Real& b) { return std::max(a.precision(), b.precision()); }

Real combined(const Real& a, const Real& b, auto operation, mpfr_rnd_t rounding) {
  Real r(finer(a, b));
  operation(r.get(), a.get(), b.get(), rounding);
  return r;
}

Enclosure everything(Bits precision) { return {Real(-INFINITY, precision), Real(INFINITY, precision)}; }

Enclosure enclosure_of(const Ball& b, Bits precision) {
  if (!b.is_finite()) return everything(precision);
  Enclosure e{Real(precision), Real(precision)};
  arb_get_interval_mpfr(e.lower.get(), e.upper.get(), b.get());
  return e;
}

std::string rounded_text(const Real& x, int significant, mpfr_rnd_t rounding) {
  if (mpfr_inf_p(x.get()) != 0) return mpfr_sgn(x.get()) < 0 ? "-inf" : "inf";
  char* raw = nullptr;
  if (mpfr_asprintf(&raw, "%.*R*e", significant - 1, rounding, x.get()) < 0) return "?";
  std::string text(raw);
  mpfr_free_str(raw);
  return text;
}

}  // namespace

bool contains(const Enclosure& e, const Real& x) { return e.lower <= x && x <= e.upper; }

Real width(const Enclosure& e) { return combined(e.upper, e.lower, mpfr_sub, MPFR_RNDU); }

Real middle(const Enclosure& e) {
  if (!isfinite(e.lower) || !isfinite(e.upper)) return {0, finer(e.lower, e.upper)};
  // The sum rounded to nearest and halved is between the two, which are numbers of this precision
  // themselves.
  Real m = combined(e.lower, e.upper, mpfr_add, MPFR_RNDN);
  mpfr_div_2ui(m.get(), m.get(), 1, MPFR_RNDN);
  return m;
}

Enclosure widened(const Enclosure& e, const Real& by) {
  return {combined(e.lower, by, mpfr_sub, MPFR_RNDD), combined(e.upper, by, mpfr_add, MPFR_RNDU)};
}

Decision less(const Enclosure& a, const Enclosure& b) {
  if (a.upper < b.lower) return Decision::yes;
  return b.upper <= a.lower ? Decision::no : Decision::unknown;
}

Decision equal(const Enclosure& a, const Enclosure& b) {
  if (a.upper < b.lower || b.upper < a.lower) return Decision::no;
  const bool points = a.lower == a.upper && b.lower == b.upper && isfinite(a.lower);
  return points ? Decision::yes : Decision::unknown;
}

Decision outside(const Enclosure& e, const Enclosure& interval) {
  if (e.upper < interval.lower || interval.upper < e.lower) return Decision::yes;
  return interval.lower <= e.lower && e.upper <= interval.upper ? Decision::no : Decision::unknown;
}

Decision wrong(const Enclosure& truth, const Real& claimed, const Real& allowed) {
  if (!isfinite(claimed)) return Decision::yes;
  if (!contains(widened(truth, allowed), claimed)) return Decision::yes;
  const Enclosure near = widened({claimed, claimed}, allowed);
  return near.lower <= truth.lower && truth.upper <= near.upper ? Decision::no : Decision::unknown;
}

std::string text(const Enclosure& e, int significant) {
  const Real m = middle(e);
  // One unit of the last digit of m is at least |m| 10^-significant.
  Real unit(Bits{64});
  mpfr_ui_pow_ui(unit.get(), 10, static_cast<unsigned long>(significant), MPFR_RNDU);
  mpfr_div(unit.get(), m.get(), unit.get(), MPFR_RNDZ);
  mpfr_abs(unit.get(), unit.get(), MPFR_RNDN);
  if (isfinite(e.lower) && isfinite(e.upper) && width(e) <= unit) return m.text(significant);
  const int few = std::min(significant, 6);
  return "[" + rounded_text(e.lower, few, MPFR_RNDD) + ", " + rounded_text(e.upper, few, MPFR_RNDU) + "]";
}

// --- One pass
// ---------------------------------------------------------------------------------------------------------

namespace {

// A graph and its gradient graph, whose nodes begin with the graph's own.
struct Problem {
  explicit Problem(const Graph& of) : graph(of), g(gradient(of)) {}
  const Graph& graph;
  Graph g;
};

// An entry of a node of the gradient graph.
struct Place {
  NodeId node;
  std::size_t entry = 0;
};

// How uncertainty came in, as far as one pass can tell.
struct Cause {
  enum class Kind { kink, sign, domain, range } kind;
  Place at;
};

// What one pass finds out beside the balls.
struct Pass {
  Evaluation<Ball> balls;
  // For each node, a cause among the nodes that it depends on, or its own.
  std::vector<std::optional<Cause>> cause;
  std::optional<Doubt> certain;  // an obstacle that no precision removes
};

constexpr std::string_view range_words = "2^(2^29)";
static_assert(Ball::largest_exponent == slong{1} << 29);

// "y [0,1]", or which operation of the gradient it is: those have no names.
std::string words(const Problem& p, const Place& at) {
  const std::uint32_t cols = std::max(1U, p.g[at.node].shape.cols);
  const std::string entry =
    " [" + std::to_string(at.entry / cols) + "," + std::to_string(at.entry % cols) + "]";
  if (at.node.index < p.graph.size()) return p.graph.name(at.node) + entry;
  return "operation " + std::string(info(p.g[at.node].op).name) + " (n" + std::to_string(at.node.index) +
         ")" + entry + " of the gradient";
}

std::string op_name(const Problem& p, NodeId node) { return std::string(info(p.g[node].op).name); }

// Looks at every node once, operands first, for what may be wrong with it.
class Inspection {
 public:
  Inspection(const Problem& problem, Bits precision)
      : p_(problem), pass_{Evaluation<Ball>(problem.g, precision), {}, {}} {}

  Pass run() && {
    pass_.balls.run();
    pass_.cause.resize(p_.g.size());
    for (std::uint32_t i = 0; i < p_.g.size() && !pass_.certain; ++i) inspect(NodeId{i});
    return std::move(pass_);
  }

 private:
  void inspect(NodeId id) {
    for (const NodeId x : p_.g.operands(id))
      if (!pass_.cause[id.index]) pass_.cause[id.index] = pass_.cause[x.index];
    if (info(p_.g[id].op).kind == Kind::leaf) {
      inspect_leaf(id);
      return;
    }
    with_op(p_.g[id].op, [&]<class O>(std::type_identity<O>) {
      if constexpr (O::kind == Kind::elementwise || O::kind == Kind::selection)
        for (std::size_t k = 0; k < O::arity; ++k) inspect_domain(id, k, O::domain[k]);
      if constexpr (O::kind == Kind::selection) inspect_kinks<O>(id);
    });
    if (!pass_.certain) inspect_range(id);
  }

  void inspect_leaf(NodeId id) {
    const auto balls = pass_.balls[id];
    const auto literals = p_.g.values(id);
    for (std::size_t k = 0; k < balls.size(); ++k)
      if (!balls[k].is_finite())
        certain(Obstacle::not_finite, {id, k},
                "a leaf is not finite: " + words(p_, {id, k}) + " is " +
                  literals[literals.size() == 1 ? 0 : k].text());
  }

  void inspect_domain(NodeId id, std::size_t operand, Domain domain) {
    if (domain == Domain::real_line) return;
    if (domain == Domain::nonzero_for_negative_power && p_.g[id].attributes.v[0] >= 0) return;
    const auto balls = pass_.balls[p_.g[id].operand[operand]];
    for (std::size_t k = 0; k < balls.size(); ++k) {
      // What must be positive, or at least not 0.
      const Ball operand = domain == Domain::above_minus_one ? balls[k] + 1 : balls[k];
      const arb_srcptr x = operand.get();
      const bool positive = domain == Domain::positive || domain == Domain::above_minus_one;
      if (positive ? arb_is_positive(x) != 0 : arb_is_nonzero(x) != 0) continue;
      if (positive ? arb_is_nonpositive(x) != 0 : arb_is_zero(x) != 0)
        certain(Obstacle::outside_domain, {id, k},
                words(p_, {id, k}) + " is given an operand outside the domain of " + op_name(p_, id));
      else doubtful(id, {Cause::Kind::domain, {id, k}});
    }
  }

  // Exactly on the kink, or perhaps on either side of it.
  template <class O>
  void inspect_kinks(NodeId id) {
    const auto a = pass_.balls[p_.g[id].operand[0]], b = pass_.balls[p_.g[id].operand[O::arity - 1]];
    for (std::size_t k = 0; k < a.size(); ++k) {
      const Ball kink = [&] {
        if constexpr (O::arity == 1) return O::kink(a[k]);
        else return O::kink(a[k], b[k]);
      }();
      if (numeric<Ball>::sign(kink) != 0) continue;
      const bool exactly = arb_is_zero(kink.get()) != 0;
      auto& cause = pass_.cause[id.index];
      // A kink explains more than a sign that a higher precision may settle.
      if (!cause || (exactly && cause->kind == Cause::Kind::sign))
        cause = Cause{exactly ? Cause::Kind::kink : Cause::Kind::sign, {declared(id), k}};
    }
  }

  // A gradient asks for the sign of a selection's operands by operations of its own. This is the selection of
  // the graph for which a node of the gradient does so: it reads all that the node is made of.
  [[nodiscard]] NodeId declared(NodeId id) const {
    const auto own = static_cast<std::uint32_t>(p_.graph.size());
    if (id.index < own) return id;
    std::vector<NodeId> sources, open(p_.g.operands(id).begin(), p_.g.operands(id).end());
    while (!open.empty()) {
      const NodeId x = open.back();
      open.pop_back();
      if (x.index < own) sources.push_back(x);
      else open.insert(open.end(), p_.g.operands(x).begin(), p_.g.operands(x).end());
    }
    for (std::uint32_t i = 0; i < own; ++i) {
      const auto operands = p_.graph.operands(NodeId{i});
      const bool selects = info(p_.graph[NodeId{i}].op).kind == Kind::selection;
      if (selects &&
          std::ranges::all_of(sources, [&](NodeId x) { return std::ranges::count(operands, x) > 0; }))
        return NodeId{i};
    }
    return id;
  }

  // A result that is not finite though its operands are, and are inside the domain, has left the range. It
  // has so for certain when the operands are known to a quarter of their size, or to 1.
  void inspect_range(NodeId id) {
    const auto balls = pass_.balls[id];
    const auto bad = std::ranges::find_if(balls, [](const Ball& b) { return !b.is_finite(); });
    if (bad == balls.end() || pass_.cause[id.index]) return;
    const Place at{id, static_cast<std::size_t>(bad - balls.begin())};
    const auto known = [](const Ball& b) {
      return arb_rel_accuracy_bits(b.get()) >= 2 || mag_cmp_2exp_si(arb_radref(b.get()), 0) <= 0;
    };
    if (std::ranges::all_of(p_.g.operands(id),
                            [&](NodeId x) { return std::ranges::all_of(pass_.balls[x], known); }))
      certain(Obstacle::out_of_range, at,
              words(p_, at) + " is beyond " + std::string(range_words) +
                ", the largest number that is computed with");
    else doubtful(id, {Cause::Kind::range, at});
  }

  void certain(Obstacle why, Place at, std::string message) {
    if (!pass_.certain) pass_.certain = Doubt{why, at.node, at.entry, std::move(message)};
  }
  void doubtful(NodeId id, Cause cause) {
    if (!pass_.cause[id.index]) pass_.cause[id.index] = cause;
  }

  const Problem& p_;
  Pass pass_;
};

// --- What keeps a number from being known
// -----------------------------------------------------------------------------

// An entry of an output of the gradient graph.
struct Slot {
  std::size_t output, entry;
  friend auto operator<=>(const Slot&, const Slot&) = default;
};

NodeId node_of(const Problem& p, const Slot& s) { return p.g.outputs()[s.output].node; }
const Ball& ball(const Problem& p, const Pass& pass, const Slot& s) {
  return pass.balls[node_of(p, s)][s.entry];
}

// "the value of y [0,1]", "the gradient of x [2,0]".
std::string words(const Problem& p, const Slot& s) {
  const std::size_t values = p.graph.outputs().size();
  const NodeId node =
    s.output < values ? p.graph.outputs()[s.output].node : p.graph.inputs()[s.output - values];
  return (s.output < values ? "the value of " : "the gradient of ") + words(p, Place{node, s.entry});
}

std::string words(const Problem& p, const Cause& cause) {
  const std::string op = op_name(p, cause.at.node);
  switch (cause.kind) {
    case Cause::Kind::kink:
      return words(p, cause.at) + " stands on the kink of " + op + ", where there is no derivative";
    case Cause::Kind::sign: return words(p, cause.at) + " may stand on the kink of " + op;
    case Cause::Kind::domain:
      return words(p, cause.at) + " may be given an operand outside the domain of " + op;
    case Cause::Kind::range: return words(p, cause.at) + " may be beyond " + std::string(range_words);
  }
  return op;
}

Doubt doubt_of(const Problem& p, const Cause& cause) {
  return {cause.kind == Cause::Kind::kink ? Obstacle::on_kink : Obstacle::undecided, cause.at.node,
          cause.at.entry, words(p, cause)};
}

// Whether rad <= 2^-(wanted + 1) |x| throughout the ball: its ends, once rounded, are then within 2^-wanted.
bool narrow(const Ball& b, Bits wanted) {
  if (!b.is_finite()) return false;
  mag_t least, radius;
  mag_init(least);
  mag_init(radius);
  arb_get_mag_lower(least, b.get());
  mag_mul_2exp_si(radius, arb_radref(b.get()), wanted.count + 1);
  const bool is_narrow = b.is_exact() || mag_cmp(radius, least) <= 0;
  mag_clear(least);
  mag_clear(radius);
  return is_narrow;
}

std::vector<Slot> wide_slots(const Problem& p, const Pass& pass, Bits wanted) {
  std::vector<Slot> slots;
  for (std::size_t o = 0; o < p.g.outputs().size(); ++o)
    for (std::size_t k = 0; k < pass.balls[p.g.outputs()[o].node].size(); ++k)
      if (!narrow(ball(p, pass, {o, k}), wanted)) slots.push_back({o, k});
  return slots;
}

// Half of the least exponent: products with numbers of moderate size don't hide that a ball came from there.
constexpr slong tiny = Ball::largest_exponent / 2;

// Why twice the bits did not make this entry narrower and never will: a selection stands exactly on its kink,
// or the number is too small.
std::optional<Doubt> lasting(const Problem& p, const Pass& pass, const Slot& s) {
  const auto& cause = pass.cause[node_of(p, s).index];
  if (cause && cause->kind == Cause::Kind::kink) return doubt_of(p, *cause);
  const Ball& b = ball(p, pass, s);
  if (!b.is_finite() || arb_contains_zero(b.get()) == 0 || mag_cmp_2exp_si(arb_radref(b.get()), -tiny) >= 0)
    return {};
  return Doubt{Obstacle::out_of_range, node_of(p, s), s.entry,
               words(p, s) + " is 0 or below 1/" + std::string(range_words) +
                 ", the least number that is computed with"};
}

// The widths of some entries at one precision, to be compared with those at the next.
struct Widths {
  std::vector<Slot> slots;
  std::vector<Ball> balls;
};

// The reason to stop before the limit: there is a lasting one for every entry that is still wide, and none of
// them got any narrower.
std::optional<Doubt> hopeless(const Problem& p, const Pass& pass, const std::vector<Slot>& wide,
                              const Widths& before) {
  std::optional<Doubt> first;
  for (const Slot& s : wide) {
    const auto found = std::ranges::lower_bound(before.slots, s);
    if (found == before.slots.end() || *found != s) return {};
    const Ball& old = before.balls[static_cast<std::size_t>(found - before.slots.begin())];
    mag_t half;
    mag_init(half);
    mag_mul_2exp_si(half, arb_radref(old.get()), -1);
    const bool narrower = mag_cmp(arb_radref(ball(p, pass, s).get()), half) <= 0;
    mag_clear(half);
    const auto why = narrower ? std::nullopt : lasting(p, pass, s);
    if (!why) return {};
    if (!first) first = why;
  }
  return first;
}

Doubt too_wide(const Problem& p, const Pass& pass, const Slot& s, Bits limit) {
  const Ball& b = ball(p, pass, s);
  const auto& cause = pass.cause[node_of(p, s).index];
  std::string message = words(p, s) + " is in " + text(enclosure_of(b, limit), 6) +
                        " and not known better at " + std::to_string(limit.count) + " bits";
  if (cause) message += ": " + words(p, *cause);
  else if (arb_contains_zero(b.get()) != 0) message += ": it may be exactly 0";
  const Place at = cause ? cause->at : Place{node_of(p, s), s.entry};
  return {Obstacle::undecided, at.node, at.entry, std::move(message)};
}

Enclosures enclosures_of(const Problem& p, const Pass& pass, Bits precision) {
  Enclosures all{{}, {}, precision};
  for (std::size_t o = 0; o < p.g.outputs().size(); ++o) {
    auto& into = o < p.graph.outputs().size() ? all.values.emplace_back() : all.gradient.emplace_back();
    for (const Ball& b : pass.balls[p.g.outputs()[o].node]) into.push_back(enclosure_of(b, precision));
  }
  return all;
}

std::optional<Doubt> bad_precision(std::string_view what, Bits asked, Bits limit) {
  if (asked.count >= 1 && asked <= limit) return {};
  return Doubt{Obstacle::bad_precision,
               {},
               0,
               std::string(what) + " is " + std::to_string(asked.count) + " bits; ask for 1 to " +
                 std::to_string(limit.count)};
}

// Beyond the bits that are wanted, so that most graphs need one pass.
constexpr std::int64_t guard_bits = 64;

}  // namespace

Enclosed enclose(const Graph& graph, Bits precision) {
  if (auto doubt = bad_precision("the precision", precision, largest_precision)) return {{}, doubt};
  const Problem p(graph);
  const Pass pass = Inspection(p, precision).run();
  Enclosed result{enclosures_of(p, pass, precision), pass.certain};
  for (std::size_t o = 0; o < p.g.outputs().size() && !result.doubt; ++o) {
    const auto& cause = pass.cause[p.g.outputs()[o].node.index];
    const auto balls = pass.balls[p.g.outputs()[o].node];
    if (cause && !std::ranges::all_of(balls, &Ball::is_exact)) result.doubt = doubt_of(p, *cause);
  }
  return result;
}

Result<Enclosures, Unproven> truth(const Graph& graph, Bits wanted, Bits limit) {
  if (auto doubt = bad_precision("the limit of the precision", limit, largest_precision))
    return Unproven{*doubt, {}};
  if (auto doubt = bad_precision("the precision", wanted, limit)) return Unproven{*doubt, {}};
  const Problem p(graph);
  Bits precision{std::min(limit.count, (wanted.count + guard_bits + 63) / 64 * 64)};
  Widths before;
  for (;; precision.count = std::min(limit.count, 2 * precision.count)) {
    const Pass pass = Inspection(p, precision).run();
    const auto unproven = [&](Doubt doubt) {
      return Unproven{std::move(doubt), enclosures_of(p, pass, precision)};
    };
    if (pass.certain) return unproven(*pass.certain);
    const std::vector<Slot> wide = wide_slots(p, pass, wanted);
    if (wide.empty()) return enclosures_of(p, pass, precision);
    if (const auto doubt = hopeless(p, pass, wide, before)) return unproven(*doubt);
    if (precision == limit) return unproven(too_wide(p, pass, wide.front(), limit));
    before = {wide, {}};
    for (const Slot& s : wide) before.balls.push_back(ball(p, pass, s));
  }
}

}  // namespace gradproof::inline v0
