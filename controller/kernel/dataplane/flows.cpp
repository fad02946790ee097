// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/flows.hpp"

#include "kernel/dataplane/map_access.hpp"

#include <sipsteer/flow.h>

#include <bpf/bpf.h>

namespace sipsteer::dataplane {

namespace {

/// Entries read with one system call. No bucket of the kernel's table has as many.
constexpr std::uint32_t kBatch = 4096;

/// Removes the flows that `leaves` tells. They are removed as they are read: none is missed, for a
/// batch has all of a bucket.
template <typename Leaves>
Status forget_flows(int map, const Leaves &leaves) {
    std::vector<ss_flow_key> keys(kBatch);
    std::vector<ss_flow> flows(kBatch);
    std::uint32_t place = 0; // the kernel's, where the next batch begins
    void *from = nullptr;
    for (bool more = true; more;) {
        std::uint32_t count = kBatch;
        more = bpf_map_lookup_batch(map, from, &place, keys.data(), flows.data(), &count,
                                    nullptr) == 0;
        if (!more && errno != ENOENT) {
            return system_error("cannot read map flows");
        }
        from = &place;
        for (std::uint32_t i = 0; i < count; i++) {
            if (!leaves(keys[i], flows[i])) {
                continue;
            }
            if (auto done = remove_key(map, keys[i], "flows"); !done) {
                return done;
            }
        }
    }
    return Done{};
}

} // namespace

Status forget_flows_to_server(int map, std::uint16_t server) {
    return forget_flows(map, [&](const ss_flow_key &, const ss_flow &flow) {
        return flow.server == server || flow.home == server + 1;
    });
}

Status forget_flows_of_service(int map, std::uint16_t service) {
    return forget_flows(
        map, [&](const ss_flow_key &key, const ss_flow &) { return key.service == service; });
}

} // namespace sipsteer::dataplane
