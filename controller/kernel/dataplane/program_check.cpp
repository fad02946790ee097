// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/program_check.hpp"

#include <sipsteer.skel.h>
#include <sipsteer/limits.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>

namespace sipsteer::dataplane {

namespace {

/// The verifier's whole account of a refusal: a kernel older than 6.4 refuses a shorter buffer.
constexpr std::size_t kLogBytes = std::size_t{16} << 20;

constexpr std::size_t kShownLines = 12;

Result<TakenProgram> describe(int program) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(program, &info, &size) != 0) {
        return system_error("cannot ask for the loaded program");
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    TakenProgram taken;
    for (const auto byte : info.tag) {
        taken.tag += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    taken.verified_instructions = info.verified_insns;
    return taken;
}

std::string remedy(int error, bool refused) {
    if (refused) {
        return "keep the version that runs, and report the kernel and the lines above";
    }
    if (error == EPERM) {
        return "run it as root, or give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN";
    }
    return error == ENOMEM ? "free memory, or lower fragments.held_bytes"
                           : "run Linux 6.1 or newer with BTF; sipsteer doctor tells what it lacks";
}

} // namespace

std::vector<std::string> last_lines(std::string_view text, std::size_t most) {
    std::vector<std::string> lines;
    while (!text.empty() && lines.size() < most) {
        const auto end = text.rfind('\n');
        const auto line = text.substr(end == text.npos ? 0 : end + 1);
        if (!line.empty()) {
            lines.emplace_back(line);
        }
        text = text.substr(0, end == text.npos ? 0 : end);
    }
    std::reverse(lines.begin(), lines.end());
    return lines;
}

ProgramCheck check_program(const MapOptions &options) {
    const auto skeleton = open_unpinned(options, {bucket_count(SS_MIN_CALLS), 0});
    if (!skeleton) {
        return {skeleton.error(), {}, remedy(0, false)};
    }
    bpf_program *const program = (*skeleton)->progs.sipsteer;
    std::vector<char> log(kLogBytes);
    bpf_program__set_log_buf(program, log.data(), log.size());
    if (const int failed = sipsteer_bpf__load(skeleton->get()); failed != 0) {
        auto said = last_lines(log.data(), kShownLines);
        const auto advice = remedy(-failed, !said.empty());
        return {system_error("cannot load the program", -failed), std::move(said), advice};
    }
    return {describe(bpf_program__fd(program)), {}, {}};
}

} // namespace sipsteer::dataplane
