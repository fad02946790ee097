#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What became of the calls that ran while something happened to a farm: one JSON object.

Input: lines of farm_messages.py, as the servers saw the messages and as the director sent them; times are
when the caller sent them.
"""

import argparse
import json
from collections import defaultdict

SIGMAS = 4  # a share further off than that, by chance alone: one in 16,000


class Call:
    def __init__(self):
        self.messages = []  # (time, server, method), in order

    def first(self):
        return self.messages[0]

    def runs_at(self, time):
        """Begun, and nobody has hung up."""
        return self.first()[0] < time and not any(m == "BYE" and t < time for t, _, m in self.messages)

    def waits_at(self, time, until):
        """In the midst of its set-up, and nothing more is heard of it until then."""
        return self.first()[0] < time and not any(m == "ACK" and t < time or time <= t < until
                                                  for t, _, m in self.messages)

    def moves(self):
        """(time, from, to) of each message that came to another server than the one before it."""
        for (_, before, _), (time, server, _) in zip(self.messages, self.messages[1:]):
            if server != before:
                yield time, before, server


def read_calls(path):
    calls = defaultdict(Call)
    with open(path, encoding="ascii") as file:
        for line in file:
            time, call_id, server, method = line.split()
            calls[call_id].messages.append((float(time), server, method))
    return calls


def shares(counts, weights):
    """How calls were shared out, held to the weights: within 5 %, or what chance does to so few."""
    total, weight_sum = sum(counts.values()), sum(weights.values())
    result = {"calls": total, "elsewhere": sum(n for name, n in counts.items() if not weights.get(name)),
              "servers": {}}
    worst = {"off": 0.0, "bound": 0.0, "within": total > 0 and result["elsewhere"] == 0}
    for name, weight in sorted(weights.items()):
        due = weight / weight_sum
        result["servers"][name] = {"calls": counts.get(name, 0), "due": round(due, 4),
                                   "share": round(counts.get(name, 0) / total, 4) if total else 0}
        if not weight or not total:
            continue
        off = abs(counts.get(name, 0) / total / due - 1)
        bound = max(0.05, SIGMAS * ((1 - due) / due / total) ** 0.5)
        worst["within"] &= off <= bound
        worst["off"], worst["bound"] = max(worst["off"], off), max(worst["bound"], bound)
    return {**result, "off": round(worst["off"], 4), "bound": round(worst["bound"], 4), "within": worst["within"]}


def count(items):
    counts = defaultdict(int)
    for item in items:
        counts[item] += 1
    return counts


def moves_row(calls, gone, at):
    """Moves that had to be: away from the server that is gone, once. All others should not have been."""
    rehomed, wrong = [], 0
    for call in calls.values():
        moves = list(call.moves())
        due = [move for move in moves if gone and move[1] == gone and move[0] >= at][:1]
        rehomed += [to for _, _, to in due]
        wrong += len(moves) > len(due)
    return rehomed, wrong


def make_row(options):
    weights = dict(json.loads(options.weights))
    calls, sent = read_calls(options.seen), read_calls(options.sent)
    with open(options.lost, encoding="ascii") as file:
        lost = set(file.read().split())
    rehomed, wrong = moves_row(calls, options.gone, options.at)
    running = [call for call in calls.values() if call.runs_at(options.at)]
    begun = [call.first()[1] for call in calls.values() if options.since < call.first()[0] < options.until]
    row = {
        "running": len(running),
        "running_there": sum(call.messages[-1][1] == options.server or call.first()[1] == options.server
                             for call in running),
        "lost": len(lost),
        # What was sent, not what was seen: a server without a link sees nothing.
        "lost_elsewhere": sum(call_id not in sent or sent[call_id].first()[1] != options.gone for call_id in lost),
        "rehomed": len(rehomed),
        "moved_wrongly": wrong,
        "new_calls": shares(count(begun), weights),
    }
    if options.gone:
        # The caller has had a 100 or 180 and does not send its INVITE again; the answer is on its way to
        # the server that is gone. They live on only if that is back while the other phone repeats it.
        row["waited_for_return"] = sum(call.first()[1] == options.gone and call_id not in lost
                                       and call.waits_at(options.at, options.until)
                                       for call_id, call in calls.items())
        row["rehomed_calls"] = shares(count(rehomed), weights)
        last = [t for call in sent.values() for t, server, _ in call.messages
                if server == options.gone and options.at <= t < options.until]
        row["last_packet"] = round(max(last, default=options.at) - options.at, 2)
        row["packets_since"] = sum(t > options.since for t in last)
    if options.server:
        last = [call.first()[0] for call in calls.values()
                if call.first()[1] == options.server and options.at <= call.first()[0] < options.until]
        row["last_new_call"] = round(max(last, default=options.at) - options.at, 2)
        row["new_calls_since"] = sum(t > options.since for t in last)
        row["new_calls_after"] = sum(call.first()[1] == options.server and call.first()[0] >= options.until
                                     for call in calls.values())
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seen", required=True, help="messages as the servers saw them")
    parser.add_argument("--sent", required=True, help="messages as the director sent them")
    parser.add_argument("--lost", required=True, help="Call-IDs of the calls that failed")
    parser.add_argument("--at", type=float, required=True, help="when it happened")
    parser.add_argument("--since", type=float, required=True, help="from then on new calls follow the weights")
    parser.add_argument("--until", type=float, required=True, help="until then")
    parser.add_argument("--weights", required=True, help="of those that take new calls then, a JSON object")
    parser.add_argument("--server", default="", help="what it happened to")
    parser.add_argument("--gone", default="", help="the same, if its calls have to go to others")
    print(json.dumps(make_row(parser.parse_args())))


if __name__ == "__main__":
    main()
