"""A backend that says what a transcript says, as an httpx transport: no socket, no account, no real waiting."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import httpx

from .format import CALLS, Call, Reply, StreamItem

if TYPE_CHECKING:
    from api import Clock, Endpoints

_METHODS = {"balance": "GET", "state": "GET", "render_status": "GET", "download": "GET"}
_SSE = {"content-type": "text/event-stream; charset=utf-8"}
_STANDING: dict[Call, dict[str, Any]] = {
    "anonymous_token": {"code": 0, "data": {"token": "nmv_usr_replayed", "credits": 100}},
    "create_session": {"code": 0, "data": {"task_id": "task-1", "session_id": "session-1", "bind_id": "bind-1"}},
}
_FAILURES: dict[str, type[httpx.TransportError]] = {
    "connect": httpx.ConnectError,
    "read": httpx.RemoteProtocolError,
    "timeout": httpx.ReadTimeout,
}


class ReplayTransport(httpx.AsyncBaseTransport):
    """Answers each call with its next scripted reply and notes whatever should not have happened.

    origin: where our own API lives; another host is a film's address. standing: sign-in and project answer themselves.
    """

    def __init__(
        self, endpoints: Endpoints, clock: Clock, *, origin: str, attribution: Mapping[str, str], standing: bool
    ) -> None:
        self.mismatches: list[str] = []
        self._clock = clock
        self._host = httpx.URL(origin).host
        self._attribution = dict(attribution)
        self._standing = standing
        self._waiting: dict[str, deque[Reply]] = {}
        self._patterns: dict[Call, re.Pattern[str]] = {name: _pattern(getattr(endpoints, name)) for name in CALLS}

    def expect(self, replies: tuple[Reply, ...]) -> None:
        """Script the next turn."""
        for reply in replies:
            self._waiting.setdefault(reply.call, deque()).extend([reply] * reply.times)

    def finish(self) -> None:
        """Note every reply that nobody asked for, and forget it."""
        for call, replies in self._waiting.items():
            left = sum(not reply.optional for reply in replies)
            if left:
                self.mismatches.append(
                    f"{call}: {left} scripted {'reply was' if left == 1 else 'replies were'} never asked for"
                )
        self._waiting.clear()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        call = self._call(request)
        reply = self._next(call) if call else None
        if call is None or reply is None:
            self.mismatches.append(f"{request.method} {request.url} was asked for and nothing more is scripted")
            return httpx.Response(501, json={"detail": "the transcript has no answer to this"})
        self._check_headers(call, request)
        self._check_body(reply, body)
        if reply.delay_s:
            await self._clock.sleep(reply.delay_s)
        if reply.fails:
            raise _FAILURES[reply.fails](f"the transcript says: {reply.fails}", request=request)
        return self._response(reply)

    def _call(self, request: httpx.Request) -> Call | None:
        if request.url.host != self._host:
            return "download"
        for name, pattern in self._patterns.items():
            if request.method == _METHODS.get(name, "POST") and pattern.fullmatch(request.url.path):
                return name
        return None

    def _next(self, call: Call) -> Reply | None:
        replies = self._waiting.get(call)
        if replies:
            return replies.popleft()
        return (
            Reply.model_validate({"call": call, "json": _STANDING[call]})
            if self._standing and call in _STANDING
            else None
        )

    def _check_headers(self, call: Call, request: httpx.Request) -> None:
        """Each of ours says who asks; another host learns nothing of it."""
        ours = request.url.host == self._host
        for name, value in self._attribution.items():
            sent = request.headers.get(name)
            if (sent != value) if ours else (sent is not None):
                self.mismatches.append(f"{call}: header {name} is {sent!r}, not {value if ours else None!r}")
        signed = request.headers.get("authorization", "").startswith("Bearer ")
        if signed != (ours and call != "anonymous_token"):
            self.mismatches.append(f"{call}: {'signed' if signed else 'not signed'}, and should be the opposite")
        if call == "anonymous_token" and not request.headers.get("x-client-id"):
            self.mismatches.append(f"{call}: header X-Client-Id is missing")

    def _check_body(self, reply: Reply, body: bytes) -> None:
        if not reply.request:
            return
        try:
            sent = json.loads(body)
        except ValueError:
            sent = None
        for difference in differences(reply.request, sent):
            self.mismatches.append(f"{reply.call}: the request's {difference}")

    def _response(self, reply: Reply) -> httpx.Response:
        if reply.stream is not None:
            stream = _Stream(reply.stream, self._clock)
            return httpx.Response(reply.status, headers=_SSE | reply.headers, stream=stream)
        if reply.text is not None:
            return httpx.Response(reply.status, headers=reply.headers, content=reply.text.encode())
        body = reply.json_body if reply.draft is None else {"code": 0, "data": {"state": {"draft": reply.draft}}}
        return httpx.Response(reply.status, headers=reply.headers, json=body)


def differences(wanted: object, found: object, place: str = "body") -> list[str]:
    """Where `found` lacks what `wanted` gives; keys not given may be anything, and so may `…` in a text."""
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            return [f"{place} is {found!r}, not an object"]
        return [
            difference
            for key, value in wanted.items()
            for difference in differences(value, found.get(key), f"{place}.{key}")
        ]
    if isinstance(wanted, list) and isinstance(found, list | tuple) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return [difference for at, (one, other) in pairs for difference in differences(one, other, f"{place}[{at}]")]
    if isinstance(wanted, str) and isinstance(found, str) and "…" in wanted:
        pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
        return [] if re.fullmatch(pattern, found, re.S) else [f"{place} is {found!r}, not like {wanted!r}"]
    return [] if wanted == found else [f"{place} is {found!r}, not {wanted!r}"]


class _Stream(httpx.AsyncByteStream):
    """A chat answer, step by step, on the transcript's clock."""

    def __init__(self, items: tuple[StreamItem, ...], clock: Clock) -> None:
        self._items = items
        self._clock = clock

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for item in self._items:
            if item.wait_s is not None:
                await self._clock.sleep(item.wait_s)
            elif item.cut:
                raise httpx.RemoteProtocolError("the transcript cuts the connection here")
            else:
                yield _bytes(item)


def _bytes(item: StreamItem) -> bytes:
    """A step as the backend's own server writes it: one compact line of JSON, non-ASCII as it is."""
    if item.raw is not None:
        return item.raw.encode()
    if item.heartbeat:
        return b"data: heartbeat\n\n"
    return b"data: " + json.dumps(_event(item), ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def _event(item: StreamItem) -> dict[str, Any]:
    if item.event is not None:
        return item.event
    if item.error is not None:
        return {"error": item.error}
    if item.say is not None:
        said = {"content": {"parts": [{"text": item.say}], "role": "model"}, "author": "nemo_agent"}
        return said | ({"partial": True} if item.partial else {})
    name = item.tool or item.tool_done
    part = {"functionCall": {"args": {}, "name": name}} if item.tool else _result(name)
    return {"content": {"parts": [part], "role": "model" if item.tool else "user"}, "author": "nemo_agent"}


def _result(name: str | None) -> dict[str, Any]:
    return {"functionResponse": {"name": name, "response": {"status": "success"}}}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"<[^>]*>", path)))
