// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/doctor/facts.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace sipsteer::doctor {

/// Interrupts by which a PCI device's queues say that something was received.
std::vector<Interrupt> interrupts_of(const std::string &bus);

/// "0-2,7": {0, 1, 2, 7}
std::set<unsigned> cpus_in(const std::string &list);

/// The names in /proc/interrupts: its last column.
std::map<unsigned, std::string> names_in(const std::string &interrupts);

/// By an interrupt's name, whether it is of a queue that receives. Drivers name as they like:
/// "virtio2-input.0", "eth0-TxRx-3", "mlx5_comp7@pci:0000:3b:00.0", "i40e-eth0-TxRx-0"; and what is
/// none: "virtio2-config", "virtio2-output.0", "mlx5_async0@...", "eth0-tx-1".
bool is_receiving(const std::string &name);

} // namespace sipsteer::doctor
