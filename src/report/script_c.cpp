// Scripts in C, for plugins: no framework goes backward here, so the script does, operation by operation.
#include "report/dialect.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::string_view opening = R"({story}
#include <dlfcn.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef {number} NUMBER;
/* AROUND is how many numbers lie before the first and behind the last, all ours. */
enum { DTYPE = {dtype}, STRIDE_IN = {stride_in}, STRIDE_OUT = {stride_out}, AROUND = {around}, UNSUPPORTED = 0x67726c };
enum { FORWARD, BACKWARD, BACKWARD_ADD, DOUBLE_BACKWARD };
static const char* const names[] = {"forward", "backward", "backward_add", "double_backward"};

typedef int kernel(const void* in, int64_t in_stride, void* out, int64_t out_stride, int64_t n, int dtype,
                   double lambda);
typedef int kernel_of(void* layer, const void* in, int64_t in_stride, void* out, int64_t out_stride, int64_t n,
                      int dtype);
static kernel* kernels[4];

/* Of a plugin whose layers are objects. */
static void* (*create)(double lambda);
static int (*set_lambda)(void* layer, double lambda);
static void (*destroy)(void* layer);
static kernel_of* kernels_of[2];

static int faults = 0;

static void wrong(const char* what, const char* which) {
  printf("%s: %s   WRONG\n", what, which);
  ++faults;
}

static void crashed(int number) {
  static const char text[] = "The plugin crashed.   WRONG\nThe fault shows.\n";
  (void)number;
  _exit(write(1, text, sizeof text - 1) < 0 ? 2 : 1);
}

static void* look_up(void* library, const char* name) {
  char symbol[sizeof "{name}" + 64];
  snprintf(symbol, sizeof symbol, "{name}_%s", name);
  return dlsym(library, symbol);
}

static void* look_up_or_end(void* library, const char* name) {
  void* found = look_up(library, name);
  if (!found) printf("there is no {name}_%s in it\n", name), exit(2);
  return found;
}

static void look_up_all(void* library) {
  *(void**)&create = look_up(library, "create");
  if (create) {
    *(void**)&set_lambda = look_up_or_end(library, "set_lambda");
    *(void**)&destroy = look_up_or_end(library, "destroy");
    *(void**)&kernels_of[FORWARD] = look_up_or_end(library, "forward_of");
    *(void**)&kernels_of[BACKWARD] = look_up_or_end(library, "backward_of");
  }
  for (int k = 0; k < 4; ++k) *(void**)&kernels[k] = look_up(library, names[k]);
}

/* Where the plugin has no objects, a layer is its lambda. */
typedef struct {
  double lambda;
  void* object;
} LAYER;
static void** objects = NULL;
static int objects_made = 0;

static LAYER make(double lambda) {
  LAYER made = {lambda, NULL};
  if (!create) return made;
  made.object = create(lambda);
  if (!made.object) wrong("create", "returned a null pointer"), puts("The fault shows."), exit(1);
  objects = realloc(objects, (size_t)(objects_made + 1) * sizeof *objects);
  return objects[objects_made++] = made.object, made;
}

static void set(LAYER* layer, double lambda) {
  layer->lambda = lambda;
  if (layer->object && set_lambda(layer->object, lambda)) wrong("set_lambda", "did not return 0");
}

static void destroy_all(void) {
  while (objects_made > 0) destroy(objects[--objects_made]);
}

/* A buffer with numbers at its stride and one byte before, between and behind them: all ones, which is NaN, for an
   input; another for a result, so that a NaN that is copied from there to here is seen. */
