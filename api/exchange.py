"""One request and its answer: signed, refused in any form, recovered once.

The exchange knows who we are (token, attribution, session); what each call means is the Client's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import mktime_tz, parsedate_tz
from typing import Any, TypeVar
from urllib.parse import quote

import anyio

from .answers import Session
from .auth import Auth
from .clock import Clock
from .connection import httpx
from .endpoints import Endpoints
from .errors import BackendError, BackendUnreachable, ProtocolError, SessionLost, TokenExpired
from .refusals import read_answer, refused, scrub

Recover = Callable[[BackendError], Awaitable[bool]]
Build = Callable[[], httpx.Request]
Taken = TypeVar("Taken")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_BODY_CAP_BYTES = 64 * 2**20
_LIMIT_S = 180
"""For one answer in all, however slowly its bytes trickle in. A chat is bounded by its turn."""
_LONGER_S = {"send": None, "upload": 3600}
_ONLY_LOOK = frozenset({"balance", "state", "render_status"})
"""Calls that change nothing, so that one whose connection breaks may be made again."""
_PAUSES_S = (0.5, 2)
"""Before each further attempt at such a call."""


@dataclass(slots=True, eq=False, repr=False)
class Exchange:
    """attribution: headers of every request. recover: see Client."""

    http: httpx.AsyncClient
    clock: Clock
    auth: Auth
    attribution: Mapping[str, str]
    endpoints: Endpoints
    session: Session | None
    recover: Recover | None
    user_id: str = "me"
    _one_recovers: anyio.Lock | None = field(default=None, init=False)
    _recovering: list[tuple[int, str]] = field(default_factory=list, init=False)

    def need_session(self, endpoint: str) -> Session:
        """The session. Raises SessionLost (never reached) when there is none yet, which may be recovered from."""
        if self.session is None:
            raise SessionLost(1002, endpoint, "no session yet", reached=False)
        return self.session

    def address(self, endpoint: str, item_id: str = "") -> str:
        """A call's path, its placeholders filled in."""
        path: str = getattr(self.endpoints, endpoint)
        if "<sid>" in path:
            path = path.replace("<sid>", quote(self.need_session(endpoint).session_id, safe=""))
        return path.replace("<user_id>", quote(self.user_id, safe="")).replace("<id>", quote(item_id, safe=""))

    def headers(self, endpoint: str) -> dict[bytes, bytes]:
        """Who we are. Raises TokenExpired (never reached) when nobody has signed in."""
        signed = _headers(self.attribution)
        if endpoint == "anonymous_token":
            return signed | {b"X-Client-Id": self.auth.client_ids.get().encode("ascii")}
        token = self.auth.token()
        if token is None:
            raise TokenExpired(1001, endpoint, "not signed in", reached=False)
        return signed | {b"Authorization": b"Bearer " + _header(token)}

    def request(
        self,
        method: str,
        endpoint: str,
        *,
        item_id: str = "",
        headers: Mapping[str, str] | None = None,
        **content: Any,  # json=, files=, timeout=: httpx's own
    ) -> httpx.Request:
        """A signed request for a call."""
        own = self.headers(endpoint) | _headers(headers or {})
        return self.http.build_request(method, self.address(endpoint, item_id), headers=own, **content)

    async def json(self, endpoint: str, build: Build) -> dict[str, Any]:
        """Ask for a JSON object. Raises the BackendError that a refusal means."""

        async def take(response: httpx.Response) -> dict[str, Any]:
            return read_answer(endpoint, response.status_code, await read_body(response))

        return await self.ask(endpoint, build, take)

    async def ask(self, endpoint: str, build: Build, take: Callable[[httpx.Response], Awaitable[Taken]]) -> Taken:
        """Send what `build` makes and let `take` judge the answer; once more after a recovery.

        take: raises BackendError for a refusal. A response is closed unless it is what `take` returns.
        """
        used = self._identity()
        try:
            return await self._bounded(endpoint, build, take)
        except BackendError as error:
            if isinstance(error, BackendUnreachable | ProtocolError) or not await self._recovered(error, used):
                raise
        return await self._bounded(endpoint, build, take)

    async def _bounded(self, endpoint: str, build: Build, take: Callable[[httpx.Response], Awaitable[Taken]]) -> Taken:
        limit_s = _LONGER_S.get(endpoint, _LIMIT_S)
        if limit_s is None:
            return await self._once(endpoint, build, take)
        with self.clock.move_on_after(limit_s):
            for pause_s in _PAUSES_S if endpoint in _ONLY_LOOK else ():
                try:
                    return await self._once(endpoint, build, take)
                except BackendUnreachable as error:
                    if not _broke_off(error):
                        raise
                await self.clock.sleep(pause_s)
            return await self._once(endpoint, build, take)
        raise BackendUnreachable(0, endpoint, f"no whole answer within {limit_s} s")

    async def _once(self, endpoint: str, build: Build, take: Callable[[httpx.Response], Awaitable[Taken]]) -> Taken:
        request = build()
        taken: object = None
        response: httpx.Response | None = None
        try:
            response = await self.http.send(request, stream=True)
            taken = answer = await take(response)
        except httpx.HTTPError as exc:
            raise unreachable(endpoint, exc, self.auth.token()) from exc
        except httpx.InvalidURL as exc:  # httpx reads where a redirect leads even though it does not go there
            raise ProtocolError(0, endpoint, "redirected to what is no address") from exc
        except BackendError as error:
            error.endpoint = error.endpoint or endpoint
            error.retry_after_s = patience_in(response.headers) if response is not None else None
            error.detail = scrub(error.detail, self.auth.token())  # a backend may quote what we sent
            raise
        finally:
            if response is not None and taken is not response:
                await response.aclose()
        return answer

    async def _recovered(self, error: BackendError, used: tuple[str | None, Session | None]) -> bool:
        """Whether it makes sense to ask again. Parallel calls recover once: the others find a new identity."""
        if self.recover is None:
            return False
        if self._one_recovers is None:
            self._one_recovers = anyio.Lock()
        if self._recovering and self._one_recovers.statistics().owner == anyio.get_current_task():
            # a call made by the recovery itself, which must not go round in circles
            return (error.code, error.endpoint) not in self._recovering and await self._ask_recover(error)
        async with self._one_recovers:
            return self._identity() != used or await self._ask_recover(error)

    async def _ask_recover(self, error: BackendError) -> bool:
        asked = (error.code, error.endpoint)
        self._recovering.append(asked)
        try:
            return self.recover is not None and await self.recover(error)
        finally:
            self._recovering.remove(asked)

    def _identity(self) -> tuple[str | None, Session | None]:
        return self.auth.token(), self.session


