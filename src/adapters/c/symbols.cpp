#include "adapters/c/symbols.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace gradproof::inline v0::plugin {
namespace {

// What the loader keeps in memory of a library's symbol table.
struct SymbolTable {
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  const std::uint32_t* gnu_hash = nullptr;
  const std::uint32_t* hash =
    nullptr;  // the older kind of table; its words are 32 bits on all but two systems
};

// Some systems leave the addresses in the dynamic section relative to where the library was loaded.
template <class T>
const T* absolute(const link_map& map, ElfW(Addr) address) {
  if (address < map.l_addr) address += map.l_addr;
  return reinterpret_cast<const T*>(address);
}

SymbolTable table_of(const link_map& map) {
  SymbolTable table;
  for (const ElfW(Dyn)* entry = map.l_ld; entry != nullptr && entry->d_tag != DT_NULL; ++entry) {
    const ElfW(Addr) address = entry->d_un.d_ptr;
    if (entry->d_tag == DT_SYMTAB) table.symbols = absolute<ElfW(Sym)>(map, address);
    if (entry->d_tag == DT_STRTAB) table.names = absolute<char>(map, address);
    if (entry->d_tag == DT_GNU_HASH) table.gnu_hash = absolute<std::uint32_t>(map, address);
    if (entry->d_tag == DT_HASH) table.hash = absolute<std::uint32_t>(map, address);
  }
  return table;
}

// No field says how many symbols there are. The GNU table knows it: the largest symbol that starts a chain,
// and from there to the end of that chain, which a set lowest bit marks.
std::size_t symbol_count(const SymbolTable& table) {
  if (table.hash != nullptr) return table.hash[1];
  if (table.gnu_hash == nullptr) return 0;
  const std::uint32_t buckets = table.gnu_hash[0], first = table.gnu_hash[1], bloom_words = table.gnu_hash[2];
  const std::uint32_t* bucket = table.gnu_hash + 4 + bloom_words * (sizeof(ElfW(Addr)) / 4);
  const std::uint32_t* chain = bucket + buckets;
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < buckets; ++i) last = std::max(last, bucket[i]);
  if (last < first) return first;
  while ((chain[last - first] & 1U) == 0) ++last;
  return last + 1;
}

bool is_exported_function(const ElfW(Sym) & symbol) {
  const unsigned type = symbol.st_info & 15U, binding = symbol.st_info >> 4U;
  return symbol.st_shndx != SHN_UNDEF && type == STT_FUNC && (binding == STB_GLOBAL || binding == STB_WEAK);
}

// The prefixes that both functions of a plugin exist for.
std::vector<std::string> complete_prefixes(const std::vector<std::string>& functions) {
  constexpr std::string_view forward = "_forward", backward = "_backward";
  std::vector<std::string> prefixes;
  for (const std::string& name : functions) {
    if (!name.ends_with(forward) || name.size() == forward.size()) continue;
    std::string prefix = name.substr(0, name.size() - forward.size());
    if (std::ranges::count(functions, prefix + std::string(backward)) != 0)
      prefixes.push_back(std::move(prefix));
  }
  std::ranges::sort(prefixes);
  return prefixes;
}

}  // namespace

std::vector<std::string> exported_functions(void* library) {
  link_map* map = nullptr;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) return {};
  const SymbolTable table = table_of(*map);
  if (table.symbols == nullptr || table.names == nullptr) return {};
  std::vector<std::string> functions;
  const std::size_t count = symbol_count(table);
  for (std::size_t i = 0; i < count; ++i)
    if (is_exported_function(table.symbols[i]))
      functions.emplace_back(table.names + table.symbols[i].st_name);
  return functions;
}

std::string hint_for_missing(const std::vector<std::string>& functions, const std::string& missing) {
  // g++ and clang++ call it _Z, the length of the name, the name, the parameters.
  const std::string mangled = "_Z" + std::to_string(missing.size()) + missing;
  for (const std::string& name : functions)
    if (name.starts_with(mangled))
      return "it has " + missing + " with C++ linkage (" + name +
             "): declare it extern \"C\", with the parameters of gradproof/plugin.h";
  const std::vector<std::string> prefixes = complete_prefixes(functions);
  if (prefixes.empty()) return {};
  std::string list;
  for (std::size_t i = 0; i < prefixes.size() && i < 5; ++i) list += (i == 0 ? "" : ", ") + prefixes[i];
  return (prefixes.size() == 1 ? "it has both functions for the prefix "
                               : "it has both functions for the prefixes ") +
         list + ", which may follow the file after a colon, as in so:FILE.so:" + prefixes.front();
}

}  // namespace gradproof::inline v0::plugin
