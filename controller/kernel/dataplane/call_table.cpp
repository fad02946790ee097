// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/call_table.hpp"

#include "kernel/dataplane/map_access.hpp"
#include "kernel/dataplane/memory.hpp"

#include <sipsteer/settings.h>

#include <sipsteer.skel.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <atomic>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <unistd.h>
#include <utility>

namespace sipsteer::dataplane {

namespace {

std::uint32_t entries_of(int map) {
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    return bpf_obj_get_info_by_fd(map, &info, &size) == 0 ? info.max_entries : 0;
}

/// Whether a map has buckets of the layout of this version.
bool are_calls(int map) {
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    return bpf_obj_get_info_by_fd(map, &info, &size) == 0 && info.type == BPF_MAP_TYPE_ARRAY &&
           info.value_size == sizeof(ss_bucket);
}

/// Whether a map of births is one for so many buckets, in the layout of this version.
bool are_births(int map, std::uint32_t buckets) {
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    return bpf_obj_get_info_by_fd(map, &info, &size) == 0 && info.max_entries == buckets &&
           info.value_size == sizeof(ss_births);
}

std::string path_of(const std::string &directory, const char *name) {
    return directory + "/" + name;
}

/// Makes maps of the object's description, with its types, and gives a descriptor of each.
Result<std::pair<Fd, Fd>> make_maps(std::uint32_t buckets, bool with_calls) {
    const std::unique_ptr<sipsteer_bpf, void (*)(sipsteer_bpf *)> skeleton(sipsteer_bpf__open(),
                                                                           &sipsteer_bpf__destroy);
    if (!skeleton) {
        return system_error("cannot open the BPF object");
    }
    bpf_program__set_autoload(skeleton->progs.sipsteer, false);
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, skeleton->obj) {
        if (map == skeleton->maps.births || (map == skeleton->maps.calls && with_calls)) {
            (void)bpf_map__set_max_entries(map, buckets);
        } else if (!bpf_map__is_internal(map)) { // those the skeleton wants, and they are small
            (void)bpf_map__set_autocreate(map, false);
        }
    }
    if (const int failed = sipsteer_bpf__load(skeleton.get()); failed != 0) {
        return system_error("cannot make a call table of " + std::to_string(buckets) + " buckets",
                            -failed);
    }
    const auto keep = [](const bpf_map *made) {
        return Fd(::fcntl(bpf_map__fd(made), F_DUPFD_CLOEXEC, 0));
    };
    return std::pair(with_calls ? keep(skeleton->maps.calls) : Fd(), keep(skeleton->maps.births));
}

} // namespace

std::uint32_t bucket_count(std::uint32_t call_capacity) {
    const std::uint64_t entries =
        std::uint64_t{call_capacity} + call_capacity / 8 + call_capacity / 64;
    return static_cast<std::uint32_t>((entries + SS_BUCKET_ENTRIES - 1) / SS_BUCKET_ENTRIES);
}

std::uint64_t table_bytes(std::uint32_t call_capacity) {
    return std::uint64_t{bucket_count(call_capacity)} * (sizeof(ss_bucket) + sizeof(ss_births));
}

bool is_table_pinned(const std::string &directory, std::uint32_t call_capacity) {
    const auto path = path_of(directory, kTablePins.calls);
    const Fd calls(bpf_obj_get(path.c_str()));
    return calls ? entries_of(calls.get()) == bucket_count(call_capacity)
                 : ::access(path.c_str(), F_OK) == 0;
}

CallTable::CallTable(CallTable &&other) noexcept
    : calls_map_(std::move(other.calls_map_)), births_map_(std::move(other.births_map_)),
      calls_(std::exchange(other.calls_, {})), births_(std::exchange(other.births_, {})) {}

CallTable &CallTable::operator=(CallTable &&other) noexcept {
    if (this != &other) {
        unmap_memory(calls_);
        unmap_memory(births_);
        calls_map_ = std::move(other.calls_map_);
        births_map_ = std::move(other.births_map_);
        calls_ = std::exchange(other.calls_, {});
        births_ = std::exchange(other.births_, {});
    }
    return *this;
}

CallTable::~CallTable() {
    unmap_memory(calls_);
    unmap_memory(births_);
}

Result<CallTable> CallTable::map(Fd calls, Fd births, std::uint32_t buckets) {
    CallTable table; // unmaps what it has if the rest fails
    table.calls_map_ = std::move(calls);
    table.births_map_ = std::move(births);
    if (auto mapped = map_memory(table.calls_map_.get(), buckets, table.calls_); !mapped) {
        return mapped.error();
    }
    if (auto mapped = map_memory(table.births_map_.get(), buckets, table.births_); !mapped) {
        return mapped.error();
    }
    return table;
}

