#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The phones and servers for payload-virtio.sh: run it as test/kernels/run --host.

Sends SIP to the VIP at the guest's NIC and looks at the frames that come back: each message must
come out once, unchanged, with the MAC of a server, and all messages of a call with the same one.
"""

import os
import queue
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from segment import ETH_P_ARP, ETH_P_IPV4, SIP_PORT, Segment, arp, ethernet, udp_ipv4

# These are the addresses of virtio.json and lib/guest.sh; 203.0.113.0/24 is behind the phones' router.
VIP = "198.51.100.100"
GUEST = "198.51.100.2"
VERDICT_PORT = 9000
SERVERS = {f"198.51.100.{10 + n}": f"02:00:00:00:51:{n:02x}" for n in range(1, 5)}
ROUTER = ("198.51.100.50", "02:00:00:00:01:01")
CALLS = 400
BATCH = 32


class Failure(Exception):
    """What was wrong, in words."""


def check(condition, message):
    if not condition:
        raise Failure(message)


def sip(method, call):
    return (
        f"{method} sip:bob@example.com SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 203.0.113.1:5060;branch=z9hG4bK{call}{method}\r\n"
        f"Max-Forwards: 70\r\n"
        f"From: <sip:alice@example.net>;tag={call}\r\n"
        f"To: <sip:bob@example.com>\r\n"
        f"Call-ID: {call}@203.0.113.1\r\n"
        f"CSeq: 1 {method}\r\n"
        f"Content-Length: 0\r\n\r\n"
    ).encode()


class Test:
    def __init__(self):
        self.segment = Segment("tap0", SERVERS)
        self.guest_mac = os.environ["GUEST_MAC"]

    def run(self):
        verdict_socket = self.connect()
        try:
            self.director_answers_arp()
            self.wait_for_every_server()
            self.calls_are_steered()
            self.other_datagrams_are_not()
        except Failure as failure:
            verdict_socket.sendall(f"fail: {failure}".encode())
            raise
        verdict_socket.sendall(b"pass")
        verdict_socket.close()

    def connect(self):
        """The guest listens once its director is up. That it hears us shows TCP passing native XDP."""
        while True:
            try:
                return socket.create_connection((GUEST, VERDICT_PORT), timeout=1)
            except OSError:
                time.sleep(0.2)

    def director_answers_arp(self):
        question = arp(1, ROUTER, (VIP, "00:00:00:00:00:00"))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            self.segment.send(ethernet("ff:ff:ff:ff:ff:ff", ROUTER[1], ETH_P_ARP, question))
            frame = self.next_frame(1, lambda frame: frame.kind == ETH_P_ARP)
            if frame and frame.destination_mac == ROUTER[1]:
                check(frame.source_mac == self.guest_mac, f"ARP answered by {frame.source_mac}")
                return
        raise Failure("no answer to ARP for the VIP")

    def wait_for_every_server(self):
        reached, call, deadline = set(), 0, time.monotonic() + 60
        while len(reached) < len(SERVERS):
            check(time.monotonic() < deadline, f"only these servers get calls: {sorted(reached)}")
            self.send((f"203.0.113.{call % 250 + 1}", SIP_PORT), sip("INVITE", f"warm-{call}"))
            frame = self.next_frame(0.2, is_steered)
            if frame:
                reached.add(frame.destination_mac)
            call += 1
        self.drop_frames()

    def calls_are_steered(self):
        trunk = ("203.0.113.9", SIP_PORT)
        invites = {}
        for call in range(CALLS):
            phone = (f"203.0.113.{call % 250 + 1}", 20000 + call)
            invites[sip("INVITE", f"call-{call}")] = trunk if call % 2 else phone
        chosen = self.steer(invites)
        shares = [list(chosen.values()).count(mac) / CALLS for mac in SERVERS.values()]
        say("shares of the servers: " + " ".join(f"{share:.1%}" for share in shares))
        check(all(0.15 < share < 0.35 for share in shares), f"uneven shares: {shares}")

        for method in ("ACK", "BYE"):
            later = {sip(method, f"call-{n}"): ("203.0.113.77", 40000 + n) for n in range(CALLS)}
            servers = self.steer(later)
            split = [n for n in range(CALLS) if servers[sip(method, f"call-{n}")]
                     != chosen[sip("INVITE", f"call-{n}")]]
            check(not split, f"{method} of {len(split)} calls went to another server, call-{split[:1]}")
        say(f"{CALLS} calls, {3 * CALLS} messages, 0 split")

    def other_datagrams_are_not(self):
        for destination in ((VIP, SIP_PORT + 1), (GUEST, SIP_PORT)):
            self.send(("203.0.113.5", SIP_PORT), sip("INVITE", "not-ours"), destination)
            frame = self.next_frame(2, is_steered)
            check(frame is None, f"a datagram to {destination}, not a service, was steered")

    def send(self, source, message, destination=(VIP, SIP_PORT)):
        packet = udp_ipv4(source, destination, message)
        self.segment.send(ethernet(self.guest_mac, ROUTER[1], ETH_P_IPV4, packet))

    def steer(self, messages):
        """Sends {message: source}, a batch at a time; returns {message: MAC of its server}."""
        chosen, todo = {}, list(messages.items())
        for start in range(0, len(todo), BATCH):
            batch = dict(todo[start : start + BATCH])
            for message, source in batch.items():
                self.send(source, message)
            while len(chosen) < start + len(batch):
                frame = self.next_frame(10, is_steered)
                check(frame, f"{start + len(batch) - len(chosen)} of {len(batch)} messages were lost")
                message = self.judge(frame, batch)
                check(message not in chosen, "a message came back twice")
                chosen[message] = frame.destination_mac
        return chosen

    def judge(self, frame, batch):
        message = frame.udp[8:]
        check(message in batch, f"not what was sent: {message!r}")
        sent = udp_ipv4(batch[message], (VIP, SIP_PORT), message)
        check(frame.source == batch[message][0], f"the source became {frame.source}")
        check(frame.udp == sent[20:], "the UDP header changed")
        check(frame.source_mac == self.guest_mac, f"sent with the MAC {frame.source_mac}")
        return message

    def next_frame(self, seconds, wanted):
        deadline = time.monotonic() + seconds
        while True:
            try:
                frame = self.segment.frames.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if wanted(frame):
                return frame

    def drop_frames(self):
        while self.next_frame(1, is_steered):
            pass


def is_steered(frame):
    return frame.destination_mac in SERVERS.values() and frame.udp


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(__doc__)
        sys.exit(0 if sys.argv[1] in ("-h", "--help") else 2)
    try:
        Test().run()
    except Failure as failure:
        say(f"failed: {failure}")
        sys.exit(1)
