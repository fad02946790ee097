// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/attributes.hpp"

#include <algorithm>
#include <cstring>

namespace sipsteer::netlink {

namespace {
template <typename T>
std::optional<T> copy_out(const nlattr *attribute) {
    if (attribute == nullptr || mnl_attr_get_payload_len(attribute) != sizeof(T)) {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, mnl_attr_get_payload(attribute), sizeof(value));
    return value;
}
} // namespace

Attributes::Attributes(const nlmsghdr &message, std::size_t fixed) {
    mnl_attr_parse(&message, static_cast<unsigned>(fixed), remember, this);
}

Attributes::Attributes(const nlattr *nested) {
    if (nested != nullptr) {
        mnl_attr_parse_nested(nested, remember, this);
    }
}

int Attributes::remember(const nlattr *attribute, void *self) {
    auto &by_type = static_cast<Attributes *>(self)->by_type_;
    const auto type = mnl_attr_get_type(attribute);
    if (type < by_type.size()) {
        by_type[type] = attribute;
    }
    return MNL_CB_OK;
}

const nlattr *Attributes::get(std::uint16_t type) const {
    return by_type_.at(type);
}

std::optional<std::uint16_t> Attributes::u16(std::uint16_t type) const {
    return copy_out<std::uint16_t>(get(type));
}

std::optional<std::uint32_t> Attributes::u32(std::uint16_t type) const {
    return copy_out<std::uint32_t>(get(type));
}

std::optional<std::uint64_t> Attributes::u64(std::uint16_t type) const {
    return copy_out<std::uint64_t>(get(type));
}

std::optional<Address> Attributes::address(std::uint16_t type) const {
    if (const auto ipv4 = copy_out<std::array<std::uint8_t, 4>>(get(type))) {
        return Address::from_ipv4(*ipv4);
    }
    if (const auto ipv6 = copy_out<std::array<std::uint8_t, 16>>(get(type))) {
        return Address::from_bytes(*ipv6);
    }
    return std::nullopt;
}

std::optional<MacAddress> Attributes::mac(std::uint16_t type) const {
    return copy_out<MacAddress>(get(type));
}

std::string Attributes::text(std::uint16_t type) const {
    const nlattr *attribute = get(type);
    if (attribute == nullptr) {
        return {};
    }
    const auto *begin = static_cast<const char *>(mnl_attr_get_payload(attribute));
    const auto *end = begin + mnl_attr_get_payload_len(attribute);
    return {begin, std::find(begin, end, '\0')};
}

} // namespace sipsteer::netlink
