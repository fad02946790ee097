// SPDX-License-Identifier: Apache-2.0
#include "driver.hpp"

#include <algorithm>
#include <drive.skel.h>
#include <drive_torn.skel.h>

namespace sipsteer::test {

namespace {

constexpr std::uint64_t kMostAtOnce = 1 << 20; // bpf_loop takes 2^23

/// The driver works on the tables of the program that is loaded: every map of theirs is one.
void share_maps(bpf_object *driver, const bpf_object &program) {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, driver) {
        const bpf_map *theirs = bpf_map__is_internal(map)
                                    ? nullptr
                                    : bpf_object__find_map_by_name(&program, bpf_map__name(map));
        if (theirs) {
            must(bpf_map__reuse_fd(map, bpf_map__fd(theirs)), bpf_map__name(map));
        }
    }
}

/// Loads the driver that is in this skeleton; it lives as long as what this gives.
template <typename Skeleton>
std::shared_ptr<void> load_driver(bpf_object *&object) {
    std::shared_ptr<Skeleton> skeleton(Skeleton::open(), &Skeleton::destroy);
    must(skeleton ? 0 : -errno, "opening the driver");
    share_maps(skeleton->obj, Program::get().object());
    skeleton->rodata->settings = Program::get().settings();
    must(Skeleton::load(skeleton.get()), "loading the driver");
    object = skeleton->obj;
    return skeleton;
}

} // namespace

Driver::Driver(Code code)
    : skeleton_(code == Code::real ? load_driver<drive_bpf>(object_)
                                   : load_driver<drive_torn_bpf>(object_)) {
    program_ = bpf_program__fd(bpf_object__find_program_by_name(object_, "drive"));
    told_ = {map("drive_told"), std::size_t{DRIVE_TOLD} * DRIVE_CPUS};
    meeting_ = {map("drive_meeting"), DRIVE_CPUS};
}

int Driver::map(const char *name) const {
    return bpf_object__find_map_fd_by_name(object_, name);
}

void Driver::run_once(drive &arguments) const {
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.ctx_in = &arguments;
    options.ctx_size_in = sizeof(arguments);
    must(bpf_prog_test_run_opts(program_, &options), "running the driver");
}

drive Driver::run(finder_event event, std::uint64_t first, std::uint64_t count) const {
    drive total = {};
    while (count > 0) {
        drive part = {};
        part.first = first;
        part.count = static_cast<__u32>(std::min(count, kMostAtOnce));
        part.event = event;
        first += part.count;
        count -= part.count;
        run_once(part);
        total.fresh += part.fresh;
        total.hits += part.hits;
        total.no_room += part.no_room;
        total.others += part.others;
    }
    return total;
}

drive Driver::run_together(finder_event event, std::uint64_t first, std::uint32_t count,
                           std::uint32_t cpu) const {
    drive arguments = {};
    arguments.first = first;
    arguments.count = count;
    arguments.event = event;
    arguments.meet = 1;
    arguments.cpu = cpu;
    arguments.tell = 1;
    run_once(arguments);
    return arguments;
}

void Driver::meet_again() {
    for (Progress &progress : meeting_.span()) {
        progress.step = 0;
    }
}

Found find_call(std::span<const ss_bucket> table, std::uint64_t hash) {
    const auto buckets = static_cast<__u32>(table.size());
    const __u64 position = ss_call_position(hash, 0);
    const __u32 tag = ss_call_position_tag(position);
    const __u32 first = ss_call_first_bucket(position, buckets);
    const __u32 other = ss_call_other_bucket(first, tag, buckets);
    Found found;
    const auto look = [&](__u32 bucket) {
        for (const __u64 entry : table[bucket].entry) {
            if (ss_call_tag(entry) == tag) {
                found.value = found.entries == 0 ? entry : found.value;
                found.entries++;
            }
        }
    };
    look(first);
    if (other != first) {
        look(other);
    }
    return found;
}

} // namespace sipsteer::test
