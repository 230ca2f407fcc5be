#include "adapters/c/library.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "adapters/c/symbols.hpp"
#include "protocol/quote.hpp"

namespace gradproof::inline v0::plugin {
namespace {

static_assert(int(Dtype::f16) == GRADPROOF_F16 && int(Dtype::bf16) == GRADPROOF_BF16 &&
              int(Dtype::f32) == GRADPROOF_F32 && int(Dtype::f64) == GRADPROOF_F64);

std::string last_error() {
  const char* text = dlerror();
  return text == nullptr ? "the loader gives no reason" : protocol::one_line(text);
}

// Looks a function up; null where there is none.
template <class F>
bool find(void* library, const Plugin& plugin, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, (plugin.prefix + name).c_str()));
  return function != nullptr;
}

// Looks all functions up; the first that is missing, or else nothing.
std::string look_up(void* library, Plugin& plugin) {
  find(library, plugin, "_backward_add", plugin.backward_add);
  find(library, plugin, "_double_backward", plugin.double_backward);
  find(library, plugin, "_backward_rows", plugin.backward_rows);
  const int* factor = nullptr;
  if (find(library, plugin, "_lambda_is_the_factor", factor)) plugin.is_factor = *factor != 0;
  const int* late = nullptr;
  if (find(library, plugin, "_reads_lambda_in_backward", late)) plugin.reads_late = *late != 0;
  if (!find(library, plugin, "_create", plugin.create)) {
    if (!find(library, plugin, "_forward", plugin.forward)) return plugin.prefix + "_forward";
    return find(library, plugin, "_backward", plugin.backward) ? "" : plugin.prefix + "_backward";
  }
  if (!find(library, plugin, "_set_lambda", plugin.set_lambda)) return plugin.prefix + "_set_lambda";
  if (!find(library, plugin, "_destroy", plugin.destroy)) return plugin.prefix + "_destroy";
  if (!find(library, plugin, "_forward_of", plugin.forward_of)) return plugin.prefix + "_forward_of";
  return find(library, plugin, "_backward_of", plugin.backward_of) ? "" : plugin.prefix + "_backward_of";
}

// --- Layers out of functions -------------------------------------------------------------------------------

// λ is an argument of each call, so that the layer is a number that the host keeps.
class Argument : public Instance {
 public:
  Argument(const Plugin& plugin, double lambda) : plugin_(plugin), lambda_(plugin.given(lambda)) {}
  std::optional<protocol::CaseError> set(double lambda) override {
    lambda_ = plugin_.given(lambda);
    rows_.clear();
    return {};
  }
  std::optional<protocol::CaseError> set_rows(std::vector<double> lambda) override {
    if (plugin_.backward_rows == nullptr || lambda.empty()) return Instance::set_rows(std::move(lambda));
    for (double& each : lambda) each = plugin_.given(each);
    lambda_ = lambda.front();
    rows_ = std::move(lambda);
    return {};
  }
  Pass pass() override {
    const std::string& prefix = plugin_.prefix;
    Pass p{lambda_,
           {plugin_.forward, prefix + "_forward", "x", "y"},
           {plugin_.backward, prefix + "_backward", "gy", "gx"},
           {},
           {}};
    if (!rows_.empty()) {
      p.backward = Kernel{by_rows(), prefix + "_backward_rows", "gy", "gx"};
      return p;
    }
    if (plugin_.backward_add != nullptr)
      p.backward_add = Kernel{plugin_.backward_add, prefix + "_backward_add", "gy", "gx"};
    if (plugin_.double_backward != nullptr)
      p.double_backward = Kernel{plugin_.double_backward, prefix + "_double_backward", "ggx", "ggy"};
    return p;
  }

 private:
  // Kernels are told how many entries there are; this one, of how many rows.
  [[nodiscard]] std::function<std::remove_pointer_t<gradproof_kernel>> by_rows() const {
    return [function = plugin_.backward_rows, rows = rows_](const void* in, std::int64_t in_stride, void* out,
                                                            std::int64_t out_stride, std::int64_t n,
                                                            int dtype, double) {
      const auto count = static_cast<std::int64_t>(rows.size());
      return function(in, in_stride, out, out_stride, count, n / count, dtype, rows.data());
    };
  }
  const Plugin& plugin_;
  double lambda_;
  std::vector<double> rows_;  // in λ's place, where there are some
};

// A layer of the plugin's own making.
class Object : public Instance {
 public:
  Object(const Plugin& plugin, void* layer, double lambda)
      : plugin_(plugin), layer_(layer), lambda_(lambda) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() override { plugin_.destroy(layer_); }
  std::optional<protocol::CaseError> set(double lambda) override {
    lambda_ = lambda;
    const int status = plugin_.set_lambda(layer_, plugin_.given(lambda));
    if (status == GRADPROOF_DONE) return {};
    const std::string said = plugin_.prefix + "_set_lambda returned ";
    if (status == GRADPROOF_UNSUPPORTED)
      return protocol::CaseError{"unsupported", said + "GRADPROOF_UNSUPPORTED", ""};
    return protocol::CaseError{"raised", said + std::to_string(status), ""};
  }
  Pass pass() override {
    const auto of = [layer = layer_](gradproof_pass function) {
      return [layer, function](const void* in, std::int64_t in_stride, void* out, std::int64_t out_stride,
                               std::int64_t n, int dtype,
                               double) { return function(layer, in, in_stride, out, out_stride, n, dtype); };
    };
    const std::string& prefix = plugin_.prefix;
    return {lambda_,
            {of(plugin_.forward_of), prefix + "_forward_of", "x", "y"},
            {of(plugin_.backward_of), prefix + "_backward_of", "gy", "gx"},
            {},
            {}};
  }

