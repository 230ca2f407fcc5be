// The layer's life: several at a time, another λ, backward passes that come late, twice or in another order, copies
// and threads. Each property lives a scenario made from a lone reversal's λ, input and cotangent.
#include <cmath>
#include <functional>

#include "catalogue.hpp"
#include "compare.hpp"
#include "lone.hpp"

namespace gradproof::inline v0 {

namespace {

// A scenario in the making, with what each record must be.
class Life {
 public:
  Life(const Lone& layer, Dtype dtype, Subject& subject)
      : layer_(layer), scenario_{dtype, {}}, reads_late_(subject.reads_late()) {
    // Another strength and another cotangent, exact multiples, so that no format rounds them.
    other_ = subject.lambda_is_fixed() ? layer.lambda : layer.lambda == 0 ? 2 : -4 * layer.lambda;
    near_ = subject.lambda_is_fixed() ? layer.lambda : layer.lambda + 0x1p-12;
    for (const double g : layer.cotangent) second_.push_back(-2 * g);
  }
  [[nodiscard]] double lambda() const { return layer_.lambda; }
  [[nodiscard]] double other() const { return other_; }
  [[nodiscard]] double near() const { return near_; }
  // What a backward pass applies whose layer was given another strength after the forward pass.
  [[nodiscard]] double before_set() const { return reads_late_ ? other_ : layer_.lambda; }
  [[nodiscard]] const std::vector<double>& first() const { return layer_.cotangent; }
  [[nodiscard]] const std::vector<double>& second() const { return second_; }

  Life& make(std::string layer, double lambda) {
    return add({.what = Act::Do::make, .name = layer, .number = lambda});
  }
  Life& set(std::string layer, double lambda) {
    return add({.what = Act::Do::set, .name = layer, .number = lambda});
  }
  Life& copy(Act::Do how, std::string layer, std::string of) {
    return add({.what = how, .name = layer, .of = of});
  }
  Life& evaluate(std::string layer) { return add({.what = Act::Do::evaluate, .name = layer}); }
  Life& leaf(std::string tensor) {
    return add({.what = Act::Do::leaf, .name = tensor, .shape = layer_.shape, .values = layer_.x});
  }
  // An input of other values, for layers that look at them.
  Life& other_leaf(std::string tensor) {
    leaf(tensor);
    for (double& v : here_.back().values) v *= -2;
    return *this;
  }
  Life& forward(std::string tensor, std::string layer, std::string input) {
    return add({.what = Act::Do::forward, .name = tensor, .of = layer, .input = input});
  }
  Life& glance(std::string tensor, std::string layer, std::string input) {
    return add({.what = Act::Do::glance, .name = tensor, .of = layer, .input = input});
  }
  Life& multiply(std::string tensor, double by) {
    return add({.what = Act::Do::multiply, .name = tensor, .number = by});
  }
  // A backward pass that must give -strength g.
  Life& backward(std::string of, std::string input, const std::vector<double>& g, double strength) {
    expected_.push_back({Expected::gradient, strength, g});
    return add({.what = Act::Do::backward, .of = of, .input = input, .shape = layer_.shape, .values = g});
  }
  // A backward pass that adds to the gradient so far; the sum must be -strength g.
  Life& accumulate(std::string of, std::string input, const std::vector<double>& g, double strength) {
    backward(of, input, g, strength);
    here_.back().what = Act::Do::accumulate;
    return *this;
  }
  // A tensor that must be what the input was.
  Life& unchanged(std::string tensor) {
    expected_.push_back({Expected::value, 0, layer_.x});
    return add({.what = Act::Do::read, .name = tensor, .shape = layer_.shape});
  }
  // A backward pass, and a look at the value, that must be what the first such records were, whatever that is.
  Life& again(std::string of, std::string input) {
    expected_.push_back({Expected::repeated, 0, {}, expected_.size() % 2});
    add({.what = Act::Do::read, .name = of, .shape = layer_.shape});
    expected_.push_back({Expected::repeated, 0, {}, expected_.size() % 2});
    return add(
      {.what = Act::Do::backward, .of = of, .input = input, .shape = layer_.shape, .values = first()});
  }
  // In place of the steps one by one, where they are one call so many times.
  Life& tell(std::string story, std::size_t repeats) {
    story_ = std::move(story);
    repeats_ = repeats;
    return *this;
  }
  Life& no_gradient_of_strength(std::string layer) {
    expected_.push_back({Expected::nothing, 0, {}});
    return add({.what = Act::Do::strength, .of = layer});
  }
  // The steps that `a_thread` adds, in as many threads, each with its number.
  Life& together(std::size_t threads, const std::function<void(Life&, const std::string&)>& a_thread) {
    Act all{.what = Act::Do::together};
    std::swap(here_, outer_);
    for (std::size_t t = 0; t < threads; ++t) {
      a_thread(*this, std::to_string(t));
      all.threads.push_back(std::exchange(here_, {}));
    }
    std::swap(here_, outer_);
    return add(std::move(all));
  }

