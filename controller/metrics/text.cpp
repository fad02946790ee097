// SPDX-License-Identifier: Apache-2.0
#include "metrics/text.hpp"

#include "metrics/parts.hpp"

#include <prometheus/text_serializer.h>

namespace sipsteer::metrics {

std::string to_text(const State &state) {
    Families families;
    add_process(state, families);
    add_traffic(state, families);
    add_calls(state, families);
    add_farm(state, families);
    return prometheus::TextSerializer().Serialize(families.all());
}

} // namespace sipsteer::metrics
