"""Time for a demonstration: the machine's own, so many times as fast."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import anyio


class PacedClock:
    """A clock on which `speed` seconds pass in one of the machine's."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._begun_s = time.monotonic()

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return (time.monotonic() - self._begun_s) * self._speed

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds / self._speed)

    def move_on_after(self, seconds: float) -> AbstractContextManager[anyio.CancelScope]:
        return anyio.move_on_after(seconds / self._speed)

    def ring_after(self, seconds: float, ring: Callable[[], object]) -> Callable[[], object]:
        return asyncio.get_running_loop().call_later(seconds / self._speed, ring).cancel