  [[nodiscard]] Finding judged(Subject& subject, const Case& c);

 private:
  struct Expected {
    enum { gradient, value, nothing, repeated } kind;
    double strength;
    std::vector<double> values;
    std::size_t like = 0;  // the record that a repeated one must equal
  };
  Life& add(Act s) {
    here_.push_back(std::move(s));
    return *this;
  }
  void judge(Comparison& comparison, const Expected& expected, const std::optional<Tensor>& observed) const;

  const Lone& layer_;
  Scenario scenario_;
  std::vector<Act> here_, outer_;
  std::vector<Expected> expected_;
  std::vector<double> second_;
  std::string story_;
  std::size_t repeats_ = 0;
  double other_, near_;
  bool reads_late_;
};

void Life::judge(Comparison& comparison, const Expected& expected,
                 const std::optional<Tensor>& observed) const {
  if (expected.kind == Expected::nothing) {
    // A gradient of zeros moves no λ either.
    for (std::size_t k = 0; observed && k < observed->values.size(); ++k)
      comparison.strength_entry(observed->values[k]);
    if (!observed) comparison.strength_entry(0);
    return;
  }
  for (std::size_t k = 0; k < expected.values.size(); ++k) {
    const double value = observed ? observed->values[k] : 0;
    if (expected.kind != Expected::gradient) {
      const bool same = value == expected.values[k] || (std::isnan(value) && std::isnan(expected.values[k]));
      comparison.judged_gradient_entry(0, k, expected.values[k], value, 0, same);
      continue;
    }
    const Accepted a = accepted(scenario_.dtype, expected.strength, expected.values[k], value);
    comparison.judged_gradient_entry(0, k, a.expected, value, a.allowed, a.agrees);
  }
}

// How a life reads: one line a step.
std::string told(const std::vector<Act>& steps, const std::string& indent) {
  std::string text;
  const auto number = [](double v) { return Literal(v).text(); };
  for (const Act& s : steps) {
    text += indent;
    switch (s.what) {
      case Act::Do::make: text += s.name + " = a layer with λ = " + number(s.number); break;
      case Act::Do::set: text += "set λ of " + s.name + " to " + number(s.number); break;
      case Act::Do::deepcopy: text += s.name + " = a deep copy of " + s.of; break;
      case Act::Do::pickle: text += s.name + " = " + s.of + ", pickled and read back"; break;
      case Act::Do::evaluate: text += "put " + s.name + " into evaluation mode"; break;
      case Act::Do::bits:
      case Act::Do::pairs:
      case Act::Do::leaf: text += s.name + " = an input"; break;
      case Act::Do::forward: text += s.name + " = " + s.of + "(" + s.input + ")"; break;
      case Act::Do::glance:
        text += s.name + " = " + s.of + "(" + s.input + "), and no gradient is asked";
        break;
      case Act::Do::multiply: text += "multiply " + s.name + " by " + number(s.number) + " in place"; break;
      case Act::Do::backward: text += "go backward from " + s.of + " to " + s.input; break;
      case Act::Do::accumulate:
        text += "go backward from " + s.of + " to " + s.input + ", and add to its gradient";
        break;
      case Act::Do::read: text += "look at " + s.name; break;
      case Act::Do::shares: text += "look whether " + s.name + " lies in the memory of " + s.input; break;
      case Act::Do::strength: text += "look at the gradient of " + s.of + "'s λ"; break;
      case Act::Do::together: text += "all at once:"; break;
    }
    text += "\n";
    for (const auto& thread : s.threads) text += told(thread, indent + "  ") + indent + "  --\n";
  }
  return text;
}

Finding Life::judged(Subject& subject, const Case& c) {
  scenario_.steps = here_;
  const auto reply = subject.live(scenario_);
  Finding f;
  if (!reply) {
    f = no_answer(reply.error());
  } else if (reply->gradients.size() != expected_.size()) {
    f = wrong_shape("the answer has " + std::to_string(reply->gradients.size()) + " records, not " +
                    std::to_string(expected_.size()));
  } else {
    Comparison comparison(c.graph);
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      comparison.record(i);
      const auto& observed = reply->gradients[i];
      if (observed && expected_[i].kind != Expected::nothing &&
          observed->values.size() != layer_.shape.size())
        return wrong_shape("a gradient has " + std::to_string(observed->values.size()) + " values, not " +
                           std::to_string(layer_.shape.size()));
      Expected expected = expected_[i];
      // Where no gradient came, zeros are what is compared.
      if (expected.kind == Expected::repeated) {
        const auto& like = reply->gradients[expected.like];
        expected.values = like ? like->values : std::vector<double>(layer_.shape.size(), 0);
      }
      judge(comparison, expected, observed);
    }
    f = comparison.finish();
  }
  if (f.outcome == Outcome::fails) {
    f.story = story_.empty() ? told(here_, "") : story_;
    f.question.life = scenario_;
    f.question.repeats = repeats_;
  }
  return f;
}

// What each property adds: a function from an empty life.
template <void (*Live)(Life&)>
Finding check(Subject& subject, const Case& c) {
  const auto layer = lone(c.graph);
  if (!layer) return not_applicable(std::string(not_alone));
  if (layer->shape.size() == 0)
    return not_applicable("an empty tensor has no gradient to tell lives apart by");
  // What is wrong in the simplest life says nothing about a longer one.
  if (backward_rounded.check(subject, c).outcome == Outcome::fails)
    return not_applicable("the layer alone is wrong already");
  Life life(*layer, c.dtype, subject);
  Live(life);
  return life.judged(subject, c);
}

// What chance decides shows when it is asked often enough; what a layer counts shows at once.
constexpr int equal_calls = 32;

void call_again(Life& l) {
  l.make("a", l.lambda());
  for (const bool anew : {false, true})
    for (int i = 0; i < equal_calls; ++i) {
      const std::string n = (anew ? "n" : "o") + std::to_string(i);
      if (anew) l.make("a" + n, l.lambda());
      l.leaf("x" + n).forward("y" + n, anew ? "a" + n : "a", "x" + n).again("y" + n, "x" + n);
    }
  const std::string times = std::to_string(equal_calls) + " times, with the same numbers each time:\n";
  l.tell("a = a layer with λ = " + Literal(l.lambda()).text() + "\n" + times +
           "  x = an input\n  y = a(x)\n  look at y\n  go backward from y to x\n" + times +
           "  the same with a new layer\n",
         equal_calls);
}

// Also of a layer that is wrong alone: what differs from call to call explains that.
Finding check_equal_calls(Subject& subject, const Case& c) {
  const auto layer = lone(c.graph);
  if (!layer) return not_applicable(std::string(not_alone));
  if (layer->shape.size() == 0) return not_applicable("an empty tensor is always the same");
  const Finding alone = backward_rounded.check(subject, c);
  if (alone.worst &&
      (alone.worst->residual == Residual::no_answer || alone.worst->residual == Residual::shape))
    return not_applicable("the layer alone gives nothing to compare");
  Life life(*layer, c.dtype, subject);
  call_again(life);
  return life.judged(subject, c);
}

void two_alive(Life& l) {
  l.make("a", l.lambda())
    .make("b", l.other())
    .leaf("x")
    .other_leaf("z")
    .forward("y", "a", "x")
    .forward("w", "b", "z");
  l.backward("y", "x", l.first(), l.lambda()).backward("w", "z", l.second(), l.other());
  // One more, whose λ is taken for the first one's where layers are kept by few of its digits.
  l.make("c", l.near()).leaf("u").forward("v", "c", "u").backward("v", "u", l.first(), l.near());
}

void set_takes(Life& l) {
  l.make("a", l.other()).leaf("x").forward("y", "a", "x").backward("y", "x", l.first(), l.other());
  // First on the input that the layer saw last, for those that keep what they made of it.
  l.set("a", l.lambda()).forward("v", "a", "x").backward("v", "x", l.first(), l.lambda());
  l.other_leaf("z").forward("w", "a", "z").backward("w", "z", l.first(), l.lambda());
}

void set_between(Life& l) {
  l.make("a", l.lambda()).leaf("x").forward("y", "a", "x").set("a", l.other());
  l.backward("y", "x", l.first(), l.before_set());
}

void pending(Life& l) {
  l.make("a", l.lambda()).leaf("x").other_leaf("z").forward("y", "a", "x").forward("w", "a", "z");
  l.backward("y", "x", l.first(), l.lambda()).backward("w", "z", l.second(), l.lambda());
}

void pending_with_set(Life& l) {
  l.make("a", l.lambda())
    .leaf("x")
    .other_leaf("z")
    .forward("y", "a", "x")
    .set("a", l.other())
    .forward("w", "a", "z");
  l.backward("y", "x", l.first(), l.before_set()).backward("w", "z", l.second(), l.other());
}

void twice_backward(Life& l) {
  l.make("a", l.lambda()).leaf("x").forward("y", "a", "x");
  l.backward("y", "x", l.first(), l.lambda()).backward("y", "x", l.second(), l.lambda());
  l.backward("y", "x", l.first(), l.lambda());
}

// The same product twice: the sum is exactly twice the rounded product, however it is computed. Whoever adds without
// rounding the product first has an error of a quarter of an ulp of the sum at most.
void added(Life& l) {
  l.make("a", l.lambda()).leaf("x").forward("y", "a", "x").backward("y", "x", l.first(), l.lambda());
  l.accumulate("y", "x", l.first(), 2 * l.lambda());
}

void applied_again(Life& l) {
  l.make("a", l.lambda()).leaf("x");
  for (const char* y : {"p", "q", "r"}) l.forward(y, "a", "x");
  l.backward("r", "x", l.first(), l.lambda()).backward("p", "x", l.second(), l.lambda()).unchanged("x");
}

void deep_copy(Life& l) {
  l.make("a", l.lambda()).copy(Act::Do::deepcopy, "b", "a").leaf("x").leaf("z");
  l.forward("y", "b", "x").forward("w", "a", "z");
  l.backward("w", "z", l.second(), l.lambda()).backward("y", "x", l.first(), l.lambda());
}

void stand_alone(Life& l) {
  l.make("a", l.lambda()).copy(Act::Do::deepcopy, "b", "a").set("b", l.other()).leaf("x").leaf("z");
  l.forward("y", "a", "x").forward("w", "b", "z");
  l.backward("w", "z", l.second(), l.other()).backward("y", "x", l.first(), l.lambda());
}

void pickled(Life& l) {
  l.make("a", l.lambda()).copy(Act::Do::pickle, "b", "a").leaf("x").forward("y", "b", "x");
  l.backward("y", "x", l.first(), l.lambda());
}

void threads(Life& l) {
  l.make("a", l.lambda()).make("b", l.other());
  l.together(4, [](Life& t, const std::string& n) {
    const bool first = n == "0" || n == "2";
    for (const char* round : {"i", "j", "k", "l", "m", "n"}) {
      const std::string x = "x" + n + round, y = "y" + n + round;
      t.leaf(x).forward(y, first ? "a" : "b", x).backward(y, x, t.first(), first ? t.lambda() : t.other());
    }
  });
}

void in_place_after(Life& l) {
  l.make("a", l.lambda())
    .leaf("x")
    .forward("y", "a", "x")
    .multiply("y", 2)
    .backward("y", "x", l.first(), 2 * l.lambda());
  l.unchanged("x");
}

void evaluation_mode(Life& l) {
  l.make("a", l.lambda())
    .evaluate("a")
    .leaf("x")
    .forward("y", "a", "x")
    .backward("y", "x", l.first(), l.lambda());
}

// First of all, as a look at the untrained network is, and between a forward pass and its backward pass.
void without_gradient(Life& l) {
  l.make("a", l.lambda()).leaf("x").leaf("z");
  l.glance("w", "a", "z").unchanged("w").forward("y", "a", "x").glance("v", "a", "z");
  l.backward("y", "x", l.first(), l.lambda());
}

void strength_has_no_gradient(Life& l) {
  l.make("a", l.lambda()).leaf("x").forward("y", "a", "x").backward("y", "x", l.first(), l.lambda());
  l.no_gradient_of_strength("a");
}

// Where λ can be set, a set between the two forward passes tells more.
Finding check_pending(Subject& subject, const Case& c) {
  const Finding with_set = check<pending_with_set>(subject, c);
  return with_set.outcome == Outcome::not_applicable ? check<pending>(subject, c) : with_set;
}

}  // namespace

