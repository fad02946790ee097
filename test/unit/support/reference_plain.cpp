// SPDX-License-Identifier: Apache-2.0
#include "reference_finder.hpp"

#include <cctype>
#include <string>

namespace sipsteer::test {

namespace {

bool is_hex(std::string_view text, std::size_t at) {
    return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
}

/// The offset of the colon before the port; the text's end if there is none.
std::size_t port_at(const std::string &text) {
    bool brackets = false;
    for (std::size_t at = 0; at < text.size(); at++) {
        if (text[at] == '[' || text[at] == ']') {
            brackets = text[at] == '[';
        } else if (text[at] == ':' && !brackets) {
            return at;
        }
    }
    return text.size();
}

} // namespace

std::string reference_plain_user(std::string_view user) {
    std::string plain;
    for (std::size_t at = 0; at < user.size(); at++) {
        if (user[at] != '%' || !is_hex(user, at + 1) || !is_hex(user, at + 2)) {
            plain += user[at];
            continue;
        }
        const char c =
            static_cast<char>(std::stoi(std::string(user.substr(at + 1, 2)), nullptr, 16));
        if (std::string_view(";/?:@&=+$,").find(c) != std::string_view::npos) {
            plain += '%';
        }
        plain += c;
        at += 2;
    }
    return plain;
}

std::string reference_plain_sent_by(std::string_view sent_by) {
    std::string plain;
    for (const char c : sent_by) {
        if (c >= 'A' && c <= 'Z') {
            plain += static_cast<char>(c - 'A' + 'a');
        } else if (c != ' ' && c != '\t') {
            plain += c;
        }
    }
    const std::string port = plain.substr(port_at(plain)).substr(0, 8);
    plain.erase(port_at(plain));
    return port == ":5060" ? plain : plain + port;
}

} // namespace sipsteer::test
