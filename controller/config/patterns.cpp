// SPDX-License-Identifier: Apache-2.0
#include "config/patterns.hpp"

#include "config/duration.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace sipsteer::config {

namespace {

constexpr std::uint64_t kNineDigits = 999'999'999; // of a duration: nine digits

/// The last numbers of the runs that [least, most] falls into: in a run the numbers are as long as
/// each other, and each digit goes through a range of its own.
std::set<std::uint64_t> ends_of_runs(std::uint64_t least, std::uint64_t most) {
    std::set<std::uint64_t> ends = {most};
    for (std::uint64_t power = 10;; power *= 10) {
        const std::uint64_t end = least / power * power + power - 1; // ends in nines
        if (end >= most) {
            break;
        }
        ends.insert(end);
    }
    for (std::uint64_t power = 10;; power *= 10) {
        const std::uint64_t next = (most + 1) / power * power; // ends in zeros
        if (next <= least) {
            break;
        }
        ends.insert(next - 1);
    }
    return ends;
}

std::string run_pattern(std::uint64_t first, std::uint64_t last) {
    const std::string low = std::to_string(first);
    const std::string high = std::to_string(last);
    std::string pattern;
    for (std::size_t i = 0; i < low.size(); i++) {
        pattern += low[i] == high[i] ? std::string(1, low[i])
                                     : std::string("[") + low[i] + '-' + high[i] + ']';
    }
    return pattern;
}

/// Of durations in one unit: the numbers that are in range, and its name. Empty: none is.
std::string unit_pattern(std::uint64_t least, std::uint64_t most, std::uint64_t unit,
                         const std::string &name) {
    const std::uint64_t first = (least + unit - 1) / unit;
    const std::uint64_t last = std::min(most / unit, kNineDigits);
    return first > last ? "" : number_pattern(first, last) + name;
}

} // namespace

std::string number_pattern(std::uint64_t least, std::uint64_t most) {
    std::string pattern;
    std::uint64_t first = least;
    for (const std::uint64_t last : ends_of_runs(least, most)) {
        pattern += (pattern.empty() ? "" : "|") + run_pattern(first, last);
        first = last + 1;
    }
    return "0*(?:" + pattern + ")";
}

std::string port_pattern() {
    return number_pattern(1, 65535);
}

std::string ipv4_pattern() {
    const std::string octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    return octet + "(?:\\." + octet + "){3}";
}

std::string ipv6_pattern() {
    const std::string group = "[0-9a-fA-F]{1,4}";
    const std::string groups = "(?:" + group + ":)";
    const std::string ipv4 = ipv4_pattern();
    std::string pattern = groups + "{7}" + group + "|" + groups + "{6}" + ipv4;
    for (int before = 0; before <= 7; before++) { // groups before the "::"
        const std::string head = before == 0 ? ":" : groups + "{" + std::to_string(before) + "}";
        pattern += "|" + head + ":";
        if (before <= 6) {
            pattern += "(?:" + group + "(?::" + group + "){0," + std::to_string(6 - before) + "})?";
        }
        if (before <= 5) {
            pattern += "|" + head + ":" + groups + "{0," + std::to_string(5 - before) + "}" + ipv4;
        }
    }
    return "(?:" + pattern + ")";
}

std::string duration_pattern(std::chrono::milliseconds least, std::chrono::milliseconds most,
                             bool whole_seconds) {
    const auto from = static_cast<std::uint64_t>(least.count());
    const auto to = static_cast<std::uint64_t>(most.count());
    const std::vector<std::string> units = {
        whole_seconds ? unit_pattern(from, to, 1000, "000ms") : unit_pattern(from, to, 1, "ms"),
        unit_pattern(from, to, 1000, "s"), unit_pattern(from, to, 60'000, "m"),
        unit_pattern(from, to, 3'600'000, "h")};
    std::string pattern;
    for (const std::string &unit : units) {
        if (!unit.empty()) {
            pattern += (pattern.empty() ? "" : "|") + unit;
        }
    }
    return "^(?=[0-9]{1,9}[a-z])(?:" + pattern + ")$";
}

} // namespace sipsteer::config
