// SPDX-License-Identifier: Apache-2.0
#include "cli/config_daemon.hpp"

#include "base/fd.hpp"
#include "cli/config_replace.hpp"
#include "cli/editor.hpp"
#include "cli/fields.hpp"
#include "cli/input_file.hpp"
#include "config/parse.hpp"

#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace sipsteer::cli {

namespace {

Status write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return system_error("write");
        }
        text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return Done{};
}

/// A new file with this text that only its owner may read; gives its path.
Result<std::string> make_draft(const std::string &text) {
    const char *folder = std::getenv("TMPDIR");
    std::string path = std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") +
                       "/sipsteer-config-XXXXXX.json";
    const Fd file(::mkstemps(path.data(), sizeof(".json") - 1)); // mode 0600
    if (!file) {
        return system_error(path);
    }
    if (const auto written = write_all(file.get(), text); !written) {
        ::unlink(path.c_str());
        return Error{path + ": " + written.error().message};
    }
    return path;
}

int keep(const std::string &path, int code) {
    std::cerr << "sipsteer: nothing changed; your file is " << path
              << "; correct it, then sipsteer apply -f " << path << '\n';
    return code;
}

/// Sends what the editor left in the file.
int send_draft(const Context &context, const std::string &path, const ApiAnswer &before) {
    const auto text = read_input(path);
    if (!text) {
        return fail(kExitFailed, text.error().message);
    }
    if (nlohmann::json::parse(*text, nullptr, false) == before.body) {
        ::unlink(path.c_str());
        if (context.json()) {
            print_json({{"changed", false}});
        } else {
            std::cout << "nothing changes\n";
        }
        return kExitOk;
    }
    if (const auto parsed = config::parse_text(*text); !parsed) {
        std::cerr << parsed.error_text() << '\n';
        return keep(path, kExitFailed);
    }
    const auto answer = replace_config(context, {*text, before.etag});
    if (!answer.ok()) {
        return keep(path, answer.exit_code);
    }
    ::unlink(path.c_str());
    return kExitOk;
}

} // namespace

int show_config(const Context &context) {
    const auto answer = ask(context, {"GET", "/v1/config"});
    if (answer.ok()) {
        print_json(answer.body);
    }
    return answer.exit_code;
}

int edit_config(const Context &context) {
    const auto before = ask(context, {"GET", "/v1/config"});
    if (!before.ok()) {
        return before.exit_code;
    }
    const auto path = make_draft(before.body.dump(2) + '\n');
    if (!path) {
        return fail(kExitFailed, path.error().message);
    }
    if (const auto edited = run_editor(*path); !edited) {
        fail(kExitFailed, edited.error().message);
        return keep(*path, kExitFailed);
    }
    return send_draft(context, *path, before);
}

int save_config(const Context &context) {
    const auto answer = ask(context, {"POST", "/v1/config/save", R"({"to": "file"})"});
    if (!answer.ok()) {
        return answer.exit_code;
    }
    if (context.json()) {
        print_json(answer.body);
    } else {
        std::cout << "saved to " << text_of(answer.body, "file") << '\n';
    }
    return kExitOk;
}

} // namespace sipsteer::cli
