// Independent cases on several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace gradproof::inline v0 {

// Calls work(worker, i) once for each i below `count`, on `workers` threads, the caller's among them; no two calls of one
// worker overlap. Which worker takes which i is left to chance, so what is to be the same for every number of workers
// must depend on i alone. The first exception ends the work and is thrown here.
void in_parallel(std::size_t workers, std::size_t count,
                 const std::function<void(std::size_t worker, std::size_t i)>& work);

}  // namespace gradproof::inline v0
