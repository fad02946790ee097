/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The maps, and nothing else. Names have 15 characters at most. The controller pins each of them
 * under its name; a change of any key or value raises SS_LAYOUT_VERSION.
 */
#ifndef SIPSTEER_BPF_MAPS_H
#define SIPSTEER_BPF_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <sipsteer/call.h>
#include <sipsteer/counters.h>
#include <sipsteer/flow.h>
#include <sipsteer/fragment.h>
#include <sipsteer/guard.h>
#include <sipsteer/host.h>
#include <sipsteer/layout.h>
#include <sipsteer/link.h>
#include <sipsteer/names.h>
#include <sipsteer/pool.h>
#include <sipsteer/reason.h>
#include <sipsteer/reject.h>
#include <sipsteer/ring.h>
#include <sipsteer/server.h>
#include <sipsteer/service.h>
#include <sipsteer/settings.h>
#include <sipsteer/tap.h>

/* Fixed before loading: the hash's secret and the size of the call table. */
const volatile struct ss_settings settings = {};

/* VIP, port and protocol to service. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, struct ss_service_key);
    __type(value, struct ss_service);
    __uint(max_entries, SS_MAX_SERVICES);
} services SEC(".maps");

/* Pools, by index. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_pool);
    __uint(max_entries, SS_MAX_POOLS);
} pools SEC(".maps");

/* What packets change of pools, by index. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_pool_load);
    __uint(max_entries, SS_MAX_POOLS);
} pool_load SEC(".maps");

/* Each pool's ring, an inner map that is swapped whole. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __type(key, __u32);
    __uint(max_entries, SS_MAX_POOLS);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(key_size, sizeof(__u32));
            __uint(value_size,
                   sizeof(struct ss_ring)); /* __type here leaves a bare FWD (clang 14) */
            __uint(max_entries, 1);
        });
} rings SEC(".maps");

/* Servers of all pools, by index. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_server);
    __uint(max_entries, SS_MAX_SERVERS);
} servers SEC(".maps");

/* Servers by what they write in Via (sender.h). */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, struct ss_host_key);
    __type(value, __u32);
    __uint(max_entries, SS_MAX_SERVERS);
} hosts SEC(".maps");

/* What calls change of servers, by index; the sweep changes it, too, through mmap. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_server_load);
    __uint(max_entries, SS_MAX_SERVERS);
    __uint(map_flags, BPF_F_MMAPABLE);
} server_load SEC(".maps");

/* The call table; the controller sizes it, reads and sweeps it through mmap. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_bucket);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_MMAPABLE);
} calls SEC(".maps");

/* How the calls of each bucket began and go on; as many as calls has. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_births);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_MMAPABLE);
} births SEC(".maps");

/*
 * The call table that was in force before the present one was made in another size, and its births:
 * calls are brought over from it (call_before.h). One bucket, unused, at other times.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_bucket);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_MMAPABLE);
} calls_before SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_births);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_MMAPABLE);
} births_before SEC(".maps");

/* Earlier attempts of calls (call_attempts.h); 1: open. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, struct ss_attempt_key);
    __type(value, __u32);
    __uint(max_entries, SS_MAX_ATTEMPTS);
} attempts SEC(".maps");

/* Datagrams whose first fragment was steered. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, struct ss_fragment_key);
    __type(value, struct ss_fragment);
    __uint(max_entries, SS_MAX_FRAGMENTS);
} fragments SEC(".maps");

/* What sources have used of their bounds on fragments; the key is the address. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, struct ss_source);
    __type(value, struct ss_fragment_source);
    __uint(max_entries, SS_MAX_FRAGMENT_SOURCES);
} frag_sources SEC(".maps");

/* What all sources have used of them. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_fragment_source);
    __uint(max_entries, 1);
} frag_all SEC(".maps");

/*
 * Datagrams of which fragments are held for the first one. Not in fragments: whoever invents such
 * fragments is not to displace datagrams under way.
 */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, struct ss_fragment_key);
    __type(value, struct ss_fragment);
    __uint(max_entries, SS_MAX_WAITING);
} frag_waiting SEC(".maps");

/*
 * Fragments on their way to the controller: struct ss_held and the frame. Without a frame: the
 * first one of that datagram has passed. The controller sets the size.
 */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 20);
} held SEC(".maps");

