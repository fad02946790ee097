// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive.h"
#include "program.hpp"
#include "sip/finder.h"
#include "table_memory.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace sipsteer::test {

/// Which code the driver was compiled with.
enum class Code { real, torn };

/// Runs the data plane's choice of a server inside the kernel, on the tables of the program that is
/// loaded (DataPlane): tens of millions of messages in a test. Its calls are numbers; they are in
/// pool 0.
class Driver {
public:
    explicit Driver(Code code = Code::real);

    /// One message of this event for each of `count` calls from number `first` on, on the CPU of
    /// the calling thread; any number of calls.
    drive run(finder_event event, std::uint64_t first, std::uint64_t count) const;

    /// Likewise, one CPU of the two that do so at once, call by call: no more than DRIVE_TOLD calls
    /// from number 0 on. told() has the servers.
    drive run_together(finder_event event, std::uint64_t first, std::uint32_t count,
                       std::uint32_t cpu) const;

    /// Before the two begin.
    void meet_again();

    /// The server a CPU was told for a call by run_together().
    std::uint64_t told(std::uint64_t number, std::uint32_t cpu) const {
        return told_.span()[number * DRIVE_CPUS + cpu];
    }

private:
    struct Progress {
        alignas(64) std::uint64_t step;
    };

    void run_once(drive &arguments) const;
    int map(const char *name) const;

    bpf_object *object_ = nullptr; // the skeleton's
    std::shared_ptr<void> skeleton_;
    int program_ = -1;
    MapMemory<std::uint64_t> told_;
    MapMemory<Progress> meeting_;
};

/// Where the table has a call: every entry with its tag in its two buckets. One if all is well.
struct Found {
    unsigned entries = 0;
    __u64 value = 0; // of the one that a lookup finds: the first one
};
Found find_call(std::span<const ss_bucket> table, std::uint64_t hash);

} // namespace sipsteer::test
