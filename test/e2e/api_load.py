#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Asks a daemon's API a great deal at once, over its Unix socket, and looks at every answer.

Readers ask for a mix of things on connections that they keep, together --rate times a second if the
machine can. Two writers count with one field of a server, max_calls: each reads it with its entity tag,
adds one and sends it with If-Match; who is refused (412) begins anew. So the field has risen by the
number of changes that were answered with 200, or one was lost.

An answer is right if its status is 200, it is whole, it is JSON where it says so, and the same resource
has the same entity tag if and only if it has the same content.

Output: one JSON object. Exit code: 0.
"""

import argparse
import collections
import hashlib
import json
import socket
import threading
import time

READS = [
    "/v1/status", "/v1/pools/{pool}/servers/{server}", "/v1/config", "/v1/counters", "/healthz", "/v1/pools",
    "/v1/calls?limit=20", "/v1/config", "/v1/pools/{pool}/servers", "/metrics", "/readyz", "/v1/events?limit=20",
    "/v1/log_level", "/v1/services", "/v1",
]
# Whose body is what the entity tag is of, whole.
TAGGED = {"/v1/config", "/v1/log_level"}


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.buffer = b""

    def receive(self):
        data = self.socket.recv(262144)
        if not data:
            raise OSError("the connection was closed")
        self.buffer += data

    def ask(self, method, target, body=b"", fields=""):
        """Status, header fields by their names in small letters, body."""
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
        self.socket.sendall(head.encode() + body)
        while b"\r\n\r\n" not in self.buffer:
            self.receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        answer = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        length = int(answer["content-length"])
        while len(self.buffer) < length:
            self.receive()
        content, self.buffer = self.buffer[:length], self.buffer[length:]
        return int(lines[0].split()[1]), answer, content


class Load:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.counts = collections.Counter()  # by kind of request
        self.faults = []
        self.tags = {}  # by resource and content
        self.contents = {}  # by resource and tag
        self.changes = 0
        self.refusals = 0
        self.longest = 0.0
        self.end = 0.0

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def check_tag(self, target, tag, content):
        digest = hashlib.sha256(content).digest()
        with self.lock:
            if self.tags.setdefault((target, digest), tag) != tag:
                self.faults.append(f"{target}: one content, two tags")
            if self.contents.setdefault((target, tag), digest) != digest:
                self.faults.append(f"{target}: one tag, two contents")

    def check_read(self, target, status, fields, content):
        if status != 200:
            self.fault(f"GET {target}: {status} {content[:200]!r}")
        elif fields["content-type"].startswith("application/json"):
            json.loads(content)
        if target in TAGGED:
            self.check_tag(target, fields["etag"], content)

    def read(self, place):
        client = Client(self.options.socket)
        names = {"pool": self.options.pool, "server": self.options.server}
        targets = [target.format(**names) for target in READS]
        gap = self.options.readers / self.options.rate
        due = time.monotonic() + place * gap / self.options.readers
        while due < self.end:
            time.sleep(max(0.0, due - time.monotonic()))
            target = targets[place % len(targets)]
            begun = time.monotonic()
            self.check_read(target, *client.ask("GET", target))
            took = time.monotonic() - begun
            place += 1
            due = max(due + gap, begun)  # what could not be asked in time is not made up for
            with self.lock:
                self.counts["GET"] += 1
                self.longest = max(self.longest, took)

    def write(self):
        client = Client(self.options.socket)
        target = f"/v1/pools/{self.options.pool}/servers/{self.options.server}"
        while time.monotonic() < self.end:
            status, fields, content = client.ask("GET", target)
            self.check_read(target, status, fields, content)
            body = json.dumps({"max_calls": json.loads(content)["max_calls"] + 1}).encode()
            match = f"Content-Type: application/merge-patch+json\r\nIf-Match: {fields['etag']}\r\n"
            status, changed, content = client.ask("PATCH", target, body, match)
            with self.lock:
                self.counts["GET"] += 1
                self.counts["PATCH"] += 1
                self.changes += status == 200
                self.refusals += status == 412
            if status == 200 and changed["etag"] == fields["etag"]:
                self.fault("a change left the entity tag as it was")
            if status not in (200, 412):
                self.fault(f"PATCH: {status} {content[:200]!r}")
            time.sleep(0.1)

    def guarded(self, work, *arguments):
        try:
            work(*arguments)
        except Exception as error:  # pylint: disable=broad-except
            self.fault(f"{type(error).__name__}: {error}")

    def counter(self):
        target = f"/v1/pools/{self.options.pool}/servers/{self.options.server}"
        return json.loads(Client(self.options.socket).ask("GET", target)[2])["max_calls"]

    def run(self):
        before = self.counter()
        begun = time.monotonic()
        self.end = begun + self.options.seconds
        work = [(self.read, place) for place in range(self.options.readers)] + [(self.write,)] * 2
        threads = [threading.Thread(target=self.guarded, args=one) for one in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begun
        requests = sum(self.counts.values())
        return {
            "requests": requests, "by_method": self.counts, "seconds": round(seconds, 2),
            "rate": round(requests / seconds), "longest_seconds": round(self.longest, 3),
            "changes": self.changes, "refused": self.refusals, "counted": self.counter() - before,
            "faults": self.faults[:10], "fault_count": len(self.faults),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("socket", help="the daemon's API socket")
    parser.add_argument("--pool", default="proxies")
    parser.add_argument("--server", default="server4", help="the one whose max_calls is counted with")
    parser.add_argument("--rate", type=float, default=1000, help="requests a second of all readers")
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5)
    print(json.dumps(Load(parser.parse_args()).run()))


if __name__ == "__main__":
    main()