/* Where a frame is put together before it goes into held. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_held_frame);
    __uint(max_entries, 1);
} held_draft SEC(".maps");

/* Requests for the controller to answer: struct ss_rejected and the message. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 18);
} rejects SEC(".maps");

/* Where such a request is put together. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_rejected_message);
    __uint(max_entries, 1);
} reject_draft SEC(".maps");

/* A message of up to SS_TEXT_MAX bytes, and room to read a chunk beyond (SS_SUM_MOST). */
struct ss_message_copy {
    __u8 bytes[0x4000 + 512];
};

/* Where a message that lies in several pieces is put together (scattered.h). */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_message_copy);
    __uint(max_entries, 1);
} message_draft SEC(".maps");

/* Clients' flows, for ICMP errors and keep-alives. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, struct ss_flow_key);
    __type(value, struct ss_flow);
    __uint(max_entries, SS_MAX_FLOWS);
} flows SEC(".maps");

/* Interfaces that frames may be redirected to, by ifindex. */
struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __type(key, __u32);
    __type(value, __u32);
    __uint(max_entries, SS_MAX_PORTS);
} ports SEC(".maps");

/*
 * Which frames are for this host and which are a director's (sipsteer/link.h). The controller fills
 * it before it attaches a program, and adds before it removes.
 */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __type(key, struct ss_link_key);
    __type(value, struct ss_link);
    __uint(max_entries, SS_MAX_LINKS);
    __uint(map_flags, BPF_F_NO_PREALLOC);
} links SEC(".maps");

/* Whose packets services take; memory is used as it is filled. */
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __type(key, struct ss_guard_key);
    __type(value, struct ss_guard);
    __uint(max_entries, SS_MAX_GUARD);
    __uint(map_flags, BPF_F_NO_PREALLOC);
} guard SEC(".maps");

/* How many new calls services take from whom, by service. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_guard_limits);
    __uint(max_entries, SS_MAX_SERVICES);
} guard_limits SEC(".maps");

/* When the next new call may come: ns of CLOCK_MONOTONIC (rate.h). */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, struct ss_guard_source);
    __type(value, __u64);
    __uint(max_entries, SS_MAX_GUARD_SOURCES);
} guard_sources SEC(".maps");

/* When an address last had a call confirmed, in ticks; its service counts, its kind is KNOWN. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, struct ss_guard_source);
    __type(value, __u32);
    __uint(max_entries, SS_MAX_GUARD_KNOWN);
} guard_known SEC(".maps");

/* What sources sent that is no message. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __type(key, struct ss_guard_source);
    __type(value, struct ss_guard_malformed);
    __uint(max_entries, SS_MAX_GUARD_MALFORMED);
} guard_malformed SEC(".maps");

/* What the guard did, by service. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_guard_counters);
    __uint(max_entries, SS_MAX_SERVICES);
} guard_counters SEC(".maps");

/* Packets and bytes by reason and verdict (ss_reason_index). */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_traffic);
    __uint(max_entries, SS_MAX_REASONS *SS_VERDICTS);
} reasons SEC(".maps");

/* Packets and bytes by service. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_traffic);
    __uint(max_entries, SS_MAX_SERVICES);
} service_traffic SEC(".maps");

/* Messages by service and method (ss_method_index). */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, __u64);
    __uint(max_entries, SS_MAX_SERVICES *SS_METHODS);
} methods SEC(".maps");

/* What became of calls, by pool. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_call_counters);
    __uint(max_entries, SS_MAX_POOLS);
} call_counters SEC(".maps");

/* What each server was sent. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_server_counters);
    __uint(max_entries, SS_MAX_SERVERS);
} server_counters SEC(".maps");

/* What is shown to the controller: one value for all packets, read by each. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_taps);
    __uint(max_entries, 1);
} taps SEC(".maps");

/* The frames that are shown: struct ss_tapped and the frame. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 22);
} tapped SEC(".maps");

/* Where one is put together. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_tapped_frame);
    __uint(max_entries, 1);
} tap_draft SEC(".maps");

/* Frames that were to be shown and found no room in tapped, by tap. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __type(key, __u32);
    __type(value, __u64);
    __uint(max_entries, SS_TAPS);
} tap_dropped SEC(".maps");

/* Names by index, written by the controller and read by people and by its next start. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_name);
    __uint(max_entries, SS_MAX_SERVICES);
} service_names SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_name);
    __uint(max_entries, SS_MAX_POOLS);
} pool_names SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __type(key, __u32);
    __type(value, struct ss_name);
    __uint(max_entries, SS_MAX_SERVERS);
} server_names SEC(".maps");

#endif /* SIPSTEER_BPF_MAPS_H */
