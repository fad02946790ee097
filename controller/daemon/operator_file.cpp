// SPDX-License-Identifier: Apache-2.0
#include "daemon/operator_file.hpp"

#include "base/content_hash.hpp"

namespace sipsteer::daemon {

OperatorFile read_operator_file(const std::string &path) {
    const auto text = config::read_file(path);
    if (!text) {
        return {std::vector<config::FieldError>{{"", text.error().message}}, {}};
    }
    return {config::parse_text_of(path, *text), content_hash(*text)};
}

} // namespace sipsteer::daemon
