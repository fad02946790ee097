// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <utility>

namespace sipsteer {

/// Lets coroutines of one event loop do something one after the other, in the order in which they
/// asked, though each of them waits for other things meanwhile.
class Turns {
    struct State;

public:
    /// Somebody's turn: the next one has it when this goes.
    class Turn {
    public:
        explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
        Turn(Turn &&) = default;
        Turn &operator=(Turn &&) = delete;
        ~Turn();

    private:
        std::shared_ptr<State> state_; // null: moved from
    };

    explicit Turns(boost::asio::any_io_executor executor);
    Turns(const Turns &) = delete;
    Turns &operator=(const Turns &) = delete;

    /// Who still waits will wait for ever: the event loop must have ended. Turns may outlive this.
    ~Turns();

    /// Waits until all who asked before have had their turn.
    boost::asio::awaitable<Turn> next();

private:
    std::shared_ptr<State> state_;
};

} // namespace sipsteer
