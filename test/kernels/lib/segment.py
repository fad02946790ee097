# SPDX-License-Identifier: Apache-2.0
"""The Ethernet segment at the host end of the guest's NIC: SIP servers made of ARP and OPTIONS answers."""

import queue
import socket
import struct
import threading

ETH_P_ALL = 3
ETH_P_IPV4 = 0x0800
ETH_P_ARP = 0x0806
PACKET_OUTGOING = 4
SIP_PORT = 5060


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def ethernet(destination, source, kind, payload):
    return mac_bytes(destination) + mac_bytes(source) + struct.pack("!H", kind) + payload


def udp_ipv4(source, destination, payload):
    """An IPv4 packet; source and destination are (address, port)."""
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    length = 8 + len(payload)
    udp = struct.pack("!HHHH", source[1], destination[1], length, 0)
    check = checksum(addresses + struct.pack("!HH", 17, length) + udp + payload) or 0xFFFF
    udp = struct.pack("!HHHH", source[1], destination[1], length, check)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0x4000, 64, 17, 0) + addresses
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return ip + udp + payload


def arp(operation, sender, target):
    """An ARP packet; sender and target are (address, MAC)."""
    packet = struct.pack("!HHBBH", 1, ETH_P_IPV4, 6, 4, operation)
    for address, mac in (sender, target):
        packet += mac_bytes(mac) + socket.inet_aton(address)
    return packet


class Frame:
    """A frame from the guest. udp is the whole datagram, header included, or None."""

    def __init__(self, data):
        self.destination_mac, self.source_mac = data[0:6].hex(":"), data[6:12].hex(":")
        (self.kind,) = struct.unpack("!H", data[12:14])
        self.payload = data[14:]
        self.source = self.destination = self.udp = None
        if self.kind == ETH_P_IPV4 and len(data) >= 42 and data[23] == 17:
            header = (data[14] & 0x0F) * 4
            self.source = socket.inet_ntoa(data[26:30])
            self.destination = socket.inet_ntoa(data[30:34])
            (total,) = struct.unpack("!H", data[16:18])
            self.udp = data[14 + header : 14 + total]


class Segment:
    """Answers for the servers ({address: MAC}) in a thread; the guest's other frames go to `frames`."""

    def __init__(self, device, servers):
        self.servers = servers
        self.frames = queue.Queue()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((device, 0))
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, frame):
        self.socket.send(frame)

    def _run(self):
        while True:
            data, address = self.socket.recvfrom(65535)
            if address[2] != PACKET_OUTGOING and not self._answer(Frame(data)):
                self.frames.put(Frame(data))

    def _answer(self, frame):
        if frame.kind == ETH_P_ARP:
            return self._answer_arp(frame)
        if frame.destination in self.servers and frame.udp[8:].startswith(b"OPTIONS "):
            return self._answer_options(frame)
        return False

    def _answer_arp(self, frame):
        (operation,) = struct.unpack("!H", frame.payload[6:8])
        asked = socket.inet_ntoa(frame.payload[24:28])
        if operation != 1 or asked not in self.servers:
            return False
        asker = (socket.inet_ntoa(frame.payload[14:18]), frame.source_mac)
        reply = arp(2, (asked, self.servers[asked]), asker)
        self.send(ethernet(frame.source_mac, self.servers[asked], ETH_P_ARP, reply))
        return True

    def _answer_options(self, frame):
        copied = (b"via:", b"v:", b"from:", b"f:", b"to:", b"t:", b"call-id:", b"i:", b"cseq:")
        lines = [line for line in frame.udp[8:].split(b"\r\n") if line.lower().startswith(copied)]
        answer = b"\r\n".join([b"SIP/2.0 200 OK", *lines, b"Content-Length: 0", b"", b""])
        (port,) = struct.unpack("!H", frame.udp[0:2])
        packet = udp_ipv4((frame.destination, SIP_PORT), (frame.source, port), answer)
        server_mac = self.servers[frame.destination]
        self.send(ethernet(frame.source_mac, server_mac, ETH_P_IPV4, packet))
        return True
