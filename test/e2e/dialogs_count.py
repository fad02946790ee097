#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The outcome of dialogs.sh as a table: for each kind of call what succeeded, how many messages came to the servers,
how many of them to a wrong one, and how many calls are live at the end. Exit code 1 if a row is not as it should be.

A call is at the server that got its first message. The Call-ID of a call that is part of another one has that one's
behind three slashes. OUTCOMES has lines "KIND CALLS SUCCEEDED LIVE SERVER,...", EXPECTED "KIND MESSAGES"."""

import argparse
import re
import sys
from collections import defaultdict

sys.dont_write_bytecode = True  # the sources stay as they are
from farm_messages import CALL_ID, CSEQ, frames_of, pair, payload_of  # noqa: E402

KIND = re.compile(r"-([a-z0-9_]+)@")
SHOWN = 5  # messages of a kind
KEEP_ALIVES = "keep_alives"
# Calls that stand for themselves, though a phone of another call makes them.
APART = ("referred",)


class Message:
    """A datagram that came to a server."""

    def __init__(self, time, server, frame):
        self.time, self.server, self.payload = time, server, payload_of(frame)
        self.flow = frame[:-len(self.payload)][-8:-6]  # the source's port
        call_id = CALL_ID.search(self.payload)
        self.call_id = call_id[1].decode() if call_id else None

    def kind(self):
        if self.call_id is None:
            return KEEP_ALIVES if self.payload and not self.payload.strip() else None
        kind = KIND.search(self.call_id)
        return kind and kind[1]

    def call(self):
        """What all messages have in common that one server has to get."""
        if self.call_id is None:
            return self.flow
        prefix, slashes, rest = self.call_id.rpartition("///")
        return self.call_id if not slashes or prefix in APART else rest

    def __str__(self):
        if self.call_id is None:
            return f"keep-alive from port {int.from_bytes(self.flow, 'big')}"
        cseq = CSEQ.search(self.payload)
        first = self.payload.split(b"\r\n", 1)[0].decode()
        return f"{first} (CSeq {cseq[1].decode() if cseq else 'unknown'}) of {self.call_id}"


def messages_of(captures):
    """All messages of the test's calls, by their kind, in the order of time."""
    found = defaultdict(list)
    for server, path in captures:
        for time, frame in frames_of(path):
            message = Message(time, server, frame)
            if message.kind():
                found[message.kind()].append(message)
    for messages in found.values():
        messages.sort(key=lambda one: one.time)
    return found


def homes_of_flows(registrations):
    """(time, flow, server) of the registrations: keep-alives are for the server of the latest one before."""
    return [(one.time, one.flow, one.server) for one in registrations]


def home_of_keep_alive(message, homes):
    return next((server for time, flow, server in reversed(homes) if flow == message.flow and time < message.time), None)


def wrong_of(kind, found, servers):
    """(message, server that it was for) of what came to a wrong server."""
    homes, wrong = {}, []
    flows = homes_of_flows(found["registered"])
    for message in found[kind]:
        if kind == KEEP_ALIVES:
            home = home_of_keep_alive(message, flows)
        else:
            home = homes.setdefault(message.call(), message.server if message.server in servers else servers[0])
        if message.server != home:
            wrong.append((message, home))
    return wrong


class Row:
    """A line of the table."""

    def __init__(self, kind, calls, succeeded, live):
        self.kind, self.calls, self.succeeded, self.live = kind, int(calls), int(succeeded), int(live)
        self.messages = self.copies = 0
        self.wrong = []

    def count(self, found, servers):
        self.messages = len(found[self.kind])
        # What a phone sends again is alike; so are keep-alives.
        if self.kind != KEEP_ALIVES:
            self.copies = self.messages - len({(one.flow, one.payload) for one in found[self.kind]})
        self.wrong = wrong_of(self.kind, found, servers)

    def faults(self, expected):
        faults = [name for name, bad in (("succeeded", self.succeeded != self.calls), ("wrong server", self.wrong),
                                         ("live", self.live)) if bad]
        return faults + (["messages"] if self.messages - self.copies != expected * self.calls else [])


def print_table(rows):
    print(f"# {'calls':20}{'placed':>8}{'good':>8}{'messages':>10}{'at a wrong server':>19}{'live at the end':>17}")
    for row in rows:
        print(f"# {row.kind:20}{row.calls:8}{row.succeeded:8}{row.messages:10}{len(row.wrong):19}{row.live:17}")
    print(f"# {'all':20}{sum(row.calls for row in rows):8}{sum(row.succeeded for row in rows):8}"
          f"{sum(row.messages for row in rows):10}{sum(len(row.wrong) for row in rows):19}"
          f"{sum(row.live for row in rows):17}")


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [line.split() for line in file]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--capture", metavar="SERVER=FILE", type=pair, action="append", required=True)
    parser.add_argument("outcomes")
    parser.add_argument("expected")
    options = parser.parse_args()
    found, rows, good = messages_of(options.capture), [], True
    expected = {kind: int(count) for kind, count in lines_of(options.expected)}
    for *columns, servers in lines_of(options.outcomes):
        row = Row(*columns)
        row.count(found, servers.split(","))
        rows.append(row)
    print_table(rows)
    for row in rows:
        for message, home in row.wrong[:SHOWN]:
            print(f"# {row.kind}: at {message.server}, not at {home}: {message}")
        faults = row.faults(expected[row.kind])
        if faults:
            good = False
            print(f"# {row.kind} is wrong: {', '.join(faults)} (expected {expected[row.kind]} messages a call)")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
