// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "packet_builder.hpp"

#include <sipsteer/call.h>
#include <sipsteer/counters.h>
#include <sipsteer/fragment.h>
#include <sipsteer/guard.h>
#include <sipsteer/host.h>
#include <sipsteer/link.h>
#include <sipsteer/method.h>
#include <sipsteer/pool.h>
#include <sipsteer/reason.h>
#include <sipsteer/reject.h>
#include <sipsteer/ring.h>
#include <sipsteer/server.h>
#include <sipsteer/settings.h>
#include <sipsteer/tap.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipsteer::test {

/// The hash's secret in all packet tests.
inline constexpr std::array<std::uint64_t, 2> kSecret = {0x0123456789abcdef, 0xfedcba9876543210};

/// Buckets of the call table, unless a test wants another number.
inline constexpr std::uint32_t kBuckets = 67;
/// Of the one before it was resized; empty unless a test fills it.
inline constexpr std::uint32_t kBucketsBefore = 41;

/// BPF_PROG_TEST_RUN's packets come in on the loopback interface of its namespace.
inline constexpr std::uint32_t kIngress = 1;
/// A number that stands for another interface: in the devmap it leads to the loopback one, too.
inline constexpr std::uint32_t kOtherInterface = 77;

/// The VLAN that the director is in beside its untagged segment.
inline constexpr std::uint16_t kVlan = 100;

/// Bounds of fragments in all packet tests (settings.h).
inline constexpr std::uint32_t kFirstsPerSource = 1000;
inline constexpr std::uint32_t kHeldPerSource = 1000;
inline constexpr std::uint32_t kFragmentLifetime = 10'000; // ticks: 10.5 s
inline constexpr std::size_t kHeldRing = 1 << 20;          // bytes of the ring of held fragments

/// What became of one packet.
struct Outcome {
    int action = 0;    // enum xdp_action
    Bytes frame;       // as it left
    __u32 reason = 0;  // enum ss_reason
    __u32 verdict = 0; // enum ss_verdict
};

struct ServerAt {
    __u16 pool = 0;
    __u32 ifindex = kIngress;
    __u16 vlan = 0;
    __u8 flags = SS_SERVER_IN_USE | SS_SERVER_FORWARD | SS_SERVER_NEW;
    __u16 weight = 100;
    __u32 most_calls = 0;
    __u32 new_call_gap = 0;
    std::string_view address = {};
};

/// A call's entry and where it was found.
struct Entry {
    __u64 value;
    __u32 bucket;
    __u32 slot;
};

/// A fragment that was handed to the controller.
struct Held {
    ss_held head;
    Bytes frame;
};

/// A request that was handed to the controller to be answered.
struct Rejected {
    ss_rejected head;
    std::string message;
};

/// A packet that a tap has shown.
struct Tapped {
    ss_tapped head;
    Bytes frame;
};

/// The real program with its maps, empty at construction. The program is loaded once and shared,
/// and again only for a table of another size: one DataPlane lives at a time.
class DataPlane {
public:
    explicit DataPlane(std::uint32_t buckets = kBuckets);
    ~DataPlane();
    DataPlane(const DataPlane &) = delete;
    DataPlane &operator=(const DataPlane &) = delete;

    /// Lifetimes of 100 ticks (215 s) in every state unless told otherwise.
    void pool(__u32 index, ss_pool_mode mode = SS_POOL_STATEFUL,
              ss_no_call_id no_call_id = SS_NO_CALL_ID_SOURCE);
    void lifetime(__u32 pool, enum ss_call_state state, __u16 ticks);
    /// A pool goes by the call's hash and the Call-ID and drops what no server takes unless told
    /// otherwise.
    void scheduler(__u32 pool, ss_scheduler scheduler);
    void key(__u32 pool, ss_pool_key key);
    /// gap: ns between two requests that are answered.
    void when_down(__u32 pool, ss_when_down what, __u32 gap = 0);
    void below_quorum(__u32 pool);
    /// A service and the marker of its address.
    void service(__u16 id, std::string_view address, std::uint16_t port, __u16 pool);
    /// Sends one method of a service to a pool of its own.
    /// What is for the VIP and cannot be parsed is dropped.
    void drop_unparsed(std::string_view vip);
    /// What is said of a VIP, whatever the port (SS_MARK_*).
    void mark(std::string_view vip, __u8 mark);
    /// The DSCP that stands for a VIP.
    void code(std::string_view vip, __u8 dscp);
    void method_pool(std::string_view address, std::uint16_t port, ss_method method, __u16 pool);
    void server(__u32 index, const ServerAt &at = {});
    /// What calls have changed of a server, and so what it has room for.
    void set_load(__u32 index, __s64 live, __u64 next_new_call = 0);
    ss_server_load load(__u32 index) const;
    /// The pool's ring, filled with these servers in turn; none: an empty ring.
    void ring(__u32 pool, const std::vector<__u16> &servers);
    /// A ring as the controller would fill it.
    void whole_ring(__u32 pool, const ss_ring &ring);
    void no_ring(__u32 pool);
    void port(__u32 ifindex);
    /// Frames to this MAC, in this VLAN, are the director's. It has kDirectorMac, untagged and in
    /// kVlan, unless told otherwise.
    void own_mac(const Mac &mac, std::uint16_t vlan = 0, __u32 ifindex = kIngress);
    void host(std::string_view host, __u32 server, __u32 pool = 0);
    /// Frames from this MAC were sent by a director.
    void director_mac(const Mac &mac);
    /// Frames come in before their checksums are made.
    void sums_come_later();
    /// A prefix of the guard's list for all services, or for one.
    void guard(std::string_view address, __u32 bits, ss_guard_action action,
               __u32 scope = SS_GUARD_ALL);
    /// Packets that this prefix denied or would have.
    __u64 guard_packets(std::string_view address, __u32 bits, __u32 scope = SS_GUARD_ALL) const;
    ss_guard_counters guard_counters(__u32 service) const;
    void guard_limits(__u32 service, const ss_guard_limits &limits);
    /// Datagrams of an address that are no message; 0: none is counted.
    __u64 malformed(std::string_view address, __u32 service) const;
    /// The last confirmed call of an address, which must be known, was so many ticks ago.
    void age_known(std::string_view address, __u32 service, __u32 ticks);

