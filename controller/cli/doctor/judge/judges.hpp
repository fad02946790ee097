// SPDX-License-Identifier: Apache-2.0
//
// The judgements of all checks, one to a file. Pure: facts in, findings out.
#pragma once

#include "cli/doctor/facts.hpp"
#include "cli/doctor/finding.hpp"

namespace sipsteer::doctor {

void judge_daemon(const Facts &facts, Findings &findings);
void judge_ready(const Facts &facts, Findings &findings);
void judge_version(const Facts &facts, Findings &findings);
void judge_config(const Facts &facts, Findings &findings);
void judge_kernel(const Facts &facts, Findings &findings);
void judge_bpf(const Facts &facts, Findings &findings);
void judge_bpffs(const Facts &facts, Findings &findings);
void judge_memory(const Facts &facts, Findings &findings);
void judge_limits(const Facts &facts, Findings &findings);
void judge_clock(const Facts &facts, Findings &findings);
void judge_interface(const Facts &facts, Findings &findings);
void judge_xdp_attached(const Facts &facts, Findings &findings);
void judge_xdp_foreign(const Facts &facts, Findings &findings);
void judge_xdp_mode(const Facts &facts, Findings &findings);
void judge_xdp_transmit(const Facts &facts, Findings &findings);
void judge_mtu(const Facts &facts, Findings &findings);
void judge_receive_offload(const Facts &facts, Findings &findings);
void judge_vlan_offload(const Facts &facts, Findings &findings);
void judge_rss(const Facts &facts, Findings &findings);
void judge_irq(const Facts &facts, Findings &findings);
void judge_rp_filter(const Facts &facts, Findings &findings);
void judge_vip(const Facts &facts, Findings &findings);
void judge_vip_leak(const Facts &facts, Findings &findings);
void judge_next_hop(const Facts &facts, Findings &findings);
void judge_neighbour(const Facts &facts, Findings &findings);
void judge_server_vip(const Facts &facts, Findings &findings);
void judge_two_boxes(const Facts &facts, Findings &findings);
void judge_servers(const Facts &facts, Findings &findings);
void judge_pools(const Facts &facts, Findings &findings);

} // namespace sipsteer::doctor
