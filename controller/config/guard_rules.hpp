// SPDX-License-Identifier: Apache-2.0
//
// Rules (rules.hpp) for the lists of a guard.
#pragma once

#include "base/prefix.hpp"
#include "config/cursor.hpp"
#include "config/model.hpp"
#include "config/schema_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sipsteer::config {

/// Why `text` is no prefix: an address, or address/bits, with zeros behind the bits. Empty if it is
/// one; then it is in `out`.
std::string read_prefix(const std::string &text, Prefix &out);

/// A list of prefixes, at most `most`: "192.0.2.0/24", "2001:db8::/32", "203.0.113.7".
struct PrefixList {
    std::size_t most;

    void read(const Cursor &at, std::vector<Prefix> &out) const;
    nlohmann::json write(const std::vector<Prefix> &value) const;
    nlohmann::json schema(const std::vector<Prefix> &value, Definitions &definitions) const;
};

/// From whom methods are taken: {"OPTIONS": "known", "REGISTER": "trusted"}.
struct MethodSources {
    void read(const Cursor &at, std::map<std::uint8_t, GuardFrom> &out) const;
    nlohmann::json write(const std::map<std::uint8_t, GuardFrom> &value) const;
    nlohmann::json schema(const std::map<std::uint8_t, GuardFrom> &value,
                          Definitions &definitions) const;
};

/// Beginnings of User-Agent, kept in small letters: up to SS_GUARD_AGENTS of 4 to 16 printable
/// ASCII characters, the first one no blank.
struct AgentList {
    void read(const Cursor &at, std::vector<std::string> &out) const;
    nlohmann::json write(const std::vector<std::string> &value) const { return value; }
    nlohmann::json schema() const;
};

/// A list of absolute paths, at most `most`.
struct PathList {
    std::size_t most;

    void read(const Cursor &at, std::vector<std::string> &out) const;
    nlohmann::json write(const std::vector<std::string> &value) const { return value; }
    nlohmann::json schema() const;
};

} // namespace sipsteer::config
