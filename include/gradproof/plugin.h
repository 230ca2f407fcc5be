/* The C interface of a gradient reversal layer (GRL): identity forward, gradient times -lambda backward.
 *
 * A plugin is a shared library with two functions, `<prefix>_forward` and `<prefix>_backward`, and perhaps some
 * more; the prefix is `grl` unless you say otherwise. This header declares them, so that a compiler checks your definitions, and
 * depends on nothing else. C11 and C++; for C++ it also sees to the C linkage that the lookup needs.
 *
 *   gradproof verify so:./mine.so              looks up grl_forward and grl_backward
 *   gradproof verify so:./mine.so:dann         looks up dann_forward and dann_backward
 */
#ifndef GRADPROOF_PLUGIN_H
#define GRADPROOF_PLUGIN_H

#include <stdint.h>

/* What a buffer holds: IEEE binary16, bfloat16, float and double. */
enum gradproof_dtype { GRADPROOF_F16 = 0, GRADPROOF_BF16 = 1, GRADPROOF_F32 = 2, GRADPROOF_F64 = 3 };

/* What a kernel returns. GRADPROOF_UNSUPPORTED says that it can't do this dtype or these strides: the case
 * then counts neither for it nor against it. Every other value but 0, an error code of CUDA's say, is a
 * failure. The value is an odd one, so that no error code of anybody's is mistaken for it. */
enum { GRADPROOF_DONE = 0, GRADPROOF_UNSUPPORTED = 0x67726c };

#if defined(__GNUC__)
#define GRADPROOF_EXPORT __attribute__((visibility("default")))
#else
#define GRADPROOF_EXPORT
#endif

#ifdef __cplusplus
#define GRADPROOF_C extern "C"
#else
#define GRADPROOF_C
#endif

/* Declares the functions of a prefix; the first two are all that a plugin needs.
 *
 * forward:  y[i * y_stride] = x[i * x_stride]             for i = 0 .. n-1
 * backward: gx[i * gx_stride] = -lambda * gy[i * gy_stride]
 *
 * Strides count elements, not bytes, and are at least 1; the two of a call may differ. dtype is one of enum
 * gradproof_dtype. n may be 0: then there is nothing to do, and the answer tells whether the dtype is
 * supported at all.
 *
 * The buffers are in host memory, and aligned to their element and to nothing more. x and y never overlap,
 * nor do gy and gx. A kernel writes all n entries of its result, and nothing else: neither between the
 * entries where the stride is above 1, nor beyond them, nor into its input. When it returns, all is done:
 * whatever runs on a device or in another thread has been waited for, and no pointer is kept.
 *
 * A backward call is told everything that it needs: it may come without a forward call before it, and any
 * number of calls with other lambdas may come between the two.
 *
 * Optional, with the same parameters:
 *
 * backward_add:    gx[i * gx_stride] += -lambda * gy[i * gy_stride], for a framework that asks a layer to add to
 *                  a gradient instead of writing it.
 * double_backward: ggy[i * ggy_stride] = -lambda * ggx[i * ggx_stride], the derivative of the backward pass:
 *                  from the cotangent of gx to that of gy.
 *
 * backward_rows:   gx[(r * cols + c) * gx_stride] = -lambda[r] * gy[(r * cols + c) * gy_stride], for a layer that takes
 *                  lambda as a vector too, with one for each of the rows; its parameters are below. Forward is
 *                  called with lambda[0] then.
 *
 * A layer that is an object has these five in place of forward and backward:
 *
 * create:      makes a layer, or returns a null pointer where it can't.
 * set_lambda:  gives it another lambda from now on; returns what a kernel returns.
 * destroy:     ends it. Every layer that was made is destroyed, once.
 * forward_of:  as forward, of that layer.
 * backward_of: as backward, of that layer, with the lambda that it had at its last forward pass. It belongs to
 *              that pass: between the two come other layers' passes, and set_lambda, but no other forward pass
 *              of this layer. It may be called again for the same pass.
 *
 * A layer that reads lambda in its backward pass, by design, says so once in its source:
 * GRADPROOF_READS_LAMBDA_IN_BACKWARD(grl).
 *
 * A layer that multiplies by the number that it is given, and is given -lambda by whoever wants a reversal, says so
 * likewise: GRADPROOF_LAMBDA_IS_THE_FACTOR(grl). It is then called with -lambda everywhere.
 *
 * A library may have a schedule of lambda beside the two, or alone: `<prefix>_coefficient` gives the
 * coefficient at step i of n, lo + (hi - lo) * (2 / (1 + exp(-alpha * i / n)) - 1). `gradproof verify` asks
 * for it with --contract schedule, and for nothing else then. */
