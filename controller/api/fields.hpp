// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/beast/core/string.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::api {

/// The header fields of a request. The case of a name does not matter (RFC 9110, 5.1).
class Fields {
public:
    /// A field that comes again goes on the list that the first one began (RFC 9110, 5.3).
    void add(std::string_view name, std::string_view value);

    /// Nothing if there is no such field.
    std::optional<std::string> get(const std::string &name) const;

private:
    std::map<std::string, std::string, boost::beast::iless> values_;
};

} // namespace sipsteer::api
