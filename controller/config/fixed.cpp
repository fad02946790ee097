// SPDX-License-Identifier: Apache-2.0
#include "config/fixed.hpp"

namespace sipsteer::config {

namespace {

/// Calls visit(NAME, MEMBER of a, MEMBER of b) for each.
template <typename Other, typename Visit>
void each_fixed(const Config &a, Other &b, Visit visit) {
    visit("interfaces", a.interfaces, b.interfaces);
    visit("vlan_tags", a.vlan_tags, b.vlan_tags);
    visit("pin_dir", a.pin_dir, b.pin_dir);
    visit("state_dir", a.state_dir, b.state_dir);
    visit("api", a.api, b.api);
    visit("fragments", a.fragments, b.fragments);
}

} // namespace

std::vector<std::string> fixed_differences(const Config &now, const Config &next) {
    std::vector<std::string> names;
    each_fixed(now, next, [&](const char *name, const auto &a, const auto &b) {
        if (a != b) {
            names.emplace_back(name);
        }
    });
    return names;
}

void keep_fixed(const Config &now, Config &next) {
    each_fixed(now, next, [](const char *, const auto &from, auto &to) { to = from; });
}

} // namespace sipsteer::config
