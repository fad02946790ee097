#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends numbered datagrams of calls that the director knows, at a steady rate, until SIGTERM.

Each call begins with an INVITE and the ACK of its 2xx, so it is confirmed. The numbered datagrams are ACKs of
these calls in turn: no proxy answers or forwards one. A number is skipped where the host cannot send, for example
without a neighbour; it counts as sent.

Output: "number time" a line, with the time of sending in seconds since 1970.
"""

import argparse
import pathlib
import signal
import socket
import sys
import time

SETUP_GAP = 0.002  # seconds between two calls that begin


def message(method, call, address, run, number):
    """A request of a call; the ACK has another branch than the INVITE, as the ACK of a 2xx has."""
    tag = "" if method == "INVITE" else ";tag=callee"
    return "\r\n".join([
        f"{method} sip:stream@{address}:5060 SIP/2.0", f"Via: SIP/2.0/UDP stream.example.com:5060;branch=z9hG4bK{method}{call}",
        "Max-Forwards: 0", "From: <sip:stream@example.com>;tag=caller", f"To: <sip:stream@{address}>{tag}",
        f"Call-ID: {call}-{run}@stream.example.com", f"CSeq: 1 {method}", f"X-Number: {number}", "Content-Length: 0",
        "", ""]).encode()


class Stream:
    def __init__(self, options):
        self.options = options
        self.is_over = False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def stop(self, *_):
        self.is_over = True

    def send(self, method, call, number):
        options = self.options
        try:
            self.socket.sendto(message(method, call, options.vip, options.run, number), (options.vip, 5060))
        except OSError:
            pass

    def begin_calls(self):
        for method in "INVITE", "ACK":
            for call in range(self.options.calls):
                self.send(method, call, 0)
                time.sleep(SETUP_GAP)

    def run(self, log):
        gap = 1 / self.options.rate
        number, due = 0, time.monotonic()
        while not self.is_over:
            number += 1
            log.write(f"{number} {time.time():.6f}\n")
            self.send("ACK", number % self.options.calls, number)
            due = max(due + gap, time.monotonic() - 1)  # at most a second is made up for
            time.sleep(max(0.0, due - time.monotonic()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vip", help="where to send, an IPv4 address")
    parser.add_argument("run", help="part of all Call-IDs")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--rate", type=float, default=500, help="datagrams a second")
    parser.add_argument("--calls", type=int, default=100)
    stream = Stream(parser.parse_args())
    signal.signal(signal.SIGTERM, stream.stop)
    stream.begin_calls()
    with stream.options.output.open("w", encoding="ascii", buffering=1) as log:
        stream.run(log)


if __name__ == "__main__":
    sys.exit(main())
