#include "crew.hpp"

#include <mpfr.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gradproof::inline v0 {

void in_parallel(std::size_t workers, std::size_t count,
                 const std::function<void(std::size_t worker, std::size_t i)>& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr first;
  std::mutex mutex;
  const auto take_turns = [&](std::size_t worker) {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(worker, i);
    } catch (...) {
      next = count;
      const std::scoped_lock lock(mutex);
      if (!first) first = std::current_exception();
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t w = 1; w < std::min(workers, count); ++w)
    others.emplace_back([&take_turns, w] {
      take_turns(w);
      mpfr_free_cache();  // MPFR keeps its constants for each thread, and leaves it to the thread to free them
    });
  take_turns(0);
  others.clear();
  if (first) std::rethrow_exception(first);
}

}  // namespace gradproof::inline v0
