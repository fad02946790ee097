// SPDX-License-Identifier: Apache-2.0
//
// Rules (rules.hpp) for the fields of the API's listeners.
#pragma once

#include "config/cursor.hpp"
#include "config/model.hpp"

#include <string>

namespace sipsteer::config {

/// A group of this host: 1 to 32 letters, digits, "_", "-" or ".", or a number.
struct GroupName {
    void read(const Cursor &at, std::string &out) const;
    nlohmann::json write(const std::string &value) const { return value; }
    nlohmann::json schema() const;
};

/// "192.0.2.1:8443" or "[2001:db8::1]:8443".
struct AddressAndPort {
    void read(const Cursor &at, ListenAddress &out) const;
    nlohmann::json write(const ListenAddress &value) const { return to_text(value); }

    static std::string to_text(const ListenAddress &value);

    nlohmann::json schema() const;
};

} // namespace sipsteer::config
