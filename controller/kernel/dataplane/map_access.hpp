// SPDX-License-Identifier: Apache-2.0
//
// Typed reads and writes of one map's values.
#pragma once

#include "base/result.hpp"

#include <sipsteer/names.h>

#include <bpf/bpf.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::dataplane {

template <typename Key, typename Value>
Status write_value(int map, const Key &key, const Value &value, const char *what) {
    if (bpf_map_update_elem(map, &key, &value, BPF_ANY) != 0) {
        return system_error(std::string("cannot write map ") + what);
    }
    return Done{};
}

/// Done, too, if the key is not there.
template <typename Key>
Status remove_key(int map, const Key &key, const char *what) {
    if (bpf_map_delete_elem(map, &key) != 0 && errno != ENOENT) {
        return system_error(std::string("cannot remove from map ") + what);
    }
    return Done{};
}

template <typename Value, typename Key>
std::optional<Value> read_value(int map, const Key &key) {
    Value value{};
    if (bpf_map_lookup_elem(map, &key, &value) != 0) {
        return std::nullopt;
    }
    return value;
}

/// All values of an array of `count`, in few system calls. Fails if the map has fewer.
template <typename Value>
Result<std::vector<Value>> read_array(int map, std::uint32_t count, const char *what) {
    std::vector<Value> values(count);
    std::vector<std::uint32_t> keys(count);
    std::uint32_t next = 0;
    std::uint32_t read = count;
    if (bpf_map_lookup_batch(map, nullptr, &next, keys.data(), values.data(), &read, nullptr) !=
            0 ||
        read != count) {
        return system_error(std::string("cannot read map ") + what);
    }
    return values;
}

template <typename Key>
std::vector<Key> read_keys(int map) {
    std::vector<Key> keys;
    Key key{};
    const void *from = nullptr;
    while (bpf_map_get_next_key(map, from, &key) == 0) {
        keys.push_back(key);
        from = &keys.back();
    }
    return keys;
}

/// Pins a map again that is no longer pinned there. True if it was not. Fails if another map is.
Result<bool> keep_pinned(int map, const std::string &path);

inline ss_name make_name(const std::string &text) {
    ss_name name{};
    const auto length = std::min(text.size(), sizeof(name.text) - 1);
    std::copy_n(text.begin(), length, std::begin(name.text));
    return name;
}

inline std::string read_name(int map, std::uint32_t index) {
    const auto name = read_value<ss_name>(map, index);
    if (!name) {
        return {};
    }
    return {name->text, strnlen(name->text, sizeof(name->text))};
}

} // namespace sipsteer::dataplane
