// SPDX-License-Identifier: Apache-2.0
//
// What the program costs the verifier, held against a budget for the running kernel.
#include "data_plane.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <sipsteer.skel.h>
#include <sys/utsname.h>

#include <catch2/catch.hpp>

#include <iostream>
#include <memory>
#include <sstream>

using namespace sipsteer::test;

namespace {

const char kBudgets[] =
#include "verifier_budget.inc"
    ;

/// "6.1" of "6.1.0-56-cloud-amd64".
std::string kernel_release() {
    utsname name = {};
    uname(&name);
    const std::string release = name.release;
    return release.substr(0, release.find('.', release.find('.') + 1));
}

unsigned long budget_of(const std::string &kernel) {
    std::istringstream budgets(kBudgets);
    for (std::string line; std::getline(budgets, line);) {
        std::istringstream columns(line);
        std::string name;
        unsigned long budget = 0;
        if (columns >> name >> budget && (name == kernel || name == "*")) {
            return budget;
        }
    }
    return 0;
}

/// Loads the program with the largest call table's mask and gives the verifier's last words.
std::string verifier_statistics() {
    constexpr __u32 kStatistics = 4; // BPF_LOG_STATS
    std::string log(1 << 20, '\0');
    std::unique_ptr<sipsteer_bpf, void (*)(sipsteer_bpf *)> skeleton(sipsteer_bpf__open(),
                                                                     &sipsteer_bpf__destroy);
    REQUIRE(skeleton);
    skeleton->rodata->settings.buckets = SS_MAX_CALLS / SS_BUCKET_ENTRIES;
    bpf_program *program = skeleton->progs.sipsteer;
    REQUIRE(bpf_program__set_log_level(program, kStatistics) == 0);
    REQUIRE(bpf_program__set_log_buf(program, log.data(), log.size()) == 0);
    const int result = sipsteer_bpf__load(skeleton.get());
    log.resize(log.find('\0'));
    INFO(log);
    REQUIRE(result == 0);
    return log;
}

} // namespace

TEST_CASE("the verifier's work is within the budget", "[verifier]") {
    const std::string log = verifier_statistics();
    unsigned long processed = 0;
    const std::size_t at = log.find("processed ");
    REQUIRE(at != std::string::npos);
    std::istringstream(log.substr(at + 10)) >> processed;
    const std::string kernel = kernel_release();
    const unsigned long budget = budget_of(kernel);
    std::cout << "verifier on " << kernel << ": " << processed << " instructions, budget " << budget
              << "\n";
    REQUIRE(processed > 1000);
    CHECK(processed <= budget);
}
