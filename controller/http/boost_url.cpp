// SPDX-License-Identifier: Apache-2.0
//
// Boost.URL, compiled here once, for a Boost that has it as source alone (CMakeLists.txt).
#include <boost/url/src.hpp>
