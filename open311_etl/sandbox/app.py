"""The ASGI application: two environments of one city, and the clock, on loopback."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from open311_etl.sandbox.clock import text
from open311_etl.sandbox.georeport import TYPES, Answer, GeoReport, error
from open311_etl.sandbox.question import Call, Refusal

LIVE_ROOT, TEST_ROOT = "/open311/", "/test/open311/"
VERSION = "v2/"
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
LARGEST_POST = 1_000_000
Log = Callable[[str, str, dict[str, str]], None]


def build_app(
    live: GeoReport, test: GeoReport, *, log: Log, hosts: Sequence[str] = LOOPBACK
) -> Starlette:
    """Give the application that serves two environments; ``log`` is told of every call.

    Hosts other than ``hosts`` are refused, so that a page in a browser cannot reach in.
    """
    return Starlette(
        routes=[
            Route("/", _Front(live).respond, methods=["GET"]),
            Route("/sandbox/clock", _ClockCall(live).respond, methods=["GET", "POST"]),
            Route(
                LIVE_ROOT + "{rest:path}", _Environment(live, log).respond, methods=["GET", "POST"]
            ),
            Route(
                TEST_ROOT + "{rest:path}", _Environment(test, log).respond, methods=["GET", "POST"]
            ),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
        ],
    )


class _Environment:
    """The calls below one root."""

    def __init__(self, report: GeoReport, log: Log) -> None:
        self._report, self._log = report, log

    async def respond(self, request: Request) -> Response:
        params = dict(request.query_params)
        self._log(request.method, request.url.path, params)
        call = read_call(request.path_params["rest"], params)
        answer = await self._answer(request, call)
        return Response(answer.body, answer.status, answer.headers)

    async def _answer(self, request: Request, call: Call) -> Answer:
        if call.format not in TYPES:
            return error("json", Refusal(404, "formats are .json and .xml"))
        if request.method != "POST":
            return self._report.answer(call, discovery(str(request.base_url), self._report))
        if (call.name, call.ref) != ("requests", ""):
            return error(call.format, Refusal(405, "only requests can be posted"))
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_POST:
                return error(call.format, Refusal(413, f"at most {LARGEST_POST} bytes"))
        return self._report.create(call, body)


class _ClockCall:
    """GET and POST of the clock, for whoever runs the sandbox on this machine."""

    def __init__(self, report: GeoReport) -> None:
        self._clock = report.place.clock

    async def respond(self, request: Request) -> Response:
        if request.client is None or not ip_address(request.client.host).is_loopback:
            return JSONResponse({"error": "the clock is set from this machine only"}, 403)
        if request.method == "POST":
            try:
                sent = msgspec.json.decode(await request.body(), type=_Setting)
            except msgspec.MsgspecError as fault:
                return JSONResponse({"error": str(fault)}, 400)
            self._clock.set(sent.now, running=sent.running)
        return JSONResponse({"now": text(self._clock.seconds), "running": self._clock.running})


class _Setting(msgspec.Struct, forbid_unknown_fields=True):
    now: datetime
    running: bool = False


class _Front:
    """What somebody sees who opens the server in a browser."""

    def __init__(self, report: GeoReport) -> None:
        self._report = report

    async def respond(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        return JSONResponse(
            {
                "what": f"a GeoReport v2 sandbox: {self._report.place.name}, which does not exist",
                "now": text(self._report.place.clock.seconds),
                "live": f"{base}{LIVE_ROOT}{VERSION}",
                "test": f"{base}{TEST_ROOT}{VERSION}",
                "discovery": f"{base}{LIVE_ROOT}discovery.json",
                "clock": f"{base}/sandbox/clock",
            }
        )


def read_call(rest: str, params: Mapping[str, str]) -> Call:
    """Take a path apart: ``v2/requests/SR26-00100000.json`` is a call of ``requests``."""
    stem, _, written = rest.rpartition(".")
    if stem != "discovery" and not stem.startswith(VERSION):
        return Call("", "", written.lower(), params)
    name, _, ref = stem.removeprefix(VERSION).partition("/")
    return Call(name, ref, written.lower(), params)


def discovery(base: str, report: GeoReport) -> dict[str, Any]:
    """Give the service discovery document, with the URLs of both environments."""
    name, formats = report.place.name, ["text/xml", "application/json"]
    changed = "2026-01-01T00:00:00Z"
    return {
        "changeset": changed,
        "contact": f"{name} exists only on this machine; nobody reads its mail.",
        "key_service": "The keys are printed when the sandbox starts.",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": base.rstrip("/") + root + VERSION.rstrip("/"),
                "changeset": changed,
                "type": kind,
                "formats": formats,
            }
            for root, kind in ((LIVE_ROOT, "production"), (TEST_ROOT, "test"))
        ],
    }
