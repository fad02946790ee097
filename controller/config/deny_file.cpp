// SPDX-License-Identifier: Apache-2.0
#include "config/deny_file.hpp"

#include "config/guard_rules.hpp"
#include "config/parse.hpp"

#include <sipsteer/limits.h>

#include <algorithm>
#include <cstring>
#include <sys/stat.h>
#include <time.h>
#include <utility>

namespace sipsteer::config {

namespace {

constexpr std::string_view kBlanks = " \t\r";

/// Without its comment, and the blanks around the rest.
std::string_view prefix_text(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const auto first = line.find_first_not_of(kBlanks);
    if (first == line.npos) {
        return {};
    }
    return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

/// The order of prefixes, quickly: a long list is sorted while the daemon waits.
bool comes_first(const Prefix &a, const Prefix &b) {
    const auto &bytes = a.address.bytes();
    const int order = std::memcmp(bytes.data(), b.address.bytes().data(), bytes.size());
    return order < 0 || (order == 0 && a.bits < b.bits);
}

std::string place_of_line(const std::string &path, std::size_t line) {
    return path + ':' + std::to_string(line) + ": ";
}

std::int64_t file_nanoseconds(const struct timespec &time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// The clock of file systems has ticks of some milliseconds: of a file that has just changed, the
/// next version may have the same times.
bool is_settled(const struct stat &status) {
    struct timespec now {};
    (void)::clock_gettime(CLOCK_REALTIME, &now);
    return file_nanoseconds(now) - file_nanoseconds(status.st_ctim) > 1'000'000'000;
}

} // namespace

Result<Prefixes> parse_deny_file(std::string_view text, const std::string &path) {
    Prefixes prefixes;
    for (std::size_t line = 1; !text.empty(); line++) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto content = prefix_text(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (content.empty()) {
            continue;
        }
        Prefix prefix;
        if (const auto problem = read_prefix(std::string(content), prefix); !problem.empty()) {
            return Error{place_of_line(path, line) +
                         (problem.starts_with("has") ? "the prefix " : "the line ") +
                         problem.substr(0, problem.find("; write \""))};
        }
        if (prefixes.size() == SS_MAX_GUARD) {
            return Error{place_of_line(path, line) + "more than " + std::to_string(SS_MAX_GUARD) +
                         " prefixes"};
        }
        prefixes.push_back(prefix);
    }
    if (!std::is_sorted(prefixes.begin(), prefixes.end(), comes_first)) {
        std::sort(prefixes.begin(), prefixes.end(), comes_first);
    }
    prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
    return prefixes;
}

Status DenyFiles::read_file(const std::string &path, DenyLists &lists,
                            std::map<std::string, Known> &now) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return system_error("cannot open " + path);
    }
    if (!S_ISREG(status.st_mode)) { // a pipe would hold the daemon
        return Error{path + ": not a regular file"};
    }
    const Version version{status.st_dev, status.st_ino, status.st_size,
                          file_nanoseconds(status.st_mtim), file_nanoseconds(status.st_ctim)};
    const auto known = known_.find(path);
    if (known == known_.end() || !known->second.settled || known->second.version != version) {
        const auto text = config::read_file(path);
        if (!text) {
            return text.error();
        }
        auto prefixes = parse_deny_file(*text, path);
        if (!prefixes) {
            return prefixes.error();
        }
        now[path] = {version, is_settled(status),
                     std::make_shared<const Prefixes>(std::move(*prefixes))};
    } else {
        now[path] = known->second;
    }
    lists[path] = now[path].prefixes;
    return Done{};
}

Result<DenyLists> DenyFiles::read(const Config &config) {
    DenyLists lists;
    std::map<std::string, Known> now;
    std::vector<const Guard *> guards{&config.guard};
    for (const auto &service : config.services) {
        guards.push_back(&service.guard);
    }
    for (const auto *guard : guards) {
        for (const auto &path : guard->deny_files) {
            if (lists.contains(path)) {
                continue;
            }
            if (auto done = read_file(path, lists, now); !done) {
                return done.error();
            }
        }
    }
    known_ = std::move(now);
    return lists;
}

} // namespace sipsteer::config
