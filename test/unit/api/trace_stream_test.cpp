// SPDX-License-Identifier: Apache-2.0
//
// One client's trace: what it gets, in what order, when it ends, and what it is not given because
// it is slow.
#include "api/trace_stream.hpp"

#include "traffic/trace/pcapng_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr std::size_t kAll = 100'000;

struct Got {
    std::vector<std::uint32_t> interfaces; // of the packets
    std::vector<std::string> frames;
    std::vector<std::uint64_t> lost; // before each of them
    std::vector<trace::Statistics> statistics;
    unsigned descriptions = 0;
    bool ended = false;
};

/// A stream, and the loop that it waits on.
class World {
public:
    explicit World(TraceOrder order) {
        order.snap = order.snap == 0 ? 0x4000 : order.snap;
        stream = std::make_shared<TraceStream>(
            io.get_executor(), std::move(order),
            std::vector<TracedInterface>{{7, "eth0"}, {9, "eth1"}},
            TraceStream::Surroundings{[this] { return dropped; }, [this](auto &) { ++overs; }});
    }

    void offer(const std::string &frame, std::uint32_t ifindex = 7) {
        trace::Packet packet;
        packet.bytes = frame;
        packet.length = static_cast<std::uint32_t>(frame.size());
        packet.comment = "reason=call_new";
        stream->offer({ifindex, packet});
    }

    /// Takes what comes until there is that many pieces, or packets in all, or the end.
    Got &take(std::size_t pieces, std::size_t packets = kAll) {
        asio::co_spawn(io, take_some(pieces, packets), asio::detached);
        io.restart();
        io.run();
        return got;
    }

    asio::io_context io;
    std::shared_ptr<TraceStream> stream;
    std::uint64_t dropped = 100;
    int overs = 0;
    Got got;

private:
    asio::awaitable<void> take_some(std::size_t pieces, std::size_t packets) {
        for (std::size_t i = 0; i < pieces && got.frames.size() < packets && !got.ended; ++i) {
            const auto piece = co_await stream->next();
            got.ended = piece.empty();
            note(piece);
        }
    }

    void note(const std::string &piece) {
        reader_.add(piece);
        for (auto block = reader_.next(); block && *block; block = reader_.next()) {
            got.descriptions += (*block)->type == 1 ? 1 : 0;
            if (const auto packet = trace::read_packet(**block)) {
                got.interfaces.push_back(packet->interface);
                got.frames.emplace_back(packet->bytes);
                got.lost.push_back(packet->lost);
            }
            if (const auto statistics = trace::read_statistics(**block)) {
                got.statistics.push_back(*statistics);
            }
        }
    }

    trace::BlockReader reader_;
};

} // namespace

TEST_CASE("an empty trace is a good file: header, interfaces, counts") {
    World world({});
    world.stream->end();
    const auto &got = world.take(kAll);
    CHECK(got.descriptions == 2);
    CHECK(got.frames.empty());
    REQUIRE(got.statistics.size() == 1);
    CHECK(got.statistics[0].received == 0);
    CHECK(got.ended);
    CHECK(world.overs == 1);
}

TEST_CASE("packets come in order, each with its interface, cut to the snap") {
    World world({.filter = {}, .words = {}, .snap = 64, .count = {}, .duration = {}});
    world.offer("first");
    world.offer(std::string(100, 'x'), 9);
    world.offer("third", 4'000'000); // an interface that is new, and gone
    world.stream->end();
    world.offer("too late");
    const auto &got = world.take(kAll);
    CHECK(got.frames == std::vector<std::string>{"first", std::string(64, 'x'), "third"});
    CHECK(got.interfaces == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(got.descriptions == 3);
    CHECK(got.statistics.back().delivered == 3);
}

TEST_CASE("it ends by itself after so many packets") {
    World world({.filter = {}, .words = {}, .snap = 0, .count = 2, .duration = {}});
    world.offer("1");
    CHECK(world.overs == 0);
    world.offer("2");
    CHECK(world.overs == 1);
    world.offer("3");
    const auto &got = world.take(kAll);
    CHECK(got.frames.size() == 2);
    CHECK(got.ended);
}

TEST_CASE("it ends by itself after a time, also if nothing comes") {
    World world({.filter = {}, .words = {}, .snap = 0, .count = {}, .duration = 20ms});
    const auto &got = world.take(kAll);
    CHECK(got.ended);
    CHECK(world.overs == 1);
    CHECK(got.statistics.size() == 1);
}

TEST_CASE("a client that waits gets a packet at once") {
    World world({});
    world.take(1);
    asio::post(world.io, [&] { world.offer("now"); });
    CHECK(world.take(1).frames == std::vector<std::string>{"now"});
}

TEST_CASE("what a slow client does not take is dropped and counted, not kept") {
    World world({});
    const std::string frame(16'000, 'x');
    std::uint64_t taken = 0;
    do {
        world.offer(frame);
    } while (world.stream->counts().lost_late == 0 && ++taken < 1000);
    CHECK(taken * frame.size() <= TraceStream::kMostQueued);
    CHECK(taken * frame.size() > TraceStream::kMostQueued * 9 / 10);
    world.offer(frame);
    world.take(kAll, taken);
    CHECK(world.got.frames.size() == taken);
    CHECK_FALSE(world.got.ended);
    world.offer("there is room again");
    world.stream->end();
    world.take(kAll);
    CHECK(world.got.frames.back() == "there is room again");
    CHECK(world.got.lost.back() == 2);
    CHECK(world.got.statistics.back().dropped_late == 2);
    CHECK(world.got.statistics.back().delivered == taken + 1);
}

TEST_CASE("what the data plane could not show is counted from the beginning of the trace") {
    World world({});
    world.dropped = 105;
    world.take(1);
    world.offer("after the gap");
    world.dropped = 107;
    world.stream->end();
    const auto &got = world.take(kAll);
    CHECK(got.lost == std::vector<std::uint64_t>{5});
    CHECK(got.statistics.back().dropped_early == 7);
    CHECK(got.statistics.back().received == 8);
}

TEST_CASE("a stream that is let go is over") {
    World world({});
    world.stream.reset();
    CHECK(world.overs == 1);
}
