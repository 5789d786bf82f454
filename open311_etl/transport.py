"""One HTTP exchange with a server that is not trusted: redirects, sizes, time and secrets."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import httpx

from open311_etl.body import CutShortError, EncodingError, TooLargeError, Unpacker
from open311_etl.config import Source
from open311_etl.errors import BadBody, SourceRefused, UsageError
from open311_etl.pacing import Fault

MOST_REDIRECTS = 5
MOST_ERROR_BYTES = 64 * 1024
"""As much is read of an error's body: enough to learn its description."""

_REDIRECTS = {301, 302, 303, 307, 308}
_LOCATION = "location-as-received"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a server; ``form`` is the body of a POST."""

    method: Literal["GET", "POST"]
    url: httpx.URL
    headers: Mapping[str, str]
    form: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back at the end of all redirects; ``url`` tells no secret, the body is unpacked."""

    url: str
    redirected: bool
    status: int
    headers: dict[str, str]
    body: bytes


class Transport:
    """HTTP for one source on one event loop; an async context manager.

    ``exchanges`` counts the HTTP requests sent, redirected ones too. What fails is raised as a
    Fault; only what the user has to correct in the configuration as UsageError.
    """

    def __init__(self, source: Source, *, user_agent: str, secret: Secret) -> None:
        self.exchanges = 0
        self._source = source
        self._secret = secret
        self._most_bytes = int(source.max_body_mb * 1024 * 1024)
        self._plain = False
        wanted = {"json": "application/json", "xml": "text/xml, application/xml"}[source.format]
        self._headers = {"User-Agent": user_agent, "Accept": f"{wanted}, */*;q=0.5"}
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Transport:
        self._http = self._open()
        if not self._source.verify_tls:
            _warn_of_tls(self._source.name or self._source.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def get(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Read a URL, following redirects; what cannot be unpacked is asked for again, unpacked.

        Takes the URL, its query and further headers. Raises Fault, UsageError.
        """
        if self._http is None:
            raise RuntimeError(
                "the client is not open: use it in 'async with Client(...) as client'"
            )
        ask = Ask("GET", httpx.URL(url, params=dict(params)) if params else httpx.URL(url), headers)
        async with self._in_time():
            try:
                return await self._follow(self._http, ask)
            except EncodingError as broken:
                if self._plain:
                    raise Fault(f"answered with {broken}", BadBody) from None
            self._plain = True  # for all later calls too: it is the server's way (Q-FMT-7)
            try:
                return await self._follow(self._http, ask)
            except EncodingError as broken:
                raise Fault(f"answered with {broken}", BadBody) from None

    async def post(self, url: str, headers: Mapping[str, str], form: bytes) -> Answer:
        """Send a form on a connection of its own, once.

        Raises Fault, UsageError.
        """
        ask = Ask("POST", httpx.URL(url), headers, form)
        try:
            async with self._open() as http, self._in_time():
                return await self._follow(http, ask)
        except EncodingError as broken:
            raise Fault(f"answered with {broken}", BadBody, again=0) from None

    def _open(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=_tls(self._source.verify_tls),
            timeout=httpx.Timeout(
                self._source.read_timeout, connect=self._source.connect_timeout, pool=None
            ),
            limits=httpx.Limits(max_keepalive_connections=self._source.concurrency),
            event_hooks={"response": [_set_location_aside]},
        )

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        most = self._source.total_timeout
        try:
            async with asyncio.timeout(most):
                yield
        except TimeoutError:
            raise Fault(f"no whole answer within {most:g} s", strained=True) from None

    async def _follow(self, http: httpx.AsyncClient, ask: Ask) -> Answer:
        for hop in range(MOST_REDIRECTS + 1):
            status, headers, body = await self._once(http, ask)
            if status not in _REDIRECTS:
                return Answer(self._shown(ask.url), hop > 0, status, headers, body)
            ask = await self._redirected(ask, status, headers.get(_LOCATION, ""))
        raise self._misled(f"more than {MOST_REDIRECTS} redirects, the last to", ask.url)

    async def _once(self, http: httpx.AsyncClient, ask: Ask) -> tuple[int, dict[str, str], bytes]:
        encoding = "identity" if self._plain else self._source.accept_encoding
        headers = {**self._headers, "Accept-Encoding": encoding, **ask.headers}
        with self._faults():
            request = http.build_request(ask.method, ask.url, headers=headers, content=ask.form)
            self.exchanges += 1
            response = await http.send(request, stream=True, follow_redirects=False)
            try:
                body = await self._body(response)
            finally:
                await response.aclose()
        return response.status_code, dict(response.headers), body

    async def _body(self, response: httpx.Response) -> bytes:
        """Read a body as it is sent, so that no more than the limit is ever held of it."""
        if not response.is_success:
            return await _beginning(response)
        unpacker = Unpacker(response.headers.get("content-encoding", ""), self._most_bytes)
        try:
            if int(response.headers.get("content-length", 0)) > self._most_bytes:
                raise TooLargeError
            async for piece in response.aiter_raw():
                unpacker.feed(piece)
            return unpacker.finish()
        except TooLargeError:
            raise Fault(
                f"answered with more than {self._source.max_body_mb:g} MB",
                BadBody,
                again=0,
                advice="ask for smaller pages, or raise max_body_mb",
            ) from None
        except (CutShortError, httpx.RemoteProtocolError):
            raise Fault("answered with a body that breaks off", BadBody) from None

    async def _redirected(self, ask: Ask, status: int, location: str) -> Ask:
        """Give what is asked next: no key for another server, no way from a public one inside."""
        try:
            target = ask.url.join(location).copy_with(userinfo=b"", fragment=None)
        except (httpx.InvalidURL, ValueError):
            raise self._misled(f"HTTP {status} to no usable address from", ask.url) from None
        if not location or target.scheme not in {"http", "https"} or not target.host:
            raise self._misled(f"HTTP {status} redirects off the web, to", target)
        same = same_server(ask.url, target)
        if ask.method == "POST" and not (same and status in {307, 308}):
            raise self._misled(
                f"HTTP {status} redirects the POST, which was not repeated, to", target
            )
        if same:
            return replace(ask, url=target.copy_with(userinfo=ask.url.userinfo))
        target = _without_key(target)
        if self._secret.is_in(str(target)):
            raise self._misled("a redirect would carry the API key to", target)
        if await _is_inside(target.host) and not await _is_inside(httpx.URL(self._source.url).host):
            raise self._misled(
                "a redirect leads from a public server into a private network, to", target
            )
        keyless = {
            name: value
            for name, value in ask.headers.items()
            if name.lower() not in {"authorization", self._source.api_key_header.lower()}
        }
        return Ask(ask.method, target, keyless, ask.form)

    def _misled(self, what: str, url: httpx.URL) -> Fault:
        return Fault(
            f"{what} {self._shown(url)}",
            SourceRefused,
            again=0,
            advice="check the url of the source, it may have moved",
        )

    def _shown(self, url: httpx.URL) -> str:
        if url.userinfo:  # each copy of a URL costs as much as reading it
            url = url.copy_with(userinfo=b"")
        return self._secret.hide(str(_without_key(url)))

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Say in our words what httpx raises; its own may hold the key."""
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise _not_connected(error, self._source) from None
        except httpx.TimeoutException:
            seconds = self._source.read_timeout
            raise Fault(f"no byte for {seconds:g} s", strained=True) from None
        except (httpx.RemoteProtocolError, httpx.NetworkError):
            raise Fault("connection lost before the answer was whole", strained=True) from None
        except (httpx.LocalProtocolError, UnicodeEncodeError):
            raise UsageError(
                f"source {self._source.name}: the contact or the API key holds characters that "
                "HTTP headers cannot carry; correct it"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Fault(f"failed ({type(error).__name__})") from None


class _Redaction(logging.Filter):
    """Keeps every known secret out of what the HTTP libraries log."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[Secret] = set()
        for name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        if self.secrets:
            text = record.getMessage()
            for secret in self.secrets:
                text = secret.hide(text)
            record.msg, record.args = text, ()
        return True


_redaction = _Redaction()


@dataclass(frozen=True, slots=True)
class Secret:
    """An API key that must not be seen; the HTTP libraries' logs do not show it either."""

    value: str | None

    def __post_init__(self) -> None:
        if self.value:
            _redaction.secrets.add(self)

    def hide(self, text: str) -> str:
        """Give the text with ``***`` in place of the key, however it is encoded."""
        return re.sub(self._pattern(), "***", text) if self.value else text

    def is_in(self, text: str) -> bool:
        """Say whether the text tells the key, however it is encoded."""
        return bool(self.value and re.search(self._pattern(), text))

    def _pattern(self) -> str:
        """Each letter as it is or percent-encoded, once or more often."""
        return "".join(
            f"(?:{re.escape(letter)}|{'[+]|' if letter == ' ' else ''}{_encoded(letter)})"
            for letter in self.value or ""
        )


def _encoded(letter: str) -> str:
    return "".join(f"%(?:25)*(?i:{byte:02x})" for byte in letter.encode())


async def _set_location_aside(response: httpx.Response) -> None:
    # Else httpx prepares the redirected request unasked, and fails where it cannot.
    if "location" in response.headers:
        response.headers[_LOCATION] = response.headers.pop("location")


async def _beginning(response: httpx.Response) -> bytes:
    """Read of an error's body what can be read."""
    try:
        unpacker = Unpacker(response.headers.get("content-encoding", ""), MOST_ERROR_BYTES)
    except EncodingError:
        return b""
    try:
        async for piece in response.aiter_raw():
            unpacker.feed(piece)
    except (EncodingError, TooLargeError, httpx.HTTPError):
        pass
    return unpacker.beginning()


def _not_connected(error: httpx.TransportError, source: Source) -> Fault:
    """Say why there is no connection, as far as what lies behind the error tells it."""
    missing = f"no connection to {error.request.url.netloc.decode()}"
    if isinstance(error, httpx.ConnectTimeout):
        what = f"{missing} within {source.connect_timeout:g} s"
        return Fault(what, strained=True, sent=False)
    if isinstance(error, httpx.ProxyError):
        advice = "check HTTP_PROXY and HTTPS_PROXY"
        return Fault("the proxy gives no connection", advice=advice, sent=False)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Fault(
                f"its TLS certificate cannot be verified ({cause.verify_message})",
                again=0,
                advice="verify_tls = false in its profile accepts any certificate",
                sent=False,
            )
        if isinstance(cause, socket.gaierror):
            advice = "check url and network"
            return Fault("its host name cannot be resolved", advice=advice, sent=False)
        if isinstance(cause, ssl.SSLError):
            return Fault(f"no TLS connection ({cause.reason or 'handshake failed'})", sent=False)
    return Fault(missing, strained=True, sent=False)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from _causes(each)
        error = error.__cause__ or error.__context__


def same_server(one: httpx.URL, other: httpx.URL) -> bool:
    """Say whether two URLs name one server; from http to https it stays the same (Q-ERR-9)."""
    if one.host.lower() != other.host.lower():
        return False
    ends = [
        (url.scheme, url.port or {"http": 80, "https": 443}[url.scheme]) for url in (one, other)
    ]
    return ends[0] == ends[1] or ends == [("http", 80), ("https", 443)]


def _without_key(url: httpx.URL) -> httpx.URL:
    if not any(name.lower() == "api_key" for name in url.params):
        return url  # untouched: rewriting would re-encode it
    kept = [(name, value) for name, value in url.params.multi_items() if name.lower() != "api_key"]
    return url.copy_with(params=kept)


async def _is_inside(host: str) -> bool:
    """Say whether a host name leads to an address that the public internet does not reach."""
    return any(not ipaddress.ip_address(each).is_global for each in await addresses_of(host))


async def addresses_of(host: str) -> list[str]:
    """Give the IP addresses of a host name; none where it cannot be resolved here."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(each[4][0]) for each in found]


@cache
def _tls(verify: bool) -> ssl.SSLContext:
    # Loading the certificates takes longer than all the rest of opening a client.
    context = httpx.create_ssl_context(verify=verify)
    if not verify:  # such servers often know only old TLS, too (Q-ERR-8)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


@cache
def _warn_of_tls(source: str) -> None:
    _log.warning("source %s: verify_tls is false, so its answers may be forged on the way", source)
