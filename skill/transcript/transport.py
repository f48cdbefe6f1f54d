"""A backend that says what a transcript says, as an httpx transport: no socket, no account, no real waiting."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from .calls import Switchboard, sent_file
from .compare import Mismatch, differences
from .format import Call, Reply, StreamItem
from .steps import step_bytes

if TYPE_CHECKING:
    from api import Clock, Endpoints

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


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was answered. number: of the reply among the turn's `backend` (1-based), 0 for a standing one."""

    call: Call
    number: int
    reply: Reply
    body: Any


@dataclass(slots=True)
class _Script:
    waiting: dict[str, deque[tuple[int, Reply]]] = field(default_factory=dict)

    def take(self, call: Call, file: str | None) -> tuple[int, Reply] | None:
        """The next reply to a call; for an upload the one that names its file, where one does."""
        replies = self.waiting.get(call, deque())
        for numbered in replies:
            if numbered[1].file in (None, file):
                replies.remove(numbered)
                return numbered
        return None


class ReplayTransport(httpx.AsyncBaseTransport):
    """Answers each call with its next scripted reply and notes whatever should not have happened.

    origin: where our own API lives; another host is a film's address. standing: sign-in and project answer themselves.
    """

    def __init__(
        self, endpoints: Endpoints, clock: Clock, *, origin: str, attribution: Mapping[str, str], standing: bool
    ) -> None:
        self.mismatches: list[Mismatch] = []
        self.asked: list[Asked] = []
        self._clock = clock
        self._switchboard = Switchboard(endpoints, origin)
        self._attribution = dict(attribution)
        self._standing = standing
        self._turn = 0
        self._script = _Script()

    def expect(self, replies: Sequence[Reply]) -> None:
        """Script the next turn."""
        self._turn += 1
        self.mismatches, self.asked = [], []
        for number, reply in enumerate(replies, 1):
            self._script.waiting.setdefault(reply.call, deque()).extend([(number, reply)] * reply.times)

    def finish(self) -> None:
        """Note every reply that nobody asked for, and forget it."""
        for call, replies in self._script.waiting.items():
            left = Counter(number for number, reply in replies if not reply.optional)
            for number, times in left.items():
                often = f", {times} times" if times > 1 else ""
                self._note(f"this answer to {call} was never asked for{often}", number)
        self._script.waiting.clear()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        call = self._switchboard.call(request)
        numbered = self._next(call, body) if call else None
        if call is None or numbered is None:
            self._note(f"{request.method} {request.url} was asked for and nothing more is scripted")
            return httpx.Response(501, json={"detail": "the transcript has no answer to this"})
        number, reply = numbered
        asked = Asked(call, number, reply, _json(body))
        self.asked.append(asked)
        self._check_headers(asked, request)
        if reply.request and (unequal := differences(reply.request, asked.body, "request")):
            self.mismatches.append(
                Mismatch(f"{call} was asked with something else", self._turn, "backend", number, tuple(unequal))
            )
        if reply.delay_s:
            await self._clock.sleep(reply.delay_s)
        if reply.fails:
            raise _FAILURES[reply.fails](f"the transcript says: {reply.fails}", request=request)
        return self._response(reply)

    def _next(self, call: Call, body: bytes) -> tuple[int, Reply] | None:
        found = self._script.take(call, sent_file(body) if call == "upload" else None)
        if found is None and self._standing and call in _STANDING:
            return 0, Reply.model_validate({"call": call, "json": _STANDING[call]})
        return found

    def _check_headers(self, asked: Asked, request: httpx.Request) -> None:
        """Each of ours says who asks; another host learns nothing of it."""
        ours = self._switchboard.is_ours(request)
        for name, value in self._attribution.items():
            sent = request.headers.get(name)
            if (sent != value) if ours else (sent is not None):
                self._note(f"{asked.call}: header {name} is {sent!r}, not {value if ours else None!r}", asked.number)
        signed = request.headers.get("authorization", "").startswith("Bearer ")
        if signed != (ours and asked.call != "anonymous_token"):
            self._note(
                f"{asked.call}: {'signed' if signed else 'not signed'}, and should be the opposite", asked.number
            )
        if asked.call == "anonymous_token" and not request.headers.get("x-client-id"):
            self._note(f"{asked.call}: header X-Client-Id is missing", asked.number)

    def _note(self, words: str, number: int = 0) -> None:
        self.mismatches.append(Mismatch(words, self._turn, "backend" if number else "", number))

    def _response(self, reply: Reply) -> httpx.Response:
        if reply.stream is not None:
            stream = _Stream(reply.stream, self._clock)
            return httpx.Response(reply.status, headers=_SSE | reply.headers, stream=stream)
        if reply.text is not None:
            return httpx.Response(reply.status, headers=reply.headers, content=reply.text.encode())
        body = reply.json_body if reply.draft is None else {"code": 0, "data": {"state": {"draft": reply.draft}}}
        return httpx.Response(reply.status, headers=reply.headers, json=body)


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
                yield step_bytes(item)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
