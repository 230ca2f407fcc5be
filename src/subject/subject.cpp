#include "gradproof/subject.hpp"

#include <chrono>
#include <exception>
#include <ostream>
#include <utility>

#include "adapters/c/case.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/report.hpp"
#include "gradproof/text.hpp"
#include "protocol/quote.hpp"
#include "verify/judge.hpp"
#include "verify/reply.hpp"

namespace gradproof::inline v0 {

namespace {

// --- A living layer as the host of plugins calls it --------------------------------------------------------

// A pass in whichever type it is first asked for.
struct BothTypes {
  std::shared_ptr<LivingLayer> layer;
  std::optional<LivingPass<float>> narrow{};
  std::optional<LivingPass<double>> wide{};

  template <class T>
  LivingPass<T>& in() {
    if constexpr (std::is_same_v<T, float>) return narrow ? *narrow : narrow.emplace(layer->pass_in_float());
    else return wide ? *wide : wide.emplace(layer->pass_in_double());
  }
};

template <class T>
int call(BothTypes& pass, std::function<void(std::span<const T>, std::span<T>)> LivingPass<T>::*which,
         const void* in, void* out, std::int64_t n) {
  const auto& function = pass.in<T>().*which;
  if (!function) return GRADPROOF_UNSUPPORTED;
  const auto count = static_cast<std::size_t>(n);
  function({static_cast<const T*>(in), count}, {static_cast<T*>(out), count});
  return GRADPROOF_DONE;
}

// The kernel of one of the three functions. Spans are contiguous, so that there is no stride but 1.
plugin::Kernel kernel(
  std::shared_ptr<BothTypes> pass,
  std::function<void(std::span<const float>, std::span<float>)> LivingPass<float>::*narrow,
  std::function<void(std::span<const double>, std::span<double>)> LivingPass<double>::*wide, std::string name,
  std::string input, std::string output) {
  return {[pass = std::move(pass), narrow, wide](const void* in, std::int64_t in_stride, void* out,
                                                 std::int64_t out_stride, std::int64_t n, int dtype, double) {
            if (in_stride != 1 || out_stride != 1) return int{GRADPROOF_UNSUPPORTED};
            if (dtype == GRADPROOF_F32) return call<float>(*pass, narrow, in, out, n);
            if (dtype == GRADPROOF_F64) return call<double>(*pass, wide, in, out, n);
            return int{GRADPROOF_UNSUPPORTED};
          },
          std::move(name), std::move(input), std::move(output)};
}

template <class F>
std::optional<protocol::CaseError> thrown(const std::string& where, F function) {
  try {
    function();
    return {};
  } catch (const std::exception& e) {
    return protocol::CaseError{"raised", where + " threw an exception: " + protocol::one_line(e.what()), ""};
  } catch (...) {
    return protocol::CaseError{"raised", where + " threw an exception", ""};
  }
}

class Alive : public plugin::Instance {
 public:
  Alive(std::shared_ptr<LivingLayer> layer, double lambda) : layer_(std::move(layer)), lambda_(lambda) {}
  std::optional<protocol::CaseError> set(double lambda) override {
    lambda_ = lambda;
    return thrown("set_lambda", [&] { layer_->set_lambda(lambda); });
  }
  [[nodiscard]] std::unique_ptr<plugin::Instance> copy() const override {
    std::shared_ptr<LivingLayer> copied = layer_->copy();
    if (copied == nullptr) return nullptr;
    return std::make_unique<Alive>(std::move(copied), lambda_);
  }
  [[nodiscard]] plugin::Pass pass() override {
    const auto both = std::make_shared<BothTypes>(BothTypes{layer_});
    return {lambda_,
            kernel(both, &LivingPass<float>::forward, &LivingPass<double>::forward, "forward", "x", "y"),
            kernel(both, &LivingPass<float>::backward, &LivingPass<double>::backward, "backward", "gy", "gx"),
            {},
            kernel(both, &LivingPass<float>::double_backward, &LivingPass<double>::double_backward,
                   "double_backward", "ggx", "ggy")};
  }

