"""One httpx client per backend and process, opened as cheaply as its address allows.

`httpx` is imported here first, without its command line: `import httpx` also imports its `_main`, which pulls in click,
pygments and rich where they are installed (20 to 50 ms of every turn) and is never used by a library. httpx goes
without it when that import fails, so it is made to fail, this once; nothing of httpx itself is changed.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import TYPE_CHECKING

from anyio.lowlevel import current_token

if TYPE_CHECKING:
    import ssl


@contextmanager
def _absent(module: str) -> Iterator[None]:
    if module in sys.modules or "httpx" in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # None is how Python spells "cannot be imported"
    try:
        yield
    finally:
        del sys.modules[module]


with _absent("httpx._main"):
    import httpx

__all__ = ["httpx", "is_loopback", "open_http", "shared_http", "shared_tls"]

# A chat may be silent for minutes, so its read has no timeout of its own: the turn's clock bounds it (see Client.send).
_TIMEOUT_S = httpx.Timeout(connect=20, read=90, write=90, pool=None)
# The 101st turn must not wait for the 1st. Servers close a connection idle for 5 s: a message sent on it just then
# could have arrived or not, so it is given up well before.
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=2)
_HEADERS = {"User-Agent": "skillturn"}

_in_use: dict[tuple[object, str], tuple[httpx.AsyncClient, int]] = {}
"""The shared clients by event loop and address, each with the number of its users."""


@asynccontextmanager
async def shared_http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The one client of all turns that talk to a backend at the same time; the last of them closes it.

    It keeps no cookies, because what one conversation is given is no other conversation's business.
    """
    place = (current_token(), base_url)
    http, users = _in_use.get(place) or (_without_cookies(open_http(base_url)), 0)
    _in_use[place] = http, users + 1
    try:
        yield http
    finally:
        http, users = _in_use.pop(place)
        if users > 1:
            _in_use[place] = http, users - 1
        else:
            await http.aclose()


def _without_cookies(http: httpx.AsyncClient) -> httpx.AsyncClient:
    http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return http


def open_http(base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for one backend; use it as an async context manager.

    Redirects are never followed on their own (they would take our headers along). Plain http on this machine gets no
    TLS context and no proxy; every other client of the process shares one context. transport: answers in place of the
    network (the embedded studio, a replay).
    """
    if transport is None and base_url.startswith("http://") and is_loopback(httpx.URL(base_url).host):
        transport = _Loopback()
    if transport is not None:
        return httpx.AsyncClient(base_url=base_url, transport=transport, timeout=_TIMEOUT_S, headers=_HEADERS)
    return httpx.AsyncClient(
        base_url=base_url, verify=shared_tls(), timeout=_TIMEOUT_S, limits=_LIMITS, headers=_HEADERS
    )


@cache
def shared_tls() -> ssl.SSLContext:
    """The process's one TLS context (building one takes 24 to 39 ms)."""
    return httpx.create_ssl_context()


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class _Loopback(httpx.AsyncBaseTransport):
    """Plain http without TLS; https gets its context only when someone asks for such an address."""

    def __init__(self) -> None:
        import ssl  # noqa: PLC0415  # httpx has it loaded by now; the name is needed here only

        # it trusts no certificate at all, so it can never be used for https by mistake
        self._plain = httpx.AsyncHTTPTransport(
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), limits=_LIMITS, trust_env=False
        )
        self._secure: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            return await self._plain.handle_async_request(request)
        if self._secure is None:
            self._secure = httpx.AsyncHTTPTransport(verify=shared_tls(), limits=_LIMITS)
        return await self._secure.handle_async_request(request)

    async def aclose(self) -> None:
        await self._plain.aclose()
        if self._secure is not None:
            await self._secure.aclose()
