// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI { // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace sipsteer::cli {

struct Todo;

/// Adds `import` to the command `config`.
void add_import(CLI::App &command, Todo &todo);

} // namespace sipsteer::cli
