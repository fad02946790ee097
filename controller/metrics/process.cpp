// SPDX-License-Identifier: Apache-2.0
//
// The daemon itself: what it is, what it is attached to, what its API was asked.
#include "metrics/parts.hpp"

namespace sipsteer::metrics {

namespace {

void add_requests(const Requests &requests, Families &families) {
    auto count = families.counter("api_requests_total", "Requests to the API.");
    for (const auto &[key, value] : requests.count) {
        const auto &[route, method, status] = key;
        count.add({{"route", route}, {"method", method}, {"status", std::to_string(status)}},
                  value);
    }
    auto latency = families.histogram("api_request_duration_seconds",
                                      "From a request that was read to its answer, not yet sent.");
    for (const auto &[route, value] : requests.latency) {
        latency.add({{"route", route}}, value);
    }
}

} // namespace

void add_process(const State &state, Families &families) {
    families.gauge("build_info", "1; the version of sipsteerd and of the layout of its maps.")
        .add({{"version", state.version}, {"layout", std::to_string(state.layout)}}, true);
    families.standard_gauge("process_start_time_seconds", "When the daemon was started, Unix time.")
        .add({}, state.start_time);
    auto native = families.gauge("interface_native_mode",
                                 "1 if the program runs in the driver, 0 in generic mode.");
    for (const auto &interface : state.interfaces) {
        native.add({{"interface", interface.name}}, interface.native);
    }
    add_requests(state.requests, families);
}

} // namespace sipsteer::metrics
