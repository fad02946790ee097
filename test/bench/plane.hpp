// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sipsteer/call.h>
#include <sipsteer/reason.h>

#include <bpf/libbpf.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sipsteer::bench {

/// Where the data plane's object is.
struct ObjectSource {
    std::string file; // empty: the one built into this program
};

/// The real program with its maps: a stateful and a stateless service (frames.hpp) with sixteen
/// servers each, on the interface that test runs come in on.
class Plane {
public:
    /// `call_capacity`: as in the configuration.
    Plane(const ObjectSource &source, std::uint32_t call_capacity);
    ~Plane();
    Plane(const Plane &) = delete;
    Plane &operator=(const Plane &) = delete;

    int program() const;

    /// The call table's memory.
    std::span<ss_bucket> table() const { return table_; }

    /// What the tap of the trace shows: nothing; the packets of one call that there is not; all,
    /// which nobody takes out of their ring, so that it is full soon.
    enum class Trace { Off, OtherCall, AllAndFull };
    void trace(Trace what) const;

    /// Puts so many denied prefixes into the guard's list for all services, none of them the
    /// client's, or takes them out.
    void guard(std::uint32_t prefixes, bool in) const;

    /// Packets counted so far, by ss_reason_index.
    std::vector<std::uint64_t> reasons() const;

private:
    void set_settings(std::uint32_t buckets);
    void add_pool(std::uint32_t index, bool stateful);
    void add_service(std::uint16_t port, std::uint16_t pool);
    void add_ring(std::uint32_t pool);
    void add_link();
    int map(const char *name) const;

    std::unique_ptr<bpf_object, void (*)(bpf_object *)> object_;
    std::span<ss_bucket> table_;
};

} // namespace sipsteer::bench
