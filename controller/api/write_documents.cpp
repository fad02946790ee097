// SPDX-License-Identifier: Apache-2.0
//
// Writes what is installed beside the programs, when the project is built:
//
//     sipsteer_documents openapi|schema
#include "api/openapi.hpp"
#include "config/schema.hpp"

#include <iostream>
#include <string>

int main(int argc, char **argv) {
    const std::string what = argc == 2 ? argv[1] : "";
    if (what == "openapi") {
        std::cout << sipsteer::api::openapi_document();
    } else if (what == "schema") {
        std::cout << sipsteer::config::schema().dump(4) << '\n';
    } else {
        std::cerr << "usage: sipsteer_documents openapi|schema\n";
        return 2;
    }
    return std::cout.flush() ? 0 : 1;
}
