// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

#include "kernel/dataplane/call_table.hpp"

namespace sipsteer::doctor {

namespace {

std::string megabytes(std::uint64_t bytes) {
    constexpr std::uint64_t kMega = 1'000'000;
    return std::to_string((bytes + kMega - 1) / kMega) + " MB";
}

} // namespace

/// The daemon leaves a tenth of what is available (dataplane::CallTable::check_memory).
void judge_memory(const Facts &facts, Findings &findings) {
    const std::uint32_t capacity = facts.config->call_capacity;
    const std::uint64_t wanted = dataplane::table_bytes(capacity);
    const std::string table =
        "the call table, for " + std::to_string(capacity) + " calls: " + megabytes(wanted);
    const std::string remedy = "lower \"calls\": {\"capacity\": N} (16 bytes per call)";
    if (facts.host.table_pinned) {
        findings.ok(table + "; it exists already");
        return;
    }
    const auto &available = facts.host.memory_available;
    if (!available) {
        findings.skipped(available.error().message);
    } else if (wanted > *available / 10 * 9) {
        findings.fail(table + ", with " + megabytes(*available) + " left: the daemon refuses it",
                      "add memory, or " + remedy);
    } else {
        findings.ok(table + ", with " + megabytes(*available) + " left");
    }
    if (facts.process && facts.process->memory_left && wanted > *facts.process->memory_left) {
        findings.fail(table + ", but the daemon's control group allows only " +
                          megabytes(*facts.process->memory_left) + " more",
                      "raise MemoryMax= in the unit (systemctl edit sipsteerd), or " + remedy);
    }
}

} // namespace sipsteer::doctor
