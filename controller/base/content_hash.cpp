// SPDX-License-Identifier: Apache-2.0
#include "base/content_hash.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/nil_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace sipsteer {

std::string content_hash(std::string_view bytes) {
    boost::uuids::name_generator_sha1 hash(boost::uuids::nil_uuid());
    return to_string(hash(bytes.data(), bytes.size()));
}

} // namespace sipsteer
