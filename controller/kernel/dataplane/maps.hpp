// SPDX-License-Identifier: Apache-2.0
//
// The pinned maps: made by the first start, found again by every later one. They hold the calls
// and the counters, so they outlive the daemon and every program that runs over them.
#pragma once

#include "base/result.hpp"
#include "config/model.hpp"
#include "kernel/dataplane/call_table.hpp"

#include <sipsteer/server.h>
#include <sipsteer/settings.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

struct sipsteer_bpf;

namespace sipsteer::dataplane {

struct MapOptions {
    std::string pin_dir;                 // on a bpffs
    std::array<std::uint64_t, 2> secret; // of the hash
    std::uint32_t call_capacity;         // calls, used if the table does not exist yet: resize()
    config::Fragments fragments;
};

struct SkeletonDeleter {
    void operator()(sipsteer_bpf *skeleton) const;
};
using Skeleton = std::unique_ptr<sipsteer_bpf, SkeletonDeleter>;

/// The directory of the maps below a pin directory: one for each layout.
std::string maps_directory(const std::string &pin_dir);

/// Makes a directory for pins. Fails if it is not on a bpffs.
Status make_pin_directory(const std::string &path);

/// Buckets of the call table, and of the one that was in force before it was resized, or 0.
struct TableSizes {
    std::uint32_t present = 0;
    std::uint32_t before = 0;

    bool operator==(const TableSizes &) const = default;
};

/// Opens the object, with the settings in it and maps that nobody else has, but loads nothing.
Result<Skeleton> open_unpinned(const MapOptions &options, const TableSizes &sizes);

/// As open_unpinned(), but with every map tied to its pin.
Result<Skeleton> open_object(const MapOptions &options, const TableSizes &sizes);

/// The maps, open.
class Maps {
public:
    /// Makes and pins what does not exist yet, takes over what does. An existing call table keeps
    /// its size, whatever the options say. If there are only maps of an older layout, its calls,
    /// names and servers are taken over. After an error nothing is there that was not before.
    static Result<Maps> open(const MapOptions &options);

    Maps(Maps &&) = default;
    Maps &operator=(Maps &&) = default;
    ~Maps();

    /// Makes an empty call table of another size and keeps the present one as before(). Programs
    /// that are attached after this bring each call over with its next message, so no call is lost.
    /// Refused while before() is there, if the calls would fill more than seven tenths of the new
    /// table, or if there is not that much memory: then nothing has changed.
    Status resize(std::uint32_t call_capacity);

    /// Whether resize() would be refused, and why.
    Status can_resize(std::uint32_t call_capacity) const;

    /// Gives the table before() up, when no call is in it any more. The kernel frees it once
    /// programs that are attached after this have taken the place of those that look into it.
    void drop_before();

    /// Pins again what is no longer pinned: without its pins a restart would find no calls, and a
    /// new program would get maps of its own. How many maps; an error if it cannot be.
    Result<unsigned> mend_pins() const;

    int services() const;
    int pools() const;
    int pool_load() const;
    int rings() const;
    int servers() const;
    int rejects() const;
    int fragments() const;
    int flows() const;
    int guard() const;
    int guard_counters() const;
    int guard_known() const;
    int guard_malformed() const;
    int held() const;
    int links() const;
    int guard_limits() const;
    int hosts() const;
    int methods() const;
    int ports() const;
    int reasons() const;
    int service_traffic() const;
    int server_counters() const;
    int call_counters() const;
    int taps() const;
    int tapped() const;
    int tap_dropped() const;
    int service_names() const;
    int pool_names() const;
    int server_names() const;

    const CallTable &table() const { return *table_; }
    const std::optional<CallTable> &before() const { return before_; }
    TableSizes sizes() const { return {table_->buckets(), before_ ? before_->buckets() : 0}; }

    /// What calls change of servers, by index. Likewise changed by other CPUs: see calls/load.hpp.
    std::span<ss_server_load> server_load() const { return server_load_; }

    /// They existed before this start.
    bool taken_over() const { return taken_over_; }

private:
    Maps() = default;
    Status open_tables(const MapOptions &options);
    Status load(const MapOptions &options);

    std::string directory_;
    Skeleton skeleton_; // of all maps but the tables
    std::optional<CallTable> table_;
    std::optional<CallTable> before_;
    std::span<ss_server_load> server_load_;
    bool taken_over_ = false;
};

/// Removes all pins of maps below a pin directory, of every layout. The kernel frees the maps once
/// no program uses them.
Status remove_pins(const std::string &pin_dir);

/// Likewise, but of this program's layout only.
Status remove_own_pins(const std::string &pin_dir);

} // namespace sipsteer::dataplane
