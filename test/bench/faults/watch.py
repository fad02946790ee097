#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks a daemon every 20 ms over its Unix socket whether it lives, and every 100 ms whether it is ready.

Output, a line each: "time path status seconds"; time: of the question, seconds: until the answer. Where there is
no answer the status is 0: the daemon is away, or it ended before it answered.
"""

import argparse
import http.client
import pathlib
import socket
import time

GAP = 0.02
READY_EACH = 5  # of so many questions one is about readiness
LIMIT = 120  # seconds for an answer


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=LIMIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(LIMIT)
        self.sock.connect(self.path)


def ask(connection, path):
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        connection.close()  # the next question connects anew
        return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("socket", help="the daemon's API socket")
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    connection = UnixConnection(options.socket)
    count = 0
    with options.output.open("w", encoding="ascii", buffering=1) as log:
        while True:
            path = "/healthz" if count % READY_EACH else "/readyz"
            count += 1
            asked, begun = time.time(), time.monotonic()
            status = ask(connection, path)
            took = time.monotonic() - begun
            log.write(f"{asked:.6f} {path} {status} {took:.6f}\n")
            time.sleep(max(0.0, GAP - took))


if __name__ == "__main__":
    main()