 private:
  const Plugin& plugin_;
  void* layer_;
  double lambda_;
};

bool refuses(const Kernel& kernel, Dtype dtype) {
  // n = 0 touches no entry, but a pointer that is valid and aligned is what every other call has too.
  alignas(64) std::array<std::byte, 64> in{}, out{};
  return invoke(kernel, {in.data(), 1}, {out.data(), 1}, 0, dtype, 1.0) == GRADPROOF_UNSUPPORTED;
}

// The child: a byte for each dtype, as soon as it is known, so that what comes before a crash counts.
[[noreturn]] void ask(const Layer& layer, int answers) {
  const Made made = layer.make(1.0);
  // What can't be made is judged by its cases.
  if (!made) _exit(0);
  for (const Dtype dtype : all_dtypes) {
    const Pass pass = (*made)->pass();
    const char refused = refuses(pass.forward, dtype) || refuses(pass.backward, dtype) ? 'n' : 'y';
    if (write(answers, &refused, 1) != 1) break;
  }
  _exit(0);
}

std::string looked_up(const Plugin& plugin) {
  if (!plugin.has_instances()) return plugin.prefix + "_forward and " + plugin.prefix + "_backward";
  return "beside " + plugin.prefix +
         "_create its companions _set_lambda, _destroy, _forward_of and _backward_of";
}

// The bytes that arrive before the child ends or the time is up.
std::string answers_from(int answers, std::chrono::milliseconds patience) {
  std::string text;
  const auto end = std::chrono::steady_clock::now() + patience;
  while (text.size() < all_dtypes.size()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd wait{answers, POLLIN, 0};
    const int ready = left.count() > 0 ? poll(&wait, 1, int(left.count())) : 0;
    if (ready < 0 && errno == EINTR) continue;
    char byte = 0;
    if (ready <= 0 || read(answers, &byte, 1) != 1) break;
    text += byte;
  }
  return text;
}

}  // namespace

int invoke(const Kernel& kernel, Entries in, Entries out, std::size_t count, Dtype dtype, double lambda) {
  const pid_t caller = getpid();
  const int status = kernel.function(in.first, in.stride, out.first, out.stride,
                                     static_cast<std::int64_t>(count), int(dtype), lambda);
  if (getpid() != caller) _exit(0);
  return status;
}

namespace {

// Without a slash dlopen() would search the system's folders, and never this one.
std::string path_of(const std::string& library) {
  return library.find('/') == std::string::npos ? "./" + library : library;
}

}  // namespace

Result<gradproof_schedule, protocol::SubjectError> load_schedule(const std::string& library,
                                                                 const std::string& prefix) {
  const std::string path = path_of(library), name = prefix + "_coefficient";
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return protocol::SubjectError{"import", "can't be loaded: " + last_error(), ""};
  void* const found = dlsym(handle, name.c_str());
  if (found != nullptr) return reinterpret_cast<gradproof_schedule>(found);
  const std::string hint = hint_for_missing(exported_functions(handle), name);
  return protocol::SubjectError{
    "missing",
    path + " exports no " + name + " (the prefix is " + prefix + ")" + (hint.empty() ? "" : "; " + hint), ""};
}

Result<Plugin, protocol::SubjectError> load(const std::string& library, const std::string& prefix) {
  const std::string path = path_of(library);
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return protocol::SubjectError{"import", "can't be loaded: " + last_error(), ""};
  Plugin plugin{.prefix = prefix};
  const std::string missing = look_up(handle, plugin);
  if (missing.empty()) return plugin;
  const std::string hint = hint_for_missing(exported_functions(handle), missing);
  return protocol::SubjectError{"missing",
                                path + " exports no " + missing + " (the prefix is " + prefix + ", so " +
                                  looked_up(plugin) + " are looked up)" + (hint.empty() ? "" : "; " + hint),
                                ""};
}

Layer layer_of(const Plugin& plugin) {
  Layer layer;
  layer.reads_late = plugin.reads_late;
  if (!plugin.has_instances()) {
    layer.make = [&plugin](double lambda) { return Made(std::make_unique<Argument>(plugin, lambda)); };
    layer.adds = plugin.backward_add != nullptr;
    layer.twice = plugin.double_backward != nullptr;
    layer.vector = plugin.backward_rows != nullptr;
    return layer;
  }
  layer.one_pass_at_a_time = true;
  layer.make = [&plugin](double lambda) -> Made {
    void* const made = plugin.create(plugin.given(lambda));
    if (made == nullptr)
      return protocol::CaseError{"raised", plugin.prefix + "_create returned a null pointer", ""};
    return Made(std::make_unique<Object>(plugin, made, lambda));
  };
  return layer;
}

std::vector<Dtype> supported_dtypes(const Layer& layer, std::chrono::milliseconds patience) {
  std::string answers;
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) == 0) {
    const pid_t child = fork();
    if (child == 0) ask(layer, ends[1]);
    close(ends[1]);
    if (child > 0) answers = answers_from(ends[0], patience);
    close(ends[0]);
    if (child > 0) {
      kill(child, SIGKILL);
      while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
  }
  std::vector<Dtype> supported;
  for (std::size_t i = 0; i < all_dtypes.size(); ++i)
    if (i >= answers.size() || answers[i] == 'y') supported.push_back(all_dtypes[i]);
  return supported;
}

}  // namespace gradproof::inline v0::plugin
