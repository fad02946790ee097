// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sipsteer::api {

/// openapi.json of this folder, with the program's version in it. What other parts of the program
/// know better is not in it: the configuration, and the words of the lists in include/sipsteer.
std::string_view openapi_template();

/// The description of the API: the template with all of that.
std::string openapi_document();

} // namespace sipsteer::api
