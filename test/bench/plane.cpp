// SPDX-License-Identifier: Apache-2.0
#include "plane.hpp"

#include "bpf_run.hpp"
#include "frames.hpp"
#include "kernel/dataplane/maps.hpp"

#include <sipsteer/counters.h>
#include <sipsteer/guard.h>
#include <sipsteer/link.h>
#include <sipsteer/pool.h>
#include <sipsteer/ring.h>
#include <sipsteer/server.h>
#include <sipsteer/service.h>
#include <sipsteer/settings.h>
#include <sipsteer/tap.h>

#include <sipsteer.skel.h>

#include <algorithm>
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <type_traits>
#include <unistd.h>

namespace sipsteer::bench {

namespace {

constexpr std::uint32_t kServers = 16;
constexpr std::uint32_t kLoopback = 1; // ifindex: where test runs come in

bpf_object *open_object(const ObjectSource &source) {
    bpf_object *object = nullptr;
    if (source.file.empty()) {
        std::size_t size = 0;
        const void *bytes = sipsteer_bpf__elf_bytes(&size);
        object = bpf_object__open_mem(bytes, size, nullptr);
    } else {
        object = bpf_object__open_file(source.file.c_str(), nullptr);
    }
    if (!object) {
        throw std::runtime_error("cannot open the BPF object " + source.file);
    }
    return object;
}

/// Offset of a constant in .rodata.
std::size_t constant_offset(const bpf_object *object, const std::string &name) {
    const btf *types = bpf_object__btf(object);
    const int id = must(btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC), ".rodata");
    const btf_type *section = btf__type_by_id(types, static_cast<__u32>(id));
    const btf_var_secinfo *variables = btf_var_secinfos(section);
    for (int i = 0; i < btf_vlen(section); ++i) {
        const btf_type *variable = btf__type_by_id(types, variables[i].type);
        if (name == btf__name_by_offset(types, variable->name_off)) {
            return variables[i].offset;
        }
    }
    throw std::runtime_error("the BPF object has no constant " + name);
}

/// The pool of a service, for every method if it has one for each.
template <typename Pool>
void set_pool(Pool &field, std::uint16_t pool) {
    if constexpr (std::is_array_v<Pool>) {
        std::fill(std::begin(field), std::end(field), pool);
    } else {
        field = pool;
    }
}

ss_service_key service_key(std::uint16_t port) {
    ss_service_key key{};
    key.address[10] = 0xff; // IPv4-mapped
    key.address[11] = 0xff;
    std::copy(kVip.begin(), kVip.end(), key.address + 12);
    key.port = htons(port);
    key.protocol = IPPROTO_UDP;
    return key;
}

} // namespace

Plane::Plane(const ObjectSource &source, std::uint32_t call_capacity)
    : object_(open_object(source), &bpf_object__close) {
    const std::uint32_t buckets = dataplane::bucket_count(call_capacity);
    set_settings(buckets);
    must(bpf_object__load(object_.get()), "loading the data plane");
    add_pool(0, true);
    add_pool(1, false);
    add_service(kStatefulPort, 0);
    add_service(kStatelessPort, 1);
    add_link();
    void *memory = map_memory(map("calls"), buckets * sizeof(ss_bucket));
    table_ = {static_cast<ss_bucket *>(memory), buckets};
}

Plane::~Plane() {
    unmap_memory(table_.data(), table_.size_bytes());
}

int Plane::map(const char *name) const {
    return must(bpf_object__find_map_fd_by_name(object_.get(), name), name);
}

int Plane::program() const {
    return bpf_program__fd(bpf_object__find_program_by_name(object_.get(), "sipsteer"));
}

void Plane::set_settings(std::uint32_t buckets) {
    ss_settings settings{};
    settings.secret[0] = 0x0123456789abcdef;
    settings.secret[1] = 0xfedcba9876543210;
    settings.buckets = buckets;
    bpf_map *constants = nullptr;
    bpf_map *each = nullptr;
    bpf_object__for_each_map(each, object_.get()) {
        if (std::string(bpf_map__name(each)).ends_with(".rodata")) {
            constants = each;
        }
    }
    std::size_t size = 0;
    const void *bytes = constants ? bpf_map__initial_value(constants, &size) : nullptr;
    const std::size_t offset = constant_offset(object_.get(), "settings");
    if (!bytes || offset + sizeof(settings) > size) {
        throw std::runtime_error("the BPF object's settings are not where they should be");
    }
    std::vector<char> values(size);
    std::memcpy(values.data(), bytes, size);
    std::memcpy(values.data() + offset, &settings, sizeof(settings));
    must(bpf_map__set_initial_value(constants, values.data(), size), "settings");
    for (const char *name : {"calls", "births"}) {
        bpf_map *sized = bpf_object__find_map_by_name(object_.get(), name);
        must(bpf_map__set_max_entries(sized, buckets), "size of the call table");
    }
}

