// SPDX-License-Identifier: Apache-2.0
#include "http/target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace sipsteer::http {

std::optional<Target> parse_target(std::string_view text) {
    namespace urls = boost::urls;
    auto parsed = urls::parse_origin_form({text.data(), text.size()});
    if (!parsed) {
        parsed = urls::parse_absolute_uri({text.data(), text.size()});
        if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https") ||
            !parsed->has_authority()) {
            return std::nullopt;
        }
    }
    Target target;
    target.path = parsed->encoded_path();
    for (const auto segment : parsed->segments()) {
        target.segments.emplace_back(segment);
    }
    if (parsed->has_query()) {
        for (const auto param : parsed->params()) {
            target.query.emplace_back(param.key, param.value);
        }
    }
    return target;
}

} // namespace sipsteer::http
