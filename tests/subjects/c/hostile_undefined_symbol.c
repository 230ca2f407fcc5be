/* Can't be loaded: it calls a function that nobody defines. */
#include "gradproof/plugin.h"

int a_function_that_nobody_defines(void);

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype,
                double lambda) {
  (void)x, (void)x_stride, (void)y, (void)y_stride, (void)n, (void)dtype, (void)lambda;
  return a_function_that_nobody_defines();
}
