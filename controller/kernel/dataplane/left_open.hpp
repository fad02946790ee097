// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

namespace sipsteer::dataplane {

/// Closes the descriptors of programs that libxdp leaves open: 1.3 closes none of a dispatcher's
/// programs. Each would keep a program that was replaced loaded, and with it the call table before
/// a resize. Stands before all other variables of a function that calls libxdp. No other thread may
/// open programs meanwhile.
class LeftOpen {
public:
    LeftOpen();
    LeftOpen(const LeftOpen &) = delete;
    LeftOpen &operator=(const LeftOpen &) = delete;
    ~LeftOpen();

    /// This one stays open.
    void keep(int program_fd) { kept_.insert(program_fd); }

private:
    std::set<int> kept_;
};

} // namespace sipsteer::dataplane
