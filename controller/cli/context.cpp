// SPDX-License-Identifier: Apache-2.0
#include "cli/context.hpp"

#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace sipsteer::cli {

int fail(ExitCode code, const std::string &message) {
    std::cerr << "sipsteer: " << message << '\n';
    return code;
}

void print_json(const nlohmann::json &json, bool one_line) {
    std::cout << json.dump(one_line ? -1 : 2, ' ', false, nlohmann::json::error_handler_t::replace)
              << '\n';
}

bool use_colour() {
    const char *no_colour = std::getenv("NO_COLOR");
    return ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

} // namespace sipsteer::cli
