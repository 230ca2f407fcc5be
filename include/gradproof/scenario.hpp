// What no graph can say of a layer: its life. Layers are made, given another λ, copied, run forward now and backward
// later, one beside another and in several threads. A scenario is such a life as data; whoever answers as a Subject
// may be asked to live it.
#pragma once

#include <string>
#include <vector>

#include "gradproof/dtype.hpp"

namespace gradproof::inline v0 {

// One step. Layers and tensors have names; a name is given once.
struct Act {
  enum class Do {
    make,      // layer `name` with strength `number`, or `numbers`, one for each row, where there are some
    set,       // gives layer `name` that strength from now on
    deepcopy,  // layer `name` is a deep copy of layer `of`
    pickle,    // layer `name` is layer `of`, written out and read back
    evaluate,  // puts layer `name` into evaluation mode
    leaf,      // tensor `name` of `shape`, whose gradients will be asked for, with `values`
    bits,      // the same, by the values' very bits: NaN with a payload too
    pairs,  // a leaf of complex numbers, half as many: `values` are real and imaginary parts by turns, as are those
            // of cotangents and records that belong to it
    forward,   // tensor `name` is what layer `of` makes of tensor `input`
    glance,    // the same where no gradient is asked for, as under torch.no_grad
    multiply,  // multiplies tensor `name` by `number`, in place
    backward,  // records the gradient of leaf `input` that comes of the cotangent `values` at tensor `of`; what that
               // takes is kept for another backward pass
    accumulate,  // as backward, but adds to the gradient that the last backward pass recorded for `input`
    read,        // records the values of tensor `name`
    shares,      // records 1 where tensor `name` lies in the memory of tensor `input`, else 0
    strength,  // records the gradient that the last backward pass gave the strength of layer `of`: absent is right
    together,  // lives each of `threads` in a thread of its own, all at once; their records follow in their order
  };
  Do what = Do::make;
  std::string name{};
  std::string of{};
  std::string input{};
  double number = 0;
  std::vector<double> numbers{};
  Shape shape{};
  std::vector<double> values{};
  std::vector<std::vector<Act>> threads{};
};
[[nodiscard]] std::string_view name(Act::Do what);

// What is done with a layer over its life, step by step, in one dtype.
struct Scenario {
  Dtype dtype = Dtype::f64;
  std::vector<Act> steps;
};

// How many tensors it records.
[[nodiscard]] std::size_t records(const std::vector<Act>& steps);

}  // namespace gradproof::inline v0
