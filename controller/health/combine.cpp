// SPDX-License-Identifier: Apache-2.0
#include "health/combine.hpp"

#include <algorithm>

namespace sipsteer::health {

namespace {

/// "dsr: timeout 3 of 3"; with several VIPs also which: "dsr 198.51.100.100:5060: timeout 3 of 3".
std::string named(const PathResult &path, const std::vector<PathResult> &paths) {
    const auto is_dsr = [](const auto &one) { return one.path == config::ProbePath::Dsr; };
    const auto dsr_paths = std::count_if(paths.begin(), paths.end(), is_dsr);
    if (dsr_paths == 0 || path.reason.empty() || path.reason.starts_with(kNeighbourFailed)) {
        return path.reason;
    }
    if (!is_dsr(path)) {
        return "direct: " + path.reason;
    }
    return "dsr" + (dsr_paths > 1 ? " " + to_string(path.to) : "") + ": " + path.reason;
}

} // namespace

std::pair<Health, std::string> combine(const std::vector<PathResult> &paths) {
    const auto is_down = [](const auto &path) { return path.health == Health::Down; };
    const auto is_up = [](const auto &path) { return path.health == Health::Up; };
    if (const auto down = std::find_if(paths.begin(), paths.end(), is_down); down != paths.end()) {
        return {Health::Down, named(*down, paths)};
    }
    if (paths.empty() || !std::all_of(paths.begin(), paths.end(), is_up)) {
        return {Health::Unknown, {}};
    }
    const auto last =
        std::max_element(paths.begin(), paths.end(),
                         [](const auto &a, const auto &b) { return a.changed < b.changed; });
    return {Health::Up, named(*last, paths)};
}

} // namespace sipsteer::health
