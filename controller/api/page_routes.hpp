// SPDX-License-Identifier: Apache-2.0
//
// The page that shows and tends the farm in a browser. It is files and no more: whatever it shows
// it asks of the API, as any client does.
#pragma once

#include "http/router.hpp"

namespace sipsteer::api {

/// GET /: the page
/// GET /page/{file}: what the page is made of, and the licence of what is not ours in it
///
/// They hold nothing about the farm, so they may be served to who has no token: the page has a
/// field for one.
void add_page_routes(http::Router &router);

} // namespace sipsteer::api
