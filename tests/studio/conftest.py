"""A studio with an agent and a renderer that do as little as a test needs, and a client that speaks to it."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from api import Draft, Segment, SystemClock, Track
from studio import Answer, Brief, Limits, LocalTransport, Media, Rendered, RenderOptions, Studio, UnsupportedMedia

ATTRIBUTION = {"X-Skill-Source": "tests", "X-Skill-Version": "1.0", "X-Skill-Platform": "unknown"}
DRAFT = {"t": [{"tt": 0, "sg": [{"d": 4000}]}]}


class LateClock(SystemClock):
    """The machine's clock, so many seconds ahead."""

    def __init__(self, ahead_s: float) -> None:
        self.ahead_s = ahead_s

    def now(self) -> float:
        return super().now() + self.ahead_s


class TellingClock(SystemClock):
    """The machine's clock, which tells when a wait was broken off: the heartbeat's, once its client has gone."""

    def __init__(self) -> None:
        self.broken_off = threading.Event()

    async def sleep(self, seconds: float) -> None:
        try:
            await super().sleep(seconds)
        except anyio.get_cancelled_exc_class():
            self.broken_off.set()
            raise


def append_clip(brief: Brief) -> Answer:
    """Each message adds one clip whose length in ms is the message; other words change nothing."""
    if not brief.request.isdigit():
        return Answer(f"I heard: {brief.request}", brief.draft, memory=brief.memory)
    draft = brief.draft.model_copy(deep=True)
    draft.tracks = draft.tracks or [Track(type=0)]
    draft.tracks[0].segments.append(Segment(duration_ms=int(brief.request)))
    return Answer(f"Added {brief.request} ms.", draft, ("add_clip",), {"last": brief.request})


def read_header(path: Path, name: str) -> Media:
    """Files that begin with IMG are pictures."""
    if not path.read_bytes().startswith(b"IMG"):
        raise UnsupportedMedia(f"{name} is not a picture.")
    return Media(id="", name=name, kind="image", width=40, height=30)


def write_film(
    draft: Draft,
    media: Mapping[str, Path],
    out: Path,
    options: RenderOptions,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Rendered:
    out.write_bytes(b"film of %d ms" % draft.duration_ms)
    return Rendered(path=out, frames=1, duration_ms=draft.duration_ms, bytes=1, width=2, height=2)


@dataclass
class Caller:
    """A signed-in client with one session."""

    http: httpx.AsyncClient
    session_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, client_id: str = "a-client") -> None:
        reply = await self.http.post("/api/auth/anonymous-token", headers={"X-Client-Id": client_id})
        self.headers["Authorization"] = "Bearer " + reply.json()["data"]["token"]

    async def open_session(self) -> None:
        reply = await self.post("/api/tasks/me/with-session/nemo_agent", json={"task_name": "project"})
        self.session_id = reply["data"]["session_id"]

    async def post(self, path: str, **request: Any) -> dict[str, Any]:
        headers = self.headers | request.pop("headers", {})
        answer: dict[str, Any] = (await self.http.post(path, headers=headers, **request)).json()
        return answer

    async def get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.http.get(path, headers=self.headers)).json()
        return answer

    def message(self, text: str) -> dict[str, Any]:
        return {"session_id": self.session_id, "new_message": {"parts": [{"text": text}]}}

    @asynccontextmanager
    async def stream(self, text: str, key: str = "") -> AsyncIterator[httpx.Response]:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        async with self.http.stream("POST", "/run_sse", json=self.message(text), headers=headers) as reply:
            yield reply

    async def say(self, text: str, key: str = "") -> list[dict[str, Any]]:
        """The events of one message, heartbeats left out."""
        async with self.stream(text, key) as reply:
            body = await reply.aread()
        blocks = body.decode().removesuffix("\n\n").split("\n\n")
        return [json.loads(block.removeprefix("data: ")) for block in blocks if block != "data:"]

    async def draft(self) -> dict[str, Any]:
        state = await self.get(f"/api/state/nemo_agent/me/{self.session_id}/latest")
        draft: dict[str, Any] = state["data"]["state"]["draft"]
        return draft

    async def upload(self, *files: tuple[str, bytes]) -> dict[str, Any]:
        parts = [("files", file) for file in files]
        return await self.post(f"/api/upload-video/nemo_agent/me/{self.session_id}", files=parts)

    async def export(self, render_id: str, draft: dict[str, Any] | None = None) -> dict[str, Any]:
        body = {"id": render_id, "sessionId": self.session_id, "draft": draft or DRAFT}
        return await self.post("/api/render/proxy/lambda", json=body, headers=ATTRIBUTION)

    async def progress(self, render_id: str) -> dict[str, Any]:
        return await self.get(f"/api/render/proxy/lambda/{render_id}")

    async def until(self, render_id: str, told: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask for a film, as clients do, until the answer is the one waited for."""
        with anyio.fail_after(60):
            while True:
                answer = await self.progress(render_id)
                if told(answer):
                    return answer
                assert answer["retry_after_ms"] == 200
                await anyio.sleep(0.02)

    async def film(self, render_id: str) -> dict[str, Any]:
        """The answer once the film is completed or failed."""
        return await self.until(render_id, lambda answer: answer["status"] in ("completed", "failed"))


@dataclass
class Lab:
    """Builds studios in one folder."""

    home: Path

    def studio(self, **ports: Any) -> Studio:
        ports = {"respond": append_clip, "probe": read_header, "render": write_film} | ports
        return Studio(self.home, **ports)

    @asynccontextmanager
    async def caller(self, studio: Studio | None = None) -> AsyncIterator[Caller]:
        """A client with a session of its own, in process."""
        transport = LocalTransport(self.home, studio=studio or self.studio())
        async with httpx.AsyncClient(transport=transport, base_url="http://studio.local") as http:
            caller = Caller(http)
            await caller.sign_in()
            await caller.open_session()
            yield caller


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path / "studio")


@pytest.fixture
def gate() -> threading.Event:
    """Something a fake waits for."""
    return threading.Event()


@pytest.fixture
def limits() -> Limits:
    return Limits(file_bytes=1000, files_per_upload=3)
