# SPDX-License-Identifier: Apache-2.0
"""Captured fragments of UDP datagrams (RFC 791, 3.2; RFC 8200, 4.5): read, grouped, put together."""

import re
import struct
from dataclasses import dataclass, field

ETH_VLAN, ETH_IPV4, ETH_IPV6 = 0x8100, 0x0800, 0x86DD
IPV6_FRAGMENT = 44
UDP = 17
UDP_HEADER = 8


@dataclass
class Fragment:
    frame: bytes  # as it was on the wire
    start: int  # of data in the datagram, in bytes
    more: bool
    data: bytes


@dataclass
class Datagram:
    fragments: list = field(default_factory=list)

    def ordered(self):
        return sorted(self.fragments, key=lambda fragment: fragment.start)

    def payload(self):
        """What UDP carries; an error if a part is missing or is there twice."""
        whole = b""
        for fragment in self.ordered():
            if fragment.start != len(whole):
                raise ValueError(f"a datagram has a hole or an overlap at byte {len(whole)}")
            whole += fragment.data
        if self.ordered()[-1].more or struct.unpack_from("!H", whole, 4)[0] != len(whole):
            raise ValueError("a datagram is not complete")
        return whole[UDP_HEADER:]


FRACTIONS = {0xA1B2C3D4: 1e-6, 0xA1B23C4D: 1e-9}  # of a second, by the file's first word


def timed_frames_of(path):
    """(seconds since 1970, frame) of a pcap file as tcpdump writes it, or with nanoseconds."""
    with open(path, "rb") as file:
        content = file.read()
    fraction = FRACTIONS.get(struct.unpack_from("=I", content)[0])
    if not fraction or struct.unpack_from("=I", content, 20)[0] != 1:
        raise ValueError(f"{path} is no pcap file of Ethernet frames")
    at = 24
    while at + 16 <= len(content):
        seconds, rest, captured, length = struct.unpack_from("=IIII", content, at)
        if captured != length:
            raise ValueError(f"{path} has a frame that was cut")
        yield seconds + rest * fraction, content[at + 16 : at + 16 + captured]
        at += 16 + captured


def frames_of(path):
    return (frame for _, frame in timed_frames_of(path))


def parse_fragment(frame):
    """(key of its datagram, Fragment), or None for anything but a fragment of UDP."""
    at = 12
    while struct.unpack_from("!H", frame, at)[0] == ETH_VLAN:
        at += 4
    ether_type, ip = struct.unpack_from("!H", frame, at)[0], at + 2
    if ether_type == ETH_IPV4:
        length, ident, offset = struct.unpack_from("!HHH", frame, ip + 2)
        data = frame[ip + 4 * (frame[ip] & 15) : ip + length]
        start, more, protocol = 8 * (offset & 0x1FFF), bool(offset & 0x2000), frame[ip + 9]
        addresses = frame[ip + 12 : ip + 20]
    elif ether_type == ETH_IPV6 and frame[ip + 6] == IPV6_FRAGMENT:
        length = struct.unpack_from("!H", frame, ip + 4)[0]
        protocol, _, offset, ident = struct.unpack_from("!BBHI", frame, ip + 40)
        data = frame[ip + 48 : ip + 40 + length]
        start, more = offset & 0xFFF8, bool(offset & 1)
        addresses = frame[ip + 8 : ip + 40]
    else:
        return None
    if protocol != UDP or (start == 0 and not more):
        return None
    return (addresses, ident), Fragment(frame, start, more, data)


def datagrams_of(path):
    """Key: Datagram, in the order of their first appearance."""
    datagrams = {}
    for frame in frames_of(path):
        parsed = parse_fragment(frame)
        if parsed:
            datagrams.setdefault(parsed[0], Datagram()).fragments.append(parsed[1])
    return datagrams


def call_id(payload):
    found = re.search(rb"\r\nCall-ID: (\S+)\r\n", payload)
    return found.group(1).decode() if found else "none"