Status CallTable::check_memory(std::uint32_t buckets) {
    const std::uint64_t wanted = std::uint64_t{buckets} * (sizeof(ss_bucket) + sizeof(ss_births));
    const auto available = memory_available();
    if (!available || wanted <= *available / 10 * 9) {
        return Done{};
    }
    constexpr std::uint64_t kMega = 1'000'000;
    return Error{"a call table of " + std::to_string(std::uint64_t{buckets} * SS_BUCKET_ENTRIES) +
                 " entries takes " + std::to_string(wanted / kMega) + " MB, this machine has " +
                 std::to_string(*available / kMega) + " MB left"};
}

Result<CallTable> CallTable::make(std::uint32_t buckets) {
    if (auto enough = check_memory(buckets); !enough) {
        return enough.error();
    }
    auto maps = make_maps(buckets, true);
    if (!maps) {
        return maps.error();
    }
    return map(std::move(maps->first), std::move(maps->second), buckets);
}

Result<CallTable> CallTable::open(const std::string &directory, const TablePins &pins) {
    Fd calls(bpf_obj_get(path_of(directory, pins.calls).c_str()));
    if (!calls) {
        return system_error("cannot open the call table " + path_of(directory, pins.calls));
    }
    const std::uint32_t buckets = entries_of(calls.get());
    if (!are_calls(calls.get())) {
        return Error{"pin_dir: the map " + path_of(directory, pins.calls) +
                     " is no call table of this version; remove that file if it is not sipsteer's"};
    }
    const auto births_path = path_of(directory, pins.births);
    Fd births(bpf_obj_get(births_path.c_str()));
    if (!births || !are_births(births.get(), buckets)) {
        auto made = make_maps(buckets, false);
        if (!made) {
            return made.error();
        }
        births = std::move(made->second);
        ::unlink(births_path.c_str());
        if (bpf_obj_pin(births.get(), births_path.c_str()) != 0) {
            return system_error("cannot pin " + births_path);
        }
    }
    return map(std::move(calls), std::move(births), buckets);
}

Result<unsigned> CallTable::mend_pins(const std::string &directory, const TablePins &pins) const {
    const auto calls = keep_pinned(calls_map_.get(), directory + "/" + pins.calls);
    if (!calls) {
        return calls.error();
    }
    const auto births = keep_pinned(births_map_.get(), directory + "/" + pins.births);
    if (!births) {
        return births.error();
    }
    return (*calls ? 1U : 0U) + (*births ? 1U : 0U);
}

Status CallTable::pin(const std::string &directory, const TablePins &pins) const {
    const auto births_path = path_of(directory, pins.births);
    const auto calls_path = path_of(directory, pins.calls);
    ::unlink(births_path.c_str());
    if (bpf_obj_pin(births_map_.get(), births_path.c_str()) != 0) {
        return system_error("cannot pin " + births_path);
    }
    if (bpf_obj_pin(calls_map_.get(), calls_path.c_str()) != 0) {
        auto failed = system_error("cannot pin " + calls_path);
        ::unlink(births_path.c_str());
        return failed;
    }
    return Done{};
}

std::uint64_t CallTable::count() const {
    std::uint64_t taken = 0;
    for (auto &bucket : calls_) {
        for (auto &entry : bucket.entry) {
            taken += std::atomic_ref<__u64>(entry).load(std::memory_order_relaxed) != 0 ? 1 : 0;
        }
    }
    return taken;
}

std::uint32_t pinned_buckets(const std::string &directory, const TablePins &pins) {
    const Fd calls(bpf_obj_get(path_of(directory, pins.calls).c_str()));
    return calls ? entries_of(calls.get()) : 0;
}

Status rename_pins(const std::string &directory, const TablePins &from, const TablePins &to) {
    // Births first: a table without its births is opened all the same, see open().
    for (const auto &[old_name, new_name] :
         {std::pair(from.births, to.births), std::pair(from.calls, to.calls)}) {
        const auto path = path_of(directory, old_name);
        if (std::rename(path.c_str(), path_of(directory, new_name).c_str()) != 0) {
            return system_error("cannot rename " + path);
        }
    }
    return Done{};
}

void unpin_table(const std::string &directory, const TablePins &pins) {
    ::unlink(path_of(directory, pins.calls).c_str());
    ::unlink(path_of(directory, pins.births).c_str());
}

} // namespace sipsteer::dataplane
