// SPDX-License-Identifier: Apache-2.0
//
// sipsteer completion bash: made from the command line's own description, so that it cannot differ.
#include "cli/commands.hpp"

#include <iostream>
#include <map>

namespace sipsteer::cli {

namespace {

/// Words that a command's arguments are one of.
const std::map<std::string, std::string> kArguments = {{"completion", "bash"},
                                                       {"describe", "services pools servers calls"},
                                                       {"get", "services pools servers calls"}};

void add_word(std::string &words, const std::string &word) {
    words += (words.empty() ? "" : " ") + word;
}

/// What may follow a command: its commands and long options.
std::string words_of(const CLI::App &app) {
    std::string words;
    for (const auto *command : app.get_subcommands([](const CLI::App *) { return true; })) {
        add_word(words, command->get_name());
    }
    for (const auto *option : app.get_options()) {
        for (const auto &name : option->get_lnames()) {
            add_word(words, "--" + name);
        }
    }
    return words;
}

std::string doctor_checks() {
    std::string words;
    for (const auto &id : doctor_check_ids()) {
        add_word(words, id);
    }
    return words;
}

std::string bash_script(const CLI::App &app, const std::string &shell) {
    std::string cases;
    for (const auto *command : app.get_subcommands([](const CLI::App *) { return true; })) {
        std::string words = words_of(*command);
        if (const auto more = kArguments.find(command->get_name()); more != kArguments.end()) {
            add_word(words, more->second);
        }
        cases += "    " + command->get_name() + ") words=\"" + words + "\" ;;\n";
    }
    return "# " + shell +
           " completion of sipsteer\n"
           "_sipsteer() {\n"
           "    local words word\n"
           "    words=\"" +
           words_of(app) +
           "\"\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "    case $word in\n" +
           cases +
           "    *) continue ;;\n"
           "    esac\n"
           "    break\n"
           "    done\n"
           "    case ${COMP_WORDS[COMP_CWORD-1]} in\n"
           "    --only | --skip) words=\"" +
           doctor_checks() +
           "\" ;;\n"
           "    esac\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
           "}\n"
           "complete -o default -F _sipsteer sipsteer\n";
}

} // namespace

void add_completion(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand("completion", "Completion for a shell");
    auto shell = std::make_shared<std::string>();
    command->add_option("shell", *shell, "The shell: bash")
        ->required()
        ->check(CLI::IsMember({"bash"}))
        ->type_name("SHELL");
    command->callback([shell, &app, &todo] {
        todo.run = [shell, &app] {
            std::cout << bash_script(app, *shell);
            return kExitOk;
        };
    });
}

} // namespace sipsteer::cli