 private:
  std::shared_ptr<LivingLayer> layer_;
  double lambda_;
};

plugin::Made made(const LivingLayers& layers, double lambda) {
  std::shared_ptr<LivingLayer> layer;
  if (auto error = thrown("making the layer", [&] { layer = layers.make(lambda); })) return *std::move(error);
  if (layer == nullptr) return protocol::CaseError{"raised", "making the layer gave a null pointer", ""};
  return plugin::Made(std::make_unique<Alive>(std::move(layer), lambda));
}

// --- The subject -------------------------------------------------------------------------------------------

class InProcess : public Subject {
 public:
  InProcess(std::string name, plugin::Layer layer, bool lambda_is_fixed)
      : name_(std::move(name)), layer_(std::move(layer)), lambda_is_fixed_(lambda_is_fixed) {}

  [[nodiscard]] std::string name() const override { return name_; }
  using Subject::run;
  [[nodiscard]] std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies;
    for (const Case& c : cases) {
      if (only_lambda_ && !only_has(c.graph, *only_lambda_)) replies.emplace_back(other_lambda());
      else replies.push_back(reply_of(plugin::answer(layer_, caller_, c)));
    }
    return replies;
  }
  [[nodiscard]] Reply run_twice(const Case& c) override {
    if (!layer_.twice) return Subject::run_twice(c);
    return reply_of(plugin::answer(layer_, caller_, c, true));
  }
  [[nodiscard]] Reply live(const Scenario& scenario) override {
    if (only_lambda_ && !only_makes(scenario.steps, *only_lambda_)) return other_lambda();
    return reply_of(plugin::live(layer_, caller_, scenario));
  }
  [[nodiscard]] bool reads_late() override { return layer_.reads_late; }
  void fix_lambda(double lambda) override { only_lambda_ = lambda; }
  [[nodiscard]] bool lambda_is_fixed() override { return lambda_is_fixed_; }
  // The layers are made anew for each case; of what else a process remembers nothing can be taken away.
  void refresh() override { caller_ = {}; }

 private:
  std::string name_;
  plugin::Layer layer_;
  bool lambda_is_fixed_;
  std::optional<double> only_lambda_;
  plugin::Caller caller_;
};

// The dtypes that both passes of a layer have, and whether it has double backward; or why there is no layer.
struct Abilities {
  std::vector<std::string> dtypes;
  bool twice = false, copies = false;
  std::string trouble;
};

Abilities abilities_of(const LivingLayers& layers) {
  Abilities a;
  const auto error = thrown("making the layer", [&] {
    const auto layer = layers.make(layers.fixed_lambda.value_or(1));
    if (layer == nullptr) throw std::invalid_argument("it gave a null pointer");
    const LivingPass<float> narrow = layer->pass_in_float();
    const LivingPass<double> wide = layer->pass_in_double();
    if (narrow.forward && narrow.backward) a.dtypes.emplace_back("f32");
    if (wide.forward && wide.backward) a.dtypes.emplace_back("f64");
    a.twice = narrow.double_backward || wide.double_backward;
    a.copies = layer->copy() != nullptr;
  });
  if (error) a.trouble = error->message;
  else if (a.dtypes.empty())
    a.trouble =
      "forward and backward can't be called with the same type of numbers: give both for double, or for "
      "float, in a form that gradproof/subject.hpp lists";
  return a;
}

protocol::Hello facts(const LivingLayers& layers, const plugin::Layer& layer,
                      const std::vector<std::string>& dtypes) {
  protocol::Hello h;
  h.adapter = "c++";
  h.framework = "C++";
  h.form = layers.form;
  h.lambda = layers.lambda_is_fixed ? "fixed" : layers.lambda;
  h.dtypes = dtypes;
  for (std::size_t i = 0; i < op_count; ++i)
    h.ops.emplace_back(info(OpId{static_cast<std::uint8_t>(i)}).name);
  for (const Act::Do step : plugin::steps_of(layer)) h.steps.emplace_back(name(step));
  h.lambda_is_fixed = layers.lambda_is_fixed;
  h.fixed_lambda = layers.fixed_lambda;
  h.twice = layer.twice;
  h.large = true;
  h.reads_late = layer.reads_late;
  return h;
}

// --- Options -----------------------------------------------------------------------------------------------

Result<VerifyOptions, std::string> read(const LayerOptions& options) {
  VerifyOptions read;
  read.seed = options.seed;
  read.graphs = options.graphs;
  read.seconds = options.seconds;
  for (const std::string& word : options.dtypes) {
    const auto dtype = find_dtype(word);
    if (!dtype) return "there is no dtype " + word;
    read.dtypes.push_back(*dtype);
  }
  auto known = parse_known_failures(options.known_failures);
  if (!known)
    return "line " + std::to_string(known.error().line) + " of known_failures: " + known.error().message;
  read.known = *std::move(known);
  std::optional<Graph> forward;
  if (!options.forward_graph.empty()) {
    auto document = parse(options.forward_graph);
    if (!document) return "forward_graph: " + document.error().message();
    forward = (*std::move(document)).graph;
  }
  auto contract = parse_contract(options.contract, forward);
  if (!contract) return contract.error().message;
  read.contract = *std::move(contract);
  return read;
}

LayerVerdict verdict_of(const Report& report) {
  return {report.conclusion == Conclusion::verified,
          report.diagnosis.headline.empty() ? report.reason : report.diagnosis.headline,
          report.diagnosis.cause, to_text(report)};
}

// --- A layer out of two callables --------------------------------------------------------------------------

class Stateless : public LivingLayer {
 public:
  Stateless(const Layer& layer, double lambda) : layer_(layer), lambda_(lambda) {}
  void set_lambda(double lambda) override { lambda_ = lambda; }
  [[nodiscard]] LivingPass<float> pass_in_float() override { return pass<float>(&Callable::narrow); }
  [[nodiscard]] LivingPass<double> pass_in_double() override { return pass<double>(&Callable::wide); }

