// SPDX-License-Identifier: Apache-2.0
#include "dataplane/maps.hpp"

#include "dataplane/fragment_time.hpp"

#include <sipsteer.skel.h>
#include <sipsteer/layout.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bit>
#include <filesystem>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

namespace sipsteer::dataplane {

namespace fs = std::filesystem;

namespace {

Status make_directory(const std::string &path) {
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

Result<bpf_map_info> map_info(int fd) {
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) {
        return system_error("cannot read a map's description");
    }
    return info;
}

/// Buckets of the pinned call table, 0 if there is none.
std::uint32_t pinned_buckets(const std::string &pin_dir) {
    const Fd fd(bpf_obj_get((maps_directory(pin_dir) + "/calls").c_str()));
    if (!fd) {
        return 0;
    }
    const auto info = map_info(fd.get());
    return info ? info->max_entries : 0;
}

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

/// Maps the values of an array map into memory.
template <typename Value>
Status map_memory(int fd, std::size_t count, std::span<Value> &values) {
    void *memory = mmap(nullptr, count * sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        return system_error("cannot map a map's values into memory");
    }
    values = {static_cast<Value *>(memory), count};
    return Done{};
}

template <typename Value>
void unmap_memory(std::span<Value> values) {
    if (!values.empty()) {
        munmap(values.data(), values.size_bytes());
    }
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

std::uint32_t bucket_count(std::uint32_t call_capacity) {
    const std::uint64_t entries = std::uint64_t{call_capacity} + call_capacity / 7;
    return static_cast<std::uint32_t>((entries + SS_BUCKET_ENTRIES - 1) / SS_BUCKET_ENTRIES);
}

std::string maps_directory(const std::string &pin_dir) {
    return pin_dir + "/maps-v" + std::to_string(SS_LAYOUT_VERSION);
}

Result<Skeleton> open_object(const MapOptions &options, std::uint32_t buckets) {
    Skeleton skeleton(sipsteer_bpf__open());
    if (!skeleton) {
        return system_error("cannot open the BPF object");
    }
    // The skeleton's type for the constants is a mirror of ss_settings, made by bpftool.
    auto &settings = skeleton->rodata->settings;
    settings.secret[0] = options.secret[0];
    settings.secret[1] = options.secret[1];
    settings.buckets = buckets;
    settings.firsts_per_source = options.fragments.firsts_per_source;
    settings.held_per_source = options.fragments.held_per_source;
    settings.fragment_lifetime = fragment_ticks(options.fragments.timeout);
    if (const int failed = bpf_map__set_max_entries(skeleton->maps.calls, buckets); failed != 0) {
        return system_error("cannot size the call table", -failed);
    }
    if (const int failed = bpf_map__set_max_entries(skeleton->maps.births, buckets); failed != 0) {
        return system_error("cannot size the call table", -failed);
    }
    const std::uint32_t ring_bytes = std::bit_ceil(options.fragments.held_bytes);
    if (const int failed = bpf_map__set_max_entries(skeleton->maps.held, ring_bytes); failed != 0) {
        return system_error("cannot size the ring of held fragments", -failed);
    }
    if (auto set = set_pin_paths(skeleton->obj, maps_directory(options.pin_dir)); !set) {
        return set.error();
    }
    for (auto *map : {skeleton->maps.ports, skeleton->maps.held}) {
        if (auto taken = take_over(map); !taken) {
            return taken.error();
        }
    }
    return skeleton;
}

Result<Maps> Maps::open(const MapOptions &options) {
    if (auto made = make_directory(maps_directory(options.pin_dir)); !made) {
        std::error_code ignored; // both only if they are empty
        fs::remove(maps_directory(options.pin_dir), ignored);
        fs::remove(options.pin_dir, ignored);
        return made.error();
    }
    if (const auto existing = pinned_buckets(options.pin_dir); existing != 0) {
        return open(options, existing, true);
    }
    if (fs::exists(maps_directory(options.pin_dir) + "/calls")) {
        return Error{"cannot open the call table in " + maps_directory(options.pin_dir)};
    }
    auto maps = open(options, bucket_count(options.call_capacity), false);
    if (!maps) {
        (void)remove_own_pins(options.pin_dir);
    }
    return maps;
}

Result<Maps> Maps::open(const MapOptions &options, std::uint32_t buckets, bool taken_over) {
    auto skeleton = open_object(options, buckets);
    if (!skeleton) {
        return skeleton.error();
    }
    // Maps only: each interface gets a program of its own (attachment.hpp).
    bpf_program__set_autoload((*skeleton)->progs.sipsteer, false);
    if (const int failed = sipsteer_bpf__load(skeleton->get()); failed != 0) {
        return system_error("cannot make the maps in " + maps_directory(options.pin_dir), -failed);
    }
    const int calls_fd = bpf_map__fd((*skeleton)->maps.calls);
    const auto info = map_info(calls_fd);
    if (!info) {
        return info.error();
    }
    Maps maps; // unmaps what it has if the rest fails
    maps.skeleton_ = std::move(*skeleton);
    if (auto mapped = map_memory(calls_fd, buckets, maps.calls_); !mapped) {
        return mapped.error();
    }
    const int births_fd = bpf_map__fd(maps.skeleton_->maps.births);
    if (auto mapped = map_memory(births_fd, buckets, maps.births_); !mapped) {
        return mapped.error();
    }
    const int load_fd = bpf_map__fd(maps.skeleton_->maps.server_load);
    if (auto mapped = map_memory(load_fd, SS_MAX_SERVERS, maps.server_load_); !mapped) {
        return mapped.error();
    }
    maps.calls_id_ = info->id;
    maps.taken_over_ = taken_over;
    return maps;
}

Maps::~Maps() {
    // A moved-from object has no skeleton and owns nothing.
    if (skeleton_) {
        unmap_memory(calls_);
        unmap_memory(births_);
        unmap_memory(server_load_);
    }
}

int Maps::services() const {
    return bpf_map__fd(skeleton_->maps.services);
}
int Maps::pools() const {
    return bpf_map__fd(skeleton_->maps.pools);
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
int Maps::held() const {
    return bpf_map__fd(skeleton_->maps.held);
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
