// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/judge/judges.hpp"

namespace sipsteer::doctor {

void judge_bpffs(const Facts &facts, Findings &findings) {
    const std::string &pin_dir = facts.config->pin_dir;
    const auto &place = facts.host.pin_place;
    if (!place) {
        findings.skipped(place.error().message);
    } else if (place->bpffs) {
        findings.ok(pin_dir + " is on a BPF file system");
    } else if (pin_dir.starts_with("/sys/fs/bpf")) {
        findings.fail("no BPF file system is mounted at /sys/fs/bpf, which pin_dir needs: the "
                      "daemon does not start",
                      "mount -t bpf bpf /sys/fs/bpf, and in /etc/fstab: bpf /sys/fs/bpf bpf "
                      "mode=0700 0 0");
    } else {
        findings.fail("pin_dir is " + pin_dir + ", and " + place->deepest +
                          " is not on a BPF file system: the daemon does not start",
                      "set \"pin_dir\" to its default, /sys/fs/bpf/sipsteer; or mount -t bpf bpf " +
                          place->deepest);
    }
}

} // namespace sipsteer::doctor
