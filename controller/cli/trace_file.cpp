// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_sink.hpp"

#include "base/fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace sipsteer::cli {

namespace {

class FileSink : public TraceSink {
public:
    explicit FileSink(std::string file) : file_(std::move(file)) {}

    Status begin() override {
        if (file_ == "-") {
            name_ = "standard output";
            fd_.reset(::dup(STDOUT_FILENO));
        } else {
            name_ = file_;
            fd_.reset(::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        }
        return fd_ ? Status(Done{}) : system_error(name_);
    }

    Status add(const trace::BlockView &block, const std::optional<trace::Packet> &) override {
        unwritten_ += block.bytes;
        return Done{};
    }

    Status flush() override {
        std::string_view rest = unwritten_;
        while (!rest.empty()) {
            const auto written = ::write(fd_.get(), rest.data(), rest.size());
            if (written < 0 && errno != EINTR) {
                return system_error(name_);
            }
            rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
        }
        unwritten_.clear();
        return Done{};
    }

    /// Over a network it may be now that the disk is full.
    Result<std::string> end() override {
        const int fd = fd_.release();
        if (fd >= 0 && ::close(fd) != 0) {
            return system_error(name_);
        }
        return std::string();
    }

private:
    std::string file_;
    std::string name_;
    std::string unwritten_;
    Fd fd_;
};

} // namespace

std::unique_ptr<TraceSink> file_sink(const std::string &file) {
    return std::make_unique<FileSink>(file);
}

} // namespace sipsteer::cli
