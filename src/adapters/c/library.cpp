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

namespace gradproof::plugin {
namespace {

static_assert(int(Dtype::f16) == GRADPROOF_F16 && int(Dtype::bf16) == GRADPROOF_BF16 &&
              int(Dtype::f32) == GRADPROOF_F32 && int(Dtype::f64) == GRADPROOF_F64);

std::string last_error() {
  const char* text = dlerror();
  return text == nullptr ? "the loader gives no reason" : protocol::one_line(text);
}

// Looks both functions up; the first that is missing, or else nothing.
std::string look_up(void* library, Plugin& plugin) {
  for (Kernel* kernel : {&plugin.forward, &plugin.backward}) {
    kernel->function = reinterpret_cast<gradproof_kernel>(dlsym(library, kernel->name.c_str()));
    if (kernel->function == nullptr) return kernel->name;
  }
  return {};
}

bool refuses(const Kernel& kernel, Dtype dtype) {
  // n = 0 touches no entry, but a pointer that is valid and aligned is what every other call has too.
  alignas(64) std::array<std::byte, 64> in{}, out{};
  return invoke(kernel, {in.data(), 1}, {out.data(), 1}, 0, dtype, 1.0) == GRADPROOF_UNSUPPORTED;
}

// The child: a byte for each dtype, as soon as it is known, so that what comes before a crash counts.
[[noreturn]] void ask(const Plugin& plugin, int answers) {
  for (const Dtype dtype : all_dtypes) {
    const char refused = refuses(plugin.forward, dtype) || refuses(plugin.backward, dtype) ? 'n' : 'y';
    if (write(answers, &refused, 1) != 1) break;
  }
  _exit(0);
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
  Plugin plugin{{nullptr, prefix + "_forward", "x", "y"}, {nullptr, prefix + "_backward", "gy", "gx"}};
  const std::string missing = look_up(handle, plugin);
  if (missing.empty()) return plugin;
  const std::string hint = hint_for_missing(exported_functions(handle), missing);
  return protocol::SubjectError{"missing",
                                path + " exports no " + missing + " (the prefix is " + prefix + ", so " +
                                  plugin.forward.name + " and " + plugin.backward.name + " are looked up)" +
                                  (hint.empty() ? "" : "; " + hint),
                                ""};
}

std::vector<Dtype> supported_dtypes(const Plugin& plugin, std::chrono::milliseconds patience) {
  std::string answers;
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) == 0) {
    const pid_t child = fork();
    if (child == 0) ask(plugin, ends[1]);
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

}  // namespace gradproof::plugin