 private:
  template <class T>
  LivingPass<T> pass(PassFunction<T> Callable::*in_type) {
    const auto saved = std::make_shared<std::vector<T>>();
    const auto function =
      [&](const PassFunction<T>& f) -> std::function<void(std::span<const T>, std::span<T>)> {
      if (!f) return {};
      return
        [f, saved, lambda = lambda_](std::span<const T> in, std::span<T> out) { f(*saved, in, out, lambda); };
    };
    const PassFunction<T>& forward = layer_.forward.*in_type;
    if (!forward || !(layer_.backward.*in_type)) return {};
    return {[forward, saved, lambda = lambda_](std::span<const T> in, std::span<T> out) {
              saved->assign(in.begin(), in.end());
              forward(in, in, out, lambda);
            },
            function(layer_.backward.*in_type), function(layer_.double_backward.*in_type)};
  }
  const Layer& layer_;
  double lambda_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const LayerVerdict& verdict) {
  return out << "\n" << verdict.report;
}

LayerVerdict verify_layers(const LivingLayers& layers, const LayerOptions& options) {
  Report report;
  report.command = "verify";
  report.seed = options.seed;
  report.subject.target = options.name;
  const auto start = std::chrono::steady_clock::now();
  const auto settings = read(options);
  const Abilities abilities = settings ? abilities_of(layers) : Abilities{{}, false, false, settings.error()};
  if (!abilities.trouble.empty()) {
    report.conclusion = Conclusion::no_subject;
    report.reason = abilities.trouble;
    return verdict_of(report);
  }
  plugin::Layer layer;
  layer.make = [&layers](double lambda) { return made(layers, lambda); };
  layer.one_pass_at_a_time = layers.one_pass_at_a_time;
  layer.reads_late = options.reads_lambda_in_backward;
  layer.copies = abilities.copies;
  layer.twice = abilities.twice;
  const protocol::Hello hello = facts(layers, layer, abilities.dtypes);
  report.subject.framework = hello.framework;
  report.subject.form = hello.form;
  report.subject.lambda = hello.lambda;
  report.subject.dtypes = hello.dtypes;
  InProcess subject(options.name, std::move(layer), layers.lambda_is_fixed);
  judge(subject, hello, *settings, report);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return verdict_of(report);
}

LayerVerdict verify_layer(const Layer& layer, const LayerOptions& options) {
  LivingLayers layers;
  layers.make = [&layer](double lambda) { return std::make_unique<Stateless>(layer, lambda); };
  layers.form = "forward and backward callables";
  layers.lambda = "last argument";
  layers.lambda_is_fixed = !layer.forward.takes_lambda && !layer.backward.takes_lambda;
  layers.fixed_lambda = layer.lambda;
  return verify_layers(layers, options);
}

}  // namespace gradproof::inline v0
