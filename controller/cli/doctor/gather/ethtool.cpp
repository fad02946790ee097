// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/ethtool.hpp"

#include <cstring>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace sipsteer::doctor {

namespace {

/// A structure with an array of `count` values behind it, zeroed. In words, which align all of
/// them.
template <typename Head, typename Value>
std::vector<std::uint64_t> room_for(std::size_t count) {
    return std::vector<std::uint64_t>((sizeof(Head) + count * sizeof(Value) + 7) / 8);
}

template <typename Head>
Head &head_of(std::vector<std::uint64_t> &room) {
    return *reinterpret_cast<Head *>(room.data());
}

} // namespace

Ethtool::Ethtool(std::string interface)
    : interface_(std::move(interface)), fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

int Ethtool::ask(void *command) const {
    ifreq request{};
    if (interface_.size() >= sizeof(request.ifr_name)) {
        return ENODEV;
    }
    std::memcpy(&request.ifr_name, interface_.c_str(), interface_.size() + 1);
    request.ifr_data = static_cast<char *>(command);
    return ::ioctl(fd_.get(), SIOCETHTOOL, &request) == 0 ? 0 : errno;
}

Ethtool::Driver Ethtool::driver() const {
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    return ask(&info) == 0 ? Driver{info.driver, info.bus_info} : Driver{};
}

std::map<std::string, bool> Ethtool::features() const {
    auto size_room = room_for<ethtool_sset_info, std::uint32_t>(1);
    auto &set = head_of<ethtool_sset_info>(size_room);
    set.cmd = ETHTOOL_GSSET_INFO;
    set.sset_mask = 1ULL << ETH_SS_FEATURES;
    if (ask(&set) != 0 || set.sset_mask == 0) {
        return {};
    }
    std::uint32_t count = 0;
    std::memcpy(&count, reinterpret_cast<const char *>(size_room.data()) + sizeof(set),
                sizeof(count));
    auto name_room = room_for<ethtool_gstrings, char[ETH_GSTRING_LEN]>(count);
    auto &names = head_of<ethtool_gstrings>(name_room);
    names.cmd = ETHTOOL_GSTRINGS;
    names.string_set = ETH_SS_FEATURES;
    names.len = count;
    const std::uint32_t blocks = (count + 31) / 32;
    auto value_room = room_for<ethtool_gfeatures, ethtool_get_features_block>(blocks);
    auto &values = head_of<ethtool_gfeatures>(value_room);
    values.cmd = ETHTOOL_GFEATURES;
    values.size = blocks;
    if (ask(&names) != 0 || ask(&values) != 0) {
        return {};
    }
    std::map<std::string, bool> features;
    for (std::uint32_t i = 0; i < count; i++) {
        const auto *name =
            reinterpret_cast<const char *>(&names.data[std::size_t{i} * ETH_GSTRING_LEN]);
        const bool on = (values.features[i / 32].active >> (i % 32) & 1U) != 0;
        features[std::string(name, ::strnlen(name, ETH_GSTRING_LEN))] = on;
    }
    return features;
}

Known<Queues> Ethtool::queues() const {
    ethtool_channels channels{};
    channels.cmd = ETHTOOL_GCHANNELS;
    if (const int failed = ask(&channels); failed != 0) {
        return system_error("its driver does not report its queues", failed);
    }
    return Queues{channels.combined_count + channels.rx_count,
                  channels.max_combined + channels.max_rx, channels.max_combined != 0};
}

std::vector<unsigned> Ethtool::rss_table() const {
    ethtool_rxfh_indir size{};
    size.cmd = ETHTOOL_GRXFHINDIR;
    if (ask(&size) != 0 || size.size == 0) {
        return {};
    }
    auto room = room_for<ethtool_rxfh_indir, std::uint32_t>(size.size);
    auto &table = head_of<ethtool_rxfh_indir>(room);
    table.cmd = ETHTOOL_GRXFHINDIR;
    table.size = size.size;
    if (ask(&table) != 0) {
        return {};
    }
    return {table.ring_index, table.ring_index + table.size};
}

std::optional<std::uint64_t> Ethtool::hash_fields(std::uint32_t flow) const {
    ethtool_rxnfc request{};
    request.cmd = ETHTOOL_GRXFH;
    request.flow_type = flow;
    return ask(&request) == 0 ? std::optional<std::uint64_t>(request.data) : std::nullopt;
}

} // namespace sipsteer::doctor
