// SPDX-License-Identifier: Apache-2.0
#include "cli/thing.hpp"

#include "cli/fields.hpp"
#include "cli/words.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <vector>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

constexpr int kNotFound = 404;

const char *word_of(Noun noun) {
    return noun == Noun::Service ? "service" : noun == Noun::Pool ? "pool" : "server";
}

/// The names of all things of a kind in a status.
std::vector<std::string> names_in(const json &status, Noun noun) {
    std::vector<std::string> names;
    for (const auto &thing : list_of(status, noun == Noun::Service ? "services" : "pools")) {
        if (noun != Noun::Server) {
            names.push_back(text_of(thing, "name"));
            continue;
        }
        for (const auto &server : list_of(thing, "servers")) {
            names.push_back(text_of(thing, "name") + '/' + text_of(server, "name"));
        }
    }
    return names;
}

/// The pools that have a server of that name.
std::vector<std::string> pools_with(const json &status, const std::string &server) {
    std::vector<std::string> pools;
    for (const auto &pool : list_of(status, "pools")) {
        const auto &servers = list_of(pool, "servers");
        if (std::any_of(servers.begin(), servers.end(),
                        [&](const auto &known) { return known.value("name", json()) == server; })) {
            pools.push_back(text_of(pool, "name"));
        }
    }
    return pools;
}

FoundThing find_server(const Context &context, const std::string &name) {
    const auto status = ask(context, {"GET", "/v1/status"});
    if (!status.ok()) {
        return {{}, status.exit_code};
    }
    const auto pools = pools_with(status.body, name);
    if (pools.size() == 1) {
        return {{Noun::Server, pools.front(), name}};
    }
    if (pools.empty()) {
        std::vector<std::string> known;
        for (const auto &full : names_in(status.body, Noun::Server)) {
            known.push_back(full.substr(full.find('/') + 1));
        }
        return {{},
                fail(kExitFailed, "there is no server \"" + printable(name) + '"' +
                                      config::did_you_mean(name, known))};
    }
    std::string list;
    for (const auto &pool : pools) {
        list += (list.empty() ? "" : ", ") + pool + '/' + name;
    }
    return {{},
            fail(kExitFailed, "more than one pool has a server \"" + name + "\": write " + list)};
}

/// The daemon's 404 means that the thing is not there or, where it is added, its pool.
std::string absence(const Context &context, const Thing &thing, const ApiRequest &request) {
    const bool adds = request.target.rfind(path_of(thing), 0) != 0;
    const Thing missing = adds ? Thing{Noun::Pool, {}, thing.pool} : thing;
    const auto status = ask_silently(context, {"GET", "/v1/status"});
    return "there is no " + title_of(missing) +
           config::did_you_mean(name_of(missing), names_in(status.body, missing.noun));
}

/// "weight" of "/pools/0/servers/1/weight" for a server; other pointers stay as they are.
std::string field_in(const Thing &thing, const std::string &pointer) {
    std::string rest = pointer;
    const auto skip = [&rest](const std::string &list) {
        const auto digits = list.size() + 2; // "/pools/"
        const auto end = rest.find_first_not_of("0123456789", digits);
        const bool found = rest.rfind('/' + list + '/', 0) == 0 && end != digits &&
                           end != rest.npos && rest[end] == '/';
        rest = found ? rest.substr(end) : std::string();
    };
    skip(thing.noun == Noun::Service ? "services" : "pools");
    if (thing.noun == Noun::Server) {
        skip("servers");
    }
    if (rest.empty()) {
        return pointer;
    }
    std::replace(rest.begin(), rest.end(), '/', '.');
    return rest.substr(1);
}

std::string refusal_of(const Thing &thing, const json &problem) {
    std::string text = "nothing changed: the daemon refuses the " + title_of(thing);
    for (const auto &error : list_of(problem, "errors")) {
        text +=
            "\n  " + field_in(thing, text_of(error, "pointer")) + ": " + text_of(error, "detail");
    }
    return text;
}

} // namespace

Result<Thing> parse_thing(Noun noun, const std::string &text) {
    if (noun != Noun::Server) {
        return Thing{noun, {}, text};
    }
    const auto slash = text.find('/');
    if (slash == text.npos || slash == 0 || slash + 1 == text.size()) {
        return Error{'"' + printable(text) + "\" is not POOL/SERVER"};
    }
    return Thing{noun, text.substr(0, slash), text.substr(slash + 1)};
}

FoundThing find_thing(const Context &context, Noun noun, const std::string &text) {
    if (noun == Noun::Server && !text.empty() && text.find('/') == text.npos) {
        return find_server(context, text);
    }
    const auto parsed = parse_thing(noun, text);
    return parsed ? FoundThing{*parsed} : FoundThing{{}, fail(kExitUsage, parsed.error().message)};
}

std::string name_of(const Thing &thing) {
    return thing.noun == Noun::Server ? thing.pool + '/' + thing.name : thing.name;
}

std::string title_of(const Thing &thing) {
    return word_of(thing.noun) + (' ' + printable(name_of(thing)));
}

std::string list_path_of(const Thing &thing) {
    switch (thing.noun) {
    case Noun::Service:
        return "/v1/services";
    case Noun::Pool:
        return "/v1/pools";
    case Noun::Server:
        break;
    }
    return "/v1/pools/" + escape(thing.pool) + "/servers";
}

std::string path_of(const Thing &thing) {
    return list_path_of(thing) + '/' + escape(thing.name);
}

ApiAnswer ask_about(const Context &context, const Thing &thing, const ApiRequest &request) {
    auto answer = ask_silently(context, request);
    if (answer.ok()) {
        return answer;
    }
    if (answer.status == kNotFound) {
        answer.problem = absence(context, thing, request);
    } else if (!list_of(answer.body, "errors").empty()) {
        answer.problem = refusal_of(thing, answer.body);
    }
    fail(static_cast<ExitCode>(answer.exit_code), answer.problem);
    return answer;
}

} // namespace sipsteer::cli