async def read_body(response: httpx.Response, cap_bytes: int = _BODY_CAP_BYTES) -> bytes:
    """The whole body. Raises ProtocolError when it is larger than an answer can be."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > cap_bytes:
            raise ProtocolError(0, "", f"an answer larger than {cap_bytes} bytes")
    return bytes(body)


async def take_stream(response: httpx.Response) -> httpx.Response:
    """An event stream, still open. Raises what any other answer to a chat message means."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code == 200 and kind == "text/event-stream":
        return response
    raise refused("send", response.status_code, await read_body(response, 2**20))


def patience_in(headers: httpx.Headers) -> float | None:
    """Seconds of a Retry-After, which may be a number or a moment by the server's own clock (RFC 9110, 10.2.3)."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    then, now = parsedate_tz(said), parsedate_tz(headers.get("date", ""))
    return max(0.0, float(mktime_tz(then) - mktime_tz(now))) if then and now else None


def unreachable(endpoint: str, exc: httpx.HTTPError, token: str | None) -> BackendUnreachable:
    """What a transport's failure means."""
    reached = not isinstance(exc, _NEVER_SENT)
    return BackendUnreachable(0, endpoint, scrub(f"{type(exc).__name__} {exc}", token)[:300], reached=reached)


def _broke_off(error: BackendUnreachable) -> bool:
    """Whether a connection that stood was lost; one that nobody takes, or that stays silent, is no passing matter."""
    return error.reached and not error.code and not isinstance(error.__cause__, httpx.TimeoutException)


def _headers(texts: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.encode("ascii"): _header(value) for name, value in texts.items()}


def _header(value: str) -> bytes:
    """A header's bytes; a line break cannot start another header."""
    return "".join(c for c in value if c.isprintable()).strip().encode()