const Property equal_calls_agree{
  .id = "equal-calls-agree",
  .claim = "Equal calls give equal answers.",
  .explain =
    "The same forward and backward pass, 32 times with one layer and 32 times with a new one each, must give "
    "the same bits. A layer that draws random numbers (dropout, noise on λ), counts its calls (a warm-up or "
    "a "
    "schedule of its own), puts one more hook on something at each call or adds up gradients gives answers "
    "that nobody can check, and that depend on what was called before. Leave the schedule to the training "
    "loop.",
  .breaks =
    "Dropout or noise in the layer, a counter or warm-up of its own, a hook that stays on a "
    "module, gradients added into a buffer.",
  .mend =
    "Take state out of the layer: λ comes in from outside, and hooks go on tensors that the "
    "call has made.",
  .check = check_equal_calls,
  .looks = Looks::at_its_life};

const Property two_layers_alive{
  .id = "two-layers-alive",
  .claim = "Two layers that live at the same time keep a λ each.",
  .explain =
    "Two layers are made, both go forward, then both go backward. Where λ is stored on the class, in a "
    "module's global or in "
    "a buffer that the layers share, the last writer decides for both. A network with two domain heads has "
    "two layers alive, and "
    "so has a test that compares two strengths. Keep λ on the autograd context (ctx) at the forward pass.",
  .breaks =
    "λ on the class, in a module's global, in a default argument or in a buffer that all layers "
    "share.",
  .mend = "Keep λ on self, and hand it from forward to backward by ctx.",
  .check = check<two_alive>,
  .looks = Looks::at_its_life};

