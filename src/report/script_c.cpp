// Scripts in C, for plugins: no framework goes backward here, so the script does, operation by operation.
#include "report/dialect.hpp"

namespace gradproof {

namespace {

constexpr std::string_view opening = R"({story}
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef {number} NUMBER;
enum { DTYPE = {dtype}, STRIDE_IN = {stride_in}, STRIDE_OUT = {stride_out}, AROUND = {around} };
typedef int kernel(const void* in, int64_t in_stride, void* out, int64_t out_stride, int64_t n, int dtype,
                   double lambda);

static kernel *forward, *backward;
static int faults = 0;

static void wrong(const char* what, const char* which) {
  printf("%s: %s   WRONG\n", what, which);
  ++faults;
}

/* A buffer with numbers at its stride and all ones, which is NaN, before, between and behind them. */
static NUMBER* laid_out(const NUMBER* numbers, long n, long stride) {
  size_t bytes = (size_t)(n * stride + 2 * AROUND) * sizeof(NUMBER);
  NUMBER* buffer = malloc(bytes);
  memset(buffer, 0xFF, bytes);
  for (long i = 0; numbers && i < n; ++i) buffer[AROUND + i * stride] = numbers[i];
  return buffer;
}

/* The buffers of all calls, and what they held when the call was done. */
static struct {
  NUMBER *now, *then;
  size_t bytes;
} kept[512];
static int count = 0;

static void keep(NUMBER* buffer, size_t bytes) {
  if (count == 512) return;
  kept[count].now = buffer;
  kept[count].bytes = bytes;
  kept[count].then = malloc(bytes);
  memcpy(kept[count++].then, buffer, bytes);
}

/* Calls a kernel as it is called in earnest, and sees whether it wrote all of its result and nothing else. */
static void pass(kernel* k, const char* name, const NUMBER* in, NUMBER* out, long n, double lambda) {
  NUMBER *from = laid_out(in, n, STRIDE_IN), *to = laid_out(NULL, n, STRIDE_OUT);
  NUMBER* blank = laid_out(NULL, n, STRIDE_OUT);
  keep(from, (size_t)(n * STRIDE_IN + 2 * AROUND) * sizeof(NUMBER));
  if (k(from + AROUND, STRIDE_IN, to + AROUND, STRIDE_OUT, n, DTYPE, lambda)) wrong(name, "did not return 0");
  for (int i = 0; i < count; ++i) {
    if (!memcmp(kept[i].now, kept[i].then, kept[i].bytes)) continue;
    wrong(name, kept[i].now == from ? "wrote into its input, or beside it" : "wrote into a buffer of an earlier call");
    memcpy(kept[i].then, kept[i].now, kept[i].bytes);
  }
  for (long i = 0; i < n * STRIDE_OUT + 2 * AROUND; ++i) {
    long at = i - AROUND;
    int is_entry = at >= 0 && at < n * STRIDE_OUT && at % STRIDE_OUT == 0;
    int is_blank = !memcmp(to + i, blank + i, sizeof(NUMBER));
    if (is_entry && is_blank) wrong(name, "left an entry of its result unwritten");
    if (!is_entry && !is_blank) wrong(name, "wrote beside its result");
    if (is_entry) out[at / STRIDE_OUT] = to[i];
  }
  /* Whoever writes here from now on is seen, whatever it writes but all ones. */
  memset(to, 0xFF, (size_t)(n * STRIDE_OUT + 2 * AROUND) * sizeof(NUMBER));
  keep(to, (size_t)(n * STRIDE_OUT + 2 * AROUND) * sizeof(NUMBER));
}

/* Compares entry by entry, and prints the first that is wrong, or the first. */
static void check(const char* what, const NUMBER* seen, long n, const double* expected, const double* allowed,
                  int zeros_differ) {
  for (long i = 0, at = -1; i <= n && at < n; ++i) {
    double e = i < n ? expected[i] : expected[0], s = i < n ? seen[i] : seen[0], a = i < n ? allowed[i] : allowed[0];
    int same = isnan(e) ? isnan(s) : s == e || fabs(s - e) <= a;
    if (zeros_differ && e == 0 && s == 0) same = !signbit(e) == !signbit(s);
    if (i < n && same) continue;
    at = n;
    printf("%s, entry %ld: expected %.17g, observed %.17g, allowed error %.3g%s\n", what, i < n ? i : 0, e, s, a,
           same ? "" : "   WRONG");
    faults += !same;
  }
}

int main(int argc, char** argv) {
  void* library = dlopen(argc > 1 ? argv[1] : {file}, RTLD_NOW);
  if (!library) return printf("%s\n", dlerror()), 2;
  *(void**)&forward = dlsym(library, "{name}_forward");
  *(void**)&backward = dlsym(library, "{name}_backward");
  if (!forward || !backward) return printf("%s\n", dlerror()), 2;

)";

constexpr std::string_view closing = R"(
  puts(faults ? "The fault shows." : "The fault does not show.");
  return faults ? 1 : 0;
}
)";

