#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands for many SIP servers on one host: answers each request with 200 OK, on a port for each."""

import argparse
import re
import resource
import selectors
import socket

COPIED = re.compile(rb"^(?:Via|From|To|Call-ID|CSeq):.*\r\n", re.MULTILINE)
SPARE_FILES = 50


def listen_on(address, port):
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind((address, port))
    listener.setblocking(False)
    return listener


def answer(listener):
    request, sender = listener.recvfrom(65535)
    copied = b"".join(COPIED.findall(request))
    listener.sendto(b"SIP/2.0 200 OK\r\n" + copied + b"Content-Length: 0\r\n\r\n", sender)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("first", type=int, help="the first port")
    parser.add_argument("count", type=int)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, options.count + SPARE_FILES), hard))
    selector = selectors.DefaultSelector()
    for port in range(options.first, options.first + options.count):
        selector.register(listen_on(options.address, port), selectors.EVENT_READ)
    print("listening", flush=True)
    while True:
        for key, _ in selector.select():
            try:
                answer(key.fileobj)
            except OSError:
                pass  # an error that the kernel kept for this socket


if __name__ == "__main__":
    main()
