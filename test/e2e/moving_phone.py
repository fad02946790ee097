#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A phone that moves during its calls: INVITE from one address and port, re-INVITE from a second, BYE
from a third. Everything goes to the VIP. Prints one line a failed call; exit code 1 if there was one."""

import argparse
import re
import secrets
import socket
import sys

TIMEOUT = 5.0  # seconds for a final response; nothing is sent again, for nothing may be lost


def in_uri(address):
    return f"[{address}]" if ":" in address else address


def bind(address_and_port):
    address, port = address_and_port.rsplit(":", 1)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    bound.bind((address, int(port)))
    bound.settimeout(TIMEOUT)
    return bound


def local_name(bound):
    address, port = bound.getsockname()[:2]
    return f"{in_uri(address)}:{port}"


class Call:
    """One dialog. Its requests can go out by any socket."""

    def __init__(self, vip):
        self.vip = vip
        self.call_id = f"{secrets.token_hex(8)}@moving.example"
        self.from_tag = secrets.token_hex(4)
        self.to = f"<sip:user2@{in_uri(vip)}:5060>"
        self.target = f"sip:user2@{in_uri(vip)}:5060"
        self.routes = []
        self.cseq = 0

    def request(self, bound, method):
        name = local_name(bound)
        lines = [
            f"{method} {self.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {name};branch=z9hG4bK{secrets.token_hex(8)}",
            *[f"Route: {route}" for route in self.routes],
            "Max-Forwards: 70",
            f"From: <sip:user1@moving.example>;tag={self.from_tag}",
            f"To: {self.to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {method}",
            f"Contact: <sip:user1@{name}>",
            "Content-Length: 0",
        ]
        bound.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), (self.vip, 5060))

    def answer(self, bound, method):
        """The final response to the request in progress; raises if it is no 200 or none comes."""
        while True:
            text, source = bound.recvfrom(65535)
            text = text.decode()
            status = int(text.split(" ", 2)[1])
            if source[0] != self.vip:
                raise RuntimeError(f"response from {source[0]}, not from the VIP")
            if f"Call-ID: {self.call_id}\r\n" not in text or f"CSeq: {self.cseq} {method}\r\n" not in text:
                continue  # late, of another call or transaction
            if status >= 200:
                break
        if status != 200:
            raise RuntimeError(f"{method} was answered by {status}")
        return text

    def invite(self, bound):
        self.cseq += 1
        self.request(bound, "INVITE")
        text = self.answer(bound, "INVITE")
        self.to = re.search(r"^To: (.*)\r$", text, re.M).group(1)
        self.target = re.search(r"^Contact: <([^>]*)>", text, re.M).group(1)
        if not self.routes:
            self.routes = re.findall(r"^Record-Route: (.*)\r$", text, re.M)[::-1]
        self.request(bound, "ACK")

    def bye(self, bound):
        self.cseq += 1
        self.request(bound, "BYE")
        self.answer(bound, "BYE")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1)
    parser.add_argument("vip")
    parser.add_argument("sources", nargs=3, metavar="ADDRESS:PORT", help="for INVITE, re-INVITE and BYE")
    options = parser.parse_args()
    first, second, third = (bind(source) for source in options.sources)
    failed = 0
    for _ in range(options.calls):
        call = Call(options.vip)
        try:
            call.invite(first)
            call.invite(second)
            call.bye(third)
        except (OSError, RuntimeError) as error:
            failed += 1
            print(f"call {call.call_id} failed: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