constexpr std::string_view unshown = R"(puts("This can't be shown without gradproof: {reason}.");
return 2;
)";

constexpr std::string_view reserved =
  " auto break case char const continue default do double else enum extern float for goto if inline int long "
  "register "
  "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while i "
  "forward "
  "backward faults wrong laid_out pass check main library argc argv kernel NUMBER DTYPE STRIDE_IN STRIDE_OUT "
  "AROUND "
  "log exp sin cos tanh sqrt pow abs keep kept count round y0 y1 yn j0 j1 jn gamma div ";

constexpr std::array ops = {
  OpText{"add", "for (long i = 0; i < {size}; ++i) {name}[i] = {a}[i] + {b}[i];"},
  OpText{"sub", "for (long i = 0; i < {size}; ++i) {name}[i] = {a}[i] - {b}[i];"},
  OpText{"mul", "for (long i = 0; i < {size}; ++i) {name}[i] = {a}[i] * {b}[i];"},
  OpText{"neg", "for (long i = 0; i < {size}; ++i) {name}[i] = -{a}[i];"},
  OpText{"square", "for (long i = 0; i < {size}; ++i) {name}[i] = {a}[i] * {a}[i];"},
  OpText{"stop", "memcpy({name}, {a}, sizeof {name});"},
};

// d_x is the gradient with respect to x.
constexpr std::array adjoints = {
  OpText{"add",
         "for (long i = 0; i < {size}; ++i) d_{a}[i] += d_{name}[i];\n"
         "for (long i = 0; i < {size}; ++i) d_{b}[i] += d_{name}[i];"},
  OpText{"sub",
         "for (long i = 0; i < {size}; ++i) d_{a}[i] += d_{name}[i];\n"
         "for (long i = 0; i < {size}; ++i) d_{b}[i] -= d_{name}[i];"},
  OpText{"mul",
         "for (long i = 0; i < {size}; ++i) d_{a}[i] += d_{name}[i] * {b}[i];\n"
         "for (long i = 0; i < {size}; ++i) d_{b}[i] += d_{name}[i] * {a}[i];"},
  OpText{"neg", "for (long i = 0; i < {size}; ++i) d_{a}[i] -= d_{name}[i];"},
  OpText{"square", "for (long i = 0; i < {size}; ++i) d_{a}[i] += 2 * {a}[i] * d_{name}[i];"},
  OpText{"stop", "/* no gradient passes {name} */"},
  OpText{"reverse",
         "NUMBER back_{name}[{size} + 1];\n"
         "pass(backward, \"backward\", d_{name}, back_{name}, {size}, {lambda});\n"
         "for (long i = 0; i < {size}; ++i) d_{a}[i] += back_{name}[i];"},
  OpText{"output", "for (long i = 0; i < {size}; ++i) d_{name}[i] += {cotangent}[i];"},
  OpText{"leaf", "NUMBER d_{name}[{size} + 1] = {0};"},
};

constexpr Dialect plugin_dialect = [] {
  Dialect d;
  d.adapter = "c";
  d.extension = "c";
  d.comment = "// ";
  d.opening = opening;
  d.closing = closing;
  d.unshown = unshown;
  d.reserved = reserved;
  d.absolute_file = d.relative_file = "{file}";
  d.dtypes = {"", "", "2", "3"};
  d.nan = "NAN";
  d.infinity = "INFINITY";
  d.nothing = "0.0";
  d.yes = "1";
  d.no = "0";
  d.tuple = "{sizes}";
  d.array = "{flat}";
  d.constant_array = "{flat}";
  // The stride, or the odd beginning, is in the call.
  for (const int layout : {0, 2, 3}) d.layouts[layout] = "NUMBER {name}[{count} + 1] = {data};";
  d.assign = "NUMBER {name}[{size} + 1];\n{value}";
  d.session_open =
    "  // Three times: what a plugin keeps from one call to the next shows in a later one only.\n"
    "  for (int round = 0; round < 3; ++round) {";
  d.session_close = "  }";
  d.call = "pass(forward, \"forward\", {x}, {name}, {size}, {lambda});";
  d.all_numbers = "(const double[]){numbers}";
  d.check = "check(\"{what}\", {name}, {size}, {expected}, {allowed}, {zeros});";
  d.ops = ops;
  d.adjoints = adjoints;
  return d;
}();

constexpr std::array dialects = {plugin_dialect};

}  // namespace

std::span<const Dialect> c_dialects() { return dialects; }

}  // namespace gradproof
