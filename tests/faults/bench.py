"""One conversation with a misbehaving backend: the real loop, the real client, real sockets, and no real waiting."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread

from api import ClientIds, TokenStore, VirtualClock
from skill.document import SkillPlan
from skill.handlers.contract import Conversation, PendingSend
from skill.hosts.cli.exits import exit_code
from skill.hosts.cli.show import paragraph
from skill.turn.event_json import from_json, to_json
from skill.turn.events import TurnEvent, TurnRequest
from skill.turn.run import Runtime, run_turn
from skill.turn.say import Messages
from skill.turn.settings import Settings

from .server import SESSION, TOKEN, Server

ROOT = Path(__file__).parents[2]
_STILL = 4
GIVEN = "given_by_the_user_0123456789"


class SocketClock(VirtualClock):
    """Jumps only when nothing has moved for a moment of real time: a byte may be on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.moves = 0
        self._moves_at_jump = -1

    def moved(self) -> None:
        """A byte went through the server."""
        self.moves += 1

    async def _quiet(self) -> None:
        threads = anyio.to_thread.current_default_thread_limiter()
        still, seen = 0, -1
        while still < _STILL:
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
            if threads.borrowed_tokens or seen not in (-1, self.moves):
                still = 0
            elif self.moves == self._moves_at_jump:
                break  # nothing was sent since the last jump, so nothing can be on its way
            seen, still = self.moves, still + 1
            await anyio.sleep(0.0005)
        self._moves_at_jump = self.moves


@dataclass
class Log:
    """A turn's log in memory."""

    turn_id: str
    conversation: Conversation
    events: list[TurnEvent] = field(default_factory=list)
    pending: PendingSend | None = None

    def append(self, event: TurnEvent) -> None:
        self.events.append(event)

    def save(self) -> None:
        """Everything is kept as it is."""

    def about_to_send(self, pending: PendingSend) -> None:
        self.pending = pending

    def still_ours(self) -> None:
        """Nobody else runs it."""

    def settled(self, message_id: str) -> None:
        assert self.pending is not None
        assert self.pending.message_id == message_id
        self.pending = None

    def unsettled(self) -> PendingSend | None:
        return self.pending

    def release_conversation(self) -> None:
        """Nobody waits for it."""


@dataclass
class Told:
    """One turn as it went. counts: requests of each kind. waited_s: of the clock."""

    events: list[TurnEvent]
    counts: dict[str, int]
    waited_s: float
    log: Log

    @property
    def exit_code(self) -> int:
        return exit_code(self.events)

    def of(self, kind: str) -> list[Any]:
        return [event for event in self.events if event.kind == kind]

    @property
    def said(self) -> str:
        """Everything a user reads."""
        return "\n\n".join(text for event in self.events if (text := paragraph(event, Messages())))


@dataclass
class Conversing:
    """known: whether first contact was long ago. base: another address than the server's ("{port}" is filled in)."""

    plan: SkillPlan
    folder: Path
    known: bool = True
    memory: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    base: str = "http://127.0.0.1:{port}"
    turns: list[Told] = field(default_factory=list)
    server: Server = field(init=False)
    conversation: Conversation = field(default_factory=Conversation)

    def run(self, turns: Sequence[tuple[str, Sequence[Path], Mapping[str, list[Any]]]]) -> list[Told]:
        """Each turn: words, files, and how the server answers it."""
        anyio.run(self._run, turns)
        return self.turns

    async def _run(self, turns: Sequence[tuple[str, Sequence[Path], Mapping[str, list[Any]]]]) -> None:
        async with SocketClock() as clock:
            self.server = Server(clock, clock.moved, self.plan.api.endpoints)
            async with self.server.listening():
                base = self.base.format(port=self.server.port)
                backend = "cloud" if self.settings.token else base
                settings = replace(self.settings, api_url=base)
                if self.known:
                    begun = {"backend": backend, "session_id": SESSION, "task_id": "task-1"}
                    self.conversation = Conversation(**begun, greeted=True, cloud_notice_given=True, **self.memory)
                    ids = ClientIds(self.folder / "home" / "client_id")
                    TokenStore(self.folder / "home" / "tokens.json").put(backend, ids.get(), TOKEN)
                runtime = Runtime(self.plan, settings, clock, self.folder / "home")
                for number, (words, files, script) in enumerate(turns):
                    self.server.script = {call: list(replies) for call, replies in script.items()}
                    before = len(self.server.requests)
                    began = clock.monotonic()
                    log = Log(f"turn{number}", self.conversation)
                    request = TurnRequest(words, tuple(files), (), self.folder / "films", ROOT, backend)
                    await run_turn(request, log, runtime)
                    self.conversation = log.conversation
                    counts: dict[str, int] = {}
                    for asked in self.server.requests[before:]:
                        counts[asked.call] = counts.get(asked.call, 0) + 1
                    heard = [from_json(to_json(event)) for event in log.events]  # as every host hears them
                    self.turns.append(Told(heard, counts, clock.monotonic() - began, log))


def keeps_its_word(talk: Conversing) -> None:
    """What holds in every turn whatever the backend does."""
    for told in talk.turns:
        kinds = [event.kind for event in told.events]
        assert kinds.count("done") == 1 and kinds[-1] == "done"
        assert told.log.pending is None, "the fate of every message is told"
        shown = json.dumps([to_json(event) for event in told.events], ensure_ascii=False)
        for word in (TOKEN, GIVEN, "/srv/", "secret plans", "<html", "Traceback", "httpx"):
            assert word not in shown
        for problem in told.of("problem"):
            assert problem.message and problem.advice
    for request in talk.server.requests:
        assert TOKEN not in request.target and GIVEN not in request.target
        signed = request.headers.get("authorization", "")
        assert (signed == f"Bearer {talk.settings.token or TOKEN}") == (request.call != "anonymous_token")
        assert request.headers["x-skill-source"] == talk.plan.identity.name
    left = [path.name for path in (talk.folder / "films").glob(".*")]
    assert left == [], "nothing half done is left beside the films"
