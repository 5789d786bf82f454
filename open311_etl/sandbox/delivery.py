"""Bring an answer over the wire, also in ways that HTTP forbids."""

from __future__ import annotations

import asyncio
import socket
import struct
from http import HTTPStatus

from starlette.types import Message, Receive, Scope, Send

from open311_etl.sandbox.answer import Answer

WIRE = "sandbox.wire"
_PIECES = 20
_AT_ONCE = struct.pack("ii", 1, 0)


class Delivered:
    """An ASGI response that delivers an answer as the answer says."""

    def __init__(self, answer: Answer, drip_seconds: float) -> None:
        self._answer, self._pause = answer, drip_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer
        match answer.delivery:
            case "whole":
                await send(self._start())
                await send({"type": "http.response.body", "body": answer.body})
            case "drip":
                await self._drip(send)
            case "hang":
                await _gone(receive)
            case "reset":
                _reset(scope[WIRE])
                await _gone(receive)
            case "stall":
                scope[WIRE].write(self._raw(len(answer.body)) + self._half())
                await _gone(receive)
            case "truncated":
                await self._cut(scope[WIRE], receive, len(answer.body), self._half())
            case "short":
                await self._cut(scope[WIRE], receive, len(answer.body) // 2, answer.body)

    def _start(self) -> Message:
        headers = [*self._answer.headers.items(), ("content-length", str(len(self._answer.body)))]
        return {
            "type": "http.response.start",
            "status": self._answer.status,
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }

    async def _drip(self, send: Send) -> None:
        body = self._answer.body
        size = len(body) // _PIECES + 1
        await send(self._start())
        for place in range(0, len(body), size):
            piece = body[place : place + size]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(self._pause)
        await send({"type": "http.response.body", "body": b""})

    async def _cut(
        self, wire: asyncio.Transport, receive: Receive, declared: int, body: bytes
    ) -> None:
        wire.write(self._raw(declared) + body)
        wire.close()
        await _gone(receive)

    def _raw(self, declared: int) -> bytes:
        """Write the head of the answer by hand, because the server would not declare a lie."""
        status = HTTPStatus(self._answer.status)
        headers = {**self._answer.headers, "content-length": str(declared), "connection": "close"}
        lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _half(self) -> bytes:
        return self._answer.body[: len(self._answer.body) // 2]


def _reset(wire: asyncio.Transport) -> None:
    connection = wire.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    wire.abort()


async def _gone(receive: Receive) -> None:
    """Wait until the connection is closed, by whichever side."""
    while (await receive())["type"] != "http.disconnect":
        pass
