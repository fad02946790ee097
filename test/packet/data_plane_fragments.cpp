// SPDX-License-Identifier: Apache-2.0
//
// What is remembered and held of fragments.
#include "program.hpp"

#include <arpa/inet.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace sipsteer::test {

std::optional<ss_fragment> DataPlane::fragment(const ss_fragment_key &key) const {
    ss_fragment value = {};
    const int result = bpf_map_lookup_elem(fd_of(Program::get().maps().fragments), &key, &value);
    if (result == -ENOENT) {
        return std::nullopt;
    }
    must(result, "fragments");
    return value;
}

void DataPlane::write_fragment(const ss_fragment_key &key, const ss_fragment &value) {
    update(Program::get().maps().fragments, key, value);
}

namespace {

ss_fragment_source used(__u32 firsts, __u32 held) {
    constexpr __u32 kWindow = 1U << SS_FRAGMENT_WINDOW_SHIFT;
    while (DataPlane::fragment_now() % kWindow > kWindow - 100) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ss_fragment_source value = {};
    value.window = DataPlane::fragment_now() >> SS_FRAGMENT_WINDOW_SHIFT;
    value.firsts = firsts;
    value.held = held;
    return value;
}

} // namespace

void DataPlane::write_fragment_source(std::string_view source, __u32 firsts, __u32 held) {
    update(Program::get().maps().frag_sources, mapped_address(source), used(firsts, held));
}

void DataPlane::write_fragments_of_all(__u32 firsts) {
    update(Program::get().maps().frag_all, __u32{0}, used(firsts, 0));
}

void DataPlane::age_waiting(const ss_fragment_key &key, __u32 ticks) {
    bpf_map *map = Program::get().maps().frag_waiting;
    ss_fragment waiting = {};
    must(bpf_map_lookup_elem(fd_of(map), &key, &waiting), "frag_waiting");
    waiting.since -= ticks;
    update(map, key, waiting);
}

void DataPlane::next_fragment_window() {
    const __u32 window = fragment_now() >> SS_FRAGMENT_WINDOW_SHIFT;
    while (fragment_now() >> SS_FRAGMENT_WINDOW_SHIFT == window) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

std::vector<Held> DataPlane::held() {
    Program::get().read_held();
    return std::exchange(Program::get().held, {});
}

__u32 DataPlane::fragment_now() {
    return static_cast<__u32>(coarse_ns() >> SS_FRAGMENT_TICK_SHIFT);
}

ss_fragment_key fragment_key(std::string_view source, std::string_view destination,
                             std::uint32_t id) {
    ss_fragment_key key = {};
    const auto from = mapped_address(source);
    const auto to = mapped_address(destination);
    std::copy(from.begin(), from.end(), key.source);
    std::copy(to.begin(), to.end(), key.destination);
    const bool is_ipv6 = source.find(':') != std::string_view::npos;
    key.id = is_ipv6 ? htonl(id) : htons(static_cast<std::uint16_t>(id));
    key.protocol = IPPROTO_UDP;
    return key;
}

} // namespace sipsteer::test
