// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/maps.hpp"

#include "kernel/dataplane/fragment_time.hpp"
#include "kernel/dataplane/map_access.hpp"
#include "kernel/dataplane/memory.hpp"
#include "kernel/dataplane/older_layout.hpp"
#include "kernel/dataplane/pin_check.hpp"

#include <sipsteer.skel.h>
#include <sipsteer/layout.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <utility>

namespace sipsteer::dataplane {

namespace fs = std::filesystem;

Status make_pin_directory(const std::string &path) {
    std::error_code failed;
    fs::create_directories(path, failed);
    if (failed) {
        return Error{"pin_dir: cannot make " + path + ": " + failed.message()};
    }
    struct statfs info {};
    if (statfs(path.c_str(), &info) != 0) {
        return system_error("pin_dir: " + path);
    }
    if (info.f_type != BPF_FS_MAGIC) {
        return Error{"pin_dir: " + path +
                     " is not on a BPF file system; mount one: mount -t bpf bpf /sys/fs/bpf"};
    }
    return Done{};
}

namespace {

/// Takes over a pinned map that libbpf would refuse: a devmap, on which the kernel sets a flag
/// (read-only to programs) that cannot be asked for, and the ring of held fragments, which keeps
/// the size it was made with.
Status take_over(bpf_map *map) {
    const Fd pinned(bpf_obj_get(bpf_map__pin_path(map)));
    if (!pinned) {
        return Done{};
    }
    const int failed = bpf_map__reuse_fd(map, pinned.get());
    return failed == 0 ? Status(Done{})
                       : system_error("map " + std::string(bpf_map__name(map)), -failed);
}

/// Every map of the object is pinned under its own name, but for the constants.
Status set_pin_paths(bpf_object *object, const std::string &directory) {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object) {
        if (bpf_map__is_internal(map)) {
            continue;
        }
        const std::string path = directory + "/" + bpf_map__name(map);
        if (const int failed = bpf_map__set_pin_path(map, path.c_str()); failed != 0) {
            return system_error("map " + std::string(bpf_map__name(map)), -failed);
        }
    }
    return Done{};
}

} // namespace

void SkeletonDeleter::operator()(sipsteer_bpf *skeleton) const {
    sipsteer_bpf__destroy(skeleton);
}

std::string maps_directory(const std::string &pin_dir) {
    return pin_dir + "/maps-v" + std::to_string(SS_LAYOUT_VERSION);
}

namespace {

Status set_table_sizes(sipsteer_bpf &skeleton, const TableSizes &sizes) {
    skeleton.rodata->settings.buckets = sizes.present;
    skeleton.rodata->settings.buckets_before = sizes.before;
    const std::uint32_t before = std::max(sizes.before, 1U); // a map of none there cannot be
    for (const auto &[map, buckets] : {std::pair(skeleton.maps.calls, sizes.present),
                                       std::pair(skeleton.maps.births, sizes.present),
                                       std::pair(skeleton.maps.calls_before, before),
                                       std::pair(skeleton.maps.births_before, before)}) {
        if (const int failed = bpf_map__set_max_entries(map, buckets); failed != 0) {
            return system_error("cannot size the call table", -failed);
        }
    }
    return Done{};
}

} // namespace

Result<Skeleton> open_unpinned(const MapOptions &options, const TableSizes &sizes) {
    Skeleton skeleton(sipsteer_bpf__open());
    if (!skeleton) {
        return system_error("cannot open the BPF object");
    }
    // The skeleton's type for the constants is a mirror of ss_settings, made by bpftool.
    auto &settings = skeleton->rodata->settings;
    settings.secret[0] = options.secret[0];
    settings.secret[1] = options.secret[1];
    settings.firsts_per_source = options.fragments.firsts_per_source;
    settings.held_per_source = options.fragments.held_per_source;
    settings.fragment_lifetime = fragment_ticks(options.fragments.timeout);
    settings.layout = SS_LAYOUT_VERSION;
    if (auto sized = set_table_sizes(*skeleton, sizes); !sized) {
        return sized.error();
    }
    const std::uint32_t ring_bytes = std::bit_ceil(options.fragments.held_bytes);
    if (const int failed = bpf_map__set_max_entries(skeleton->maps.held, ring_bytes); failed != 0) {
        return system_error("cannot size the ring of held fragments", -failed);
    }
    return skeleton;
}

Result<Skeleton> open_object(const MapOptions &options, const TableSizes &sizes) {
    auto opened = open_unpinned(options, sizes);
    if (!opened) {
        return opened;
    }
    Skeleton &skeleton = *opened;
    if (auto set = set_pin_paths(skeleton->obj, maps_directory(options.pin_dir)); !set) {
        return set.error();
    }
    if (auto checked = check_pins(skeleton->obj); !checked) {
        return checked.error();
    }
    for (auto *map : {skeleton->maps.ports, skeleton->maps.held}) {
        if (auto taken = take_over(map); !taken) {
            return taken.error();
        }
    }
    return opened;
}