#define GRADPROOF_DECLARE(prefix)                                                                          \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_forward(const void* x, int64_t x_stride, void* y,              \
                                                    int64_t y_stride, int64_t n, int dtype, double lambda); \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_backward(const void* gy, int64_t gy_stride, void* gx,           \
                                                     int64_t gx_stride, int64_t n, int dtype,              \
                                                     double lambda);                                       \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_backward_add(const void* gy, int64_t gy_stride, void* gx,       \
                                                         int64_t gx_stride, int64_t n, int dtype,          \
                                                         double lambda);                                   \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_double_backward(const void* ggx, int64_t ggx_stride, void* ggy, \
                                                            int64_t ggy_stride, int64_t n, int dtype,      \
                                                            double lambda);                                \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_backward_rows(const void* gy, int64_t gy_stride, void* gx,      \
                                                          int64_t gx_stride, int64_t rows, int64_t cols,   \
                                                          int dtype, const double* lambda);                \
  GRADPROOF_C GRADPROOF_EXPORT void* prefix##_create(double lambda);                                        \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_set_lambda(void* layer, double lambda);                         \
  GRADPROOF_C GRADPROOF_EXPORT void prefix##_destroy(void* layer);                                          \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_forward_of(void* layer, const void* x, int64_t x_stride,        \
                                                       void* y, int64_t y_stride, int64_t n, int dtype);   \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_backward_of(void* layer, const void* gy, int64_t gy_stride,     \
                                                        void* gx, int64_t gx_stride, int64_t n, int dtype); \
  GRADPROOF_C GRADPROOF_EXPORT double prefix##_coefficient(int64_t i, int64_t n, double lo, double hi,     \
                                                           double alpha)

#define GRADPROOF_READS_LAMBDA_IN_BACKWARD(prefix)                                  \
  GRADPROOF_C GRADPROOF_EXPORT const int prefix##_reads_lambda_in_backward;         \
  const int prefix##_reads_lambda_in_backward = 1

#define GRADPROOF_LAMBDA_IS_THE_FACTOR(prefix)                              \
  GRADPROOF_C GRADPROOF_EXPORT const int prefix##_lambda_is_the_factor;     \
  const int prefix##_lambda_is_the_factor = 1

/* For another prefix define GRADPROOF_PREFIX before you include this file; for several in one library use
 * GRADPROOF_DECLARE for the others. */
#ifndef GRADPROOF_PREFIX
#define GRADPROOF_PREFIX grl
#endif
#define GRADPROOF_DECLARE_EXPANDED(prefix) GRADPROOF_DECLARE(prefix)
GRADPROOF_DECLARE_EXPANDED(GRADPROOF_PREFIX);

/* The functions as pointers. */
typedef int (*gradproof_kernel)(const void* in, int64_t in_stride, void* out, int64_t out_stride, int64_t n,
                                int dtype, double lambda);
typedef int (*gradproof_rows_kernel)(const void* in, int64_t in_stride, void* out, int64_t out_stride,
                                     int64_t rows, int64_t cols, int dtype, const double* lambda);
typedef void* (*gradproof_create)(double lambda);
typedef int (*gradproof_set_lambda)(void* layer, double lambda);
typedef void (*gradproof_destroy)(void* layer);
typedef int (*gradproof_pass)(void* layer, const void* in, int64_t in_stride, void* out, int64_t out_stride,
                              int64_t n, int dtype);
/* A schedule, likewise. */
typedef double (*gradproof_schedule)(int64_t i, int64_t n, double lo, double hi, double alpha);

#endif
