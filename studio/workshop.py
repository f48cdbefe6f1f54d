"""One open studio: its store, its render jobs and the ports to its agent and its renderer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from anyio import to_thread

from api import SystemClock

from .jobs import RenderJobs
from .records import Session
from .refusals import BAD_TOKEN, NO_SESSION, Refusal, bearer
from .renders import RenderQueue
from .store import PARTS, Store

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from anyio.abc import TaskGroup
    from starlette.requests import Request

    from api import Clock, Draft

    from .model import Answer, Brief, Media, Rendered, RenderOptions


class RenderFilm(Protocol):
    """Draft → film; studio.render.render_film."""

    def __call__(
        self,
        draft: Draft,
        media: Mapping[str, Path],
        out: Path,
        options: RenderOptions,
        *,
        on_progress: Callable[[int, int], None] | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> Rendered: ...


class Respond(Protocol):
    """Request → edited draft and reply; studio.agent.respond."""

    def __call__(self, brief: Brief) -> Answer: ...


class Probe(Protocol):
    """File → what it is; studio.render.probe. Raises UnsupportedMedia."""

    def __call__(self, path: Path, name: str) -> Media: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may bring. private_urls: whether media may be fetched from this machine's own networks."""

    file_bytes: int = 1 << 30
    files_per_upload: int = 200
    json_bytes: int = 8 << 20
    fetch_s: float = 120
    private_urls: bool = False


class Studio:
    """The embedded backend in one folder. Constructing it touches nothing; the store is made on first use."""

    def __init__(
        self,
        home: Path,
        *,
        clock: Clock | None = None,
        render: RenderFilm | None = None,
        respond: Respond | None = None,
        probe: Probe | None = None,
        limits: Limits | None = None,
        executor: Executor | None = None,
    ) -> None:
        """executor: where films' parts are drawn; None = processes of this machine."""
        self.home = home
        self.clock: Clock = clock or SystemClock()
        self.limits = limits or Limits()
        self.store = Store(home)
        self._render = render
        self._respond = respond
        self._probe = probe
        self._executor = executor

    @cached_property
    def queue(self) -> RenderQueue:
        return RenderQueue(self.store)

    @cached_property
    def jobs(self) -> RenderJobs:
        return RenderJobs(self.queue, self.store, self.renderer, self.home, self.clock)

    @property
    def respond(self) -> Respond:
        if self._respond is None:
            from .agent import respond  # noqa: PLC0415 - the agent's wording data loads with the first message only

            self._respond = respond
        return self._respond

    @property
    def probe(self) -> Probe:
        if self._probe is None:
            from .render import probe  # noqa: PLC0415 - decoders load with the first upload only

            self._probe = probe
        return self._probe

    def renderer(self, session_id: str) -> RenderFilm:
        """What makes a session's films: the port this studio was given, else the engine.

        The engine keeps finished parts in a folder of the session, so that an export after a small edit is quick and
        a project that is forgotten takes them along.
        """
        if self._render is not None:
            return self._render
        from .render import render_film  # noqa: PLC0415 - the engine loads with the first export only

        return partial(render_film, cache=self.home / PARTS / session_id, executor=self._executor)

    def start(self, tasks: TaskGroup) -> None:
        """Let render jobs run in `tasks` until `stop`."""
        self.jobs.start(tasks)

    def stop(self) -> None:
        """Ask a running render to stop; its lease is given back, so that the next process resumes it."""
        self.jobs.stop()

    def close(self) -> None:
        """Let go of the files, after the tasks have ended."""
        self.store.close()

    def media_paths(self, session_id: str) -> dict[str, Path]:
        """The file of each media of a session, by its id. Blocks: call it from a worker thread."""
        return {item.media.id: self.media_path(item.file) for item in self.store.media_of(session_id)}

    def media_path(self, file: str) -> Path:
        """Where a stored media lies."""
        return self.home / "media" / file

    async def client(self, request: Request) -> str:
        """Whose request this is. Raises Refusal 1001."""
        client = await to_thread.run_sync(self.store.client_of, bearer(request), self.clock.now())
        if client is None:
            raise Refusal(BAD_TOKEN, "This token is unknown here or has expired.")
        return client

    async def session(self, request: Request, session_id: str) -> Session:
        """The caller's own session. Raises Refusal 1001, 1002."""
        client = await self.client(request)
        session = await to_thread.run_sync(self.store.session, session_id, client)
        if session is None:
            raise no_session()
        return session


def no_session() -> Refusal:
    """The refusal for a session that is not the caller's, or not there."""
    return Refusal(NO_SESSION, "This session is not known here.")


def studio_of(request: Request) -> Studio:
    """The studio that serves a request."""
    studio = request.app.state.studio
    if not isinstance(studio, Studio):
        raise TypeError("the application was built without a studio")
    return studio