/// Servers kServers * index and following are the pool's.
void Plane::add_pool(std::uint32_t index, bool stateful) {
    ss_pool pool{};
    pool.in_use = 1;
    pool.mode = stateful ? SS_POOL_STATEFUL : SS_POOL_STATELESS;
    pool.no_call_id = SS_NO_CALL_ID_SOURCE;
    std::fill(std::begin(pool.lifetime) + 1, std::end(pool.lifetime), __u16{3600});
    must(bpf_map_update_elem(map("pools"), &index, &pool, BPF_ANY), "pools");
    for (std::uint32_t i = index * kServers; i < (index + 1) * kServers; ++i) {
        ss_server server{};
        server.mac[0] = server.source_mac[0] = 2;
        server.mac[5] = static_cast<__u8>(i);
        server.ifindex = kLoopback;
        server.pool = static_cast<__u16>(index);
        server.flags = SS_SERVER_IN_USE | SS_SERVER_FORWARD;
        must(bpf_map_update_elem(map("servers"), &i, &server, BPF_ANY), "servers");
    }
    add_ring(index);
}

void Plane::add_ring(std::uint32_t pool) {
    const auto ring = std::make_unique<ss_ring>();
    for (std::size_t i = 0; i < SS_RING_SLOTS; ++i) {
        ring->slot[i] = static_cast<__u16>(pool * kServers + i * 7919 % SS_RING_SLOTS % kServers);
    }
    const int inner =
        must(bpf_map_create(BPF_MAP_TYPE_ARRAY, "ring", sizeof(__u32), sizeof(ss_ring), 1, nullptr),
             "ring");
    const __u32 zero = 0;
    int result = bpf_map_update_elem(inner, &zero, ring.get(), BPF_ANY);
    if (result == 0) {
        result = bpf_map_update_elem(map("rings"), &pool, &inner, BPF_ANY);
    }
    close(inner);
    must(result, "rings");
}

void Plane::add_service(std::uint16_t port, std::uint16_t pool) {
    const ss_service_key key = service_key(port);
    ss_service service{};
    service.id = pool;
    set_pool(service.pool, pool);
    must(bpf_map_update_elem(map("services"), &key, &service, BPF_ANY), "services");
}

/// The frames (frames.cpp) have MAC addresses of zeros.
void Plane::add_link() {
    if (bpf_object__find_map_by_name(object_.get(), "links") == nullptr) {
        return; // a data plane from before there was admission
    }
    ss_link_key key{};
    key.ifindex = kLoopback;
    const ss_link link{};
    must(bpf_map_update_elem(map("links"), &key, &link, BPF_ANY), "links");
    const ss_link_key sums{key.ifindex, SS_LINK_SUMS_LATER, {}};
    must(bpf_map_update_elem(map("links"), &sums, &link, BPF_ANY), "links");
}

void Plane::trace(Trace what) const {
    ss_taps taps{};
    ss_tap &tap = taps.tap[SS_TAP_TRACE];
    tap.on = what == Trace::Off ? 0 : 1;
    tap.snap = SS_TAP_FRAME;
    tap.server = SS_TAP_ANY;
    tap.reason = SS_TAP_ANY;
    tap.sample = 0xffffffff;
    tap.key = what == Trace::OtherCall ? 1 : 0;
    const __u32 zero = 0;
    must(bpf_map_update_elem(map("taps"), &zero, &taps, BPF_ANY), "taps");
}

/// From /24 to /32 of IPv4, spread over all addresses but 192.0.2.0/24.
void Plane::guard(std::uint32_t prefixes, bool in) const {
    static constexpr std::uint32_t kSpread = 2654435761; // odd: gives each number once
    const ss_guard denied{SS_GUARD_DENY, 0, 0};
    for (std::uint32_t number = 1; number <= prefixes; ++number) {
        const std::uint32_t bits = 24 + number % 9;
        const std::uint32_t address = number * kSpread & ~(0xffffffffU >> 1 >> (bits - 1));
        const std::uint32_t wire = htonl(address);
        ss_guard_key key{};
        key.bits = SS_GUARD_SCOPE_BITS + 96 + bits;
        key.scope = SS_GUARD_ALL;
        key.address[10] = key.address[11] = 0xff; // IPv4-mapped
        std::memcpy(key.address + 12, &wire, sizeof(wire));
        if (!in) {
            (void)bpf_map_delete_elem(map("guard"), &key); // two numbers may have one prefix
        } else if (address >> 8 != 0xc00002) {
            must(bpf_map_update_elem(map("guard"), &key, &denied, BPF_ANY), "guard");
        }
    }
}

std::vector<std::uint64_t> Plane::reasons() const {
    const auto cpus = static_cast<std::size_t>(libbpf_num_possible_cpus());
    std::vector<ss_traffic> each(cpus);
    std::vector<std::uint64_t> totals(std::size_t{SS_MAX_REASONS} * SS_VERDICTS);
    for (__u32 i = 0; i < totals.size(); ++i) {
        must(bpf_map_lookup_elem(map("reasons"), &i, each.data()), "reasons");
        for (const ss_traffic &traffic : each) {
            totals[i] += traffic.packets;
        }
    }
    return totals;
}

} // namespace sipsteer::bench
