// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace sipsteer::upkeep {

/// What is wrong with the host and cannot be mended now, by what it is about: "interface eth0". The
/// log has a line when a trouble begins, when its words change, and when it is over.
class Troubles {
public:
    using All = std::map<std::string, std::string>;

    void note(All now);

    /// The words about one thing; empty: it is well.
    std::string of(const std::string &about) const;

private:
    All all_;
};

} // namespace sipsteer::upkeep
