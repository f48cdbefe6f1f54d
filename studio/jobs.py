"""Runs render jobs: whoever has the studio open works on the films that were asked of it, one at a time.

A job's truth is its row. This process renews the lease while a thread renders, notes progress now and then, and
gives the lease back when the studio closes, so that the next process resumes.
"""

from __future__ import annotations

import logging
import os
import secrets
import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from .disk import keep_within
from .model import RenderOptions
from .renders import CANCELLED, LEASE_S, Lease, RenderQueue
from .store import PARTS, Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskGroup

    from api import Clock

    from .workshop import RenderFilm

_log = logging.getLogger(__name__)  # the standard logger stays off stdout even where no host configured one

REPORT_EVERY_S = 0.25
RETRY_CLAIM_S = 0.5
_PARTS_BYTES = 2 << 30  # of finished parts, all projects together


@dataclass(slots=True)
class _Watch:
    """Why a render should stop, shared with its thread."""

    stop: threading.Event = field(default_factory=threading.Event)
    cancelled: bool = False


class RenderJobs:
    """The worker of one open studio."""

    def __init__(
        self, queue: RenderQueue, store: Store, renderer: Callable[[str], RenderFilm], home: Path, clock: Clock
    ) -> None:
        """renderer: what makes the films of a session, by its id."""
        self._queue = queue
        self._store = store
        self._renderer = renderer
        self._home = home
        self._clock = clock
        self._owner = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._wanted: set[str] = set()
        self._stopping = threading.Event()
        self._wake = anyio.Event()

    def start(self, tasks: TaskGroup) -> None:
        """Begin to serve; nothing is touched until a film is wanted."""
        self._stopping.clear()
        tasks.start_soon(self._serve)

    def stop(self) -> None:
        """Stop serving; a running render ends at its next look at `stopped`."""
        self._stopping.set()
        self._wake.set()

    def want(self, job_id: str) -> None:
        """Make, or resume, this film as soon as the machine's slot is free."""
        self._wanted.add(job_id)
        self._wake.set()

    async def _serve(self) -> None:
        while not self._stopping.is_set():
            self._wake = anyio.Event()
            if not self._wanted:
                await self._wake.wait()
                continue
            lease = await self._claim()
            if lease is not None:
                await self._work(lease)
            elif self._wanted:
                with self._clock.move_on_after(RETRY_CLAIM_S):
                    await self._wake.wait()

    async def _claim(self) -> Lease | None:
        wanted = frozenset(self._wanted)
        try:
            lease = await to_thread.run_sync(self._queue.claim, wanted, self._owner, self._clock.now())
            if lease is None:
                self._wanted -= wanted - await to_thread.run_sync(self._queue.still_open, wanted)
        except (sqlite3.Error, OSError):
            _log.exception("render_claim_failed")
            return None
        return lease

    async def _work(self, lease: Lease) -> None:
        watch = _Watch()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._keep, lease, watch)
            try:
                await to_thread.run_sync(self._film, lease, watch)
            except sqlite3.Error:
                _log.exception("render_not_settled")  # the lease runs out by itself, and the job is resumed
            finally:
                watch.stop.set()
                tasks.cancel_scope.cancel()

    async def _keep(self, lease: Lease, watch: _Watch) -> None:
        """Renew the lease until told otherwise."""
        while True:
            await self._clock.sleep(LEASE_S / 5)
            try:
                standing = await to_thread.run_sync(self._queue.renew, lease, self._clock.now())
            except sqlite3.Error:
                _log.exception("render_lease_not_renewed")  # a busy or full disk: the lease has time for more tries
                continue
            if standing != "held":
                watch.cancelled = standing == "cancelled"
                watch.stop.set()
                return

    def _film(self, lease: Lease, watch: _Watch) -> None:
        """Render in this thread and settle the job's row."""
        from .render.errors import RenderError, RenderStopped  # noqa: PLC0415 - the engine loads with the first film

        job = lease.job
        folder = self._home / "renders"
        options = RenderOptions(**job.output)
        # the epoch keeps a predecessor that does not know yet that it lost the lease out of our file
        unfinished = folder / f".{job.id}.{lease.epoch}.{options.format}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._render_to(unfinished, options, lease, watch)
            self._queue.finish(lease, unfinished, folder / f"{job.id}.{options.format}")
        except RenderStopped:
            if watch.cancelled:
                self._queue.fail(lease, CANCELLED)
            else:
                self._queue.release(lease)
        except RenderError as exc:
            self._queue.fail(lease, str(exc))
        except Exception as exc:  # the thread's entry point: whatever went wrong belongs in the job's row
            _log.exception("render_crashed", extra={"render_id": job.id})
            self._queue.fail(lease, f"The film could not be made ({type(exc).__name__}).")
        finally:
            unfinished.unlink(missing_ok=True)

    def _render_to(self, unfinished: Path, options: RenderOptions, lease: Lease, watch: _Watch) -> None:
        from api import Draft  # noqa: PLC0415 - pydantic loads with the first film only

        for left in unfinished.parent.glob(f".{lease.job.id}.*"):
            left.unlink(missing_ok=True)
        media = self._store.media_of(lease.job.session)
        self._renderer(lease.job.session)(
            Draft.model_validate_json(lease.job.draft),
            {item.media.id: self._home / "media" / item.file for item in media},
            unfinished,
            options,
            on_progress=_Reporter(self._queue, lease, self._clock),
            stopped=lambda: watch.stop.is_set() or self._stopping.is_set(),
        )
        unfinished.chmod(0o600)
        keep_within((self._home / PARTS).rglob("*"), _PARTS_BYTES)


class _Reporter:
    """Writes a render's progress into its row, no more often than anyone looks."""

    def __init__(self, queue: RenderQueue, lease: Lease, clock: Clock) -> None:
        self._queue = queue
        self._lease = lease
        self._clock = clock
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        if self._clock.monotonic() < self._next:
            return
        self._next = self._clock.monotonic() + REPORT_EVERY_S
        try:
            self._queue.report(self._lease, done / total if total else 0.0)
        except sqlite3.OperationalError:
            _log.warning("render_progress_not_written")  # a busy store must not cost the film
