// SPDX-License-Identifier: Apache-2.0
//
// The control maps: what the controller would write.
#include "program.hpp"

#include <sipsteer/ring.h>
#include <sipsteer/service.h>

#include <arpa/inet.h>
#include <unistd.h>

namespace sipsteer::test {

namespace {

constexpr __u32 kUsedIndexes = 16; // pools, services and servers in the tests are below this

ss_service_key service_key(std::string_view address, std::uint16_t port, __u8 protocol) {
    ss_service_key key = {};
    const auto bytes = mapped_address(address);
    std::copy(bytes.begin(), bytes.end(), key.address);
    key.port = htons(port);
    key.protocol = protocol;
    return key;
}

} // namespace

DataPlane::DataPlane(std::uint32_t buckets) {
    Program &program = Program::of_size(buckets);
    auto &maps = program.maps();
    clear_hash(maps.services);
    clear_hash(maps.fragments);
    clear_hash(maps.frag_sources);
    clear_array(maps.frag_all, 1);
    clear_hash(maps.frag_waiting);
    clear_hash(maps.flows);
    held();
    rejected();
    tapped();
    clear_array(maps.taps, 1);
    clear_array(maps.tap_dropped, SS_TAPS, program.cpus());
    clear_array(maps.call_counters, kUsedIndexes, program.cpus());
    clear_hash(maps.ports);
    clear_hash(maps.links);
    clear_hash(maps.hosts);
    clear_hash(maps.guard);
    clear_hash(maps.guard_sources);
    clear_hash(maps.guard_known);
    clear_hash(maps.guard_malformed);
    clear_array(maps.guard_limits, kUsedIndexes);
    clear_array(maps.guard_counters, kUsedIndexes, program.cpus());
    own_mac(kDirectorMac);
    own_mac(kDirectorMac, kVlan);
    clear_array(maps.pools, kUsedIndexes);
    clear_array(maps.servers, kUsedIndexes);
    clear_array(maps.server_load, kUsedIndexes);
    clear_array(maps.pool_load, kUsedIndexes);
    forget_calls();
    clear_array(maps.service_traffic, kUsedIndexes, program.cpus());
    clear_array(maps.methods, ss_method_index(kUsedIndexes, 0), program.cpus());
    clear_array(maps.server_counters, kUsedIndexes, program.cpus());
    while (!program.rings.empty()) {
        no_ring(*program.rings.begin());
    }
}

DataPlane::~DataPlane() = default;

void DataPlane::pool(__u32 index, ss_pool_mode mode, ss_no_call_id no_call_id) {
    ss_pool value = {};
    value.in_use = 1;
    value.mode = static_cast<__u8>(mode);
    value.no_call_id = static_cast<__u8>(no_call_id);
    std::fill(std::begin(value.lifetime) + 1, std::end(value.lifetime), __u16{100});
    update(Program::get().maps().pools, index, value);
}

template <typename Change>
void DataPlane::change_pool(__u32 index, Change change) {
    bpf_map *map = Program::get().maps().pools;
    ss_pool value = {};
    must(bpf_map_lookup_elem(fd_of(map), &index, &value), "pools");
    change(value);
    update(map, index, value);
}

void DataPlane::lifetime(__u32 pool, enum ss_call_state state, __u16 ticks) {
    change_pool(pool, [&](ss_pool &value) { value.lifetime[state] = ticks; });
}

void DataPlane::scheduler(__u32 pool, ss_scheduler scheduler) {
    change_pool(pool, [&](ss_pool &value) { value.scheduler = static_cast<__u8>(scheduler); });
}

void DataPlane::key(__u32 pool, ss_pool_key key) {
    change_pool(pool, [&](ss_pool &value) { value.key = static_cast<__u8>(key); });
}

void DataPlane::when_down(__u32 pool, ss_when_down what, __u32 gap) {
    change_pool(pool, [&](ss_pool &value) {
        value.when_down = static_cast<__u8>(what);
        value.reject_gap = gap;
    });
}

void DataPlane::below_quorum(__u32 pool) {
    change_pool(pool, [](ss_pool &value) { value.down = 1; });
}

void DataPlane::service(__u16 id, std::string_view address, std::uint16_t port, __u16 pool) {
    ss_service value = {};
    value.id = id;
    std::fill(std::begin(value.pool), std::end(value.pool), pool);
    update(Program::get().maps().services, service_key(address, port, IPPROTO_UDP), value);
    update(Program::get().maps().services, service_key(address, 0, 0), value);
}

void DataPlane::drop_unparsed(std::string_view vip) {
    mark(vip, SS_MARK_DROP_UNPARSED);
}

void DataPlane::code(std::string_view vip, __u8 dscp) {
    ss_service value = {};
    value.dscp = dscp;
    update(Program::get().maps().services, service_key(vip, 0, 0), value);
}

void DataPlane::mark(std::string_view vip, __u8 mark) {
    ss_service value = {};
    value.mark = mark;
    update(Program::get().maps().services, service_key(vip, 0, 0), value);
}

void DataPlane::method_pool(std::string_view address, std::uint16_t port, ss_method method,
                            __u16 pool) {
    bpf_map *map = Program::get().maps().services;
    const ss_service_key key = service_key(address, port, IPPROTO_UDP);
    ss_service value = {};
    must(bpf_map_lookup_elem(fd_of(map), &key, &value), "services");
    value.pool[method] = pool;
    value.by_method = 1;
    update(map, key, value);
}

void DataPlane::server(__u32 index, const ServerAt &at) {
    ss_server value = {};
    const Mac mac = server_mac(index);
    const Mac source = interface_mac(index);
    std::copy(mac.begin(), mac.end(), value.mac);
    std::copy(source.begin(), source.end(), value.source_mac);
    value.ifindex = at.ifindex;
    value.vlan = at.vlan;
    value.pool = at.pool;
    value.flags = at.flags;
    value.weight = at.weight;
    value.most_calls = at.most_calls;
    value.new_call_gap = at.new_call_gap;
    if (!at.address.empty()) {
        const auto address = mapped_address(at.address);
        std::copy(address.begin(), address.end(), value.address);
    }
    update(Program::get().maps().servers, index, value);
}

void DataPlane::set_load(__u32 index, __s64 live, __u64 next_new_call) {
    ss_server_load load = {};
    load.live = live;
    load.next_new_call = next_new_call;
    update(Program::get().maps().server_load, index, load);
}

ss_server_load DataPlane::load(__u32 index) const {
    ss_server_load value = {};
    must(bpf_map_lookup_elem(fd_of(Program::get().maps().server_load), &index, &value), "load");
    return value;
}

void DataPlane::ring(__u32 pool, const std::vector<__u16> &servers) {
    auto value = std::make_unique<ss_ring>();
    for (std::size_t i = 0; i < SS_RING_SLOTS; i++) {
        value->slot[i] = servers.empty() ? SS_NO_SERVER : servers[i % servers.size()];
    }
    value->slots = SS_RING_SLOTS;
    const std::set<__u16> members(servers.begin(), servers.end());
    value->members = static_cast<__u16>(members.size());
    std::copy(members.begin(), members.end(), value->member);
    whole_ring(pool, *value);
}

void DataPlane::whole_ring(__u32 pool, const ss_ring &ring) {
    const int inner =
        bpf_map_create(BPF_MAP_TYPE_ARRAY, "ring", sizeof(__u32), sizeof(ss_ring), 1, nullptr);
    must(inner, "inner map");
    const __u32 zero = 0;
    int result = bpf_map_update_elem(inner, &zero, &ring, BPF_ANY);
    if (result == 0) {
        result = bpf_map_update_elem(fd_of(Program::get().maps().rings), &pool, &inner, BPF_ANY);
    }
    close(inner);
    must(result, "ring");
    Program::get().rings.insert(pool);
}

void DataPlane::no_ring(__u32 pool) {
    bpf_map_delete_elem(fd_of(Program::get().maps().rings), &pool);
    Program::get().rings.erase(pool);
}

void DataPlane::port(__u32 ifindex) {
    update(Program::get().maps().ports, ifindex, kIngress);
}

void DataPlane::own_mac(const Mac &mac, std::uint16_t vlan, __u32 ifindex) {
    ss_link_key key = {.ifindex = ifindex, .vlan = vlan, .mac = {}};
    std::copy(mac.begin(), mac.end(), key.mac);
    update(Program::get().maps().links, key, ss_link{});
    const __u16 mark = static_cast<__u16>(vlan | SS_LINK_IN_VLAN);
    update(Program::get().maps().links, ss_link_key{ifindex, mark, {}}, ss_link{});
}

void DataPlane::host(std::string_view host, __u32 server, __u32 pool) {
    ss_host_key key = {};
    std::copy(host.begin(), host.end(), key.host);
    key.pool = pool;
    update(Program::get().maps().hosts, key, server);
}

void DataPlane::sums_come_later() {
    update(Program::get().maps().links, ss_link_key{kIngress, SS_LINK_SUMS_LATER, {}}, ss_link{});
}

void DataPlane::director_mac(const Mac &mac) {
    ss_link_key key = {};
    std::copy(mac.begin(), mac.end(), key.mac);
    update(Program::get().maps().links, key, ss_link{});
}

} // namespace sipsteer::test
