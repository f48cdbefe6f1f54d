"""What the tests of a turn share: a log in memory, a backend that answers from a script, and the skill's own plan."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from api import VirtualClock
from skill.document import SkillPlan, load_skill
from skill.handlers.contract import Conversation, PendingSend
from skill.turn.events import Done, Problem, Text, TurnEvent, TurnRequest, TurnState
from skill.turn.run import Runtime, run_turn
from skill.turn.settings import Settings

ROOT = Path(__file__).parents[2]
CALLS = {
    "/api/auth/anonymous-token": "anonymous_token",
    "/api/tasks/me/with-session/nemo_agent": "create_session",
    "/run_sse": "send",
    "/api/credits/balance/simple": "balance",
    "/api/render/proxy/lambda": "start_render",
}


def overdue(journal: Path) -> None:
    """The conversation's holder has not renewed its lease for years."""
    for lock in journal.parent.glob(f"{journal.name}.lease-*"):
        os.utime(lock, (5, 5))


@dataclass
class MemoryLog:
    """A TurnLog that forgets with the process; `durable` is the order in which things reached the disk."""

    turn_id: str = "turn1"
    conversation: Conversation = field(default_factory=Conversation)
    events: list[TurnEvent] = field(default_factory=list)
    durable: list[str] = field(default_factory=list)
    pending: PendingSend | None = None

    def append(self, event: TurnEvent) -> None:
        self.events.append(event)
        self.durable.append(event.kind)

    def save(self) -> None:
        self.durable.append("saved")

    def about_to_send(self, pending: PendingSend) -> None:
        self.pending = pending
        self.durable.append("about_to_send")

    def still_ours(self) -> None:
        """Nobody else runs it."""

    def settled(self, message_id: str) -> None:
        assert self.pending is not None
        assert self.pending.message_id == message_id
        self.pending = None
        self.durable.append("settled")

    def unsettled(self) -> PendingSend | None:
        return self.pending

    def release_conversation(self) -> None:
        self.durable.append("released")

    def told(self, kind: str) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.events if event.kind == kind]

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Text)]

    @property
    def problem(self) -> Problem:
        problems = [event for event in self.events if isinstance(event, Problem)]
        assert len(problems) == 1, problems
        return problems[0]

    @property
    def done(self) -> Done:
        last = self.events[-1]
        assert isinstance(last, Done)
        return last


Reply = Any
"""A JSON object, an httpx.Response, an exception to raise, or a function of the request that gives one of those."""


class Silence(httpx.AsyncByteStream):
    """Stream pieces: bytes are sent, numbers are seconds of the clock without a byte, exceptions break the body."""

    def __init__(self, pieces: Sequence[bytes | float | Exception], backend: "ScriptedBackend") -> None:
        self._pieces = pieces
        self._backend = backend

    async def __aiter__(self) -> Any:
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            elif isinstance(piece, Exception):
                raise piece
            else:
                await self._backend.clock.sleep(piece)


