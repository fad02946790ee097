// SPDX-License-Identifier: Apache-2.0
//
// The log: one line an event, in logfmt, to stderr.
//
//     2026-11-22T07:00:00.123Z info  event=server_up pool=proxies server=proxy1 reason="200 OK"
//
// Where stderr is the systemd journal, which has its own time and priority, the line begins with
// the priority instead (sd-daemon(3)): <6>event=server_up ...
#pragma once

#include "base/result.hpp"

#include <sipsteer/choices.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sipsteer::log {

#define SIPSTEER_LEVEL(name, word) name,
enum class Level { SS_LOG_LEVEL_LIST(SIPSTEER_LEVEL) };
#undef SIPSTEER_LEVEL

/// A key and its value. Keys are plain words of the program; values may be anything, also bytes
/// that came from the network. Both are copied or used before the call returns.
struct Field {
    Field(std::string_view name, std::string_view text) : key(name), value(text) {}
    Field(std::string_view name, const char *text) : key(name), value(text) {}
    Field(std::string_view name, bool flag)
        : key(name), value(flag ? "true" : "false"), is_text(false) {}
    template <typename Number>
    requires(std::integral<Number> || std::floating_point<Number>)
        Field(std::string_view name, Number number)
        : key(name), value(std::to_string(number)), is_text(false) {}

    std::string_view key;
    std::string value;
    bool is_text = true; // else the value is a number, true or false, as JSON has them
};

using Fields = std::initializer_list<Field>;

void write(Level level, std::string_view event, Fields fields);

inline void trace(std::string_view event, Fields fields = {}) {
    write(Level::Trace, event, fields);
}
inline void debug(std::string_view event, Fields fields = {}) {
    write(Level::Debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
    write(Level::Info, event, fields);
}
inline void warn(std::string_view event, Fields fields = {}) {
    write(Level::Warn, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
    write(Level::Error, event, fields);
}

/// Writes lines that wait for a slow reader of stderr, as far as there is room. The program calls
/// it now and then. No function here waits for the reader (log_output.hpp).
void flush();

/// Lines that were lost, because nobody read the log for long.
std::uint64_t lines_lost();

/// Called with every event of level info and above, whatever is written; nobody: an empty one. It
/// must not write to the log.
using Listener = std::function<void(Level level, std::string_view event, Fields fields)>;
void set_listener(Listener listener);

/// "trace", "debug", "info", "warning", "error".
std::string_view level_name(Level level);

/// Lines below `level` are not written; info until told otherwise. Takes "trace", "debug",
/// "info", "warning" or "error".
Status set_level(std::string_view level);

/// The word of the level in force.
std::string_view level();

/// The part of a line that write() adds to time and level: event=... and the fields.
std::string format(std::string_view event, Fields fields);

/// A value as it stands in a line: in double quotes if it is empty or has a blank, '=', '"', a
/// backslash or anything that is escaped. Escaped is what is not plain (plain_text.hpp), so that no
/// value can start a line, drive a terminal or read as another one.
std::string quote(std::string_view value);

} // namespace sipsteer::log
