#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends single SIP requests to a VIP and prints the answers: "Call-ID code Retry-After".

Input: "METHOD CALL-ID USER SOURCE" a line; USER is whom To names, SOURCE an address of this host. "-" for
Retry-After if there is none. Max-Forwards is 0: no proxy sends them on.
"""

import argparse
import re
import select
import socket
import sys
import time

HEADERS = {name: re.compile(rb"\r\n" + name.encode() + rb": *([^\r\n]*)") for name in ("Call-ID", "Retry-After")}


def request(method, call_id, user, source, port, vip):
    def uri_host(address):
        return f"[{address}]" if ":" in address else address

    sent_by, to = f"{uri_host(source)}:{port}", f"sip:{user}@{uri_host(vip)}"
    return "\r\n".join([
        f"{method} {to} SIP/2.0", f"Via: SIP/2.0/UDP {sent_by};rport;branch=z9hG4bK{call_id.replace('@', '')}",
        "Max-Forwards: 0", f"From: <sip:tester@{uri_host(source)}>;tag=1", f"To: <{to}>", f"Call-ID: {call_id}",
        f"CSeq: 1 {method}", f"Contact: <sip:{user}@{sent_by}>", "Content-Length: 0", "", ""]).encode()


def header(message, name):
    found = HEADERS[name].search(message)
    return found[1].decode() if found else "-"


def print_answers(sockets, seconds):
    """What comes within that time."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for ready in select.select(list(sockets.values()), [], [], left)[0]:
            message = ready.recv(65535)
            print(header(message, "Call-ID"), message.split(b" ", 2)[1].decode(), header(message, "Retry-After"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vip")
    parser.add_argument("--gap", type=float, default=0.002, help="seconds between requests")
    parser.add_argument("--wait", type=float, default=1.0, help="seconds to wait for answers at the end")
    options = parser.parse_args()
    sockets = {}
    for line in sys.stdin:
        method, call_id, user, source = line.split()
        if source not in sockets:
            sockets[source] = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET, socket.SOCK_DGRAM)
            sockets[source].bind((source, 0))
        port = sockets[source].getsockname()[1]
        sockets[source].sendto(request(method, call_id, user, source, port, options.vip), (options.vip, 5060))
        print_answers(sockets, options.gap)
    print_answers(sockets, options.wait)


if __name__ == "__main__":
    main()
