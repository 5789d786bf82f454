"""The ASGI application: two environments of one city, and the clock, on loopback."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from open311_etl.listening import LOOPBACK
from open311_etl.sandbox.clock import text
from open311_etl.sandbox.delivery import WIRE
from open311_etl.sandbox.environment import LIVE_ROOT, TEST_ROOT, VERSION, Environment, Log
from open311_etl.sandbox.georeport import GeoReport
from open311_etl.sandbox.weather import MOVED


def build_app(
    live: GeoReport, test: GeoReport, *, log: Log, hosts: Sequence[str] = LOOPBACK
) -> ASGIApp:
    """Give the application that serves two environments; ``log`` is told of every call.

    Hosts other than ``hosts`` are refused, so that a page in a browser cannot reach in.
    """
    clock, methods = _ClockCall(live), ["GET", "POST"]
    routes = [
        Route("/", _Front(live).respond),
        Route("/sandbox/clock", clock.respond, methods=methods),
    ]
    for root, report in ((LIVE_ROOT, live), (TEST_ROOT, test)):
        environment = Environment(report, log)
        for prefix in ("", MOVED):
            path = prefix + root + "{rest:path}"
            routes.append(Route(path, environment.respond, methods=methods))
    known = Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    return _Wired(Starlette(routes=routes, middleware=[known]))


class _Wired:
    """Lets answers reach the connection itself: ASGI has no word for breaking it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[WIRE] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)


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
        base, place = str(request.base_url).rstrip("/"), self._report.place
        return JSONResponse(
            {
                "what": f"a GeoReport v2 sandbox: {place.name}, which does not exist",
                "now": text(place.clock.seconds),
                "live": f"{base}{LIVE_ROOT}{VERSION}",
                "test": f"{base}{TEST_ROOT}{VERSION}",
                "discovery": f"{base}{LIVE_ROOT}discovery.json",
                "clock": f"{base}/sandbox/clock",
            }
        )
