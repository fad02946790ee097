// SPDX-License-Identifier: Apache-2.0
//
// The daemon itself: what it is, what it is attached to, what its API was asked,
// and what it traces.
#include "api/metrics/parts.hpp"

namespace sipsteer::metrics {

namespace {

void add_requests(const Requests &requests, Families &families) {
    auto count = families.counter("api_requests_total", "Requests to the API.");
    for (const auto &[key, value] : requests.count) {
        const auto &[route, method, status] = key;
        count.add({{"route", route}, {"method", method}, {"status", std::to_string(status)}},
                  value);
    }
    auto latency =
        families.histogram("api_request_duration_seconds",
                           "Time from a complete request to its answer, before sending.");
    for (const auto &[route, value] : requests.latency) {
        latency.add({{"route", route}}, value);
    }
}

void add_trace(const Trace &trace, Families &families) {
    families.gauge("trace_clients", "Clients that trace packets.").add({}, trace.clients);
    families.counter("trace_packets_total", "Packets sent to tracing clients.")
        .add({}, trace.packets);
    families
        .counter("trace_lost_packets_total",
                 "Packets lost to traces: no room on the way to the daemon, or a slow client.")
        .add({{"cause", "no_room"}}, trace.lost_early)
        .add({{"cause", "slow_client"}}, trace.lost_late);
}

void add_host(const State &state, Families &families) {
    families.gauge("ready", "1 if GET /readyz says that packets are steered as configured.")
        .add({}, state.ready);
    auto attached = families.gauge("interface_attached", "1 if the program is on the interface.");
    for (const auto &interface : state.interfaces) {
        attached.add({{"interface", interface.name}}, interface.attached);
    }
    auto up = families.gauge("interface_link_up", "1 if the interface is up and has a carrier.");
    for (const auto &interface : state.interfaces) {
        up.add({{"interface", interface.name}}, interface.up);
    }
    auto present = families.gauge("vip_present", "1 if the VIP is on its vip_interface.");
    for (const auto &vip : state.vips) {
        present.add({{"address", vip.address}, {"interface", vip.interface}}, vip.present);
    }
    auto repairs = families.counter(
        "host_repairs_total",
        "Programs, VIPs and pins that were gone from this host and were put back.");
    for (const auto &[what, count] : state.repairs) {
        repairs.add({{"what", what}}, count);
    }
}

} // namespace

void add_process(const State &state, Families &families) {
    families
        .gauge("build_info",
               "Always 1; labels: the version of sipsteerd and of the layout of its maps.")
        .add({{"version", state.version}, {"layout", std::to_string(state.layout)}}, true);
    families.standard_gauge("process_start_time_seconds", "Start time of the daemon, Unix time.")
        .add({}, state.start_time);
    add_host(state, families);
    auto native = families.gauge("interface_native_mode",
                                 "1 if the program runs in the driver, 0 in generic mode.");
    for (const auto &interface : state.interfaces) {
        if (interface.attached) {
            native.add({{"interface", interface.name}}, interface.native);
        }
    }
    families
        .counter("log_lines_lost_total",
                 "Lines of the daemon's log that were lost because nobody read them for long.")
        .add({}, state.log_lines_lost);
    families
        .gauge("state_files_unsaved",
               "Files of state_dir that lack the present state, as their last "
               "write failed.")
        .add({}, state.state_files_unsaved);
    families
        .gauge("config_last_reload_successful",
               "0 if the configuration file was refused when it was last read again.")
        .add({}, state.last_reload_successful);
    families
        .counter("loop_stalled_seconds_total",
                 "Time in which the daemon's event loop stood still for more than 100 ms.")
        .add({}, state.loop_stalled_seconds);
    families
        .gauge("loop_longest_stall_seconds",
               "The longest time for which the event loop stood still.")
        .add({}, state.loop_longest_stall_seconds);
    add_trace(state.trace, families);
    add_requests(state.requests, families);
}

} // namespace sipsteer::metrics
