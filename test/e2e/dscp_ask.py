# SPDX-License-Identifier: Apache-2.0
"""Sends OPTIONS of given lengths to the VIP, each of a call of its own, and prints how many were answered from there.

    dscp_ask.py VIP OWN-ADDRESS LENGTH...
"""

import socket
import sys
import uuid

PATIENCE = 5  # seconds, twice: a request is sent again once


def request(vip, own, port, length):
    at = f"[{vip}]" if ":" in vip else vip
    via = f"[{own}]" if ":" in own else own
    head = (
        f"OPTIONS sip:user2@{at} SIP/2.0\r\nVia: SIP/2.0/UDP {via}:{port};branch=z9hG4bK{uuid.uuid4().hex};rport\r\n"
        f"Max-Forwards: 0\r\nFrom: <sip:a@{via}>;tag=1\r\nTo: <sip:user2@{at}>\r\nCall-ID: {uuid.uuid4().hex}\r\n"
        "CSeq: 1 OPTIONS\r\n"
    )
    tail = "Content-Length: 0\r\n\r\n"
    padding = length - len(head) - len(tail) - len("X-Padding: \r\n")
    return (head + "X-Padding: " + "x" * padding + "\r\n" + tail).encode()


def is_answered(vip, own, length):
    family = socket.AF_INET6 if ":" in vip else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.setsockopt(*((socket.IPPROTO_IPV6, 23, 0) if family == socket.AF_INET6 else (socket.IPPROTO_IP, 10, 0)))
        client.bind((own, 0))
        client.connect((vip, 5060))  # an answer from elsewhere is none
        client.settimeout(PATIENCE)
        message = request(vip, own, client.getsockname()[1], length)
        for _ in range(2):
            client.send(message)
            try:
                return client.recv(65535).startswith(b"SIP/2.0 ")
            except OSError:
                continue
    return False


def main():
    vip, own, *lengths = sys.argv[1:]
    print(sum(is_answered(vip, own, int(length)) for length in lengths))


main()
