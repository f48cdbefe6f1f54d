"""Time as a port: every wait and every deadline of the runtime goes through a Clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import anyio


class Clock(Protocol):
    """What the runtime knows of time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for measuring waits."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def move_on_after(self, seconds: float) -> AbstractContextManager[anyio.CancelScope]:
        """A cancel scope that gives up after `seconds`; its `cancelled_caught` tells whether it did."""
        ...

    def ring_after(self, seconds: float, ring: Callable[[], object]) -> Callable[[], object]:
        """Call `ring` then, between the steps of the event loop's tasks. Returns what calls it off."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    def move_on_after(self, seconds: float) -> AbstractContextManager[anyio.CancelScope]:
        return anyio.move_on_after(seconds)

    def ring_after(self, seconds: float, ring: Callable[[], object]) -> Callable[[], object]:
        import asyncio  # noqa: PLC0415  # only what waits needs it

        return asyncio.get_running_loop().call_later(seconds, ring).cancel
