// SPDX-License-Identifier: Apache-2.0
#include "data_plane.hpp"

#include <sipsteer/fragment.h>
#include <sipsteer/ring.h>
#include <sipsteer/service.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <sipsteer.skel.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

namespace sipsteer::test {

namespace {

constexpr __u32 kUsedIndexes = 16; // pools, services and servers in the tests are below this

void must(int result, const char *what) {
    if (result < 0) {
        throw std::runtime_error(std::string(what) + ": " + std::strerror(-result));
    }
}

/// The program, loaded once for all tests.
class Program {
public:
    static Program &get() {
        // One attempt: if the program does not load, every test fails at once.
        static bool tried = false;
        static std::unique_ptr<Program> program;
        if (!tried) {
            tried = true;
            program.reset(new Program);
        }
        if (!program) {
            throw std::runtime_error("the program was not loaded: see the first test that failed");
        }
        return *program;
    }

    int fd() const { return bpf_program__fd(skeleton_->progs.sipsteer); }
    auto &maps() { return skeleton_->maps; }
    std::size_t cpus() const { return cpus_; }

    /// Pools that have a ring: each write of a map of maps waits for all CPUs.
    std::set<__u32> rings;

    /// What the ring buffer has had and DataPlane::held() has not given out yet.
    std::vector<Held> held;

    void read_held() { must(ring_buffer__consume(held_reader_.get()), "held"); }

private:
    Program()
        : skeleton_(sipsteer_bpf__open(), &sipsteer_bpf__destroy),
          held_reader_(nullptr, &ring_buffer__free) {
        if (!skeleton_) {
            throw std::runtime_error("cannot open the BPF object");
        }
        fill(skeleton_->rodata->settings);
        must(bpf_map__set_max_entries(skeleton_->maps.calls, kBucketMask + 1), "size of calls");
        must(sipsteer_bpf__load(skeleton_.get()), "load");
        cpus_ = static_cast<std::size_t>(libbpf_num_possible_cpus());
        held_reader_.reset(ring_buffer__new(bpf_map__fd(skeleton_->maps.held), &Program::take_held,
                                            this, nullptr));
        if (!held_reader_) {
            throw std::runtime_error("cannot read the ring buffer");
        }
    }

    static int take_held(void *context, void *record, std::size_t size) {
        const auto *bytes = static_cast<const std::uint8_t *>(record);
        Held one = {};
        std::memcpy(&one.head, bytes, std::min(size, sizeof(one.head)));
        if (size > sizeof(one.head)) {
            one.frame.assign(bytes + sizeof(one.head), bytes + size);
        }
        static_cast<Program *>(context)->held.push_back(std::move(one));
        return 0;
    }

    static void fill(ss_settings &settings) {
        settings.secret[0] = kSecret[0];
        settings.secret[1] = kSecret[1];
        settings.bucket_mask = kBucketMask;
        settings.firsts_per_source = kFirstsPerSource;
        settings.held_per_source = kHeldPerSource;
        settings.fragment_lifetime = kFragmentLifetime;
    }

