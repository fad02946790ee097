#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends OPTIONS requests to the VIP in frames of any MAC addresses, VLAN and source address, each with a
Call-ID of its own unless one is given."""

import argparse
import socket
import struct
import time

PORT = 5060
SHORTEST_FRAME = 60


def checksum(data):
    """Of the Internet (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def request(call_id, source):
    lines = (
        "OPTIONS sip:service@example.com SIP/2.0",
        f"Via: SIP/2.0/UDP {source}:{PORT};branch=z9hG4bK{call_id}",
        "From: <sip:alice@example.com>;tag=1",
        "To: <sip:service@example.com>",
        f"Call-ID: {call_id}",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
    )
    return "".join(line + "\r\n" for line in (*lines, "")).encode()


def ipv4(source, destination, payload):
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    udp = struct.pack("!HHHH", PORT, PORT, 8 + len(payload), 0) + payload
    udp_sum = checksum(addresses + struct.pack("!HH", socket.IPPROTO_UDP, len(udp)) + udp) or 0xFFFF
    udp = udp[:6] + struct.pack("!H", udp_sum) + udp[8:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, socket.IPPROTO_UDP, 0) + addresses
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + udp


def ethernet(destination, source, vlan, packet):
    tag = struct.pack("!HH", 0x8100, vlan) if vlan else b""
    frame = mac(destination) + mac(source) + tag + struct.pack("!H", 0x0800) + packet
    return frame.ljust(SHORTEST_FRAME, b"\0")


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interface")
    parser.add_argument("vip")
    parser.add_argument("--to-mac", required=True)
    parser.add_argument("--from-mac", required=True)
    parser.add_argument("--source", required=True, help="IPv4 address")
    parser.add_argument("--vlan", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--gap", type=float, default=0, help="seconds between two frames")
    parser.add_argument("--call-id", default="admission")
    options = parser.parse_args()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((options.interface, 0))
        for number in range(options.count):
            call_id = f"{options.call_id}-{number}" if options.count > 1 else options.call_id
            packet = ipv4(options.source, options.vip, request(call_id, options.source))
            time.sleep(options.gap)
            wire.send(ethernet(options.to_mac, options.from_mac, options.vlan, packet))


if __name__ == "__main__":
    main()
