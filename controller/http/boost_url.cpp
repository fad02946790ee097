// SPDX-License-Identifier: Apache-2.0
//
// Boost.URL, compiled here once: the package has it as source alone.
#include <boost/url/src.hpp>