Result<Maps> Maps::open(const MapOptions &options) {
    const auto directory = maps_directory(options.pin_dir);
    if (auto made = make_pin_directory(directory); !made) {
        std::error_code ignored; // both only if they are empty
        fs::remove(directory, ignored);
        fs::remove(options.pin_dir, ignored);
        return made.error();
    }
    Maps maps;
    maps.directory_ = directory;
    auto opened = maps.open_tables(options);
    if (opened) {
        opened = maps.load(options);
    }
    if (!opened) {
        if (!maps.taken_over_) {
            (void)remove_own_pins(options.pin_dir);
        }
        return opened.error();
    }
    return maps;
}

/// What is pinned: the present table, the one before, or both. Only the one before: a resize was
/// cut short.
Status Maps::open_tables(const MapOptions &options) {
    const bool present = pinned_buckets(directory_, kTablePins) != 0;
    if (!present && fs::exists(directory_ + "/" + kTablePins.calls)) {
        taken_over_ = true; // not ours to remove
        return Error{"cannot open the call table in " + directory_};
    }
    const bool older = !present && pinned_buckets(directory_, kBeforePins) <= 1 &&
                       pin_older_table(options.pin_dir, directory_);
    const bool has_before = pinned_buckets(directory_, kBeforePins) > 1;
    taken_over_ = (present || has_before) && !older;
    auto table = present ? CallTable::open(directory_, kTablePins)
                         : CallTable::make(bucket_count(options.call_capacity));
    if (!table) {
        return table.error();
    }
    table_ = std::move(*table);
    if (has_before) {
        auto before = CallTable::open(directory_, kBeforePins);
        if (!before) {
            return before.error();
        }
        before_ = std::move(*before);
    }
    return present ? Status(Done{}) : table_->pin(directory_, kTablePins);
}

/// Maps only: each interface gets a program of its own (attachment.hpp).
Status Maps::load(const MapOptions &options) {
    auto skeleton = open_object(options, sizes());
    if (!skeleton) {
        return skeleton.error();
    }
    skeleton_ = std::move(*skeleton);
    bpf_program__set_autoload(skeleton_->progs.sipsteer, false);
    // The tables come and go by themselves: table_, before_.
    for (auto *map : {skeleton_->maps.calls, skeleton_->maps.births, skeleton_->maps.calls_before,
                      skeleton_->maps.births_before}) {
        (void)bpf_map__set_autocreate(map, false);
    }
    if (const int failed = sipsteer_bpf__load(skeleton_.get()); failed != 0) {
        return system_error("cannot make the maps in " + directory_, -failed);
    }
    if (!taken_over_ && before_) {
        if (auto copied = copy_older_maps(options.pin_dir, *skeleton_); !copied) {
            return copied;
        }
        taken_over_ = true;
    }
    return map_memory(bpf_map__fd(skeleton_->maps.server_load), SS_MAX_SERVERS, server_load_);
}

Status Maps::can_resize(std::uint32_t call_capacity) const {
    const std::string wanted = "room for " + std::to_string(call_capacity) + " calls: ";
    if (before_) {
        return Error{wanted + "an earlier resize still runs: the old table has calls"};
    }
    const std::uint32_t buckets = bucket_count(call_capacity);
    const std::uint64_t calls = table_->count();
    if (calls > std::uint64_t{buckets} * SS_BUCKET_ENTRIES / 10 * 7) {
        return Error{wanted + std::to_string(calls) + " calls are in the table"};
    }
    if (auto enough = CallTable::check_memory(buckets); !enough) {
        return Error{wanted + enough.error().message};
    }
    return Done{};
}

Status Maps::resize(std::uint32_t call_capacity) {
    if (auto possible = can_resize(call_capacity); !possible) {
        return possible;
    }
    auto fresh = CallTable::make(bucket_count(call_capacity));
    if (!fresh) {
        return fresh.error();
    }
    if (auto renamed = rename_pins(directory_, kTablePins, kBeforePins); !renamed) {
        return renamed;
    }
    if (auto pinned = fresh->pin(directory_, kTablePins); !pinned) {
        (void)rename_pins(directory_, kBeforePins, kTablePins);
        return pinned;
    }
    before_ = std::exchange(*table_, std::move(*fresh));
    return Done{};
}

void Maps::drop_before() {
    before_.reset();
    unpin_table(directory_, kBeforePins);
}