    /// Runs one packet and checks what holds for each: one reason counter rises by one packet and
    /// the frame's bytes, its verdict is the program's action, a frame passed is untouched.
    Outcome run(const Packet &packet) { return run(packet.bytes()); }
    Outcome run(const Bytes &frame);
    /// The same with less headroom; nothing if this kernel's test runs cannot.
    std::optional<Outcome> run_without_headroom(const Packet &packet);

    /// Runs one packet and only looks at where it goes: the server, or nothing. For many packets.
    std::optional<__u32> server_for(const Packet &packet);

    /// Packets counted under a reason, since the program was loaded.
    __u64 packets(ss_reason reason) const;
    ss_traffic service_traffic(__u32 id) const;
    ss_server_counters server_counters(__u32 index) const;

    /// Messages of a service that were counted under a method.
    __u64 messages(__u32 service, ss_method method) const;

    std::vector<Entry> entries() const;
    /// The entry for a hash in a pool, in either of its buckets.
    std::optional<Entry> entry(std::uint64_t hash, __u32 pool) const;
    /// When the entry was made, by the table beside.
    __u16 birth(const Entry &entry) const;
    /// Likewise: the attempt that it is known by.
    __u32 attempt(const Entry &entry) const;
    void write_birth(__u32 bucket, __u32 slot, __u16 tick, __u32 attempt = 0);
    void forget_calls();
    void write_entry(__u32 bucket, __u32 slot, __u64 value);
    /// The table before it was resized: everywhere else it is empty.
    void write_entry_before(__u32 bucket, __u32 slot, __u64 value, __u16 birth = 0,
                            __u32 attempt = 0);
    __u64 entry_before(__u32 bucket, __u32 slot) const;
    ss_call_counters call_counters(__u32 pool) const;
    /// The data plane's clock, in ticks.
    static __u32 now();

    /// Shows packets from now on; all of them and whole, but for what `tap` says.
    void tap(ss_tap_kind kind, ss_tap tap);
    static ss_tap any_packet();
    /// Takes what was shown since the last time.
    std::vector<Tapped> tapped();
    __u64 tap_dropped(ss_tap_kind kind) const;

    /// What is remembered of a fragmented datagram.
    std::optional<ss_fragment> fragment(const ss_fragment_key &key) const;
    void write_fragment(const ss_fragment_key &key, const ss_fragment &value);
    /// Makes it look as if a source had used this much of its bounds, in a window that stays for a
    /// tenth of a second at least.
    void write_fragment_source(std::string_view source, __u32 firsts, __u32 held);
    /// Likewise, of first fragments of all sources.
    void write_fragments_of_all(__u32 firsts);
    /// Sleeps until the next of those windows has begun.
    void next_fragment_window();
    /// Makes it look as if what is held of a datagram had been held so many ticks earlier.
    void age_waiting(const ss_fragment_key &key, __u32 ticks);
    /// Takes what was handed to the controller since the last time.
    std::vector<Held> held();
    static __u32 fragment_now();

    /// Takes the requests that were handed to the controller since the last time.
    std::vector<Rejected> rejected();
    /// The data plane's clock, in ns.
    static __u64 now_ns();

private:
    template <typename Change>
    void change_pool(__u32 index, Change change);
    Outcome run(const Bytes &frame, std::uint32_t metadata);
};

/// MACs of frames to a server, and of the interface towards it.
Mac server_mac(__u32 index);
Mac interface_mac(__u32 index);

/// The key of a fragmented UDP datagram.
ss_fragment_key fragment_key(std::string_view source, std::string_view destination,
                             std::uint32_t id);

/// The frame as it must leave for a server: the MACs changed and nothing else.
Bytes addressed_to(Bytes frame, __u32 server);

/// Checks that two frames are the same; prints both, differences marked, if not.
void check_frame(const Bytes &frame, const Bytes &expected);

const char *reason_label(__u32 reason);

/// Of a service that takes new calls from all but these scanners.
ss_guard_limits scanners(const std::vector<std::string> &user_agents);

} // namespace sipsteer::test
