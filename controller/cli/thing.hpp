// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "cli/client.hpp"

#include <string>

namespace sipsteer::cli {

enum class Noun { Service, Pool, Server };

/// A service, pool or server of the configuration.
struct Thing {
    Noun noun = Noun::Server;
    std::string pool; // of a server; empty for the others
    std::string name;
};

/// A thing, or the code to exit with.
struct FoundThing {
    Thing thing;
    int exit_code = kExitOk;

    bool ok() const { return exit_code == kExitOk; }
};

/// The name on a command line, of a server POOL/SERVER. An error quotes a text that is neither.
Result<Thing> parse_thing(Noun noun, const std::string &text);

/// As parse_thing(). It also takes a server's name alone if only one pool has such a server, for
/// which it asks the daemon. The standard error says why it fails.
FoundThing find_thing(const Context &context, Noun noun, const std::string &text);

/// "proxies/proxy1", "proxies".
std::string name_of(const Thing &thing);

/// "server proxies/proxy1", "pool proxies".
std::string title_of(const Thing &thing);

/// The path of the list that has the thing, and of the thing itself, in the API.
std::string list_path_of(const Thing &thing);
std::string path_of(const Thing &thing);

/// As ask(). Its errors name the thing, and its fields instead of places in the configuration.
ApiAnswer ask_about(const Context &context, const Thing &thing, const ApiRequest &request);

} // namespace sipsteer::cli
