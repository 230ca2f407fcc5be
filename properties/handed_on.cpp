// The tensor that the layer hands on: whose memory it is, and which NaN it holds.
#include <bit>
#include <limits>

#include "catalogue.hpp"
#include "compare.hpp"
#include "lone.hpp"

namespace gradproof::inline v0 {

namespace {

// A layer, an input, what the layer makes of it, and a look at that.
Scenario one_pass(const Lone& layer, Dtype dtype, Act input, Act look) {
  Scenario life{dtype, {}};
  life.steps.push_back({.what = Act::Do::make, .name = "a", .number = layer.lambda});
  life.steps.push_back(std::move(input));
  life.steps.push_back({.what = Act::Do::forward, .name = "y", .of = "a", .input = "x"});
  life.steps.push_back(std::move(look));
  return life;
}

Finding failing(Finding f, const Scenario& life, std::string reason, std::string story) {
  f.outcome = Outcome::fails;
  f.reason = std::move(reason);
  f.story = std::move(story);
  f.question.life = life;
  return f;
}

Finding check_memory(Subject& subject, const Case& c) {
  const auto layer = lone(c.graph);
  if (!layer) return not_applicable(std::string(not_alone));
  if (layer->shape.size() == 0) return not_applicable("an empty tensor has no memory");
  const std::string declared = subject.alias();
  if (declared.empty()) return not_applicable("nothing is declared of the result's memory");
  const Scenario life =
    one_pass(*layer, c.dtype, {.what = Act::Do::leaf, .name = "x", .shape = layer->shape, .values = layer->x},
             {.what = Act::Do::shares, .name = "y", .input = "x"});
  const Reply reply = subject.live(life);
  if (!reply) return no_answer(reply.error());
  if (reply->gradients.size() != 1 || !reply->gradients[0] || reply->gradients[0]->values.size() != 1)
    return wrong_shape("whether memory is shared is one number");
  const double expected = declared == "view" ? 1 : 0, observed = reply->gradients[0]->values[0];
  Comparison comparison(c.graph);
  comparison.record(0);
  comparison.judged_gradient_entry(0, 0, expected, observed, 0, expected == observed);
  Finding f = comparison.finish();
  if (f.outcome != Outcome::fails) return f;
  f.worst->place = "1 where the result lies in the input's memory";
  return failing(std::move(f), life,
                 declared == "view"
                   ? "the result is declared a view of the input, and has memory of its own"
                   : "the result is declared to have memory of its own, and lies in the input's",
                 "a = a layer\nx = an input\ny = a(x)\nlook whether y lies in the memory of x\n");
}

// Quiet NaN of both signs with payloads that a float has room for, among numbers.
std::vector<double> payloads(Dtype dtype) {
  if (dtype == Dtype::f64)
    return {std::bit_cast<double>(0x7ff8000000012345U), std::bit_cast<double>(0xfff8feedfacecafeU), 1.5,
            std::bit_cast<double>(0x7fffffffffffffffU)};
  std::vector<double> wide;
  for (const std::uint32_t bits : {0x7fc01234U, 0xffc0beefU, 0x3fc00000U, 0x7fffffffU})
    wide.push_back(static_cast<double>(std::bit_cast<float>(bits)));
  return wide;
}

Finding check_payload(Subject& subject, const Case& c) {
  const auto layer = lone(c.graph);
  if (!layer) return not_applicable(std::string(not_alone));
  if (c.dtype != Dtype::f32 && c.dtype != Dtype::f64)
    return not_applicable("payloads are tried in f32 and f64");
  const std::vector<double> x = payloads(c.dtype);
  const Shape shape{1, 4};
  const Scenario life =
    one_pass(*layer, c.dtype, {.what = Act::Do::bits, .name = "x", .shape = shape, .values = x},
             {.what = Act::Do::read, .name = "y", .shape = shape});
  const Reply reply = subject.live(life);
  if (!reply) return no_answer(reply.error());
  if (reply->gradients.size() != 1 || !reply->gradients[0] || reply->gradients[0]->values.size() != x.size())
    return wrong_shape("the result does not have the input's entries");
  Finding f;
  f.outcome = Outcome::holds;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double y = reply->gradients[0]->values[k];
    if (std::bit_cast<std::uint64_t>(x[k]) == std::bit_cast<std::uint64_t>(y)) continue;
    f.worst =
      Disagreement{"entry [0," + std::to_string(k) + "] of the result", x[k], y, 0, Residual::not_finite};
    return failing(
      std::move(f), life, "a NaN comes back with another sign or payload",
      "a = a layer\nx = an input with several NaN, each with a payload of its own\ny = a(x)\nlook at y\n");
  }
  return f;
}

}  // namespace

const Property memory_as_declared{
  .id = "memory-as-declared",
  .claim = "The result has memory of its own, or lies in the input's, as the layer's author declares.",
  .explain =
    "Whether an operation in place after the layer also changes what came before is a promise to the caller. "
    "For layers whose author makes one: GRADPROOF = {\"alias\": \"view\"} or {\"alias\": \"fresh\"}; where "
    "nothing "
    "is declared, either will do.",
  .breaks = "x.view_as(x) where a copy is promised; x.clone() or x * 1 where a view is.",
  .mend = "Return x.view_as(x) for a view, x.clone() for a copy, or declare what is done.",
  .check = check_memory,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

const Property nan_payload{
  .id = "nan-payload",
  .claim = "A NaN passes forward with its sign and its payload.",
  .explain =
    "Some programs mark missing values with NaN of several kinds. Identity means every bit; but IEEE 754 "
    "lets "
    "arithmetic choose the NaN that it gives, and no training sees the difference.",
  .breaks = "x + 0 on another machine, a comparison or a conversion that puts the usual NaN in place of any.",
  .mend = "Hand the tensor on without arithmetic: x.view_as(x), or a copy of its bytes.",
  .check = check_payload,
  .looks = Looks::at_its_life,
  .tier = Tier::strict};

}  // namespace gradproof::inline v0
