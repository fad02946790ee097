// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include "base/log_output.hpp"
#include "base/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sipsteer::log {

namespace {

struct LevelNames {
    spdlog::level::level_enum library;
    std::string_view padded;
    std::string_view priority; // of syslog(3)
};

/// By level, as are the words.
constexpr std::array kLevels = {LevelNames{spdlog::level::trace, "trace", "<7>"},
                                LevelNames{spdlog::level::debug, "debug", "<7>"},
                                LevelNames{spdlog::level::info, "info ", "<6>"},
                                LevelNames{spdlog::level::warn, "warn ", "<4>"},
                                LevelNames{spdlog::level::err, "error", "<3>"}};
#define SIPSTEER_WORD(name, word) std::string_view(word),
constexpr std::array kWords = {SS_LOG_LEVEL_LIST(SIPSTEER_WORD)};
#undef SIPSTEER_WORD
static_assert(kLevels.size() == kWords.size());

/// Pattern flag: our word for the level, or the journal's priority.
class LevelFlag : public spdlog::custom_flag_formatter {
public:
    explicit LevelFlag(bool priority) : priority_(priority) {}

    void format(const spdlog::details::log_msg &message, const std::tm &,
                spdlog::memory_buf_t &line) override {
        for (const LevelNames &names : kLevels) {
            if (names.library == message.level) {
                const auto text = priority_ ? names.priority : names.padded;
                line.append(text.data(), text.data() + text.size());
            }
        }
    }

    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<LevelFlag>(priority_);
    }

private:
    bool priority_;
};

/// Whether stderr is connected to the journal: JOURNAL_STREAM names its device and inode
/// (systemd.exec(5)). The variable alone says nothing once stderr was redirected.
bool stderr_is_journal() {
    const char *stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) {
        return false;
    }
    return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

Output &output() {
    static Output instance(STDERR_FILENO);
    return instance;
}

/// To stderr, without ever waiting for its reader.
class StderrSink : public spdlog::sinks::base_sink<std::mutex> {
    void sink_it_(const spdlog::details::log_msg &message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        output().put({line.data(), line.size()});
    }

    void flush_() override {}
};

std::shared_ptr<spdlog::logger> make_logger() {
    const bool journal = stderr_is_journal();
    auto formatter =
        std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
    formatter->add_flag<LevelFlag>('*', journal);
    formatter->set_pattern(journal ? "%*%v" : "%Y-%m-%dT%H:%M:%S.%eZ %* %v");
    auto logger = std::make_shared<spdlog::logger>("sipsteer", std::make_shared<StderrSink>());
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::info);
    return logger;
}

spdlog::logger &logger() {
    static const std::shared_ptr<spdlog::logger> instance = make_logger();
    return *instance;
}

Listener &listener() {
    static Listener instance;
    return instance;
}

void append_escaped(std::string &out, std::uint8_t byte) {
    constexpr std::string_view kHex = "0123456789abcdef";
    switch (byte) {
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    case '"':
    case '\\':
        out += '\\';
        out += static_cast<char>(byte);
        break;
    default:
        out += "\\x";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
}

} // namespace

std::string quote(std::string_view value) {
    std::string out;
    bool quoted = value.empty();
    while (!value.empty()) {
        const std::size_t length = utf8_length(value);
        if (plain_length(value) != 0 && value[0] != '"' && value[0] != '\\') {
            quoted = quoted || value[0] == ' ' || value[0] == '=';
            out += value.substr(0, length);
            value.remove_prefix(length);
            continue;
        }
        quoted = true;
        for (std::size_t i = 0; i < std::max<std::size_t>(length, 1); ++i) {
            append_escaped(out, static_cast<std::uint8_t>(value[i]));
        }
        value.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return quoted ? '"' + out + '"' : out;
}

std::string format(std::string_view event, Fields fields) {
    std::string line = "event=" + quote(event);
    for (const Field &field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        line += quote(field.value);
    }
    return line;
}

namespace {

void write_line(Level level, std::string_view event, Fields fields) {
    const auto library = kLevels[static_cast<std::size_t>(level)].library;
    if (logger().should_log(library)) {
        logger().log(library, format(event, fields));
    }
    if (level >= Level::Info && listener()) {
        listener()(level, event, fields);
    }
}

/// In the place of the lines that were lost.
void tell_loss() {
    if (const auto lines = output().take_news_of_loss(); lines != 0) {
        write_line(Level::Warn, "log_lines_lost", {{"lines", lines}});
    }
}

} // namespace

void write(Level level, std::string_view event, Fields fields) {
    tell_loss();
    write_line(level, event, fields);
}

void flush() {
    output().flush();
    tell_loss();
}

std::uint64_t lines_lost() {
    return output().lost();
}

void set_listener(Listener listener_to_be) {
    listener() = std::move(listener_to_be);
}

std::string_view level_name(Level level) {
    return kWords[static_cast<std::size_t>(level)];
}

Status set_level(std::string_view level) {
    std::string known;
    for (std::size_t i = 0; i < kWords.size(); i++) {
        if (kWords[i] == level) {
            logger().set_level(kLevels[i].library);
            return Done{};
        }
        known += (i == 0 ? "" : ", ") + std::string(kWords[i]);
    }
    return Error{'"' + std::string(level) + "\" is not a log level: " + known};
}

std::string_view level() {
    const auto now = logger().level();
    const auto *const known = std::find_if(kLevels.begin(), kLevels.end(),
                                           [&](const auto &names) { return names.library == now; });
    return known == kLevels.end()
               ? std::string_view()
               : kWords[static_cast<std::size_t>(std::distance(kLevels.begin(), known))];
}

} // namespace sipsteer::log
