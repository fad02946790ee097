// SPDX-License-Identifier: Apache-2.0
#include "http/text_writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace sipsteer::http {

namespace asio = boost::asio;

namespace {

using Write = std::function<std::string()>;

asio::awaitable<std::string> write_there(Write write) {
    co_return write();
}

asio::awaitable<std::string> wait_for(asio::thread_pool::executor_type there, Write write) {
    auto writing = write_there(std::move(write)); // not in the call: see send_pieces()
    co_return co_await asio::co_spawn(there, std::move(writing), asio::use_awaitable);
}

} // namespace

BodyLater TextWriter::later(Write write) {
    return
        [there = pool_.get_executor(), write = std::move(write)] { return wait_for(there, write); };
}

} // namespace sipsteer::http
