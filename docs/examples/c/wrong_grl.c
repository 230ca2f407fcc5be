/* A gradient reversal layer that forgets the minus sign: it scales the gradient, and reverses nothing. */
#include "gradproof/plugin.h"

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype,
                double lambda) {
  (void)lambda; /* The forward pass is the identity whatever lambda is. */
  switch (dtype) {
    case GRADPROOF_F32:
      for (int64_t i = 0; i < n; ++i) ((float*)y)[i * y_stride] = ((const float*)x)[i * x_stride];
      return GRADPROOF_DONE;
    case GRADPROOF_F64:
      for (int64_t i = 0; i < n; ++i) ((double*)y)[i * y_stride] = ((const double*)x)[i * x_stride];
      return GRADPROOF_DONE;
    default: return GRADPROOF_UNSUPPORTED;
  }
}

int grl_backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, int dtype,
                 double lambda) {
  switch (dtype) {
    case GRADPROOF_F32:
      for (int64_t i = 0; i < n; ++i)
        ((float*)gx)[i * gx_stride] = (float)lambda * ((const float*)gy)[i * gy_stride];
      return GRADPROOF_DONE;
    case GRADPROOF_F64:
      for (int64_t i = 0; i < n; ++i)
        ((double*)gx)[i * gx_stride] = lambda * ((const double*)gy)[i * gy_stride];
      return GRADPROOF_DONE;
    default: return GRADPROOF_UNSUPPORTED;
  }
}