const Property set_lambda_takes{
  .id = "set-lambda-takes",
  .claim = "After λ is set, the next forward pass uses it.",
  .explain =
    "A schedule changes λ at each step. A layer that reads λ once, at construction or when it is traced, or "
    "that keeps a copy "
    "elsewhere, stays at its first λ for ever; training then looks as if it had no schedule.",
  .breaks =
    "functools.partial or a closure over the first λ, a traced graph with λ as a constant, a "
    "cache whose key forgets λ.",
  .mend = "Read λ in forward, at each call.",
  .check = check<set_takes>,
  .looks = Looks::at_its_life};

const Property lambda_of_the_forward_pass{
  .id = "lambda-of-the-forward-pass",
  .claim = "A backward pass uses the λ of its forward pass, whatever was set in between.",
  .explain =
    "λ is changed between a forward pass and its backward pass, as a schedule does when several batches are "
    "under way. A layer "
    "that reads self.alpha in its backward pass or hook, or keeps a λ tensor by reference that is updated in "
    "place, applies a λ that the "
    "forward pass did not have. Save λ in forward (ctx.alpha = alpha). Some frameworks read λ late by "
    "design; a file says so by "
    "GRADPROOF = {\"reads\": \"backward\"}.",
  .breaks =
    "self.alpha read in backward or in a hook, or a λ tensor that is kept by reference and "
    "filled in place.",
  .mend = "Save λ in forward: ctx.alpha = alpha, as a number or a copy.",
  .check = check<set_between>,
  .looks = Looks::at_its_life};

