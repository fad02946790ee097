// SPDX-License-Identifier: Apache-2.0
//
// The pinned maps: made by the first start, found again by every later one. They hold the calls
// and the counters, so they outlive the daemon and every program that runs over them.
#pragma once

#include "config/model.hpp"
#include "util/fd.hpp"
#include "util/result.hpp"

#include <sipsteer/call.h>
#include <sipsteer/server.h>
#include <sipsteer/settings.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct sipsteer_bpf;

namespace sipsteer::dataplane {

struct MapOptions {
    std::string pin_dir;                 // on a bpffs
    std::array<std::uint64_t, 2> secret; // of the hash
    std::uint32_t call_capacity;         // calls, used if the table does not exist yet
    config::Fragments fragments;
};

struct SkeletonDeleter {
    void operator()(sipsteer_bpf *skeleton) const;
};
using Skeleton = std::unique_ptr<sipsteer_bpf, SkeletonDeleter>;

/// The buckets a table for that many calls has: an eighth of its entries spare, 11.4 bytes a call.
std::uint32_t bucket_count(std::uint32_t call_capacity);

/// The directory of the maps below a pin directory: one for each layout.
std::string maps_directory(const std::string &pin_dir);

/// Opens the object, with the settings in it and every map tied to its pin, but loads nothing.
/// `buckets` is the size of the call table.
Result<Skeleton> open_object(const MapOptions &options, std::uint32_t buckets);

/// The maps, open.
class Maps {
public:
    /// Makes and pins what does not exist yet, takes over what does. An existing call table keeps
    /// its size, whatever the options say. After an error nothing is there that was not before.
    static Result<Maps> open(const MapOptions &options);

    Maps(Maps &&) = default;
    Maps &operator=(Maps &&) = default;
    ~Maps();

    int services() const;
    int pools() const;
    int rings() const;
    int servers() const;
    int rejects() const;
    int fragments() const;
    int held() const;
    int methods() const;
    int ports() const;
    int reasons() const;
    int service_traffic() const;
    int server_counters() const;
    int service_names() const;
    int pool_names() const;
    int server_names() const;

    /// The call table's memory. Other CPUs change it all the time: see calls/table.hpp.
    std::span<ss_bucket> calls() const { return calls_; }

    /// When its calls came, by bucket. Likewise.
    std::span<ss_births> births() const { return births_; }

    /// What calls change of servers, by index. Likewise changed by other CPUs: see calls/load.hpp.
    std::span<ss_server_load> server_load() const { return server_load_; }

    /// Kernel's id of the call table, which tells our programs from others'.
    std::uint32_t calls_id() const { return calls_id_; }

    /// They existed before this start.
    bool taken_over() const { return taken_over_; }

private:
    Maps() = default;
    static Result<Maps> open(const MapOptions &options, std::uint32_t buckets, bool taken_over);

    Skeleton skeleton_;
    std::span<ss_bucket> calls_;
    std::span<ss_births> births_;
    std::span<ss_server_load> server_load_;
    std::uint32_t calls_id_ = 0;
    bool taken_over_ = false;
};

/// Removes all pins of maps below a pin directory, of every layout. The kernel frees the maps once
/// no program uses them.
Status remove_pins(const std::string &pin_dir);

/// Likewise, but of this program's layout only.
Status remove_own_pins(const std::string &pin_dir);

} // namespace sipsteer::dataplane
