#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A SIP server that answers as a file tells it; read again for each request.

    200 OK             answers with this status
    silence [COUNT]    no answer to the next COUNT probes, or to all; then 200 OK
    second             no answer to a request but to its retransmission
    forge-branch       200 OK to another transaction
    forge-source       200 OK from another port
    late SECONDS       the next probe is answered so much later, others at once
"""

import argparse
import pathlib
import re
import select
import socket
import time

COPIED = re.compile(rb"^(?:Via|From|To|Call-ID|CSeq):.*\r\n", re.MULTILINE)
BRANCH = re.compile(rb"branch=([^;\r]+)")


def reply(request, status):
    return b"SIP/2.0 " + status.encode() + b"\r\n" + b"".join(COPIED.findall(request)) + b"Content-Length: 0\r\n\r\n"


class Responder:
    def __init__(self, address, file):
        self.file = file
        self.told = None
        self.seen = []  # branches since it was told something else
        self.late = []  # (when, reply, to)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, 5060))
        self.other = socket.socket(family, socket.SOCK_DGRAM)
        self.other.bind((address, 5070))

    def run(self):
        while True:
            wait = min((when for when, _, _ in self.late), default=time.monotonic() + 60) - time.monotonic()
            if select.select([self.socket], [], [], max(wait, 0))[0]:
                self.take(*self.socket.recvfrom(65535))
            due, self.late = ([entry for entry in self.late if (entry[0] <= time.monotonic()) == is_due] for is_due in (True, False))
            for _, message, to in due:
                self.socket.sendto(message, to)

    def take(self, request, sender):
        told = self.file.read_text().split()
        if told != self.told:
            self.told, self.seen = told, []
        branch = BRANCH.search(request)[1]
        is_new = branch not in self.seen
        if is_new:
            self.seen.append(branch)
        self.act(told, request, sender, is_new)

    def act(self, told, request, sender, is_new):
        ok = reply(request, "200 OK")
        if told[0] == "silence":
            if len(told) > 1 and len(self.seen) > int(told[1]):
                self.socket.sendto(ok, sender)
        elif told[0] == "second":
            if not is_new:
                self.socket.sendto(ok, sender)
        elif told[0] == "forge-branch":
            self.socket.sendto(ok.replace(b"branch=z9hG4bK", b"branch=z9hG4bKforged"), sender)
        elif told[0] == "forge-source":
            self.other.sendto(ok, sender)
        elif told[0] == "late" and len(self.seen) == 1:
            if is_new:
                self.late.append((time.monotonic() + float(told[1]), ok, sender))
        else:
            self.socket.sendto(ok if told[0] == "late" else reply(request, " ".join(told)), sender)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("file", type=pathlib.Path)
    options = parser.parse_args()
    Responder(options.address, options.file).run()


if __name__ == "__main__":
    main()
