"""Run the sandbox: for a test or the demo in a thread, for the command line until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import uvicorn

from open311_etl.listening import LOOPBACK, listen
from open311_etl.sandbox.app import build_app
from open311_etl.sandbox.character import WELL_BEHAVED, Character
from open311_etl.sandbox.environment import LIVE_ROOT, TEST_ROOT, VERSION, Log
from open311_etl.sandbox.georeport import GeoReport
from open311_etl.sandbox.place import Place

LIVE_KEY, TEST_KEY = "springfield-live-key", "springfield-test-key"
_START_SECONDS = 20.0
P = TypeVar("P", bound=Place)


@dataclass
class Server(Generic[P]):
    """A running sandbox: where it is, what it serves, and what it was asked.

    ``requests`` holds (method, path, params) of each call so far, in order.
    """

    city: P
    test_city: P
    host: str
    port: int
    key: str = LIVE_KEY
    test_key: str = TEST_KEY
    character: Character = WELL_BEHAVED
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def root(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def url(self) -> str:
        """Base URL of the live environment, with the slash at its end."""
        return self.root + LIVE_ROOT + VERSION

    @property
    def test_url(self) -> str:
        """Base URL of the test environment, with the slash at its end."""
        return self.root + TEST_ROOT + VERSION

    @property
    def clock_url(self) -> str:
        return self.root + "/sandbox/clock"


@contextlib.contextmanager
def serving(
    city: P, *, character: Character = WELL_BEHAVED, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Server[P]]:
    """Serve a city from a thread of this process while the ``with`` block runs.

    Gives the Server; port 0 takes a free one. Raises UsageError where the port is taken.
    """
    listening = listen(host, port)
    server = _server(city, host, listening, character)
    runner = _runner(server, LOOPBACK, lambda *call: server.requests.append(call))
    thread = threading.Thread(target=runner.run, args=([listening],), daemon=True, name="sandbox")
    thread.start()
    try:
        _await_start(runner, thread)
        yield server
    finally:
        runner.should_exit = True
        thread.join(_START_SECONDS)
        listening.close()


def serve(
    city: P,
    *,
    character: Character = WELL_BEHAVED,
    host: str = "127.0.0.1",
    port: int = 9311,
    hosts: Sequence[str] = LOOPBACK,
    ready: Callable[[Server[P]], None] = lambda _: None,
) -> None:
    """Serve a city until interrupted (Ctrl-C or SIGTERM), for the command line.

    ``ready`` is called once with the Server when connections are accepted; ``hosts`` are the names
    that callers may use for this machine, ``*`` for any. Raises UsageError where the port is taken
    or the address is not this machine's.
    """
    with listen(host, port) as listening:
        server = _server(city, host, listening, character)
        runner = _runner(server, hosts, lambda *_: None)
        ready(server)
        runner.run([listening])


class _Runner(uvicorn.Server):
    """Stops at once: looks for its end a hundred times a second and cuts all connections then."""

    async def main_loop(self) -> None:
        count = 0
        while not await self.on_tick(count):
            count += 1
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


def _server(city: P, host: str, listening: socket.socket, character: Character) -> Server[P]:
    if character.vanishing:
        city.vanish(character.vanishing, character.seed)
    if character.moderated:
        city.moderate(character.moderated, character.moderated_days, character.seed)
    if character.drift_every:  # where nothing can drift, say so now
        city.drift(character.drift, ())
    port = listening.getsockname()[1]
    return Server(city, city.twin(), host, port, character=character)


def _runner(server: Server[P], hosts: Sequence[str], log: Log) -> _Runner:
    app = build_app(
        GeoReport(server.city, server.key, server.character),
        GeoReport(server.test_city, server.test_key, server.character),
        log=log,
        hosts=hosts,
    )
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="error",
        log_config=None,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=75,
    )
    return _Runner(config)


def _await_start(runner: uvicorn.Server, thread: threading.Thread) -> None:
    waited = threading.Event()
    for _ in range(int(_START_SECONDS * 200)):
        if runner.started:
            return
        if not thread.is_alive():
            break
        waited.wait(0.005)
    raise RuntimeError("the sandbox did not start")
