"""Time for tests and transcripts: it jumps where the machine's would wait."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import anyio
import anyio.lowlevel
import anyio.to_thread

if TYPE_CHECKING:
    from types import TracebackType

    from anyio.abc import TaskGroup


@dataclass(slots=True, order=True)
class _Alarm:
    due: float
    number: int
    ring: Callable[[], object] = field(compare=False)
    off: bool = field(default=False, compare=False)


class VirtualClock:
    """A clock that jumps to the next alarm whenever every task waits and no worker thread is busy.

    Use as an async context manager around the code under test; hours pass in milliseconds. Waiting for a real
    socket looks like idling, so it suits code whose network is scripted. epoch: what now() says at the beginning.
    """

    def __init__(self, *, epoch: float = 1_800_000_000) -> None:
        self._epoch = epoch
        self._elapsed = 0.0
        self._alarms: list[_Alarm] = []
        self._count = 0
        self._set = anyio.Event()
        self._driver: TaskGroup | None = None

    def now(self) -> float:
        return self._epoch + self._elapsed

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await anyio.lowlevel.checkpoint()
            return
        woken = anyio.Event()
        alarm = self._alarm(seconds, woken.set)
        try:
            await woken.wait()
        finally:
            alarm.off = True

    @contextmanager
    def move_on_after(self, seconds: float) -> Iterator[anyio.CancelScope]:
        with anyio.CancelScope() as scope:
            alarm = self._alarm(seconds, scope.cancel)
            try:
                yield scope
            finally:
                alarm.off = True

    def ring_after(self, seconds: float, ring: Callable[[], object]) -> Callable[[], object]:
        alarm = self._alarm(seconds, ring)

        def call_off() -> None:
            alarm.off = True

        return call_off

    async def __aenter__(self) -> Self:
        self._driver = anyio.create_task_group()
        await self._driver.__aenter__()
        self._driver.start_soon(self._drive, name="virtual time")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        assert self._driver is not None  # __aexit__ without __aenter__ cannot be written by accident
        self._driver.cancel_scope.cancel()
        if isinstance(exc, Exception):  # comes out as itself, not in a group: the driver has no errors of its own
            await self._driver.__aexit__(None, None, None)
            return None
        return await self._driver.__aexit__(kind, exc, traceback)

    def _alarm(self, seconds: float, ring: Callable[[], object]) -> _Alarm:
        self._count += 1
        alarm = _Alarm(self._elapsed + max(0.0, seconds), self._count, ring)
        heapq.heappush(self._alarms, alarm)
        self._set.set()
        return alarm

    async def _quiet(self) -> None:
        """Return once nothing moves any more."""
        await _all_settled()

    async def _drive(self) -> None:
        while True:
            await self._set.wait()
            await self._quiet()
            while self._alarms and self._alarms[0].off:
                heapq.heappop(self._alarms)
            if not self._alarms:
                self._set = anyio.Event()
                continue
            alarm = heapq.heappop(self._alarms)
            self._elapsed = max(self._elapsed, alarm.due)
            alarm.ring()


async def _all_settled() -> None:
    """Return once every other task waits for something and no worker thread is at work for one of them."""
    while True:
        for _ in range(10):  # the cheap way first: looking at every task costs a real tenth of a second when one moves
            await anyio.lowlevel.checkpoint()
        if not anyio.to_thread.current_default_thread_limiter().borrowed_tokens:
            await anyio.wait_all_tasks_blocked()
            if not anyio.to_thread.current_default_thread_limiter().borrowed_tokens:
                return
        await anyio.sleep(0.001)