Result<unsigned> Maps::mend_pins() const {
    if (auto made = make_pin_directory(directory_); !made) {
        return made.error();
    }
    unsigned mended = 0;
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, skeleton_->obj) {
        if (bpf_map__is_internal(map) || bpf_map__fd(map) < 0) {
            continue; // constants, and the tables, which come and go by themselves
        }
        const auto pinned = keep_pinned(bpf_map__fd(map), bpf_map__pin_path(map));
        if (!pinned) {
            return pinned.error();
        }
        mended += *pinned ? 1 : 0;
    }
    for (const auto &[table, pins] :
         {std::pair(&*table_, kTablePins), std::pair(before_ ? &*before_ : nullptr, kBeforePins)}) {
        const auto pinned =
            table == nullptr ? Result<unsigned>(0U) : table->mend_pins(directory_, pins);
        if (!pinned) {
            return pinned.error();
        }
        mended += *pinned;
    }
    return mended;
}

Maps::~Maps() {
    // A moved-from object has no skeleton and owns nothing.
    if (skeleton_) {
        unmap_memory(server_load_);
    }
}

int Maps::services() const {
    return bpf_map__fd(skeleton_->maps.services);
}
int Maps::pools() const {
    return bpf_map__fd(skeleton_->maps.pools);
}
int Maps::pool_load() const {
    return bpf_map__fd(skeleton_->maps.pool_load);
}
int Maps::rings() const {
    return bpf_map__fd(skeleton_->maps.rings);
}
int Maps::servers() const {
    return bpf_map__fd(skeleton_->maps.servers);
}
int Maps::rejects() const {
    return bpf_map__fd(skeleton_->maps.rejects);
}
int Maps::fragments() const {
    return bpf_map__fd(skeleton_->maps.fragments);
}
int Maps::flows() const {
    return bpf_map__fd(skeleton_->maps.flows);
}
int Maps::guard() const {
    return bpf_map__fd(skeleton_->maps.guard);
}
int Maps::guard_known() const {
    return bpf_map__fd(skeleton_->maps.guard_known);
}

int Maps::guard_malformed() const {
    return bpf_map__fd(skeleton_->maps.guard_malformed);
}

int Maps::guard_counters() const {
    return bpf_map__fd(skeleton_->maps.guard_counters);
}
int Maps::held() const {
    return bpf_map__fd(skeleton_->maps.held);
}
int Maps::hosts() const {
    return bpf_map__fd(skeleton_->maps.hosts);
}

int Maps::guard_limits() const {
    return bpf_map__fd(skeleton_->maps.guard_limits);
}

int Maps::links() const {
    return bpf_map__fd(skeleton_->maps.links);
}
int Maps::methods() const {
    return bpf_map__fd(skeleton_->maps.methods);
}
int Maps::ports() const {
    return bpf_map__fd(skeleton_->maps.ports);
}
int Maps::reasons() const {
    return bpf_map__fd(skeleton_->maps.reasons);
}
int Maps::service_traffic() const {
    return bpf_map__fd(skeleton_->maps.service_traffic);
}
int Maps::server_counters() const {
    return bpf_map__fd(skeleton_->maps.server_counters);
}
int Maps::call_counters() const {
    return bpf_map__fd(skeleton_->maps.call_counters);
}
int Maps::taps() const {
    return bpf_map__fd(skeleton_->maps.taps);
}
int Maps::tapped() const {
    return bpf_map__fd(skeleton_->maps.tapped);
}
int Maps::tap_dropped() const {
    return bpf_map__fd(skeleton_->maps.tap_dropped);
}
int Maps::service_names() const {
    return bpf_map__fd(skeleton_->maps.service_names);
}
int Maps::pool_names() const {
    return bpf_map__fd(skeleton_->maps.pool_names);
}
int Maps::server_names() const {
    return bpf_map__fd(skeleton_->maps.server_names);
}

namespace {

Status remove_tree(const fs::path &path) {
    std::error_code failed;
    fs::remove_all(path, failed);
    return failed ? Status(Error{"cannot remove " + path.string() + ": " + failed.message()})
                  : Done{};
}

} // namespace

Status remove_own_pins(const std::string &pin_dir) {
    auto removed = remove_tree(maps_directory(pin_dir));
    std::error_code ignored;
    fs::remove(pin_dir, ignored); // only if nothing else is in it
    return removed;
}

Status remove_pins(const std::string &pin_dir) {
    std::error_code failed;
    fs::directory_iterator entries(pin_dir, failed);
    if (failed == std::errc::no_such_file_or_directory) {
        return Done{};
    }
    for (; !failed && entries != fs::directory_iterator(); entries.increment(failed)) {
        const auto name = entries->path().filename().string();
        if (!name.starts_with("maps-v")) {
            continue;
        }
        if (auto removed = remove_tree(entries->path()); !removed) {
            return removed;
        }
    }
    if (failed) {
        return Error{"cannot read " + pin_dir + ": " + failed.message()};
    }
    fs::remove(pin_dir, failed); // only if nothing of somebody else's is in it
    return Done{};
}

} // namespace sipsteer::dataplane
