/* The C interface of a gradient reversal layer (GRL): identity forward, gradient times -lambda backward.
 *
 * A plugin is a shared library with two functions, `<prefix>_forward` and `<prefix>_backward`; the prefix is
 * `grl` unless you say otherwise. This header declares them, so that a compiler checks your definitions, and
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

/* Declares the functions of a prefix.
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
 * A library may have a schedule of lambda beside the two, or alone: `<prefix>_coefficient` gives the
 * coefficient at step i of n, lo + (hi - lo) * (2 / (1 + exp(-alpha * i / n)) - 1). `gradproof verify` asks
 * for it with --contract schedule, and for nothing else then.
 *
 * Reserved: the name `<prefix>_backward_add`, for a backward kernel with the same parameters that adds its
 * product to gx instead of writing it. It is optional, and nothing calls it yet. */
#define GRADPROOF_DECLARE(prefix)                                                                          \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_forward(const void* x, int64_t x_stride, void* y,              \
                                                    int64_t y_stride, int64_t n, int dtype, double lambda); \
  GRADPROOF_C GRADPROOF_EXPORT int prefix##_backward(const void* gy, int64_t gy_stride, void* gx,           \
                                                     int64_t gx_stride, int64_t n, int dtype,              \
                                                     double lambda);                                       \
  GRADPROOF_C GRADPROOF_EXPORT double prefix##_coefficient(int64_t i, int64_t n, double lo, double hi,     \
                                                           double alpha)

/* For another prefix define GRADPROOF_PREFIX before you include this file; for several in one library use
 * GRADPROOF_DECLARE for the others. */
#ifndef GRADPROOF_PREFIX
#define GRADPROOF_PREFIX grl
#endif
#define GRADPROOF_DECLARE_EXPANDED(prefix) GRADPROOF_DECLARE(prefix)
GRADPROOF_DECLARE_EXPANDED(GRADPROOF_PREFIX);

/* Either function, as a pointer. */
typedef int (*gradproof_kernel)(const void* in, int64_t in_stride, void* out, int64_t out_stride, int64_t n,
                                int dtype, double lambda);
/* A schedule, likewise. */
typedef double (*gradproof_schedule)(int64_t i, int64_t n, double lo, double hi, double alpha);

#endif
