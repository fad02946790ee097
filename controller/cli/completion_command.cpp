// SPDX-License-Identifier: Apache-2.0
//
// sipsteer completion bash: made from the command line's own description, so that it cannot differ.
#include "cli/commands.hpp"

#include <sipsteer/reason.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace sipsteer::cli {

namespace {

/// What can be said in the script of a value: "files", "words A B", "list A B" (with commas between
/// them), "names KIND" (what `sipsteer get KIND` lists); nothing: it can be anything.
const std::map<std::string, std::string> kTypes = {{"FILE", "files"},
                                                   {"SOCKET|URL", "files"},
                                                   {"POOL", "names pools"},
                                                   {"SERVICE", "names services"},
                                                   {"POOL/SERVER", "names servers"},
                                                   {"NAME", "names ${arguments[0]}"}};

/// The parts of the script that are not made from the description.
constexpr const char *kScript = R"bash(
_sipsteer_names() { # KIND: of the daemon, if it answers soon
    local kind=$1
    if [[ $kind == calls ]]; then # of a server
        [[ $command == get ]] || return 0
        kind=servers
    fi
    timeout 2 "${COMP_WORDS[0]}" "${access[@]}" get "$kind" 2>/dev/null </dev/null | tail -n +2 | cut -d ' ' -f 1
}

# Bash splits at = and : what is one word.
_sipsteer_join() {
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        if ((${#line[@]})) && [[ ${COMP_WORDS[i]} == [=:]* || ${COMP_WORDS[i-1]} == [=:]* ]]; then
            line[-1]+=${COMP_WORDS[i]}
        else
            line+=("${COMP_WORDS[i]}")
        fi
    done
    if [[ $word == = && ${#line[@]} -gt 0 ]]; then line[-1]+='=' word=''; fi
}

# Sets command, its arguments so far, and the option that the word is the value of.
_sipsteer_read() {
    local one
    for one in "${line[@]}"; do
        if [[ -n $option ]]; then
            [[ $option != --api && $option != --*-file ]] || access+=("$option" "$one")
            option=''
            continue
        fi
        case $one in
        --*=) option=${one%=} ;;
        --api=* | --*-file=*) access+=("$one") ;;
        --*=*) ;;
        -*) ! _sipsteer_value "$command" "$one" || option=$one ;;
        *) if [[ -z $command ]]; then command=$one; else arguments+=("$one"); fi ;;
        esac
    done
}

_sipsteer() {
    local word=${COMP_WORDS[COMP_CWORD]} command='' option='' value='' before=''
    local -a line=() arguments=() access=()
    COMPREPLY=()
    _sipsteer_join
    _sipsteer_read
    if [[ -n $option ]]; then
        _sipsteer_value "$command" "$option"
    else
        _sipsteer_argument "$command" "${#arguments[@]}"
        [[ -n $value && $word != -* ]] || value="words $(_sipsteer_options "$command")"
    fi
    [[ $value != files ]] || return 0 # those are bash's default
    compopt +o default 2>/dev/null
    case $value in
    names\ *) value=$(_sipsteer_names "${value#* }") ;;
    list\ *)
        [[ $word != *,* ]] || before=${word%,*},
        value=${value#* }
        ;;
    *) value=${value#* } ;;
    esac
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$value" -- "${word#"$before"}")
}
complete -o default -F _sipsteer sipsteer
)bash";

void add_word(std::string &words, const std::string &word) {
    words += (words.empty() ? "" : " ") + word;
}

std::vector<const CLI::App *> commands_of(const CLI::App &app) {
    return app.get_subcommands([](const CLI::App *) { return true; });
}

std::string command_words(const CLI::App &app) {
    std::string words;
    for (const auto *command : commands_of(app)) {
        add_word(words, command->get_name());
    }
    return words;
}

std::string option_words(const CLI::App &app) {
    std::string words;
    for (const auto *option : app.get_options()) {
        for (const auto &name : option->get_lnames()) {
            add_word(words, "--" + name);
        }
    }
    return words;
}

/// The labels of all reasons.
std::string reason_words() {
    std::string words;
#define SIPSTEER_ADD_LABEL(number, constant, label, text) add_word(words, label);
    SS_REASONS(SIPSTEER_ADD_LABEL)
#undef SIPSTEER_ADD_LABEL
    return words;
}

/// By its type, "FORM:{text,table,json}" where it is one of a few.
std::string value_of(const CLI::Option &option) {
    const std::string type = option.get_type_name();
    const auto begin = type.find(":{");
    if (begin != type.npos) {
        std::string words = type.substr(begin + 2, type.find('}') - begin - 2);
        std::replace(words.begin(), words.end(), ',', ' ');
        const bool is_list = type.substr(0, begin).find(",...") != type.npos;
        return (is_list ? "list " : "words ") + words;
    }
    if (option.check_lname("reason")) {
        return "words " + reason_words();
    }
    const auto known = kTypes.find(type);
    return known == kTypes.end() ? "" : known->second;
}

/// A case for each option of a command that has a value: "trace:-w | trace:--write".
std::string value_cases(const CLI::App &app, const std::string &command) {
    std::string cases;
    for (const auto *option : app.get_options()) {
        if (option->get_positional() || option->get_items_expected_max() == 0) {
            continue;
        }
        std::string names;
        for (const auto &name : option->get_snames()) {
            names += (names.empty() ? "" : " | ") + command + ":-" + name;
        }
        for (const auto &name : option->get_lnames()) {
            names += (names.empty() ? "" : " | ") + command + ":--" + name;
        }
        cases += "    " + names + ") value=\"" + value_of(*option) + "\" ;;\n";
    }
    return cases;
}

std::string argument_cases(const CLI::App &app, const std::string &command, int place = 0) {
    const auto one = [&](const std::string &value) {
        return "    " + command + ':' + std::to_string(place++) + ") value=\"" + value + "\" ;;\n";
    };
    std::string cases;
    if (const auto words = command_words(app); !words.empty()) {
        cases += one("words " + words);
    }
    for (const auto *option : app.get_options()) {
        if (option->get_positional()) {
            cases += one(value_of(*option));
        }
    }
    for (const auto *inner : commands_of(app)) {
        cases += argument_cases(*inner, command, place);
    }
    return cases;
}

std::string bash_script(const CLI::App &app, const std::string &shell) {
    std::string values;
    std::string arguments = "    :0) value=\"words " + command_words(app) + "\" ;;\n";
    std::string options;
    for (const auto *command : commands_of(app)) {
        const std::string &name = command->get_name();
        values += value_cases(*command, name);
        arguments += argument_cases(*command, name);
        options += "    " + name + ") echo \"" + option_words(*command) + "\" ;;\n";
    }
    return "# " + shell +
           " completion of sipsteer\n"
           "_sipsteer_value() { # COMMAND OPTION: sets value; fails if it takes none\n"
           "    case $1:$2 in\n" +
           values + value_cases(app, "*") +
           "    *) return 1 ;;\n    esac\n}\n\n"
           "_sipsteer_argument() { # COMMAND PLACE: sets value\n"
           "    case $1:$2 in\n" +
           arguments +
           "    *) value='' ;;\n    esac\n}\n\n"
           "_sipsteer_options() { # COMMAND\n    case $1 in\n" +
           options + "    esac\n    echo \"" + option_words(app) + "\"\n}\n" + kScript;
}

} // namespace

void add_completion(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand("completion", "Print a completion script for a shell");
    auto shell = std::make_shared<std::string>();
    command->add_option("shell", *shell, "Shell: bash")
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
