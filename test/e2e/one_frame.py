# SPDX-License-Identifier: Apache-2.0
"""A capture of one datagram."""

import socket
import struct


def capture_of(address, port, payload):
    """A pcap of one frame, from 192.0.2.1."""
    udp = struct.pack("!HHHH", 5060, port, 8 + len(payload), 0) + payload
    addresses = socket.inet_aton("192.0.2.1") + socket.inet_aton(address)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, socket.IPPROTO_UDP, 0) + addresses
    frame = bytes(12) + b"\x08\x00" + ip + udp
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    return header + struct.pack("<IIII", 1000000000, 0, len(frame), len(frame)) + frame
