"""An HTTP server on loopback that answers with exactly the bytes a test wants, sound or not."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as the server received it; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        found = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[-1] for name, values in found.items()}

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(), keep_blank_values=True)


Reply = bytes | Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FaultyServer:
    """Gives its replies in turn, the last of them for ever; remembers what it was asked."""

    replies: list[Reply]
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0
    port: int = 0
    scheme: str = "http"
    _now: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/open311/v2/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if task := asyncio.current_task():
            self._tasks.add(task)
        ends = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.suppress(*ends):
            while asked := await _read(reader):
                self.asked.append(asked)
                reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
                self._now += 1
                self.most_at_once = max(self.most_at_once, self._now)
                try:
                    if isinstance(reply, bytes):
                        writer.write(reply)
                        await writer.drain()
                    else:
                        await reply(asked, writer)
                finally:
                    self._now -= 1
                if writer.is_closing():
                    break
        writer.close()

    async def stop(self) -> None:
        """End the connections that clients left open."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def serving(
    *replies: Reply, tls: ssl.SSLContext | None = None
) -> AsyncIterator[FaultyServer]:
    """Serve these replies on a free port of 127.0.0.1 while the block runs."""
    faulty = FaultyServer(list(replies), scheme="https" if tls else "http")
    server = await asyncio.start_server(faulty.serve, "127.0.0.1", 0, ssl=tls)
    faulty.port = server.sockets[0].getsockname()[1]
    try:
        yield faulty
    finally:
        server.close()
        await faulty.stop()


def http(
    status: int = 200,
    body: bytes = b"[]",
    *,
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """Write an answer; ``length`` is what its Content-Length says where that is not the truth."""
    given = {"Content-Type": "application/json", **(headers or {})}
    given.setdefault("Content-Length", str(len(body) if length is None else length))
    lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def then_close(reply: bytes) -> Reply:
    """Send these bytes and close the connection."""

    async def send(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    return send


async def reset(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Tear the connection down without an answer."""
    writer.transport.abort()


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await asyncio.sleep(30)


def dripping(reply: bytes, seconds: float) -> Reply:
    """Send one byte every so many seconds."""

    async def send(asked: Asked, writer: asyncio.StreamWriter) -> None:
        for byte in reply:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(seconds)

    return send


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, target, headers, body)
