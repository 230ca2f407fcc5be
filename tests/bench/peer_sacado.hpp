// Sacado's reverse mode in any number type.
#pragma once

#include <memory>
#include <Sacado_trad.hpp>

#include "loss.hpp"
#include "peers.hpp"

namespace gradproof::inline v0::bench {

// `V` is the number type, of `bits` bits, and `text` writes one.
template <class V, class Text>
class SacadoSubjects {
 public:
  SacadoSubjects(std::string name, int digits, int bits, Text text)
      : name_(std::move(name)), digits_(digits), bits_(bits), text_(text) {}

  [[nodiscard]] std::vector<Subject> all() const {
    const Network n = job_a();
    const Recurrence r = job_b();
    const auto target = converted<V>(n.target, over<Network::denominator>);
    const RecurrenceConstants<V> constants(r, over<Recurrence::denominator>);
    return {
      subject("job A", converted<V>(n.leaves, over<Network::denominator>),
              [=](std::span<const Active> leaves) {
                return network_value<Active, V>(n, leaves, target, [](const Active& x) { return x.val(); });
              }),
      subject("job B", converted<V>({r.w, r.u, r.b}, over<Recurrence::denominator>),
              [=](std::span<const Active> wub) {
                return recurrence_value<Active, V>(wub, constants, [](const Active& x) { return x.val(); });
              })};
  }

 private:
  using Active = Sacado::Rad::ADvar<V>;

  template <int Denominator>
  static V over(int k) {
    return V(k) / Denominator;
  }

  // Gradcomp sweeps over everything that was computed since the last one; what is made after it reuses the
  // memory.
  template <class Value>
  [[nodiscard]] Subject subject(const char* job, std::vector<V> at, Value value) const {
    return {job, digits_, name_, with_gradient, [at, value, bits = bits_, text = text_] {
              const auto run = [at, value](auto use) {
                std::vector<Active> leaves(at.begin(), at.end());
                const Active result = value(std::span<const Active>(leaves));
                Active::Gradcomp();
                use(result, leaves);
              };
              return Ready{[run] { run([](const Active&, const std::vector<Active>&) {}); },
                           {},
                           [=] {
                             Answer answer{{}, bits};
                             run([&](const Active& result, const std::vector<Active>& leaves) {
                               answer.entries.push_back(text(result.val()));
                               for (const Active& leaf : leaves) answer.entries.push_back(text(leaf.adj()));
                             });
                             return answer;
                           }};
            }};
  }

  std::string name_;
  int digits_, bits_;
  Text text_;
};

}  // namespace gradproof::inline v0::bench
