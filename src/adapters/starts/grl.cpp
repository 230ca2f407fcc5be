// A correct gradient reversal layer: forward copies x, backward multiplies the gradient by -lambda.
#include "gradproof/plugin.h"

#include <cstdint>

namespace {

template <class T>
int forward(const void* x, std::int64_t x_stride, void* y, std::int64_t y_stride, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i)
    static_cast<T*>(y)[i * y_stride] = static_cast<const T*>(x)[i * x_stride];
  return GRADPROOF_DONE;
}

template <class T>
int backward(const void* gy, std::int64_t gy_stride, void* gx, std::int64_t gx_stride, std::int64_t n,
             T lambda) {
  for (std::int64_t i = 0; i < n; ++i)
    static_cast<T*>(gx)[i * gx_stride] = -lambda * static_cast<const T*>(gy)[i * gy_stride];
  return GRADPROOF_DONE;
}

}  // namespace

extern "C" int grl_forward(const void* x, std::int64_t x_stride, void* y, std::int64_t y_stride,
                           std::int64_t n, int dtype, double /*lambda*/) {
  switch (dtype) {
    case GRADPROOF_F32: return forward<float>(x, x_stride, y, y_stride, n);
    case GRADPROOF_F64: return forward<double>(x, x_stride, y, y_stride, n);
    default: return GRADPROOF_UNSUPPORTED;
  }
}

extern "C" int grl_backward(const void* gy, std::int64_t gy_stride, void* gx, std::int64_t gx_stride,
                            std::int64_t n, int dtype, double lambda) {
  switch (dtype) {
    case GRADPROOF_F32: return backward<float>(gy, gy_stride, gx, gx_stride, n, static_cast<float>(lambda));
    case GRADPROOF_F64: return backward<double>(gy, gy_stride, gx, gx_stride, n, lambda);
    default: return GRADPROOF_UNSUPPORTED;
  }
}
