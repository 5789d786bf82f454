"""The calls below one root: from an HTTP request to an answer, with what befalls it on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp

from open311_etl.sandbox.answer import TYPES, Answer
from open311_etl.sandbox.character import FAULTS
from open311_etl.sandbox.damage import damage
from open311_etl.sandbox.delivery import Delivered
from open311_etl.sandbox.envelope import error
from open311_etl.sandbox.georeport import GeoReport
from open311_etl.sandbox.question import Call, Refusal
from open311_etl.sandbox.weather import MOVED, Dice, Throttle, storm

LIVE_ROOT, TEST_ROOT = "/open311/", "/test/open311/"
VERSION = "v2/"
LARGEST_POST = 1_000_000
Log = Callable[[str, str, dict[str, str]], None]


class Environment:
    """Answers the HTTP requests of one environment; ``log`` is told of each."""

    def __init__(self, report: GeoReport, log: Log) -> None:
        self._report, self._log = report, log
        self._dice = Dice(report.character, FAULTS)
        self._throttle = Throttle(report.character.rate_per_minute)

    async def respond(self, request: Request) -> ASGIApp:
        """Answer one request in the way of the environment's character."""
        ways = self._report.character
        params = dict(request.query_params)
        self._log(request.method, request.url.path, params)
        if ways.key_header and ways.key_header in request.headers:
            params["api_key"] = request.headers[ways.key_header]
        call = read_call(request.path_params["rest"], params)
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        struck = self._dice.cast(call.name, target)
        if request.url.path.startswith(MOVED):
            struck -= {"redirect"}
        answer = self._throttle.refuse() or storm(struck, target, ways)
        if answer is None:
            accepted = request.headers.get("accept-encoding", "")
            known = request.headers.get("if-none-match", "")
            answer = damage(await self._answer(request, call), struck, accepted, known, ways)
        return Delivered(answer, ways.drip_seconds)

    async def _answer(self, request: Request, call: Call) -> Answer:
        ways = self._report.character
        if call.format not in TYPES:
            return error("json", Refusal(404, "formats are .json and .xml"), ways)
        if request.method != "POST":
            return self._report.answer(call, discovery(str(request.base_url), self._report))
        if (call.name, call.ref) != ("requests", ""):
            return error(call.format, Refusal(405, "only requests can be posted"), ways)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_POST:
                return error(call.format, Refusal(413, f"at most {LARGEST_POST} bytes"), ways)
        return self._report.create(call, body)


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
