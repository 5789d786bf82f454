"""A socket of this machine that waits for callers."""

from __future__ import annotations

import socket

from open311_etl.errors import UsageError

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
"""Names that a caller on this machine may use for it."""


def listen(host: str, port: int) -> socket.socket:
    """Give a socket that listens there; port 0 takes a free one.

    Raises UsageError where the port is taken or the address is not this machine's: bound here, not
    in the server, that is one clear line, and the port is known before anything is served.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named: 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise UsageError(
            f"cannot listen on {host} port {port}: {getattr(error, 'strerror', None) or error};"
            " choose another with --port, or 0 for any free one"
        ) from None
    return listening
