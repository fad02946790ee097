// SPDX-License-Identifier: Apache-2.0
//
// The daemon's verdict on configurations: one to a line of stdin, in JSON. For each a line: "good",
// or the errors, " | " between them.
#include "config/parse.hpp"

#include <iostream>
#include <string>

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        const auto parsed = sipsteer::config::parse_text(line);
        std::string verdict = parsed.ok() ? "good" : "";
        if (!parsed.ok()) {
            for (const auto &error : parsed.errors()) {
                verdict += (verdict.empty() ? "" : " | ") + error.to_string();
            }
        }
        std::cout << verdict << '\n';
    }
    return std::cout.flush() ? 0 : 1;
}
