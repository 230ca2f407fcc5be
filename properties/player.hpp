// Layers that live scenarios inside this program: the built-in engine's, which are right, and planted faults, which
// differ in what they override.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

class Player {
 public:
  virtual ~Player() = default;
  [[nodiscard]] Reply live(const Scenario& scenario);

 protected:
  struct Layer {
    double lambda;
    bool training = true;
    std::vector<double> numbers{};  // one for each row, in λ's place
  };
  // A forward pass that waits for its backward pass.
  struct Pending {
    std::string layer, input;
    double lambda;        // as it was at the forward pass
    double factor = 1;    // of in-place multiplications since
    std::size_t age = 0;  // forward passes before it
    std::vector<double> numbers{};
  };

  // The strength that a backward pass applies.
  [[nodiscard]] virtual double strength(const Pending& pending) const { return pending.lambda; }
  // The same of one entry, where λ may be a vector.
  [[nodiscard]] virtual double strength_at(const Pending& pending, std::size_t row,
                                           std::size_t /*col*/) const {
    return pending.numbers.empty() ? strength(pending) : pending.numbers.at(row);
  }
  virtual void forwarded(Pending& /*pending*/) {}
  virtual void set(Layer& layer, double lambda) { layer.lambda = lambda; }
  [[nodiscard]] virtual Layer copied(const Layer& layer) const { return layer; }
  // What a backward pass gives the strength's own gradient, where it gives one.
  [[nodiscard]] virtual std::optional<double> strength_gradient() const { return {}; }
  // Called after each backward pass.
  virtual void after_backward(Pending& /*pending*/) {}
  // What a backward pass that was asked to add makes of the gradient so far and its own.
  [[nodiscard]] virtual double accumulated(double before, double own) const { return before + own; }
  // Whether the result lies in the input's memory.
  [[nodiscard]] virtual bool hands_on_the_input() const { return false; }
  // What a forward pass makes of an entry.
  [[nodiscard]] virtual double passed(double x) const { return x; }
  // Called after each forward pass for which no gradient was asked.
  virtual void glanced(Layer& /*layer*/) {}
  virtual void multiplied(Pending& pending, double by) { pending.factor *= by; }

  std::map<std::string, Layer> layers_;
  double latest_ = 0;  // the strength that was given last, to whichever layer
  std::map<std::string, Pending> pending_;
  std::map<std::string, std::vector<double>> leaves_;
  std::set<std::string> in_pairs_;                        // those that stand for complex numbers
  std::map<std::string, std::vector<double>> gradients_;  // the last of each leaf

 private:
  void step(const Act& s);
  void backward(const Act& s);
  [[nodiscard]] std::vector<double> value(const std::string& tensor) const;
  void together(const std::vector<std::vector<Act>>& threads);
  void record(std::vector<double> values, Shape shape);
  Dtype dtype_ = Dtype::f64;
  Answer answer_;
};

}  // namespace gradproof::inline v0
