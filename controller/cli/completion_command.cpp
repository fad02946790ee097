// SPDX-License-Identifier: Apache-2.0
//
// sipsteer completion bash: made from the command line's own description, so that it cannot differ.
#include "cli/assignments.hpp"
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
/// them), "names KIND A B" (what `sipsteer get KIND` lists, and these); nothing: it can be
/// anything.
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
    if [[ $kind == call || $kind == calls ]]; then # of a server
        [[ $command == get ]] || return 0
        kind=servers
    fi
    timeout 2 "${COMP_WORDS[0]}" "${access[@]}" get "$kind" 2>/dev/null </dev/null | tail -n +2 | cut -d ' ' -f 1
}

# The fields, without a blank behind them; behind one, its values.
_sipsteer_fields() {
    local one list=''
    for one in ${value#* }; do
        if [[ -z $field && $one == *= || -n $field && $one != *= ]]; then list+=" $one"; fi
    done
    [[ -n $field ]] || compopt -o nospace 2>/dev/null
    value=$list
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

# Sets command with those inside it, its arguments so far, and the option that the word is the value of.
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
        *)
            if [[ -z $command ]]; then
                command=$one
            elif ((${#arguments[@]} == 0)) && _sipsteer_inner "$command $one"; then
                command+=" $one"
            else
                arguments+=("$one")
            fi
            ;;
        esac
    done
}

_sipsteer() {
    local word=${COMP_WORDS[COMP_CWORD]} command='' option='' value='' before='' field=''
    local -a line=() arguments=() access=()
    COMPREPLY=()
    _sipsteer_join
    if ((${#line[@]})) && [[ ${line[-1]} == [!-]*= ]]; then
        field=${line[-1]}
        unset 'line[-1]'
    fi
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
    names\ *)
        value=${value#* }
        value="$(_sipsteer_names "${value%% *}") ${value#"${value%% *}"}"
        ;;
    list\ *)
        [[ $word != *,* ]] || before=${word%,*},
        value=${value#* }
        ;;
    words\ *=*) _sipsteer_fields ;;
    *) value=${value#* } ;;
    esac
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$value" -- "$field${word#"$before"}")
    COMPREPLY=("${COMPREPLY[@]#"$field"}")
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

/// The fields that `set` and `add` take behind a noun; set alone is for servers.
std::string field_words(const std::string &command) {
    const Noun noun = command == "pool"      ? Noun::Pool
                      : command == "service" ? Noun::Service
                                             : Noun::Server;
    std::string words;
    for (const auto &choice : field_choices(noun)) {
        add_word(words, choice);
    }
    return words;
}

/// By its type, "FORM:{text,table,json}" where it is one of a few.
std::string value_of(const CLI::App &command, const CLI::Option &option) {
    const std::string type = option.get_type_name();
    if (type == "COMMAND") {
        return "words " + command_words(*command.get_parent());
    }
    if (type == "FIELD=VALUE") {
        return "words " + field_words(command.get_name());
    }
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

/// A case for each option of a command that has a value: 'trace:-w' | 'trace:--write'.
std::string value_cases(const CLI::App &app, const std::string &command) {
    std::string cases;
    for (const auto *option : app.get_options()) {
        if (option->get_positional() || option->get_items_expected_max() == 0) {
            continue;
        }
        std::string names;
        const auto add = [&](const std::string &name) {
            names += (names.empty() ? "" : " | ") + command + ':' + name;
        };
        for (const auto &name : option->get_snames()) {
            add('-' + name);
        }
        for (const auto &name : option->get_lnames()) {
            add("--" + name);
        }
        cases += "    " + names + ") value=\"" + value_of(app, *option) + "\" ;;\n";
    }
    return cases;
}

/// A case for each place of a command: one of the commands inside it, or an argument. The last
/// argument may come again.
std::string argument_cases(const CLI::App &app, const std::string &command) {
    std::string inner = command_words(app);
    std::string cases;
    int place = 0;
    for (const auto *option : app.get_options()) {
        if (!option->get_positional()) {
            continue;
        }
        const std::string value = value_of(app, *option) + (inner.empty() ? "" : ' ' + inner);
        const bool again = option->get_items_expected_max() > 1;
        cases += "    " + command + ':' + (again ? "*" : std::to_string(place++)) + ") value=\"" +
                 value + "\" ;;\n";
        inner.clear();
    }
    return inner.empty() ? cases : "    " + command + ":0) value=\"words " + inner + "\" ;;\n";
}

/// The cases of all commands, those inside others, too.
struct Cases {
    std::string values;
    std::string arguments;
    std::string options;
    std::string inner; // "config check | delete server"
};

void add_cases(Cases &cases, const CLI::App &app, const std::string &before = {}) {
    for (const auto *command : commands_of(app)) {
        const std::string name =
            before.empty() ? command->get_name() : before + "\\ " + command->get_name();
        cases.values += value_cases(*command, name);
        cases.arguments += argument_cases(*command, name);
        cases.options += "    " + name + ") echo \"" + option_words(*command) + "\" ;;\n";
        if (!before.empty()) {
            cases.inner += (cases.inner.empty() ? "" : " | ") + name;
        }
        add_cases(cases, *command, name);
    }
}

std::string bash_script(const CLI::App &app, const std::string &shell) {
    Cases cases;
    add_cases(cases, app);
    return "# " + shell +
           " completion of sipsteer\n"
           "_sipsteer_value() { # COMMAND OPTION: sets value; fails if it takes none\n"
           "    case $1:$2 in\n" +
           cases.values + value_cases(app, "*") +
           "    *) return 1 ;;\n    esac\n}\n\n"
           "_sipsteer_argument() { # COMMAND PLACE: sets value\n"
           "    case $1:$2 in\n    :0) value=\"words " +
           command_words(app) + "\" ;;\n" + cases.arguments +
           "    *) value='' ;;\n    esac\n}\n\n"
           "_sipsteer_inner() { # COMMANDS: fails if the last is none inside the others\n"
           "    case $1 in\n    " +
           cases.inner +
           ") ;;\n    *) return 1 ;;\n    esac\n}\n\n"
           "_sipsteer_options() { # COMMAND\n    case $1 in\n" +
           cases.options + "    esac\n    echo \"" + option_words(app) + "\"\n}\n" + kScript;
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
