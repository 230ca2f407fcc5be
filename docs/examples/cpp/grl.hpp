// A gradient reversal layer in plain C++: the identity forward, the gradient times -lambda backward.
#pragma once

#include <vector>

template <class T>
std::vector<T> reversal_forward(const std::vector<T>& x) {
  return x;
}

template <class T>
std::vector<T> reversal_backward(const std::vector<T>& gradient, double lambda) {
  std::vector<T> result;
  for (const T g : gradient) result.push_back(static_cast<T>(-lambda * g));
  return result;
}
