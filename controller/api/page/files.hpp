// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace sipsteer::page {

/// A file of controller/page, or of a package that the page uses, as it was when this was built.
struct File {
    std::string_view name; // "style.css"
    std::string_view bytes;
};

std::span<const File> files();

} // namespace sipsteer::page
