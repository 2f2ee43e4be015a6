"""Redirects TCP connections that begin in this network namespace, as "nft add rule ... redirect" does.

redirect.py FROM TO [FROM TO ...]: connections to port FROM of any address go to port TO of this machine. The
loopback interface is brought up. Needs CAP_NET_ADMIN in the namespace, and nothing but Python.
"""

import fcntl
import socket
import struct
import sys

REQUEST, ACK, CREATE, APPEND = 0x1, 0x4, 0x400, 0x800
BATCH_BEGIN, BATCH_END, NFTABLES = 0x10, 0x11, 10
NEW_TABLE, NEW_CHAIN, NEW_RULE = 0, 3, 6
INET, LOCAL_OUT, DST_NAT_PRIORITY = 1, 3, -100
L4PROTO, TRANSPORT_HEADER, TCP, REGISTER = 16, 2, 6, 1


def attribute(number, value):
    if isinstance(value, str):
        value = value.encode() + b"\0"
    elif isinstance(value, int):
        value = struct.pack(">i", value)
    elif isinstance(value, list):
        number, value = number | 0x8000, b"".join(value)
    return struct.pack("=HH", len(value) + 4, number) + value + b"\0" * (-len(value) % 4)


def message(kind, flags, sequence, family, resource, *attributes):
    body = struct.pack(">BBH", family, 0, resource) + b"".join(attributes)
    return struct.pack("=IHHII", len(body) + 16, kind, flags | REQUEST, sequence, 0) + body


def expression(name, *attributes):
    return attribute(1, [attribute(1, name), attribute(2, list(attributes))])


def value(number, content):
    return attribute(number, [attribute(1, content)])


def rule(to_port_of, to_port):
    return [
        expression("meta", attribute(1, REGISTER), attribute(2, L4PROTO)),
        expression("cmp", attribute(1, REGISTER), attribute(2, 0), value(3, bytes([TCP]))),
        expression(
            "payload",
            attribute(1, REGISTER),
            attribute(2, TRANSPORT_HEADER),
            attribute(3, 2),
            attribute(4, 2),
        ),
        expression("cmp", attribute(1, REGISTER), attribute(2, 0), value(3, struct.pack(">H", to_port_of))),
        expression("immediate", attribute(1, REGISTER), value(2, struct.pack(">H", to_port))),
        expression("redir", attribute(1, REGISTER)),
    ]


def up(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", interface, 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, 0x8913, request))[1]
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", interface, flags | 1))


def redirect(to_port_of, to_port):
    table, chain = "redirected", "output"
    changes = [
        (NEW_TABLE, CREATE, [attribute(1, table)]),
        (
            NEW_CHAIN,
            CREATE,
            [
                attribute(1, table),
                attribute(3, chain),
                attribute(4, [attribute(1, LOCAL_OUT), attribute(2, DST_NAT_PRIORITY)]),
                attribute(7, "nat"),
            ],
        ),
        (
            NEW_RULE,
            CREATE | APPEND,
            [attribute(1, table), attribute(2, chain), attribute(4, rule(to_port_of, to_port))],
        ),
    ]
    batch = message(BATCH_BEGIN, 0, 0, 0, NFTABLES)
    for number, (kind, flags, attributes) in enumerate(changes, 1):
        batch += message(NFTABLES << 8 | kind, flags | ACK, number, INET, 0, *attributes)
    batch += message(BATCH_END, 0, len(changes) + 1, 0, NFTABLES)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as netfilter:
        netfilter.settimeout(10)
        netfilter.send(batch)
        answered = 0
        while answered < len(changes):
            answers = netfilter.recv(65536)
            while answers:
                length, _, _, number, _, error = struct.unpack_from("=IHHIIi", answers)
                if error:
                    sys.exit(f"change {number} was refused: error {-error}")
                answered += 1
                answers = answers[length + 3 & ~3 :]


up(b"lo")
ports = [int(port) for port in sys.argv[1:]]
for pair in zip(ports[::2], ports[1::2]):
    redirect(*pair)
