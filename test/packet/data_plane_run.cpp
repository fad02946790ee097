// SPDX-License-Identifier: Apache-2.0
//
// One packet through the program, and the one counter that rises.
#include "program.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <linux/bpf.h>

namespace sipsteer::test {

namespace {

constexpr __u32 kReasonIndexes = SS_MAX_REASONS * SS_VERDICTS;

/// All reason counters with one system call.
std::vector<ss_traffic> read_reasons() {
    const std::size_t cpus = Program::get().cpus();
    std::vector<__u32> keys(kReasonIndexes);
    std::vector<ss_traffic> values(kReasonIndexes * cpus);
    __u32 count = kReasonIndexes;
    __u32 batch = 0;
    const int result = bpf_map_lookup_batch(fd_of(Program::get().maps().reasons), nullptr, &batch,
                                            keys.data(), values.data(), &count, nullptr);
    if ((result < 0 && result != -ENOENT) || count != kReasonIndexes) {
        throw std::runtime_error("cannot read the reasons");
    }
    std::vector<ss_traffic> reasons(kReasonIndexes);
    for (std::size_t i = 0; i < kReasonIndexes; i++) {
        reasons[keys[i]] = sum(&values[i * cpus], cpus);
    }
    return reasons;
}

/// Which counter rose; checks that it was one, by one packet of `bytes`.
__u32 risen_counter(const std::vector<ss_traffic> &before, const std::vector<ss_traffic> &after,
                    std::size_t bytes) {
    std::vector<__u32> risen;
    for (__u32 i = 0; i < kReasonIndexes; i++) {
        if (after[i].packets != before[i].packets || after[i].bytes != before[i].bytes) {
            risen.push_back(i);
        }
    }
    REQUIRE(risen.size() == 1);
    CHECK(after[risen[0]].packets - before[risen[0]].packets == 1);
    CHECK(after[risen[0]].bytes - before[risen[0]].bytes == bytes);
    return risen[0];
}

int action_of(__u32 verdict) {
    switch (verdict) {
    case SS_VERDICT_PASS:
        return XDP_PASS;
    case SS_VERDICT_TX:
        return XDP_TX;
    case SS_VERDICT_REDIRECT:
        return XDP_REDIRECT;
    default:
        return XDP_DROP;
    }
}

} // namespace

Outcome DataPlane::run(const Bytes &frame) {
    return run(frame, 0);
}

std::optional<Outcome> DataPlane::run_without_headroom(const Packet &packet) {
    // Metadata is taken from the headroom: of its 256 bytes 40 are the kernel's, 216 are this.
    constexpr std::uint32_t kAllOfIt = 216;
    try {
        return run(packet.bytes(), kAllOfIt);
    } catch (const std::invalid_argument &) {
        return std::nullopt; // before Linux 6.13 metadata has at most 32 bytes
    }
}

Outcome DataPlane::run(const Bytes &frame, std::uint32_t metadata) {
    INFO("packet: " << hex_dump(frame, frame));
    Bytes in(metadata);
    in.insert(in.end(), frame.begin(), frame.end());
    Bytes out(in.size() + 64);
    xdp_md context = {};
    context.data = metadata;
    context.data_end = static_cast<__u32>(in.size());
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = in.data();
    options.data_size_in = static_cast<__u32>(in.size());
    options.data_out = out.data();
    options.data_size_out = static_cast<__u32>(out.size());
    if (metadata > 0) {
        options.ctx_in = &context;
        options.ctx_size_in = sizeof(context);
    }
    const auto before = read_reasons();
    const int result = bpf_prog_test_run_opts(Program::get().fd(), &options);
    if (result == -EINVAL && metadata > 0) {
        throw std::invalid_argument("metadata");
    }
    must(result, "test run");
    const auto after = read_reasons();
    const __u32 risen = risen_counter(before, after, frame.size());

    Outcome outcome;
    outcome.action = static_cast<int>(options.retval);
    outcome.frame.assign(out.begin() + metadata, out.begin() + options.data_size_out);
    outcome.reason = risen / SS_VERDICTS;
    outcome.verdict = risen % SS_VERDICTS;
    INFO("reason: " << reason_label(outcome.reason));
    if (outcome.verdict != SS_VERDICT_HOLD) { // the kernel may get what is held, too
        CHECK(outcome.action == action_of(outcome.verdict));
    }
    if (outcome.action == XDP_PASS) {
        check_frame(outcome.frame, frame);
    }
    return outcome;
}

std::optional<__u32> DataPlane::server_for(const Packet &packet) {
    const Bytes frame = packet.bytes();
    Bytes out(frame.size() + 64);
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = frame.data();
    options.data_size_in = static_cast<__u32>(frame.size());
    options.data_out = out.data();
    options.data_size_out = static_cast<__u32>(out.size());
    must(bpf_prog_test_run_opts(Program::get().fd(), &options), "test run");
    if (options.retval != XDP_TX && options.retval != XDP_REDIRECT) {
        return std::nullopt;
    }
    return out[5]; // server_mac()
}

} // namespace sipsteer::test
