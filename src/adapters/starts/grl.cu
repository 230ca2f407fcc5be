// A correct gradient reversal layer on the GPU: forward copies x, backward multiplies the gradient by -lambda.
// gradproof's buffers are in host memory. Each call copies its input to the device, runs a kernel there, waits for it,
// and copies the result back; your own kernels take the place of `copy` and `scale`.
#include <cuda_runtime.h>

#include "gradproof/plugin.h"

template <class T>
__global__ void copy(const T* x, T* y, int64_t n) {
  const int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) y[i] = x[i];
}

template <class T>
__global__ void scale(const T* gy, T* gx, int64_t n, T by) {
  const int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) gx[i] = by * gy[i];
}

// Two buffers on the device, which go when this goes.
template <class T>
struct OnDevice {
  T* in = nullptr;
  T* out = nullptr;
  ~OnDevice() {
    cudaFree(in);
    cudaFree(out);
  }
};

// Calls launch(in, out, blocks, threads) with the input's entries, one after the other, on the device. Every error of
// CUDA's is handed on as it is, and counts as a failure.
template <class T, class Launch>
static int on_device(const void* in, int64_t in_stride, void* out, int64_t out_stride, int64_t n, Launch launch) {
  if (n == 0) return GRADPROOF_DONE;  // A grid of no blocks is an error.
  OnDevice<T> device;
  const size_t size = sizeof(T);
  cudaError_t error = cudaMalloc(&device.in, size_t(n) * size);
  if (error == cudaSuccess) error = cudaMalloc(&device.out, size_t(n) * size);
  // A column of n entries, each as far from the next as the stride says.
  if (error == cudaSuccess)
    error = cudaMemcpy2D(device.in, size, in, size_t(in_stride) * size, size, size_t(n), cudaMemcpyHostToDevice);
  if (error == cudaSuccess) {
    const unsigned threads = 256, blocks = unsigned((n + threads - 1) / threads);
    launch(device.in, device.out, blocks, threads);
    error = cudaGetLastError();
  }
  if (error == cudaSuccess) error = cudaDeviceSynchronize();
  if (error == cudaSuccess)
    error = cudaMemcpy2D(out, size_t(out_stride) * size, device.out, size, size, size_t(n), cudaMemcpyDeviceToHost);
  return int(error);
}

template <class T>
static int forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n) {
  return on_device<T>(x, x_stride, y, y_stride, n, [&](const T* in, T* out, unsigned blocks, unsigned threads) {
    copy<T><<<blocks, threads>>>(in, out, n);
  });
}

template <class T>
static int backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, double lambda) {
  return on_device<T>(gy, gy_stride, gx, gx_stride, n, [&](const T* in, T* out, unsigned blocks, unsigned threads) {
    scale<T><<<blocks, threads>>>(in, out, n, T(-lambda));
  });
}

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype, double lambda) {
  (void)lambda;  // The forward pass is the identity whatever lambda is.
  if (dtype == GRADPROOF_F32) return forward<float>(x, x_stride, y, y_stride, n);
  if (dtype == GRADPROOF_F64) return forward<double>(x, x_stride, y, y_stride, n);
  return GRADPROOF_UNSUPPORTED;
}

int grl_backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, int dtype, double lambda) {
  if (dtype == GRADPROOF_F32) return backward<float>(gy, gy_stride, gx, gx_stride, n, lambda);
  if (dtype == GRADPROOF_F64) return backward<double>(gy, gy_stride, gx, gx_stride, n, lambda);
  return GRADPROOF_UNSUPPORTED;
}
