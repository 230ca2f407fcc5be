// Result<T, E>: a value or the reason why there is none. Bad input travels as this, never as an exception.
#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace gradproof::inline v0 {

// A T, or the E that says why there is none. Asking for the one that it does not hold is a fault of the caller's, and ends
// the program.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T held) : state_(std::in_place_index<0>, std::move(held)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && {
    assert(ok());
    return std::get<0>(std::move(state_));
  }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] const E& error() const {
    assert(!ok());
    return std::get<1>(state_);
  }

 private:
  const T& value() const {
    assert(ok());
    return std::get<0>(state_);
  }
  std::variant<T, E> state_;
};

}  // namespace gradproof::inline v0
