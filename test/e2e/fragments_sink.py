#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server that keeps each datagram that comes to the VIP, whole, in a file of its own, and answers
probes (OPTIONS) at its own address. Runs until it is ended."""

import argparse
import itertools
import os
import selectors
import socket
import sys

PORT = 5060
LARGEST = 65535
RECEIVE_BUFFER = 16 << 20  # nothing may be lost here
COPIED = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")  # RFC 3261, 8.2.6.2


def bind(address):
    bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    bound.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_RCVBUFFORCE", 33), RECEIVE_BUFFER)
    bound.bind((address, PORT))
    return bound


def keep(directory, number, payload):
    """The file appears with its whole content."""
    path = os.path.join(directory, str(number))
    with open(path + ".part", "wb") as file:
        file.write(payload)
    os.rename(path + ".part", path)


def answer(bound, request, sender):
    if not request.startswith(b"OPTIONS "):
        return
    lines = [line for line in request.split(b"\r\n") if line.lower().startswith(COPIED)]
    bound.sendto(b"\r\n".join([b"SIP/2.0 200 OK", *lines, b"Content-Length: 0", b"", b""]), sender)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vip")
    parser.add_argument("own", help="the server's own address")
    parser.add_argument("directory", help="where datagrams are kept")
    options = parser.parse_args()
    numbers = itertools.count(1)
    vip, own = bind(options.vip), bind(options.own)
    with selectors.DefaultSelector() as ready:
        ready.register(vip, selectors.EVENT_READ)
        ready.register(own, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                payload, sender = key.fileobj.recvfrom(LARGEST)
                if key.fileobj is vip:
                    keep(options.directory, next(numbers), payload)
                else:
                    answer(own, payload, sender)


if __name__ == "__main__":
    sys.exit(main())
