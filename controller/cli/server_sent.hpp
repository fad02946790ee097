// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sipsteer::cli {

struct ServerSentEvent {
    std::string id;   // that of the last event that had one
    std::string data; // its lines, with \n between them
};

/// Reads a stream of server-sent events (WHATWG HTML, 9.2.6), however it is cut into pieces. Of
/// their fields, what the daemon sends: id and data.
class ServerSentReader {
public:
    explicit ServerSentReader(std::function<void(const ServerSentEvent &)> found)
        : found_(std::move(found)) {}

    void read(std::string_view piece);

private:
    void end_line();

    std::function<void(const ServerSentEvent &)> found_;
    std::string line_;      // as far as it has come
    bool after_cr_ = false; // a line feed now ends nothing
    bool has_data_ = false;
    ServerSentEvent event_;
};

} // namespace sipsteer::cli
