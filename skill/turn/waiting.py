"""Beside a silent stream: "still working" every two minutes, and the limit of patience."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from math import inf
from typing import Literal

import anyio

from ..handlers.contract import Emit, TurnContext
from .events import Progress

REPORT_S = 1.0


class Patience:
    """What ran out, if anything: the turn's time, or the backend's silence. heard(): something real arrived.

    One alarm stands for both, and for what is said meanwhile: a task for each would be the larger part of a turn that
    waits. failure: why nothing could be said any more.
    """

    def __init__(self, ctx: TurnContext, limit: anyio.CancelScope) -> None:
        self.over: Literal["turn", "quiet"] | None = None
        self.failure: Exception | None = None
        self._ctx = ctx
        self._limit = limit
        self._heard = ctx.clock.monotonic()
        self._say_at = self._heard + ctx.plan.stream.still_working_s
        self._ring()

    def heard(self, now: float) -> None:
        self._heard = now

    def _ring(self) -> None:
        now = self._ctx.clock.monotonic()
        self._look(now)
        if self.over is None and self.failure is None:
            self.end = self._ctx.clock.ring_after(min(self._say_at, self._quiet_at()) - now, self._ring)

    def _quiet_at(self) -> float:
        return self._heard + (self._ctx.plan.stream.heartbeat_only_timeout_s or inf)

    def _look(self, now: float) -> None:
        rules = self._ctx.plan.stream
        if now >= self._quiet_at():
            self.over = "quiet"
            self._limit.cancel()
        elif now >= self._say_at:
            self._say_at = now + rules.still_working_s
            try:
                text = self._ctx.say("still_working", document=rules.still_working_text)
                self._ctx.log.append(Progress(text, "working"))
            except Exception as error:  # the event loop calls us, and has no use for it: the turn is told
                self.failure = error
                self._limit.cancel()


@contextmanager
def patient(ctx: TurnContext) -> Iterator[Patience]:
    """Bound what runs inside by the plan's limits, and say now and then that it goes on, even when no byte arrives.

    Source: SKILL.md, "SSE Event Handling". Raises what the log raises.
    """
    with ctx.clock.move_on_after(ctx.plan.stream.turn_timeout_s) as limit:
        patience = Patience(ctx, limit)
        try:
            yield patience
        finally:
            patience.end()
    if patience.failure is not None:
        raise patience.failure
    if limit.cancelled_caught and patience.over is None:
        patience.over = "turn"


@asynccontextmanager
async def alone() -> AsyncIterator[None]:
    """An exception that leaves a task group leaves it as itself, the first of them, not as a group."""
    try:
        yield
    except ExceptionGroup as group:
        first: Exception = group
        while isinstance(first, ExceptionGroup):
            first = first.exceptions[0]
        raise first from group


@asynccontextmanager
async def reporting(ctx: TurnContext, emit: Emit, now: Callable[[], Progress]) -> AsyncIterator[None]:
    """Tell every second how far the work inside is, as often as it got further."""

    async def report(shown: Progress) -> None:
        while True:
            await ctx.clock.sleep(REPORT_S)
            if (progress := now()) != shown:
                shown = progress
                await emit(progress)

    async with alone(), anyio.create_task_group() as beside:
        beside.start_soon(report, now())
        yield
        beside.cancel_scope.cancel()
