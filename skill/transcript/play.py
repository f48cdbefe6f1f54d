"""Runs a transcript through the real turn loop on a virtual clock and tells what differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio

from api import VirtualClock

from ..document import SkillPlan, attribution_headers
from ..handlers.contract import Conversation, PendingSend
from ..turn.event_json import to_json
from ..turn.events import TurnEvent, TurnRequest
from ..turn.run import Runtime, run_turn
from ..turn.settings import Settings
from .format import File, Transcript, Turn, load_transcript
from .transport import ReplayTransport, differences

_BACKEND = "cloud"
_MAY_BE_LEFT_OUT = frozenset({"done", "progress"})
_CLIENT_ID = "replayed-client"

# the first bytes by which a kind of file is known; a scripted backend looks no further
_SAMPLES = {
    "jpg": bytes.fromhex("ffd8ffe000104a46494600010101004800480000ffdb"),
    "png": bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"),
    "gif": b"GIF89a\x01\x00\x01\x00",
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2",
}


class MemoryLog:
    """A TurnLog that lasts as long as the process."""

    def __init__(self, turn_id: str, conversation: Conversation) -> None:
        self.turn_id = turn_id
        self.conversation = conversation
        self.events: list[TurnEvent] = []
        self._pending: PendingSend | None = None

    def append(self, event: TurnEvent) -> None:
        self.events.append(event)

    def save(self) -> None:
        """Nothing to do: the conversation is the memory."""

    def about_to_send(self, pending: PendingSend) -> None:
        self._pending = pending

    def settled(self, message_id: str) -> None:
        if self._pending is not None and self._pending.message_id == message_id:
            self._pending = None

    def unsettled(self) -> PendingSend | None:
        return self._pending

    def release_conversation(self) -> None:
        """Nobody waits behind a transcript's turn."""


def replay(path: Path, plan: SkillPlan, skill_dir: Path) -> list[str]:
    """What differs when a transcript file is played; nothing of it stays on the disk. Raises TranscriptError."""
    transcript = load_transcript(path)
    with TemporaryDirectory(prefix="skillturn-") as folder:
        return run_transcript(transcript, plan, skill_dir, Path(folder))


def run_transcript(transcript: Transcript, plan: SkillPlan, skill_dir: Path, folder: Path) -> list[str]:
    """What differs from the transcript, in reading order; empty when all is as it says.

    skill_dir: the folder of the plan's SKILL.md. folder: an empty one, for the user's files and the films.
    """
    return anyio.run(play_transcript, transcript, plan, skill_dir, folder)


async def play_transcript(transcript: Transcript, plan: SkillPlan, skill_dir: Path, folder: Path) -> list[str]:
    """The same inside an event loop."""
    settings = replace(Settings(client_id=_CLIENT_ID), **transcript.settings)  # type: ignore[arg-type]  # checked there
    conversation = _conversation(transcript)
    found: list[str] = []
    async with VirtualClock() as clock:
        transport = ReplayTransport(
            plan.api.endpoints,
            clock,
            origin=settings.api_url or plan.api.base,
            attribution=attribution_headers(plan, skill_dir, settings.skill_source),
            standing=transcript.setup != "scripted",
        )
        runtime = Runtime(plan, settings, clock, skill_home=folder / "home", transport=transport)
        for number, turn in enumerate(transcript.turns, 1):
            transport.expect(turn.backend)
            log = MemoryLog(f"turn-{number}", conversation)
            await run_turn(_request(turn, skill_dir, folder), log, runtime)
            transport.finish()
            shown = [to_json(event) for event in log.events]
            trouble = [*transport.mismatches, *_unlike(turn.host, shown), *_leaks(shown, settings)]
            transport.mismatches.clear()
            found += [f"turn {number}: {words}" if len(transcript.turns) > 1 else words for words in trouble]
        waited_s = clock.monotonic()
    if transcript.waited_s is not None and waited_s != transcript.waited_s:
        found.append(f"{waited_s:g} s passed, not {transcript.waited_s:g}")
    return found


def _conversation(transcript: Transcript) -> Conversation:
    begun: dict[str, Any] = {}
    if transcript.setup == "default":
        begun = {
            "backend": _BACKEND,
            "session_id": "session-1",
            "task_id": "task-1",
            "bind_id": "bind-1",
            "greeted": True,
            "cloud_notice_given": True,
        }
    return Conversation(**(begun | transcript.memory))


def _request(turn: Turn, skill_dir: Path, folder: Path) -> TurnRequest:
    files = tuple(_written(file, folder) for file in turn.files)
    return TurnRequest(turn.utterance, files, turn.urls, folder / "films", skill_dir, _BACKEND)


def _written(file: File | str, folder: Path) -> Path:
    file = File(name=file) if isinstance(file, str) else file
    path = folder / "sent" / file.name
    if not file.missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content.encode() if file.content is not None else _sample(path))
    return path


def _sample(path: Path) -> bytes:
    """Distinct for each name, since the same file is not uploaded twice."""
    kind = path.suffix.lower().lstrip(".").replace("jpeg", "jpg")
    return _SAMPLES.get(kind, b"sample ") + path.name.encode()


def _unlike(wanted: tuple[dict[str, Any], ...], shown: list[dict[str, Any]]) -> list[str]:
    """Compare in order; events of a kind that may be left out count only where the transcript names them."""
    left = list(shown)
    found = []
    for expected in wanted:
        kind = expected.get("kind")
        while left and left[0]["kind"] != kind and left[0]["kind"] in _MAY_BE_LEFT_OUT:
            left.pop(0)
        if kind in _MAY_BE_LEFT_OUT:
            while len(left) > 1 and left[1]["kind"] == kind and differences(expected, left[0]):
                left.pop(0)
        if not left:
            found.append(f"the host should see {expected} and sees nothing more")
            continue
        event = left.pop(0)
        found += [f"{difference} (the host sees {event})" for difference in differences(expected, event, str(kind))]
    return found + [f"the host sees {event} as well" for event in left if event["kind"] not in _MAY_BE_LEFT_OUT]


def _leaks(shown: list[dict[str, Any]], settings: Settings) -> list[str]:
    secrets = [secret for secret in ("nmv_usr_", settings.token, _CLIENT_ID) if secret]
    return [f"the host sees a secret in {event}" for event in shown if any(s in str(event) for s in secrets)]