    std::unique_ptr<sipsteer_bpf, void (*)(sipsteer_bpf *)> skeleton_;
    std::unique_ptr<ring_buffer, void (*)(ring_buffer *)> held_reader_;
    std::size_t cpus_ = 0;
};

int fd_of(bpf_map *map) {
    return bpf_map__fd(map);
}

template <typename Key, typename Value>
void update(bpf_map *map, const Key &key, const Value &value) {
    must(bpf_map_update_elem(fd_of(map), &key, &value, BPF_ANY), bpf_map__name(map));
}

/// Every element of a hash map.
void clear_hash(bpf_map *map) {
    std::vector<char> key(bpf_map__key_size(map));
    while (bpf_map_get_next_key(fd_of(map), nullptr, key.data()) == 0) {
        bpf_map_delete_elem(fd_of(map), key.data());
    }
}

/// The first elements of an array map, on all CPUs.
void clear_array(bpf_map *map, __u32 count, std::size_t copies = 1) {
    const std::vector<char> zero(bpf_map__value_size(map) * copies);
    for (__u32 i = 0; i < count; i++) {
        must(bpf_map_update_elem(fd_of(map), &i, zero.data(), BPF_ANY), bpf_map__name(map));
    }
}

template <typename Value>
std::vector<Value> per_cpu(bpf_map *map, __u32 index) {
    std::vector<Value> values(Program::get().cpus());
    must(bpf_map_lookup_elem(fd_of(map), &index, values.data()), bpf_map__name(map));
    return values;
}

ss_traffic sum(const ss_traffic *values, std::size_t count) {
    ss_traffic total = {};
    for (std::size_t i = 0; i < count; i++) {
        total.packets += values[i].packets;
        total.bytes += values[i].bytes;
    }
    return total;
}

constexpr __u32 kReasonIndexes = SS_MAX_REASONS * SS_VERDICTS;

/// All reason counters with one system call.
std::vector<ss_traffic> read_reasons() {
    const std::size_t cpus = Program::get().cpus();
    std::vector<__u32> keys(kReasonIndexes);
    std::vector<ss_traffic> values(kReasonIndexes * cpus);
    __u32 count = kReasonIndexes;
    __u32 batch = 0;
    const int result = bpf_map_lookup_batch(fd_of(Program::get().maps().reasons), nullptr, &batch,
                                            keys.data(), values.data(), &count, nullptr);
    if ((result < 0 && result != -ENOENT) || count != kReasonIndexes) {
        throw std::runtime_error("cannot read the reasons");
    }
    std::vector<ss_traffic> reasons(kReasonIndexes);
    for (std::size_t i = 0; i < kReasonIndexes; i++) {
        reasons[keys[i]] = sum(&values[i * cpus], cpus);
    }
    return reasons;
}

/// Which counter rose; checks that it was one, by one packet of `bytes`.
__u32 risen_counter(const std::vector<ss_traffic> &before, const std::vector<ss_traffic> &after,
                    std::size_t bytes) {
    std::vector<__u32> risen;
    for (__u32 i = 0; i < kReasonIndexes; i++) {
        if (after[i].packets != before[i].packets || after[i].bytes != before[i].bytes) {
            risen.push_back(i);
        }
    }
    REQUIRE(risen.size() == 1);
    CHECK(after[risen[0]].packets - before[risen[0]].packets == 1);
    CHECK(after[risen[0]].bytes - before[risen[0]].bytes == bytes);
    return risen[0];
}

std::uint64_t coarse_ns() {
    timespec time = {};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

int action_of(__u32 verdict) {
    switch (verdict) {
    case SS_VERDICT_PASS:
        return XDP_PASS;
    case SS_VERDICT_TX:
        return XDP_TX;
    case SS_VERDICT_REDIRECT:
        return XDP_REDIRECT;
    default:
        return XDP_DROP;
    }
}

ss_service_key service_key(std::string_view address, std::uint16_t port, __u8 protocol) {
    ss_service_key key = {};
    const auto bytes = mapped_address(address);
    std::copy(bytes.begin(), bytes.end(), key.address);
    key.port = htons(port);
    key.protocol = protocol;
    return key;
}

} // namespace

DataPlane::DataPlane() {
    Program &program = Program::get();
    auto &maps = program.maps();
    clear_hash(maps.services);
    clear_hash(maps.fragments);
    clear_hash(maps.frag_sources);
    clear_hash(maps.flows);
    held();
    clear_hash(maps.ports);
    clear_array(maps.pools, kUsedIndexes);
    clear_array(maps.servers, kUsedIndexes);
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

void DataPlane::lifetime(__u32 pool, enum ss_call_state state, __u16 ticks) {
    bpf_map *map = Program::get().maps().pools;
    ss_pool value = {};
    must(bpf_map_lookup_elem(fd_of(map), &pool, &value), "pools");
    value.lifetime[state] = ticks;
    update(map, pool, value);
}

void DataPlane::service(__u16 id, std::string_view address, std::uint16_t port, __u16 pool) {
    ss_service value = {};
    value.id = id;
    std::fill(std::begin(value.pool), std::end(value.pool), pool);
    update(Program::get().maps().services, service_key(address, port, IPPROTO_UDP), value);
    update(Program::get().maps().services, service_key(address, 0, 0), value);
}

void DataPlane::method_pool(std::string_view address, std::uint16_t port, ss_method method,
                            __u16 pool) {
    bpf_map *map = Program::get().maps().services;
    const ss_service_key key = service_key(address, port, IPPROTO_UDP);
    ss_service value = {};
    must(bpf_map_lookup_elem(fd_of(map), &key, &value), "services");
    value.pool[method] = pool;
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
    update(Program::get().maps().servers, index, value);
}

void DataPlane::ring(__u32 pool, const std::vector<__u16> &servers) {
    auto value = std::make_unique<ss_ring>();
    for (std::size_t i = 0; i < SS_RING_SLOTS; i++) {
        value->slot[i] = servers.empty() ? SS_NO_SERVER : servers[i % servers.size()];
    }
    const int inner =
        bpf_map_create(BPF_MAP_TYPE_ARRAY, "ring", sizeof(__u32), sizeof(ss_ring), 1, nullptr);
    must(inner, "inner map");
    const __u32 zero = 0;
    int result = bpf_map_update_elem(inner, &zero, value.get(), BPF_ANY);
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

Outcome DataPlane::run(const Bytes &frame) {
    return run(frame, 0);
}

std::optional<Outcome> DataPlane::run_without_headroom(const Packet &packet) {
    // Metadata is taken from the headroom: of its 256 bytes 40 are the kernel's, 216 are this.
    constexpr std::uint32_t kAllOfIt = 216;
    try {
        return run(packet.bytes(), kAllOfIt);
    } catch (const std::invalid_argument &) {
        return std::nullopt; // before Linux 6.13 metadata has at most 32 bytes
    }
}

Outcome DataPlane::run(const Bytes &frame, std::uint32_t metadata) {
    INFO("packet: " << hex_dump(frame, frame));
    Bytes in(metadata);
    in.insert(in.end(), frame.begin(), frame.end());
    Bytes out(in.size() + 64);
    xdp_md context = {};
    context.data = metadata;
    context.data_end = static_cast<__u32>(in.size());
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = in.data();
    options.data_size_in = static_cast<__u32>(in.size());
    options.data_out = out.data();
    options.data_size_out = static_cast<__u32>(out.size());
    if (metadata > 0) {
        options.ctx_in = &context;
        options.ctx_size_in = sizeof(context);
    }
    const auto before = read_reasons();
    const int result = bpf_prog_test_run_opts(Program::get().fd(), &options);
    if (result == -EINVAL && metadata > 0) {
        throw std::invalid_argument("metadata");
    }
    must(result, "test run");
    const auto after = read_reasons();
    const __u32 risen = risen_counter(before, after, frame.size());

    Outcome outcome;
    outcome.action = static_cast<int>(options.retval);
    outcome.frame.assign(out.begin() + metadata, out.begin() + options.data_size_out);
    outcome.reason = risen / SS_VERDICTS;
    outcome.verdict = risen % SS_VERDICTS;
    INFO("reason: " << reason_label(outcome.reason));
    CHECK(outcome.action == action_of(outcome.verdict));
    if (outcome.action == XDP_PASS) {
        check_frame(outcome.frame, frame);
    }
    return outcome;
}

ss_traffic DataPlane::service_traffic(__u32 id) const {
    const auto values = per_cpu<ss_traffic>(Program::get().maps().service_traffic, id);
    return sum(values.data(), values.size());
}

ss_server_counters DataPlane::server_counters(__u32 index) const {
    ss_server_counters total = {};
    for (const auto &value :
         per_cpu<ss_server_counters>(Program::get().maps().server_counters, index)) {
        total.sent.packets += value.sent.packets;
        total.sent.bytes += value.sent.bytes;
        total.new_calls += value.new_calls;
        total.rehomed += value.rehomed;
    }
    return total;
}

__u64 DataPlane::messages(__u32 service, ss_method method) const {
    __u64 total = 0;
    for (const __u64 value :
         per_cpu<__u64>(Program::get().maps().methods, ss_method_index(service, method))) {
        total += value;
    }
    return total;
}

std::vector<Entry> DataPlane::entries() const {
    std::vector<Entry> entries;
    for (__u32 bucket = 0; bucket <= kBucketMask; bucket++) {
        ss_bucket value;
        must(bpf_map_lookup_elem(fd_of(Program::get().maps().calls), &bucket, &value), "calls");
        for (__u32 slot = 0; slot < SS_BUCKET_ENTRIES; slot++) {
            if (value.entry[slot] != 0) {
                entries.push_back({value.entry[slot], bucket, slot});
            }
        }
    }
    return entries;
}

std::optional<Entry> DataPlane::entry(std::uint64_t hash, __u32 pool) const {
    const __u64 position = ss_call_position(hash, pool);
    const __u32 tag = ss_call_position_tag(position);
    const __u32 first = ss_call_first_bucket(position, kBucketMask);
    const __u32 other = ss_call_other_bucket(first, tag, kBucketMask);
    for (const Entry &entry : entries()) {
        if (ss_call_tag(entry.value) == tag && (entry.bucket == first || entry.bucket == other)) {
            return entry;
        }
    }
    return std::nullopt;
}

void DataPlane::forget_calls() {
    clear_array(Program::get().maps().calls, kBucketMask + 1);
}

void DataPlane::write_entry(__u32 bucket, __u32 slot, __u64 value) {
    bpf_map *map = Program::get().maps().calls;
    ss_bucket all;
    must(bpf_map_lookup_elem(fd_of(map), &bucket, &all), "calls");
    all.entry[slot] = value;
    update(map, bucket, all);
}

__u32 DataPlane::now() {
    return static_cast<__u32>(coarse_ns() >> SS_TICK_SHIFT) & SS_TICK_MASK;
}

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

void DataPlane::write_fragment_source(std::string_view source, __u32 firsts, __u32 held) {
    constexpr __u32 kWindow = 1U << SS_FRAGMENT_WINDOW_SHIFT;
    while (fragment_now() % kWindow > kWindow - 100) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ss_fragment_source value = {};
    value.window = fragment_now() >> SS_FRAGMENT_WINDOW_SHIFT;
    value.firsts = firsts;
    value.held = held;
    update(Program::get().maps().frag_sources, mapped_address(source), value);
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

Mac server_mac(__u32 index) {
    return {0x02, 0, 0, 0, 0x10, static_cast<std::uint8_t>(index)};
}

Mac interface_mac(__u32 index) {
    return {0x02, 0, 0, 0, 0x20, static_cast<std::uint8_t>(index)};
}

Bytes addressed_to(Bytes frame, __u32 server) {
    const Mac mac = server_mac(server);
    const Mac source = interface_mac(server);
    std::copy(mac.begin(), mac.end(), frame.begin());
    std::copy(source.begin(), source.end(), frame.begin() + 6);
    return frame;
}

void check_frame(const Bytes &frame, const Bytes &expected) {
    if (frame == expected) {
        SUCCEED();
        return;
    }
    FAIL_CHECK("frame: " << hex_dump(frame, expected)
                         << "\nexpected: " << hex_dump(expected, frame));
}

const char *reason_label(__u32 reason) {
    switch (reason) {
#define LABEL(number, constant, label, text)                                                       \
    case number:                                                                                   \
        return label;
        SS_REASONS(LABEL)
#undef LABEL
    default:
        return "not a reason";
    }
}

} // namespace sipsteer::test