const Property pending_in_any_order{
  .id = "pending-in-any-order",
  .claim = "Two forward passes may wait, and their backward passes come in the order of the forward passes.",
  .explain =
    "Autograd usually runs backward in the opposite order, which a stack inside the layer would survive. "
    "Gradient accumulation, "
    "two losses and pipelines run it in forward order, where a stack hands each pass the other's λ.",
  .breaks = "A stack, a queue or a single slot on the class between forward and backward.",
  .mend = "Save what backward needs on ctx, which belongs to one pass.",
  .check = check_pending,
  .looks = Looks::at_its_life};

const Property backward_again{
  .id = "backward-again",
  .claim = "A backward pass that is repeated gives the same gradient again.",
  .explain =
    "The graph is kept (retain_graph=True) and gone through three times with different cotangents. A layer "
    "that scales its saved "
    "tensors, its λ or a result buffer in place gives another gradient the second time.",
  .breaks = "An in-place product on a saved tensor, on λ or on a result buffer that is used again.",
  .mend = "Make a new tensor in backward: -λ * grad_output, never mul_ or neg_.",
  .check = check<twice_backward>,
  .looks = Looks::at_its_life};

const Property adds_when_asked{
  .id = "adds-when-asked",
  .claim = "A backward pass that is asked to add to a gradient adds -λ·g to what is there.",
  .explain =
    "Some frameworks hand a layer a gradient that is there already, and ask it to add (MXNet's request "
    "`add`, a C "
    "plugin's backward_add). One that writes loses what other consumers of the input gave; one that adds "
    "without the "
    "sign or without λ is a reversal only where it writes. Where a layer is never asked, there is nothing to "
    "judge.",
  .breaks = "A kernel for writing that is called for adding, or gx += g that was never given the factor.",
  .mend = "gx[i] += -lambda * gy[i].",
  .check = check<added>,
  .looks = Looks::at_its_life};

