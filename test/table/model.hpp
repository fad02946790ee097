// SPDX-License-Identifier: Apache-2.0
//
// The call table as it is meant to be: a plain map of calls, without buckets, and the life of a
// call written down apart from the data plane's code. What a table with too little room gives up is
// told to it (give_up), for a map has room for everything.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sipsteer::test {

enum class State { early, confirmed, closing, other, source };
inline constexpr std::size_t kStates = 5;

/// What a client sends. ack: of a 2xx; refused: of a failure.
enum class Message {
    invite,
    reinvite,
    ack,
    refused,
    cancel,
    prack,
    info,
    bye,
    registration,
    options,
    response,
    keepalive
};
inline constexpr std::size_t kMessages = 12;

struct Sent {
    Message message;
    int branch = 0; // of an INVITE, a CANCEL or the ACK of a failure: which attempt it is of
    int dialog = 0; // of what has a tag in To: which one
    std::uint64_t beside = 0; // of an INVITE: the hash of its entry if it begins another call
};

struct ModelCall {
    std::uint64_t hash;
    State state;
    std::uint32_t server;
    std::uint32_t idle;                // ticks
    std::map<int, bool> attempts = {}; // by branch; true: open
    int last = 0;                      // the branch that came last
    int open = 0;                      // attempts
    bool by_bye = false;               // closing by a BYE
    bool in_early = false;             // likewise, of an early dialog
    bool other_bye = false;            // a BYE has ended another dialog
    bool cancelled = false;            // closing by a CANCEL
    bool early_used = false;           // a request came in an early dialog
    std::optional<int> dialog = {};    // confirmed first or, after a BYE, the one that it ended
};

/// Where a message goes, and as what it is counted.
struct Answer {
    enum class Kind { fresh, hit, rehomed, unknown } kind;
    std::uint32_t server;
    bool entered = false; // a call that had no entry
    std::string id = {};  // of that which the message is of
};

/// In which order calls are given up where there is no room: the first before the last; `kept`
/// never. Within one, the longest idle first.
enum class Worth { over, closing, noCall, early, silent, kept };

class Model {
public:
    Model(std::uint32_t servers, std::vector<std::uint32_t> lifetimes);

    /// A message of a call, or of a source if it is a keepalive.
    Answer message(const std::string &id, std::uint64_t hash, Sent sent);

    void pass(std::uint32_t ticks);
    /// Removes the calls that are over; how many.
    std::size_t sweep();
    void remove(const std::string &id) { calls_.erase(id); }
    /// The table had no room for this call any more.
    void give_up(const std::string &id) { calls_.erase(id); }

    /// A server's messages: all; its calls' only; none.
    enum class Standing { up, draining, down };
    void set(std::uint32_t server, Standing standing) { standings_.at(server) = standing; }
    Standing standing(std::uint32_t server) const { return standings_.at(server); }
    /// Those that take new calls, in order: what the ring has in turn.
    std::vector<std::uint32_t> ring() const;

    const std::unordered_map<std::string, ModelCall> &calls() const { return calls_; }
    bool is_over(const ModelCall &call) const;
    Worth worth(const ModelCall &call) const;

    /// What is worth less than this may go for that call.
    Worth reach(const std::string &id) const;
    std::int64_t running_at(std::uint32_t server) const;

private:
    Answer first(const std::string &id, std::uint64_t hash, Sent sent);
    Answer beside(const std::string &id, std::uint64_t hash, Sent sent, std::uint32_t server);
    std::uint32_t ring_server(std::uint64_t hash) const;

    std::vector<Standing> standings_;      // by server
    std::vector<std::uint32_t> lifetimes_; // ticks, by State
    std::unordered_map<std::string, ModelCall> calls_;
};

} // namespace sipsteer::test