enum { BYTE_IN = 0xFF, BYTE_OUT = 0x5A };
static size_t bytes_for(long n, long stride) {
  return ((size_t)(n * stride + 2 * AROUND) * sizeof(NUMBER) + 63) / 64 * 64;
}
static NUMBER* laid_out(const NUMBER* numbers, long n, long stride, int byte) {
  NUMBER* buffer = aligned_alloc(64, bytes_for(n, stride));
  memset(buffer, byte, bytes_for(n, stride));
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

static int call(int which, LAYER layer, const NUMBER* in, NUMBER* out, long n) {
  int status = 0;
  if (layer.object && which <= BACKWARD)
    status = kernels_of[which](layer.object, in, STRIDE_IN, out, STRIDE_OUT, n, DTYPE);
  else if (!layer.object && kernels[which])
    status = kernels[which](in, STRIDE_IN, out, STRIDE_OUT, n, DTYPE, layer.lambda);
  else
    printf("there is no {name}_%s for such a layer\n", names[which]), exit(2);
  if (status == UNSUPPORTED) printf("%s can't do this dtype or these strides\n", names[which]), exit(2);
  return status;
}

/* Calls a kernel as it is called in earnest, and sees whether it wrote all of its result and nothing else. What it adds
   to is in `out`. */
static void pass(int which, LAYER layer, const NUMBER* in, NUMBER* out, long n) {
  const char* name = names[which];
  NUMBER *from = laid_out(in, n, STRIDE_IN, BYTE_IN), *blank = laid_out(NULL, n, STRIDE_OUT, BYTE_OUT);
  NUMBER* to = laid_out(which == BACKWARD_ADD ? out : NULL, n, STRIDE_OUT, BYTE_OUT);
  keep(from, bytes_for(n, STRIDE_IN));
  if (call(which, layer, from + AROUND, to + AROUND, n)) wrong(name, "did not return 0");
  for (int i = 0; i < count; ++i) {
    if (!memcmp(kept[i].now, kept[i].then, kept[i].bytes)) continue;
    wrong(name, kept[i].now == from ? "wrote into its input, or beside it" : "wrote into a buffer of an earlier call");
    memcpy(kept[i].then, kept[i].now, kept[i].bytes);
  }
  for (long i = 0; i < n * STRIDE_OUT + 2 * AROUND; ++i) {
    long at = i - AROUND;
    int is_entry = at >= 0 && at < n * STRIDE_OUT && at % STRIDE_OUT == 0;
    int is_blank = !memcmp(to + i, blank + i, sizeof(NUMBER));
    if (is_entry && is_blank && which != BACKWARD_ADD) wrong(name, "did not write an entry of its result");
    if (!is_entry && !is_blank) wrong(name, "wrote beside its result");
    if (is_entry) out[at / STRIDE_OUT] = to[i];
  }
  free(blank);
  /* Whoever writes here from now on is seen. */
  memset(to, BYTE_OUT, bytes_for(n, STRIDE_OUT));
  keep(to, bytes_for(n, STRIDE_OUT));
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
  look_up_all(library);
  const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
  for (int k = 0; k < 5; ++k) signal(crashes[k], crashed);
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* so that a crash loses no line */

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
  "names kernel kernel_of kernels kernels_of create set_lambda destroy faults wrong crashed look_up "
  "look_up_or_end look_up_all LAYER objects objects_made make set destroy_all bytes_for laid_out call pass "
  "check memcpy NAN INFINITY main library crashes argc argv again NUMBER DTYPE STRIDE_IN STRIDE_OUT AROUND "
  "UNSUPPORTED FORWARD "
  "BACKWARD "
  "BACKWARD_ADD DOUBLE_BACKWARD BYTE_IN BYTE_OUT "
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
         "pass(BACKWARD, {layer}, d_{name}, back_{name}, {size});\n"
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
  d.session_close = "    destroy_all();\n  }";
  d.make = "LAYER {layer} = make({lambda});";
  d.set = "set(&{layer}, {lambda});";
  d.passes = {"FORWARD", "BACKWARD", "DOUBLE_BACKWARD"};
  d.call = "pass({pass}, {layer}, {x}, {name}, {size});";
  // The layer as it was then: what is set later is not of this pass.
  d.forward =
    "NUMBER {name}[{size} + 1];\n"
    "LAYER {pass} = {layer};\n"
    "pass(FORWARD, {pass}, {input}, {name}, {size});";
  d.backward =
    "NUMBER {record}[{size} + 1];\n"
    "pass(BACKWARD, {pass}, {cotangent}, {record}, {size});";
  d.accumulate =
    "NUMBER {record}[{size} + 1];\n"
    "memcpy({record}, {before}, sizeof {record});\n"
    "pass(BACKWARD_ADD, {pass}, {cotangent}, {record}, {size});";
  d.read = "NUMBER {record}[{size} + 1];\nmemcpy({record}, {of}, {size} * sizeof(NUMBER));";
  d.first =
    "double first_{name}[{size} + 1];\n"
    "for (long i = 0; i < {size}; ++i) first_{name}[i] = {name}[i];";
  d.loop_open = "for (int again = 0; again < {count}; ++again) {";
  d.loop_close = "}";
  d.all_numbers = "(const double[]){numbers}";
  d.check = "check(\"{what}\", {name}, {size}, {expected}, {allowed}, {zeros});";
  d.ops = ops;
  d.adjoints = adjoints;
  return d;
}();

constexpr std::array dialects = {plugin_dialect};

}  // namespace

std::span<const Dialect> c_dialects() { return dialects; }

}  // namespace gradproof::inline v0
