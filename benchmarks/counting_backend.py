"""A backend on loopback that counts: real HTTP, the family's calls, one edit for each message that reaches it.

What happens to a message is decided by its own words, so that a run can be repeated: when the edit is applied, whether
it survives its client's disconnection, whether the answer says anything.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Cue = Callable[[str, str], None]
"""Called with what happens ("state", "received", "begun", "applied", "answered") and the message or session."""


class CountingBackend:
    """What arrived, what was applied, by message text. Fields may be read from another thread."""

    def __init__(self, *, answer_s: float = 0.3) -> None:
        self.answer_s = answer_s
        self.holding = False
        """While it is set, no answer ends."""
        self.calls: Counter[str] = Counter()
        self.messages: Counter[str] = Counter()
        self.applied: Counter[str] = Counter()
        self.drafts: dict[str, list[str]] = defaultdict(list)
        self.cue: Cue = lambda moment, about: None
        self.address = ""
        self._late: set[asyncio.Task[None]] = set()

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/auth/anonymous-token", self._token, methods=["POST"]),
                Route("/api/tasks/me/with-session/nemo_agent", self._session, methods=["POST"]),
                Route("/run_sse", self._run, methods=["POST"]),
                Route("/api/state/nemo_agent/me/{sid}/latest", self._state),
                Route("/api/credits/balance/simple", self._balance),
            ]
        )

    async def _token(self, request: Request) -> Response:
        self.calls["anonymous_token"] += 1
        return _answer({"token": f"count-{request.headers['x-client-id']}", "credits": 100})

    async def _session(self, request: Request) -> Response:
        self.calls["create_session"] += 1
        number = self.calls["create_session"]
        return _answer({"session_id": f"s{number}", "task_id": f"t{number}"})

    async def _balance(self, request: Request) -> Response:
        self.calls["balance"] += 1
        return _answer({"available": 88, "frozen": 2, "total": 90})

    async def _state(self, request: Request) -> Response:
        session = request.path_params["sid"]
        self.calls["state"] += 1
        self.cue("state", session)
        return _answer({"state": {"draft": self._draft(session)}})

    def _draft(self, session: str) -> dict[str, Any]:
        shots = [{"d": 2000, "m": {"name": "first.jpg"}}]
        shots += [{"d": 1000, "m": {"name": f"{text}.jpg"}} for text in self.drafts[session]]
        return {"t": [{"tt": 0, "sg": shots}]}

    async def _run(self, request: Request) -> Response:
        body = await request.json()
        text, session = body["new_message"]["parts"][0]["text"], body["session_id"]
        self.messages[text] += 1
        self.cue("received", text)
        fate = random.Random(text)
        apply_s = fate.random() * self.answer_s
        if fate.random() < 0.5:  # works on, whether or not anybody still listens
            late = asyncio.create_task(self._apply_later(session, text, apply_s))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            return _stream(self._answer(text, silent=fate.random() < 0.3))
        return _stream(self._answer(text, silent=False, own=(session, apply_s)))

    async def _apply_later(self, session: str, text: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self._apply(session, text)

    def _apply(self, session: str, text: str) -> None:
        self.drafts[session].append(text)
        self.applied[text] += 1
        self.cue("applied", text)

    async def _answer(self, text: str, *, silent: bool, own: tuple[str, float] | None = None) -> AsyncIterator[bytes]:
        self.cue("begun", text)
        yield _event({"content": {"parts": [{"functionCall": {"name": "edit"}}], "role": "model"}})
        if own is not None:
            await asyncio.sleep(own[1])
            self._apply(own[0], text)
        await asyncio.sleep(self.answer_s)
        while self.holding:  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.1)
        if not silent:
            yield _event({"content": {"parts": [{"text": f"Applied: {text}."}], "role": "model"}})
        self.cue("answered", text)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve from a thread; yields the address."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        config = uvicorn.Config(self.app(), log_level="error", lifespan="off", timeout_keep_alive=60)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield self.address
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)


def _answer(data: dict[str, Any]) -> JSONResponse:
    return JSONResponse({"code": 0, "data": data})


def _stream(body: AsyncIterator[bytes]) -> StreamingResponse:
    return StreamingResponse(body, media_type="text/event-stream")


def _event(body: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(body)}\n\n".encode()
