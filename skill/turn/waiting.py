"""Beside a silent stream: "still working" every two minutes, and the limit of patience."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

import anyio

from ..handlers.contract import Emit, TurnContext
from .events import Progress

REPORT_S = 1.0


class Patience:
    """What ran out, if anything: the turn's time, or the backend's silence. heard(): something real arrived."""

    def __init__(self, now: float) -> None:
        self.over: Literal["turn", "quiet"] | None = None
        self.last_heard = now

    def heard(self, now: float) -> None:
        self.last_heard = now


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
async def patient(ctx: TurnContext, emit: Emit) -> AsyncIterator[Patience]:
    """Bound what runs inside by the plan's limits, and say now and then that it goes on, even when no byte arrives.

    Source: SKILL.md, "SSE Event Handling".
    """
    rules = ctx.plan.stream
    patience = Patience(ctx.clock.monotonic())
    async with alone(), anyio.create_task_group() as beside:
        with ctx.clock.move_on_after(rules.turn_timeout_s) as limit:
            beside.start_soon(_say_it_goes_on, ctx, emit, rules.still_working_s)
            if rules.heartbeat_only_timeout_s is not None:
                beside.start_soon(_watch_silence, ctx, patience, rules.heartbeat_only_timeout_s, limit)
            yield patience
        if limit.cancelled_caught and patience.over is None:
            patience.over = "turn"
        beside.cancel_scope.cancel()


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


async def _say_it_goes_on(ctx: TurnContext, emit: Emit, every_s: float) -> None:
    text = ctx.say("still_working", document=ctx.plan.stream.still_working_text)
    while True:
        await ctx.clock.sleep(every_s)
        await emit(Progress(text, "working"))


async def _watch_silence(ctx: TurnContext, patience: Patience, limit_s: float, limit: anyio.CancelScope) -> None:
    while True:
        left_s = patience.last_heard + limit_s - ctx.clock.monotonic()
        if left_s <= 0:
            patience.over = "quiet"
            limit.cancel()
            return
        await ctx.clock.sleep(left_s)
