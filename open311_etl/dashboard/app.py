"""The ASGI application of the live dashboard: the page, its data, two questions; nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from open311_etl.dashboard.content import as_json
from open311_etl.dashboard.reading import reading
from open311_etl.dashboard.search import Within, find, histories
from open311_etl.dashboard.shown import Shown
from open311_etl.dashboard.site import page_files
from open311_etl.errors import Open311Error, UsageError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)
"""No outside request, no inline script, no eval; the page carries the same as a meta tag."""

_HEADERS = {
    "content-security-policy": f"{POLICY}; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",  # no other site may load the data as a script
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}


def build_app(shown: Shown, *, hosts: Sequence[str]) -> ASGIApp:
    """Give the application; hosts other than ``hosts`` are refused (DNS rebinding)."""
    files = {name: file.read_bytes() for name, file in page_files().items()}
    page = _Page(shown, files)
    routes = [
        Route("/api/state", page.state),
        Route("/api/find", page.find),
        Route("/api/history", page.history),
        Route("/data.js", page.data),
        Route("/{name:path}", page.file),
    ]
    known = Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app = Starlette(routes=routes, middleware=[known], lifespan=shown.watched)
    return _Headed(app)


class _Headed:
    """Puts the headers of safety on every answer, refusals too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, headed)


class _Page:
    """The answers. They are plain functions: Starlette runs those in a thread, as DuckDB wants."""

    def __init__(self, shown: Shown, files: dict[str, bytes]) -> None:
        self._shown = shown
        self._files = files

    def file(self, request: Request) -> Response:
        name = request.path_params["name"] or "index.html"
        if name not in self._files:
            return Response("there is no such file\n", 404, media_type="text/plain")
        kind = _TYPES.get("." + name.rpartition(".")[2], "text/plain")
        return Response(self._files[name], media_type=kind)

    def data(self, _request: Request) -> Response:
        return Response(self._shown.script, media_type=_TYPES[".js"])

    def state(self, _request: Request) -> Response:
        return _json({"state": self._shown.state, "fault": self._shown.fault})

    def find(self, request: Request) -> Response:
        asked = request.query_params
        try:
            within = _within(asked)
        except ValueError as error:
            return Response(as_json({"error": str(error)}), 400, media_type="application/json")
        try:
            with reading(self._shown.settings) as con:
                return _json(find(con, asked.get("text", ""), within))
        except Open311Error as error:
            return _refused(error)

    def history(self, request: Request) -> Response:
        asked = request.query_params
        wanted = (asked.get("source", ""), asked.get("id", ""))
        try:
            with reading(self._shown.settings) as con:
                return _json(histories(con, [wanted]))
        except Open311Error as error:
            return _refused(error)


def _within(asked: QueryParams) -> Within:
    def day(name: str) -> date | None:
        return date.fromisoformat(asked[name]) if name in asked else None

    lists = ("source", "service", "group", "ward", "channel", "status")
    return Within(
        **{name: tuple(asked.getlist(name)) for name in lists},
        first_day=day("from"),
        last_day=day("to"),
    )


def _json(document: object) -> Response:
    return Response(as_json(document), media_type="application/json")


def _refused(error: Open311Error) -> Response:
    status = 404 if isinstance(error, UsageError) else 503
    return Response(as_json({"error": str(error)}), status, media_type="application/json")
