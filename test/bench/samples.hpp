// SPDX-License-Identifier: Apache-2.0
//
// Many short measurements of one thing. The least is what it costs undisturbed; the median shows
// how disturbed it was.
#pragma once

#include <vector>

namespace sipsteer::bench {

class Samples {
public:
    void add(double value) { values_.push_back(value); }

    /// There must be a value.
    double least() const;
    double median() const;

private:
    std::vector<double> values_;
};

} // namespace sipsteer::bench
