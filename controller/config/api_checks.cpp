// SPDX-License-Identifier: Apache-2.0
#include "config/api_checks.hpp"

#include "config/api_rules.hpp"
#include "config/cursor.hpp"

namespace sipsteer::config {

namespace {

/// Of the address of the listener at `path`, which could be read.
void check_twice(const Api &api, std::size_t index, const std::string &path, Errors &errors) {
    for (std::size_t i = 0; i < index; i++) {
        if (api.listen[i].address == api.listen[index].address) {
            errors.add(field_path(path, "address"),
                       AddressAndPort::to_text(api.listen[index].address) +
                           " is already the address of " + element_path("api.listen", i));
            return;
        }
    }
}

void check_tls(const Listen &listen, const std::string &path, Errors &errors) {
    if (listen.tls && listen.insecure) {
        errors.add(field_path(path, "insecure"), "works only without tls");
    }
    if (listen.tls || listen.insecure || listen.address.address.is_loopback() ||
        errors.has(field_path(path, "tls")) || errors.has(field_path(path, "insecure"))) {
        return;
    }
    errors.add(field_path(path, "tls"),
               "missing: other hosts can reach " + AddressAndPort::to_text(listen.address) +
                   "; give a certificate and a key, or set \"insecure\" to true for plain text");
}

} // namespace

void check_api(const Api &api, Errors &errors) {
    for (std::size_t i = 0; i < api.listen.size(); i++) {
        const std::string path = element_path("api.listen", i);
        if (api.listen[i].address.port != 0) { // neither missing nor refused
            check_twice(api, i, path, errors);
            check_tls(api.listen[i], path, errors);
        }
    }
    if (!api.listen.empty() && !api.tokens_file && !errors.has("api.tokens_file")) {
        errors.add("api.tokens_file", "missing: clients need a token over TCP");
    }
}

} // namespace sipsteer::config
