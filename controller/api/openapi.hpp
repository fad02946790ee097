// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sipsteer::api {

/// openapi.json of this folder, with the program's version in it.
std::string_view openapi_document();

} // namespace sipsteer::api
