#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Phones that register, are challenged, keep their flow alive and register again, each from one socket. Prints how
many were registered to the end."""

import argparse
import hashlib
import re
import socket

TIMEOUT = 30.0  # seconds for a final response; nothing is sent again, for nothing may be lost
PASSWORD = "open-sesame"
KEEP_ALIVE = b"\r\n\r\n"  # RFC 5626, 3.5.1
CHALLENGE = re.compile(r'WWW-Authenticate: *Digest realm="([^"]+)", *nonce="([^"]+)"')


def in_uri(address):
    return f"[{address}]" if ":" in address else address


def md5(*parts):
    return hashlib.md5(":".join(parts).encode()).hexdigest()


class Phone:
    """One flow: all of it goes from one port to the VIP."""

    def __init__(self, number, address, vip):
        self.vip, self.user, self.sequence = vip, f"user{number}", 0
        self.socket = socket.socket(socket.AF_INET6 if ":" in vip else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.connect((vip, 5060))
        self.socket.settimeout(TIMEOUT)
        self.here = f"{in_uri(address)}:{self.socket.getsockname()[1]}"
        self.call_id = f"{number}-{self.here}-registered@dialogs.example.com"
        self.challenge = None

    def credentials(self):
        if not self.challenge:
            return ""
        realm, nonce = self.challenge
        uri = f"sip:{in_uri(self.vip)}"
        response = md5(md5(self.user, realm, PASSWORD), nonce, md5("REGISTER", uri))
        return (f'Authorization: Digest username="{self.user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                f'response="{response}"\r\n')

    def register(self):
        """The code of the answer."""
        self.sequence += 1
        vip = in_uri(self.vip)
        self.socket.send((
            f"REGISTER sip:{vip} SIP/2.0\r\nVia: SIP/2.0/UDP {self.here};branch=z9hG4bK{self.here}{self.sequence}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{self.user}@{vip}>;tag=r{self.sequence}\r\nTo: <sip:{self.user}@{vip}>\r\n"
            f"Call-ID: {self.call_id}\r\nCSeq: {self.sequence} REGISTER\r\nContact: <sip:{self.user}@{self.here}>\r\n"
            f"{self.credentials()}Expires: 600\r\nContent-Length: 0\r\n\r\n").encode())
        answer = self.socket.recv(65535).decode()
        found = CHALLENGE.search(answer)
        self.challenge = found.groups() if found else self.challenge
        return int(answer.split()[1])

    def is_challenged(self):
        return self.register() == 401 and self.register() == 200

    def keep_alive(self, count):
        for _ in range(count):
            self.socket.send(KEEP_ALIVE)

    def registers_again(self):
        """With the nonce it has: another server would challenge it anew."""
        return self.register() == 200


def registers(phone):
    try:
        good = phone.is_challenged()
        phone.keep_alive(2)
        good = phone.registers_again() and good
        phone.keep_alive(2)
    except socket.timeout:
        return False
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, required=True)
    parser.add_argument("address")
    parser.add_argument("vip")
    options = parser.parse_args()
    phones = [Phone(number, options.address, options.vip) for number in range(options.phones)]
    print(sum(registers(phone) for phone in phones))


if __name__ == "__main__":
    main()
