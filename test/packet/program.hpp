// SPDX-License-Identifier: Apache-2.0
//
// The program, loaded once, and access to its maps: what the parts of DataPlane are made of.
#pragma once

#include "data_plane.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sipsteer.skel.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <memory>
#include <set>
#include <stdexcept>
#include <utility>

namespace sipsteer::test {

inline void must(int result, const char *what) {
    if (result < 0) {
        throw std::runtime_error(std::string(what) + ": " + std::strerror(-result));
    }
}

/// The program, loaded once for all tests that want a call table of one size.
class Program {
public:
    /// The program with a table of so many buckets.
    static Program &of_size(std::uint32_t buckets) {
        // One attempt: if the program does not load, every test fails at once.
        static std::uint32_t tried = 0;
        if (tried != buckets) {
            tried = buckets;
            loaded().reset();
            loaded().reset(new Program(buckets));
        } else if (loaded()) {
            loaded()->fresh_ = false;
        }
        return get();
    }

    /// The one loaded last.
    static Program &get() {
        if (!loaded()) {
            throw std::runtime_error("the program was not loaded: see the first test that failed");
        }
        return *loaded();
    }

    int fd() const { return bpf_program__fd(skeleton_->progs.sipsteer); }
    auto &maps() { return skeleton_->maps; }
    const bpf_object &object() const { return *skeleton_->obj; }
    const ss_settings &settings() const { return skeleton_->rodata->settings; }
    std::size_t cpus() const { return cpus_; }
    std::uint32_t buckets() const { return buckets_; }
    /// Just loaded: its table is empty. True once.
    bool take_fresh() { return std::exchange(fresh_, false); }

    /// Pools that have a ring: each write of a map of maps waits for all CPUs.
    std::set<__u32> rings;

    /// What the ring buffer has had and DataPlane::held() has not given out yet.
    std::vector<Held> held;

    /// Likewise, for DataPlane::rejected().
    std::vector<Rejected> rejected;

    /// Likewise, for DataPlane::tapped().
    std::vector<Tapped> tapped;

    void read_rejects() { must(ring_buffer__consume(rejects_reader_.get()), "rejects"); }
    void read_tapped() { must(ring_buffer__consume(tapped_reader_.get()), "tapped"); }
    void read_held() { must(ring_buffer__consume(held_reader_.get()), "held"); }

private:
    static std::unique_ptr<Program> &loaded() {
        static std::unique_ptr<Program> program;
        return program;
    }

    explicit Program(std::uint32_t buckets)
        : skeleton_(sipsteer_bpf__open(), &sipsteer_bpf__destroy),
          held_reader_(nullptr, &ring_buffer__free), rejects_reader_(nullptr, &ring_buffer__free),
          tapped_reader_(nullptr, &ring_buffer__free), buckets_(buckets) {
        if (!skeleton_) {
            throw std::runtime_error("cannot open the BPF object");
        }
        fill(skeleton_->rodata->settings);
        must(bpf_map__set_max_entries(skeleton_->maps.calls, buckets_), "size of calls");
        must(bpf_map__set_max_entries(skeleton_->maps.births, buckets_), "size of births");
        must(bpf_map__set_max_entries(skeleton_->maps.calls_before, kBucketsBefore), "size before");
        must(bpf_map__set_max_entries(skeleton_->maps.births_before, kBucketsBefore),
             "size before");
        must(sipsteer_bpf__load(skeleton_.get()), "load");
        cpus_ = static_cast<std::size_t>(libbpf_num_possible_cpus());
        held_reader_.reset(ring_buffer__new(bpf_map__fd(skeleton_->maps.held), &Program::take_held,
                                            this, nullptr));
        rejects_reader_.reset(ring_buffer__new(bpf_map__fd(skeleton_->maps.rejects),
                                               &Program::take_rejected, this, nullptr));
        tapped_reader_.reset(ring_buffer__new(bpf_map__fd(skeleton_->maps.tapped),
                                              &Program::take_tapped, this, nullptr));
        if (!held_reader_ || !rejects_reader_ || !tapped_reader_) {
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

    static int take_tapped(void *context, void *record, std::size_t size) {
        const auto *bytes = static_cast<const std::uint8_t *>(record);
        Tapped one = {};
        std::memcpy(&one.head, bytes, std::min(size, sizeof(one.head)));
        if (size > sizeof(one.head)) {
            one.frame.assign(bytes + sizeof(one.head), bytes + size);
        }
        static_cast<Program *>(context)->tapped.push_back(std::move(one));
        return 0;
    }

    static int take_rejected(void *context, void *record, std::size_t size) {
        const auto *bytes = static_cast<const char *>(record);
        Rejected one = {};
        std::memcpy(&one.head, bytes, std::min(size, sizeof(one.head)));
        if (size > sizeof(one.head)) {
            one.message.assign(bytes + sizeof(one.head), bytes + size);
        }
        static_cast<Program *>(context)->rejected.push_back(std::move(one));
        return 0;
    }

    void fill(ss_settings &settings) const {
        settings.secret[0] = kSecret[0];
        settings.secret[1] = kSecret[1];
        settings.buckets = buckets_;
        settings.buckets_before = kBucketsBefore;
        settings.firsts_per_source = kFirstsPerSource;
        settings.held_per_source = kHeldPerSource;
        settings.fragment_lifetime = kFragmentLifetime;
    }

    std::unique_ptr<sipsteer_bpf, void (*)(sipsteer_bpf *)> skeleton_;
    std::unique_ptr<ring_buffer, void (*)(ring_buffer *)> held_reader_;
    std::unique_ptr<ring_buffer, void (*)(ring_buffer *)> rejects_reader_;
    std::unique_ptr<ring_buffer, void (*)(ring_buffer *)> tapped_reader_;
    std::uint32_t buckets_;
    std::size_t cpus_ = 0;
    bool fresh_ = true;
};

inline int fd_of(bpf_map *map) {
    return bpf_map__fd(map);
}

template <typename Key, typename Value>
void update(bpf_map *map, const Key &key, const Value &value) {
    must(bpf_map_update_elem(fd_of(map), &key, &value, BPF_ANY), bpf_map__name(map));
}

/// Every element of a hash map.
inline void clear_hash(bpf_map *map) {
    std::vector<char> key(bpf_map__key_size(map));
    while (bpf_map_get_next_key(fd_of(map), nullptr, key.data()) == 0) {
        bpf_map_delete_elem(fd_of(map), key.data());
    }
}

/// The first elements of an array map, on all CPUs.
inline void clear_array(bpf_map *map, __u32 count, std::size_t copies = 1) {
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

inline ss_traffic sum(const ss_traffic *values, std::size_t count) {
    ss_traffic total = {};
    for (std::size_t i = 0; i < count; i++) {
        total.packets += values[i].packets;
        total.bytes += values[i].bytes;
    }
    return total;
}

/// The clock of the data plane: bpf_ktime_get_coarse_ns().
inline std::uint64_t coarse_ns() {
    timespec time = {};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

} // namespace sipsteer::test
