// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/beast/core/string.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sipsteer::http {

/// The header fields of a request. The case of a name does not matter (RFC 9110, 5.1).
class Fields {
public:
    /// A field that comes again goes on the list that the first one began (RFC 9110, 5.3).
    void add(std::string_view name, std::string_view value);

    /// Nothing if there is no such field.
    std::optional<std::string> get(const std::string &name) const;

    /// Whether Accept names this media type, in lower case, and not with a weight of 0 (RFC 9110,
    /// 12.5.1). Ranges like */* do not: what is asked for by them is the usual form.
    bool accept(std::string_view type) const;

private:
    std::map<std::string, std::string, boost::beast::iless> values_;
};

} // namespace sipsteer::http
