// SPDX-License-Identifier: Apache-2.0
//
// sipsteer top: calls, health and rates, once a second.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "cli/top_view.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <thread>
#include <unistd.h>

namespace sipsteer::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPeriod{1000};

struct Reading {
    ApiAnswer answer;
    Clock::time_point at;
};

Reading read_status(const Context &context) {
    Reading reading{ask(context, {"GET", "/v1/status"}), {}};
    reading.at = Clock::now();
    return reading;
}

Readings between(const Reading &before, const Reading &now) {
    const std::chrono::duration<double> passed = now.at - before.at;
    return {before.answer.body, now.answer.body, passed.count()};
}

int show_once(const Context &context) {
    const Reading first = read_status(context);
    if (!first.answer.ok()) {
        return first.answer.exit_code;
    }
    std::this_thread::sleep_for(kPeriod);
    const Reading second = read_status(context);
    if (second.answer.ok() && context.json()) {
        print_json(top_json(between(first, second)));
    } else if (second.answer.ok()) {
        std::cout << top_view(between(first, second), use_colour());
    }
    return second.answer.exit_code;
}

/// As high as the terminal is now; the last line says how to leave.
std::string live_picture(const std::optional<Readings> &readings) {
    const std::size_t room = Terminal::lines();
    const std::string text =
        readings ? top_view(*readings, use_colour(), room - 1) : std::string("measuring\n");
    const auto shown = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    return text + (shown + 2 <= room ? "\n" : "") + "press q to quit\n";
}

int show_live(const Context &context) {
    Reading before = read_status(context);
    if (!before.answer.ok()) {
        return before.answer.exit_code;
    }
    std::optional<Terminal> terminal(std::in_place);
    std::optional<Readings> shown;
    for (;;) {
        Terminal::draw(live_picture(shown));
        if (Terminal::wants_end(static_cast<int>(kPeriod.count()))) {
            return kExitOk;
        }
        if (Clock::now() - before.at < kPeriod) {
            continue; // another key, or a new size
        }
        Reading now = read_status(context);
        if (!now.answer.ok()) {
            terminal.reset(); // what was said of it went away with the screen
            return fail(kExitNotReachable, "top: the daemon stopped answering");
        }
        shown = between(before, now);
        before = std::move(now);
    }
}

int top(const Context &context, bool once) {
    if (context.json() && !once) {
        return fail(kExitUsage, "top: -o json works only with --once");
    }
    if (once) {
        return show_once(context);
    }
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
        return fail(kExitUsage, "top: this is not a terminal; use --once");
    }
    return show_live(context);
}

} // namespace

void add_top(CLI::App &app, Todo &todo) {
    auto once = std::make_shared<bool>(false);
    auto *command = app.add_subcommand("top", "Show calls, health and rates, updated each second");
    command->add_flag("--once", *once, "Measure one second, print the result and exit");
    command->callback(
        [once, &todo] { todo.run = [once, &todo] { return top(todo.context, *once); }; });
}

} // namespace sipsteer::cli