class ScriptedBackend(httpx.AsyncBaseTransport):
    """Answers each call from its list of replies; the last one of a list stays. Every request is kept."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.requests: list[tuple[str, httpx.Request]] = []
        self.bodies: list[tuple[str, bytes]] = []
        self.replies: dict[str, list[Reply]] = {
            "anonymous_token": [{"code": 0, "data": {"token": "tok-anonymous", "credits": 100}}],
            "create_session": [{"code": 0, "data": {"session_id": "s1", "task_id": "t1"}}],
            "balance": [{"code": 0, "data": {"available": 88.5, "frozen": 2, "total": 90.5}}],
            "state": [{"code": 0, "data": {"state": {"draft": None}}}],
            "upload": [{"code": 0, "data": {}}],
        }

    def reply(self, call: str, *replies: Reply) -> None:
        self.replies[call] = list(replies)

    def stream(self, *pieces: str | bytes | float | Exception | Mapping[str, Any]) -> httpx.Response:
        """A chat stream: text becomes an event of its own, a mapping is an event as it stands."""
        return httpx.Response(
            200,
            headers={"content-type": "text/event-stream"},
            stream=Silence([_piece(piece) for piece in pieces], self),
        )

    @property
    def calls(self) -> list[str]:
        return [name for name, _ in self.requests]

    def sent_messages(self) -> list[str]:
        return [json.loads(body)["new_message"]["parts"][0]["text"] for name, body in self.bodies if name == "send"]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = _call(request)
        body = await request.aread()
        self.requests.append((call, request))
        self.bodies.append((call, body))
        replies = self.replies.get(call)
        assert replies, f"no reply scripted for {call} ({request.url})"
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else httpx.Response(200, json=reply)


def _call(request: httpx.Request) -> str:
    path = request.url.path
    if path in CALLS:
        return CALLS[path]
    if path.startswith("/api/state/"):
        return "state"
    if path.startswith("/api/upload-video/"):
        return "upload"
    if path.endswith("/download") or request.url.host == "cdn.test":
        return "download"
    return "render_status" if path.startswith("/api/render/") else path


def _piece(piece: str | bytes | float | Exception | Mapping[str, Any]) -> bytes | float | Exception:
    if isinstance(piece, str):
        piece = {"content": {"parts": [{"text": piece}], "role": "model"}}
    if isinstance(piece, Mapping):
        return f"data: {json.dumps(piece, ensure_ascii=False)}\n\n".encode()
    return piece


def tool(name: str, *, done: bool = False) -> dict[str, Any]:
    """A tool call, or its result."""
    part = {"functionResponse": {"name": name, "response": {}}} if done else {"functionCall": {"name": name}}
    return {"content": {"parts": [part], "role": "model"}}


def state(draft: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"code": 0, "data": {"state": {"draft": draft}}}


@dataclass
class Bench:
    """One conversation; `turn` runs its next turn, each on a virtual clock that begins at zero."""

    backend: ScriptedBackend
    clock: VirtualClock
    plan: SkillPlan
    folder: Path
    settings: Settings = field(default_factory=Settings)
    name: str = "cloud"
    log: MemoryLog = field(default_factory=MemoryLog)
    state: TurnState | None = None
    ran: bool = False

    def turn(self, text: str = "", *files: Path, urls: Sequence[str] = ()) -> MemoryLog:
        """Run one turn; its log."""
        self.log = MemoryLog(turn_id=f"{self.log.turn_id}+", conversation=self.log.conversation)
        self.run(self.request(text, *files, urls=urls))
        return self.log

    def request(self, text: str = "", *files: Path, urls: Sequence[str] = ()) -> TurnRequest:
        return TurnRequest(text, tuple(files), tuple(urls), self.folder / "out", ROOT, self.name)

    def run(self, request: TurnRequest) -> None:
        if self.ran:  # a clock belongs to one event loop
            self.clock = self.backend.clock = VirtualClock()
        self.ran = True

        async def main() -> Exception | None:
            async with self.clock:  # it would wrap what is raised inside it
                try:
                    self.state = await run_turn(request, self.log, self.runtime())
                except Exception as error:
                    return error
            return None

        if failure := anyio.run(main):
            raise failure

    def runtime(self) -> Runtime:
        return Runtime(self.plan, self.settings, self.clock, self.folder / "home", self.backend)

    def known(self, **memory: Any) -> None:
        """Make it a conversation that has had its first contact."""
        begun = {"backend": self.name, "session_id": "s1", "task_id": "t1", "greeted": True, "cloud_notice_given": True}
        self.log.conversation = replace(self.log.conversation, **{**begun, **memory})


@pytest.fixture(scope="session")
def plan() -> SkillPlan:
    return load_skill(ROOT / "SKILL.md")


@pytest.fixture
def bench(tmp_path: Path, plan: SkillPlan, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    clock = VirtualClock()
    return Bench(ScriptedBackend(clock), clock, plan, tmp_path)


@pytest.fixture
def photo(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Makes a small file that is what its name says."""

    def make(name: str = "beach.jpg", content: bytes | None = None) -> Path:
        path = tmp_path / name
        path.write_bytes(content if content is not None else b"\xff\xd8\xff\xe0" + name.encode() * 20)
        return path

    yield make
