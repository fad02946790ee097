// SPDX-License-Identifier: Apache-2.0
#include "cli/resolve.hpp"

#include <sys/socket.h>

namespace sipsteer::cli {

Result<Places> resolve(const std::string &host, const std::string &port, int type) {
    addrinfo hints{};
    hints.ai_socktype = type;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    addrinfo *first = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &first);
    if (failed == 0) {
        return Places(first, &::freeaddrinfo);
    }
    return Error{failed == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(failed)};
}

} // namespace sipsteer::cli
