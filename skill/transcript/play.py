"""Runs a transcript through the real turn loop and tells what differs: on a virtual clock, or at a pace to watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import anyio

from api import VirtualClock, holds_token

from ..document import SkillPlan, attribution_headers
from ..handlers.contract import Conversation, PendingSend
from ..turn.backend import base_address
from ..turn.event_json import to_json
from ..turn.events import TurnEvent, TurnRequest
from ..turn.run import Runtime, run_turn
from ..turn.settings import Settings
from .compare import Mismatch, Pairs, pair, unlike
from .coverage import Coverage, not_shown, observed
from .format import File, Transcript, Turn, load_transcript
from .pace import PacedClock
from .samples import sample
from .transport import Asked, ReplayTransport

if TYPE_CHECKING:
    from api import Clock

_CLIENT_ID = "replayed-client"

Hear = Callable[[Turn | TurnEvent], None]
"""Told each turn as it begins and each event as it comes."""


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """One turn as it went. shown: the events as JSON, `pairs` sets them beside the turn's `host`."""

    shown: Sequence[Mapping[str, Any]]
    pairs: Pairs
    asked: Sequence[Asked]


@dataclass(frozen=True, slots=True)
class Played:
    """How a transcript went. mismatches: in reading order, none when all is as it says."""

    mismatches: Sequence[Mismatch]
    turns: Sequence[PlayedTurn]
    waited_s: float
    coverage: Coverage


class MemoryLog:
    """A TurnLog that lasts as long as the process."""

    def __init__(self, turn_id: str, conversation: Conversation, hear: Hear | None = None) -> None:
        self.turn_id = turn_id
        self.conversation = conversation
        self.events: list[TurnEvent] = []
        self._hear = hear
        self._pending: PendingSend | None = None

    def append(self, event: TurnEvent) -> None:
        self.events.append(event)
        if self._hear is not None:
            self._hear(event)

    def save(self) -> None:
        """Nothing to do: the conversation is the memory."""

    def about_to_send(self, pending: PendingSend) -> None:
        self._pending = pending

    def still_ours(self) -> None:
        """Nobody else runs it."""

    def settled(self, message_id: str) -> None:
        if self._pending is not None and self._pending.message_id == message_id:
            self._pending = None

    def unsettled(self) -> PendingSend | None:
        return self._pending

    def release_conversation(self) -> None:
        """Nobody waits behind a transcript's turn."""


def replay(path: Path, plan: SkillPlan, skill_dir: Path) -> Played:
    """Play a transcript file; nothing of it stays on the disk. Raises TranscriptError."""
    return perform(load_transcript(path), plan, skill_dir)


def perform(
    transcript: Transcript, plan: SkillPlan, skill_dir: Path, *, speed: float | None = None, hear: Hear | None = None
) -> Played:
    """Play a transcript; nothing of it stays on the disk. speed: see `play_transcript`."""
    with TemporaryDirectory(prefix="skillturn-") as folder:
        return anyio.run(play_transcript, transcript, plan, skill_dir, Path(folder), speed, hear)


def run_transcript(transcript: Transcript, plan: SkillPlan, skill_dir: Path, folder: Path) -> Sequence[Mismatch]:
    """What differs from the transcript, in reading order; empty when all is as it says.

    skill_dir: the folder of the plan's SKILL.md. folder: an empty one, for the user's files and the films.
    """
    return anyio.run(play_transcript, transcript, plan, skill_dir, folder).mismatches


async def play_transcript(
    transcript: Transcript,
    plan: SkillPlan,
    skill_dir: Path,
    folder: Path,
    speed: float | None = None,
    hear: Hear | None = None,
) -> Played:
    """The same inside an event loop. speed: None = no waiting at all, 1 = at the pace of the transcript, 2 = twice."""
    settings = replace(Settings(client_id=_CLIENT_ID), **transcript.settings)  # type: ignore[arg-type]  # checked there
    conversation = _conversation(transcript, settings.resolve_backend(_asked(settings)))
    async with AsyncExitStack() as opened:
        clock: Clock = await opened.enter_async_context(VirtualClock()) if speed is None else PacedClock(speed)
        runtime = Runtime(plan, settings, clock, skill_home=folder / "home")
        stage = _Stage(transcript, runtime, conversation, skill_dir, folder, hear)
        return await stage.play()


