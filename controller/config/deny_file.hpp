// SPDX-License-Identifier: Apache-2.0
//
// Files of prefixes to deny (guard.deny_files): a prefix a line, "#" begins a comment.
#pragma once

#include "base/prefix.hpp"
#include "base/result.hpp"
#include "config/model.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <tuple>
#include <vector>

namespace sipsteer::config {

/// Sorted, each once.
using Prefixes = std::vector<Prefix>;

/// The prefixes of a file with this text. A line that is none is an error that names `path` and the
/// line, but not its text: the path may be of a file that the client of the API must not read.
Result<Prefixes> parse_deny_file(std::string_view text, const std::string &path);

/// What the files of a configuration had, by path.
using DenyLists = std::map<std::string, std::shared_ptr<const Prefixes>>;

/// Reads deny files, and remembers what it read: a file that has not changed is not read again.
class DenyFiles {
public:
    /// Of all guards of the configuration. An error names the file.
    Result<DenyLists> read(const Config &config);

private:
    /// Device, inode, size and times: another version of a file differs in one of them.
    using Version = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;

    struct Known {
        Version version;
        bool settled = false; // not changed just before it was read
        std::shared_ptr<const Prefixes> prefixes;
    };

    Status read_file(const std::string &path, DenyLists &lists, std::map<std::string, Known> &now);

    std::map<std::string, Known> known_;
};

} // namespace sipsteer::config
