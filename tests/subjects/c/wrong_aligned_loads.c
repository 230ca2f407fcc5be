/* Fault: backward loads four entries at a time as if they were aligned, and the processor objects where they are not. */
#include "gradproof/plugin.h"

#define COPY(T) \
  for (int64_t i = 0; i < n; ++i) ((T*)y)[i * y_stride] = ((const T*)x)[i * x_stride]

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype,
                double lambda) {
  (void)lambda;
  if (dtype == GRADPROOF_F32) COPY(float);
  else if (dtype == GRADPROOF_F64) COPY(double);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}

typedef float four_floats __attribute__((vector_size(16)));
typedef double two_doubles __attribute__((vector_size(16)));

#define VECTORS(T, V, width)                                                                           \
  if (gy_stride == 1 && gx_stride == 1)                                                                \
    for (; i + width <= n; i += width) *(V*)((T*)gx + i) = (T)-lambda * *(const V*)((const T*)gy + i); \
  for (; i < n; ++i) ((T*)gx)[i * gx_stride] = (T)(-lambda * ((const T*)gy)[i * gy_stride])

int grl_backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, int dtype,
                 double lambda) {
  int64_t i = 0;
  if (dtype == GRADPROOF_F32) {
    VECTORS(float, four_floats, 4);
  } else if (dtype == GRADPROOF_F64) {
    VECTORS(double, two_doubles, 2);
  } else {
    return GRADPROOF_UNSUPPORTED;
  }
  return GRADPROOF_DONE;
}