def _asked(settings: Settings) -> str:
    return "cloud" if settings.backend == "auto" else settings.backend


class _Stage:
    """One transcript while it plays."""

    def __init__(
        self,
        transcript: Transcript,
        runtime: Runtime,
        conversation: Conversation,
        skill_dir: Path,
        folder: Path,
        hear: Hear | None,
    ) -> None:
        self._transcript = transcript
        self._conversation = conversation
        self._skill_dir = skill_dir
        self._folder = folder
        self._hear = hear
        self._clock = runtime.clock
        self._settings = runtime.settings
        self._backend = _asked(runtime.settings)
        self._transport = ReplayTransport(
            runtime.plan.api.endpoints,
            runtime.clock,
            origin=base_address(self._backend, runtime),
            attribution=attribution_headers(runtime.plan, skill_dir, runtime.settings.skill_source),
            standing=transcript.setup != "scripted",
        )
        self._runtime = replace(runtime, transport=self._transport)

    async def play(self) -> Played:
        begun = self._clock.monotonic()
        turns, found = [], []
        for number, turn in enumerate(self._transcript.turns, 1):
            played = await self._turn(number, turn)
            turns.append(played)
            found += [*self._transport.mismatches, *unlike(number, turn.host, played.shown, played.pairs)]
            found += _leaks(number, played.shown, self._settings)
        waited_s = round(self._clock.monotonic() - begun, 6)
        expected_s = self._transcript.waited_s
        if expected_s is not None and isinstance(self._clock, VirtualClock) and waited_s != expected_s:
            found.append(Mismatch(f"{waited_s:g} s passed, not {expected_s:g}"))
        asked = [answered for played in turns for answered in played.asked]
        coverage = observed(self._transcript, asked, self._runtime.plan)
        found += not_shown(self._transcript.covers, coverage, self._runtime.plan)
        return Played(found, turns, waited_s, coverage)

    async def _turn(self, number: int, turn: Turn) -> PlayedTurn:
        self._transport.expect(turn.backend)
        if self._hear is not None:
            self._hear(turn)
        log = MemoryLog(f"turn-{number}", self._conversation, self._hear)
        files = tuple(_written(file, self._folder) for file in turn.files)
        request = TurnRequest(turn.utterance, files, turn.urls, self._folder / "films", self._skill_dir, self._backend)
        await run_turn(request, log, self._runtime)
        self._transport.finish()
        shown = [to_json(event) for event in log.events]
        return PlayedTurn(shown, pair(turn.host, shown), tuple(self._transport.asked))


def _conversation(transcript: Transcript, backend: str) -> Conversation:
    begun: dict[str, Any] = {}
    if transcript.setup == "default":
        begun = {
            "backend": backend,
            "session_id": "session-1",
            "task_id": "task-1",
            "bind_id": "bind-1",
            "greeted": True,
            "cloud_notice_given": True,
        }
    return Conversation(**(begun | transcript.memory))


def _written(file: File | str, folder: Path) -> Path:
    """The file as the user has it. Distinct for each name, since the same file is not uploaded twice."""
    file = File(name=file) if isinstance(file, str) else file
    path = folder / "sent" / file.name
    if not file.missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = file.like or path.suffix.lstrip(".")
        path.write_bytes(file.content.encode() if file.content is not None else sample(kind, file.name))
    return path


def _leaks(number: int, shown: Sequence[Mapping[str, Any]], settings: Settings) -> list[Mismatch]:
    secrets = [secret for secret in (settings.token, _CLIENT_ID) if secret]
    return [
        Mismatch(f"the host sees a secret in {event}", number)
        for event in shown
        if holds_token(str(event)) or any(secret in str(event) for secret in secrets)
    ]
