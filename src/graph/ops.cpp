#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

template <std::size_t... I>
constexpr std::array<OpInfo, op_count> infos(std::index_sequence<I...>) {
  return {[] {
    using O = std::tuple_element_t<I, OpTable>;
    return OpInfo{O::name, O::kind, O::klass, O::arity, O::attribute, O::detached, HasSurrogate<O>};
  }()...};
}

constexpr std::array<OpInfo, op_count> table = infos(std::make_index_sequence<op_count>{});

}  // namespace

const OpInfo& info(OpId id) { return table[id.index]; }

std::optional<OpId> find_op(std::string_view name) {
  for (std::size_t i = 0; i < op_count; ++i)
    if (table[i].name == name) return OpId{static_cast<std::uint8_t>(i)};
  return {};
}

}  // namespace gradproof::inline v0
