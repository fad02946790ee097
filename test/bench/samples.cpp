// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include <algorithm>
#include <cstddef>

namespace sipsteer::bench {

double Samples::least() const {
    return *std::min_element(values_.begin(), values_.end());
}

double Samples::median() const {
    std::vector<double> sorted = values_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

} // namespace sipsteer::bench
