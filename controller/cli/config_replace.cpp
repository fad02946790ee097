// SPDX-License-Identifier: Apache-2.0
#include "cli/config_replace.hpp"

#include "cli/change_view.hpp"
#include "config/parse.hpp"

#include <iostream>

namespace sipsteer::cli {

ApiAnswer replace_config(const Context &context, const NewConfig &next) {
    nlohmann::json before;
    if (!context.json()) { // the report lacks the old values
        auto config = ask(context, {"GET", "/v1/config"});
        if (!config.ok()) {
            return config;
        }
        before = std::move(config.body);
    }
    ApiRequest request{"PUT", next.dry_run ? "/v1/config?dry_run=true" : "/v1/config", next.text};
    request.if_match = next.tag;
    auto answer = ask(context, request);
    if (!answer.ok()) {
        return answer;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        const auto parsed = config::parse_text(next.text);
        std::cout << change_view({answer.body, before,
                                  parsed ? config::to_json(*parsed) : nlohmann::json(),
                                  nlohmann::json::parse(next.text, nullptr, false)},
                                 next.dry_run, use_colour());
    }
    std::cout.flush(); // before the standard error says more
    return answer;
}

} // namespace sipsteer::cli
