// SPDX-License-Identifier: Apache-2.0
#include "cluster/redis_events.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <hiredis/async.h>
#include <memory>

namespace sipsteer::cluster {

namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

/// hiredis asks for one of the two as often as it likes; one wait of each kind runs at a time. The
/// connection may end in any call of hiredis, so a wait holds this, not the connection.
class Events : public std::enable_shared_from_this<Events> {
public:
    Events(asio::io_context &io, redisAsyncContext &context)
        : context_(&context), socket_(io, context.c.fd) {}

    void want_read(bool wanted) {
        read_.wanted = wanted;
        wait(read_, Descriptor::wait_read, redisAsyncHandleRead);
    }

    void want_write(bool wanted) {
        write_.wanted = wanted;
        wait(write_, Descriptor::wait_write, redisAsyncHandleWrite);
    }

    /// The socket is closed by hiredis.
    void end() {
        context_ = nullptr;
        socket_.release();
    }

private:
    struct Direction {
        bool wanted = false;
        bool waiting = false;
    };

    void wait(Direction &direction, Descriptor::wait_type type,
              void (*handle)(redisAsyncContext *)) {
        if (!direction.wanted || direction.waiting || context_ == nullptr) {
            return;
        }
        direction.waiting = true;
        socket_.async_wait(type, [self = shared_from_this(), &direction, type,
                                  handle](const boost::system::error_code &failed) {
            direction.waiting = false;
            if (failed || self->context_ == nullptr) {
                return;
            }
            if (direction.wanted) {
                handle(self->context_);
            }
            self->wait(direction, type, handle);
        });
    }

    redisAsyncContext *context_;
    Descriptor socket_;
    Direction read_;
    Direction write_;
};

Events &events_of(void *data) {
    return **static_cast<std::shared_ptr<Events> *>(data);
}

} // namespace

void attach_events(asio::io_context &io, redisAsyncContext &context) {
    auto made = std::make_unique<std::shared_ptr<Events>>(std::make_shared<Events>(io, context));
    context.ev.data = made.release(); // cleanup() deletes it
    context.ev.addRead = [](void *data) { events_of(data).want_read(true); };
    context.ev.delRead = [](void *data) { events_of(data).want_read(false); };
    context.ev.addWrite = [](void *data) { events_of(data).want_write(true); };
    context.ev.delWrite = [](void *data) { events_of(data).want_write(false); };
    context.ev.cleanup = [](void *data) {
        const std::unique_ptr<std::shared_ptr<Events>> events(
            static_cast<std::shared_ptr<Events> *>(data));
        (*events)->end();
    };
}

} // namespace sipsteer::cluster
