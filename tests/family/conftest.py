"""Every document of the family that runs, and a backend that keeps what each of them puts on the wire."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import pytest
import yaml

from api import Draft, VirtualClock
from skill.document import SkillPlan, load_skill
from skill.handlers.contract import Conversation
from skill.transcript import MemoryLog
from skill.transcript.samples import sample
from skill.turn.event_json import to_json
from skill.turn.events import TurnRequest
from skill.turn.run import Runtime, run_turn
from skill.turn.settings import Settings
from studio import Answer, Brief, LocalTransport, Media, Rendered, RenderOptions, Studio
from studio.agent import respond

ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent / "shared"
TRAITS = ROOT / "tests" / "document" / "traits"
OWN = ROOT / "tests" / "family"


@dataclass(frozen=True)
class Member:
    """A document and what somebody read in it with their own eyes: {"name", "version", "task_name", "language"}."""

    path: Path
    facts: Mapping[str, str | None]

    @property
    def plan(self) -> SkillPlan:
        return load_skill(self.path)


def _members() -> list[Member]:
    found = [Member(ROOT / "SKILL.md", {"name": "image-to-video-generator"})]
    found += [Member(path, _read(path)) for path in sorted(OWN.glob("*/SKILL.md"))]
    for path in sorted(TRAITS.glob("*.md")):
        said = yaml.safe_load(path.with_suffix(".yaml").read_text(encoding="utf-8"))
        found.append(Member(path, {**said.get("skill", {}), **said.get("api", {})}))
    known = yaml.safe_load((TRAITS.parent / "family_facts.yaml").read_text(encoding="utf-8"))
    for name, said in known.items():
        path = BESIDE / name
        skill, api = said["skill"], said["api"]
        facts = {"name": skill[0], "version": skill[1], "task_name": api[1], "language": api[2]}
        if path.is_file():  # these lie beside the checkout on some machines only
            found.append(Member(path, facts))
    return found


def _read(path: Path) -> dict[str, str | None]:
    """The plainest reading of a plain document."""
    text = path.read_text(encoding="utf-8")
    patterns = {"name": r"^name: (.*)$", "version": r'^ *version: "(.*)"$', "task_name": r'"task_name":"(\w+)"'}
    found = {key: re.search(pattern, text, re.M) for key, pattern in patterns.items()}
    return {key: match[1] for key, match in found.items() if match}


MEMBERS = _members()
RUNNABLE = [member for member in MEMBERS if member.plan.runnable]
NOT_RUNNABLE = [member for member in MEMBERS if not member.plan.runnable]


def named(member: Member) -> str:
    return member.path.parent.name if member.path.name == "SKILL.md" else member.path.stem


@dataclass
class Sent:
    """One request on the wire."""

    method: str
    path: str
    headers: httpx.Headers
    body: Any


class Tap(httpx.AsyncBaseTransport):
    """Passes on to the studio, and keeps what was asked."""

    def __init__(self, inner: LocalTransport) -> None:
        self.sent: list[Sent] = []
        self._inner = inner

    async def __aenter__(self) -> Tap:
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._inner.__aexit__(exc_type, exc_value, traceback)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_json = request.headers.get("content-type", "") == "application/json"
        body = json.loads(await request.aread()) if is_json else None
        self.sent.append(Sent(request.method, request.url.path, request.headers, body))
        return await self._inner.handle_async_request(request)


def see(path: Path, name: str) -> Media:
    """Any file is a photo: what a document accepts matters here, not what the engine can cut."""
    del path
    return Media("", name, "image", 320, 240)


def film(
    draft: Draft,
    media: Mapping[str, Path],
    out: Path,
    options: RenderOptions,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Rendered:
    """A film in no time."""
    del media, options, on_progress, stopped
    out.write_bytes(b"film of %d ms" % draft.duration_ms)
    return Rendered(out, 1, draft.duration_ms, 16, 320, 240)


def answer(brief: Brief) -> Answer:
    """The studio's own agent; asked to be quiet it edits without a word, asked for screens it talks of buttons."""
    if "screen" in brief.request and "There is no screen" not in brief.request:
        return Answer("Click the Export button to download your video.", brief.draft, memory=brief.memory)
    quiet = brief.request.endswith(" quietly")
    told = respond(replace(brief, request=brief.request.removesuffix(" quietly")))
    return replace(told, text="") if quiet else told


@dataclass
class Talk:
    """One conversation with the studio, led by one document."""

    member: Member
    plan: SkillPlan
    folder: Path
    clock: VirtualClock
    sent: list[Sent] = field(default_factory=list)
    conversation: Conversation = field(default_factory=Conversation)
    turns: int = 0

    async def say(self, words: str, *files: Path) -> list[dict[str, Any]]:
        """A turn's events; `sent` is what it put on the wire."""
        self.turns += 1
        log = MemoryLog(f"turn-{self.turns}", self.conversation)
        studio = Studio(self.folder / "home" / "studio", clock=self.clock, respond=answer, render=film, probe=see)
        tap = Tap(LocalTransport(self.folder, studio=studio))
        runtime = Runtime(self.plan, Settings(), self.clock, self.folder / "home", tap)
        skill_dir = self.member.path.parent
        request = TurnRequest(words, files, (), self.folder / "films", skill_dir, "local")
        await run_turn(request, log, runtime)
        self.sent = tap.sent
        return [to_json(event) for event in log.events]

    def calls(self) -> list[str]:
        """The last turn's requests as paths, with the project's and the render's id left out."""
        session = self.conversation.session_id
        paths = [sent.path.replace(session, "SID") if session else sent.path for sent in self.sent]
        return [re.sub(r"render_\w+", "RID", path) for path in paths]

    def bodies(self, path: str) -> list[Any]:
        return [sent.body for sent in self.sent if sent.path == path]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def clock() -> AsyncIterator[VirtualClock]:
    async with VirtualClock() as clock:
        yield clock


def media(folder: Path, plan: SkillPlan) -> list[Path]:
    """Two files of a kind the document takes."""
    kind = "jpg" if "jpg" in plan.formats else "mp4"
    paths = [folder / f"one.{kind}", folder / f"two.{kind}"]
    for path in paths:
        path.write_bytes(sample(kind, path.name))
    return paths


def texts(events: list[dict[str, Any]]) -> str:
    return "\n".join(event["text"] for event in events if event["kind"] == "text")


def done(events: list[dict[str, Any]]) -> dict[str, Any]:
    return events[-1]
