#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds connections open to a port of this host and drips a byte into each now and then, until it is ended.

Prints "open" when all are.
"""

import argparse
import socket
import time


def connect(source, port):
    connection = socket.socket()
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", port))
    return connection


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="an address of 127.0.0.0/8")
    parser.add_argument("--each", type=int, default=20, help="connections from each")
    options = parser.parse_args()
    connections = [connect(source, options.port) for source in options.sources for _ in range(options.each)]
    print("open", flush=True)
    while True:
        for connection in connections:
            try:
                connection.send(b"\x16")  # what a TLS record of a handshake begins with
            except OSError:
                pass  # the server has had enough of it
        time.sleep(1)


if __name__ == "__main__":
    main()