const Property forward_again{
  .id = "forward-again",
  .claim = "A layer may be applied to the same tensor again and again; each pass is reversed once.",
  .explain =
    "Three forward passes on one input, then the backward passes of the last and the first. A hook that is "
    "put on the input itself at each "
    "forward pass piles up: the gradient is reversed two or three times. Hook a fresh tensor, or use an "
    "autograd Function.",
  .breaks = "register_hook on the input itself: the second pass finds the first one's hook still there.",
  .mend = "Hook a fresh tensor, such as x.view_as(x), or write an autograd Function.",
  .check = check<applied_again>,
  .looks = Looks::at_its_life};

const Property copies_keep_lambda{
  .id = "copies-keep-lambda",
  .claim = "A deep copy of a layer is a layer with the same λ.",
  .explain =
    "copy.deepcopy is how models are averaged, frozen and restored. A λ in a "
    "closure, in a registry keyed by id() or in a hook "
    "does not come along, or the copy and the original share it.",
  .breaks =
    "__deepcopy__ that makes a default layer, a registry by id(), λ in a closure or hook that "
    "the copy shares.",
  .mend = "Keep λ as an ordinary attribute or buffer and leave copying to the framework.",
  .check = check<deep_copy>,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

const Property copies_stand_alone{
  .id = "copies-stand-alone",
  .claim = "A deep copy that is given another λ leaves the layer's own alone.",
  .explain =
    "A teacher, an averaged model or a second domain branch is copied and then "
    "scheduled by itself. A λ in a registry, a default argument "
    "or a tensor that __deepcopy__ hands on is one λ for both.",
  .breaks =
    "A registry or a table that the copy's key still points into, or __deepcopy__ that hands on the same "
    "tensor.",
  .mend = "Keep λ as an ordinary attribute or buffer and leave copying to the framework.",
  .check = check<stand_alone>,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

const Property pickles_keep_lambda{
  .id = "pickles-keep-lambda",
  .claim = "A layer that is written out and read back has the same λ.",
  .explain =
    "torch.save(model) and worker processes pickle layers. A λ that "
    "__getstate__ leaves out, or that is kept outside the object, is "
    "lost. A layer that can't be pickled at all is not judged here.",
  .breaks = "__getstate__ or __reduce__ that leaves λ out, or λ kept outside of the object.",
  .mend = "Keep λ as an ordinary attribute or buffer and drop the methods.",
  .check = check<pickled>,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

const Property threads_keep_apart{
  .id = "threads-keep-apart",
  .claim = "Layers in several threads do not get in each other's way.",
  .explain =
    "Four threads go forward and backward with two layers, as data-parallel training does. A global or class "
    "attribute that "
    "holds λ, the input or the result between forward and backward is overwritten by another thread.",
  .breaks = "A global or class attribute between two lines of forward, or between forward and backward.",
  .mend = "Use local names, self and ctx, and no global.",
  .check = check<threads>,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

const Property in_place_after_the_layer{
  .id = "in-place-after-the-layer",
  .claim = "An in-place operation on the layer's result leaves the layer's input and gradient right.",
  .explain =
    "relu_() and += after the layer are common. A layer that hands on the input itself, or memory that "
    "backward needs, is then wrong, or "
    "changes the caller's tensor. A framework that refuses the operation with an error is within its rights, "
    "and the property is not applicable.",
  .breaks = "Returning x itself or x.data, or saving the result and not a copy of it.",
  .mend = "Return x.view_as(x), which autograd watches, or x.clone().",
  .check = check<in_place_after>,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

const Property evaluation_mode_reverses{
  .id = "evaluation-mode-reverses",
  .claim = "In evaluation mode the layer is the same layer.",
  .explain =
    "eval() switches dropout and batch statistics; it is no reason to stop reversing. A layer that looks at "
    "self.training gives "
    "other gradients when a validation loss is differentiated, and its schedule must not step there.",
  .breaks = "`if not self.training: return x`, or a schedule that steps in forward.",
  .mend = "Drop the condition; λ = 0 is the way to switch a layer off.",
  .check = check<evaluation_mode>,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

const Property pass_without_gradient{
  .id = "pass-without-gradient",
  .claim =
    "A forward pass for which no gradient is asked gives the input, and leaves the next pass as it would be.",
  .explain =
    "A network is often looked at before it is trained, and again between its steps: under torch.no_grad, to "
    "see its shapes or its accuracy. A layer that decides at its first call whether it is needed, or keeps "
    "something of such a pass, does not reverse afterwards. A layer that raises an exception there is not "
    "judged by this property.",
  .breaks =
    "A flag or a layer that is made at the first call, when gradients are switched off; a slot that each "
    "forward pass overwrites.",
  .mend = "Decide in each forward pass anew, and keep nothing but what ctx keeps.",
  .check = check<without_gradient>,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

const Property lambda_gets_no_gradient{
  .id = "lambda-gets-no-gradient",
  .claim = "λ itself receives no gradient.",
  .explain =
    "λ is set by a schedule and is not learned: a λ that is a parameter with a gradient would be driven by "
    "the optimiser to make the "
    "reversal vanish. Return None for λ from backward, and keep it a buffer or a number.",
  .breaks =
    "nn.Parameter for λ, λ as a tensor that takes part in forward's arithmetic, or a second "
    "gradient where None is due.",
  .mend = "Use register_buffer or a number, and return None in λ's place.",
  .check = check<strength_has_no_gradient>,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

}  // namespace gradproof::inline v0
