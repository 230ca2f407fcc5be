// Scenarios: layers that are made, given another λ, copied, and asked for backward passes in any order.
#include <map>

#include "adapters/c/case.hpp"
#include "adapters/c/packing.hpp"

namespace gradproof::inline v0::plugin {
namespace {

std::vector<std::byte> entries_of(Dtype dtype, const std::vector<double>& values) {
  if (dtype != Dtype::f32) return packed(dtype, std::span<const double>(values));
  const std::vector<float> narrow(values.begin(), values.end());
  return packed(dtype, std::span<const float>(narrow));
}

class Life {
 public:
  Life(const Layer& layer, Caller& caller, Dtype dtype) : layer_(layer), caller_(caller), dtype_(dtype) {}

  protocol::CaseResult result(const Scenario& scenario) {
    for (const Act& s : scenario.steps) {
      step(s);
      if (error_) return *std::move(error_);
    }
    return std::move(reply_);
  }

 private:
  struct Tensor {
    Shape shape;
    std::vector<std::byte> entries;
    // Of the result of a layer: the layer, its pass, and which of its passes that was.
    std::string of{};
    std::optional<Pass> pass{};
    std::size_t number = 0;
  };
  struct Living {
    std::unique_ptr<Instance> instance;
    std::size_t passes = 0;
  };

  void step(const Act& s);
  void keep(const std::string& name, Made made) {
    if (made) layers_[name].instance = *std::move(made);
    else error_ = made.error();
  }
  void forward(const Act& s);
  void backward(const Act& s, bool adds);
  std::vector<std::byte> call(const Kernel& kernel, double lambda, std::span<const std::byte> input,
                              std::span<const std::byte> initial = {});
  void record(Shape shape, std::vector<std::byte> entries) {
    reply_.gradients.emplace_back(
      protocol::WireTensor{std::string(format(dtype_).name), {shape.rows, shape.cols}, std::move(entries)});
  }
  void unsupported(std::string message) {
    error_ = protocol::CaseError{"unsupported", std::move(message), ""};
  }

  const Layer& layer_;
  Caller& caller_;
  Dtype dtype_;
  std::map<std::string, Living> layers_;
  std::map<std::string, Tensor> tensors_;
  std::map<std::string, std::vector<std::byte>> gradients_;  // the last of each leaf
  protocol::CaseReply reply_;
  std::optional<protocol::CaseError> error_;
};

std::vector<std::byte> Life::call(const Kernel& kernel, double lambda, std::span<const std::byte> input,
                                  std::span<const std::byte> initial) {
  std::vector<std::byte> output(input.size());
  CallReport report = caller_.call(kernel, dtype_, Layout::contiguous, lambda, input, output, initial);
  for (std::string& each : report.damage) reply_.damage.push_back(std::move(each));
  if (report.error) error_ = std::move(report.error);
  return output;
}

void Life::forward(const Act& s) {
  Living& living = layers_.at(s.of);
  const Tensor& input = tensors_.at(s.input);
  Pass pass = living.instance->pass();
  Tensor y{input.shape, call(pass.forward, pass.lambda, input.entries), s.of, {}, ++living.passes};
  y.pass = std::move(pass);
  tensors_[s.name] = std::move(y);
}

void Life::backward(const Act& s, bool adds) {
  const Tensor& y = tensors_.at(s.of);
  if (layer_.one_pass_at_a_time && layers_.at(y.of).passes != y.number)
    return unsupported("a layer that is an object has one pass at a time");
  const Kernel* const kernel = !adds                  ? &y.pass->backward
                               : y.pass->backward_add ? &*y.pass->backward_add
                                                      : nullptr;
  if (kernel == nullptr) return unsupported("the layer has no backward pass that adds");
  const std::vector<std::byte> cotangent = entries_of(dtype_, s.values);
  std::vector<std::byte>& gradient = gradients_[s.input];
  gradient = call(*kernel, y.pass->lambda, cotangent, adds ? gradient : std::vector<std::byte>{});
  record(s.shape, gradient);
}

void Life::step(const Act& s) {
  switch (s.what) {
    case Act::Do::make:
      keep(s.name, layer_.make(s.number));
      if (!error_ && !s.numbers.empty()) error_ = layers_[s.name].instance->set_rows(s.numbers);
      return;
    case Act::Do::set: {
      Instance& instance = *layers_.at(s.name).instance;
      error_ = s.numbers.empty() ? instance.set(s.number) : instance.set_rows(s.numbers);
      return;
    }
    case Act::Do::deepcopy:
      if (auto copy = layers_.at(s.of).instance->copy()) keep(s.name, std::move(copy));
      else unsupported("the layer can't be copied");
      return;
    case Act::Do::leaf: tensors_[s.name] = {s.shape, entries_of(dtype_, s.values)}; return;
    case Act::Do::bits:
      // A float that was widened is narrowed to what it was, a NaN's payload included.
      tensors_[s.name] = {s.shape, entries_of(dtype_, s.values)};
      return;
    case Act::Do::forward: forward(s); return;
    case Act::Do::backward: backward(s, false); return;
    case Act::Do::accumulate: backward(s, true); return;
    case Act::Do::read: record(tensors_.at(s.name).shape, tensors_.at(s.name).entries); return;
    case Act::Do::pickle:
    case Act::Do::pairs:
    case Act::Do::evaluate:
    case Act::Do::glance:
    case Act::Do::multiply:
    case Act::Do::shares:
    case Act::Do::strength:
    case Act::Do::together: unsupported("such layers have no step " + std::string(name(s.what))); return;
  }
}

}  // namespace

std::vector<Act::Do> steps_of(const Layer& layer) {
  std::vector<Act::Do> steps = {Act::Do::make,    Act::Do::set,      Act::Do::leaf, Act::Do::bits,
                                Act::Do::forward, Act::Do::backward, Act::Do::read};
  if (layer.copies) steps.push_back(Act::Do::deepcopy);
  if (layer.adds) steps.push_back(Act::Do::accumulate);
  return steps;
}

protocol::CaseResult live(const Layer& layer, Caller& caller, const Scenario& scenario) {
  return Life(layer, caller, scenario.dtype).result(scenario);
}

}  // namespace gradproof::inline v0::plugin
