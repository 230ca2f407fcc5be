// As much of CUDA's runtime as `gradproof adapter init cuda` uses, on the host: device memory is memory, and a kernel is
// run thread by thread. tests/cli/foreign_test.py writes kernel<<<b, t>>>(...) as GRID(b, t, kernel, ...) first.
#pragma once

#include <cstdlib>
#include <cstring>

#define __global__

struct Index {
  unsigned x;
};
inline Index blockIdx{0}, blockDim{0}, threadIdx{0};

enum cudaError_t { cudaSuccess = 0, cudaErrorMemoryAllocation = 2 };
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };

template <class T>
cudaError_t cudaMalloc(T** memory, std::size_t bytes) {
  *memory = static_cast<T*>(std::malloc(bytes));
  return *memory == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
}
inline cudaError_t cudaFree(void* memory) { return std::free(memory), cudaSuccess; }
inline cudaError_t cudaMemcpy2D(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch, std::size_t width,
                                std::size_t height, cudaMemcpyKind) {
  for (std::size_t row = 0; row < height; ++row)
    std::memcpy(static_cast<char*>(to) + row * to_pitch, static_cast<const char*>(from) + row * from_pitch, width);
  return cudaSuccess;
}
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }

template <class Kernel, class... Arguments>
void run_grid(unsigned blocks, unsigned threads, Kernel kernel, Arguments... arguments) {
  blockDim.x = threads;
  for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x)
    for (threadIdx.x = 0; threadIdx.x < threads; ++threadIdx.x) kernel(arguments...);
}
#define GRID(blocks, threads, kernel, ...) run_grid(blocks, threads, &kernel, __VA_ARGS__)
