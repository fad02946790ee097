// SPDX-License-Identifier: Apache-2.0
#include "config/parse.hpp"

#include "base/fd.hpp"
#include "config/checks.hpp"
#include "config/fields.hpp"
#include "config/json_text.hpp"

#include <sipsteer/limits.h>

#include <array>
#include <fcntl.h>

namespace sipsteer::config {

namespace {

/// Servers of all pools, of whatever form.
std::size_t servers_in(const nlohmann::json &document) {
    std::size_t servers = 0;
    if (!document.is_object() || !document.contains("pools")) {
        return servers;
    }
    for (const auto &pool : document["pools"]) {
        if (pool.is_object() && pool.contains("servers") && pool["servers"].is_array()) {
            servers += pool["servers"].size();
        }
    }
    return servers;
}

Parsed parse_into(Errors &errors, const nlohmann::json &document) {
    if (const auto servers = servers_in(document); servers > SS_MAX_SERVERS) { // before all work
        errors.add("pools", std::to_string(servers) + " servers in all; at most " +
                                std::to_string(SS_MAX_SERVERS) + " are supported");
        return errors.all();
    }
    Config config;
    Object{}.read(Cursor(document, errors), config);
    check_whole(config, errors);
    if (!errors.empty()) {
        return errors.all();
    }
    return config;
}

} // namespace

std::string Parsed::error_text() const {
    std::string text;
    for (const FieldError &error : errors()) {
        text += (text.empty() ? "" : "\n") + error.to_string();
    }
    return text;
}

Parsed parse(const nlohmann::json &document) {
    Errors errors;
    return parse_into(errors, document);
}

Parsed parse_text(std::string_view text) {
    Errors errors;
    const auto document = parse_json(text, errors);
    if (!document) {
        return errors.all();
    }
    return parse_into(errors, *document);
}

Result<std::string> read_file(const std::string &path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        return system_error("cannot open " + path);
    }
    std::string text;
    std::array<char, 65536> chunk;
    for (;;) {
        const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
        if (count > 0) {
            text.append(chunk.data(), static_cast<std::size_t>(count));
        } else if (count == 0) {
            return text;
        } else if (errno != EINTR) {
            return system_error("cannot read " + path);
        }
    }
}

Parsed parse_text_of(const std::string &path, std::string_view text) {
    auto parsed = parse_text(text);
    if (parsed) {
        return parsed;
    }
    auto errors = parsed.errors();
    for (auto &error : errors) {
        if (error.path.empty()) {
            error.message = path + ": " + error.message;
        }
    }
    return errors;
}

Parsed load_file(const std::string &path) {
    const auto text = read_file(path);
    if (!text) {
        return std::vector<FieldError>{{"", text.error().message}};
    }
    return parse_text_of(path, *text);
}

nlohmann::json to_json(const Config &config) {
    return Object{}.write(config);
}

} // namespace sipsteer::config
