"""One render job from submission to its end, re-attached to where it already runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api import BackendError, BackendUnreachable, Render

from .events import Progress, Text
from .rows import is_final, trigger
from .wanted import Wanted

if TYPE_CHECKING:
    from ..handlers.contract import Emit, TurnContext

LONGEST_S = 3600
"""Source: DESIGN, the backend on the wire: an hour at most."""
_UNANSWERED = 5
"""How many polls in a row may go unanswered."""
_TRIES = 2
_TELLING = 0.03
"""From which share on the time that is left can be guessed."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be rendered. raw_draft: exactly as the backend gave it. extra: further keys of its `output`."""

    raw_draft: Mapping[str, Any]
    wanted: Wanted
    extra: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The same for the same film, so that one that runs already is found again."""
        body = json.dumps([self.raw_draft, self.wanted.format, dict(self.extra)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(body.encode()).hexdigest()


class RenderSlow(Exception):
    """It took longer than anyone should wait."""


class RenderFailed(Exception):
    """The backend rendered and failed, as often as it may. message: its own words."""


async def finished_render(ctx: TurnContext, job: Job, emit: Emit) -> Render:
    """The completed render of a draft; one that already runs or ran is taken up again, a failed one tried once more.

    Raises: BackendError, RenderFailed, RenderSlow.
    """
    render = await _reattached(ctx, job)
    for attempt in range(_TRIES):
        if render is None:
            if attempt:
                await emit(Progress(ctx.say("render_again"), "render"))
            render = await _submitted(ctx, job, attempt)
        if render is not None:
            render = await _followed(ctx, render, emit)
        if render is not None and render.status == "completed":
            return render
        render = None
    forget(ctx, job)
    raise RenderFailed


def delivered(ctx: TurnContext, job: Job) -> None:
    """The film is here: nothing is left to tell about its render, which stays known for the next time."""
    kept = ctx.conversation.export
    if kept and kept.get("digest") == job.digest:
        ctx.conversation.export = {**kept, "over": True}
        ctx.log.save()


def forget(ctx: TurnContext, job: Job) -> None:
    """This render is of no more use. A later turn's own stays."""
    kept = ctx.conversation.export
    if kept and kept.get("digest") == job.digest:
        ctx.conversation.export = None
        ctx.log.save()


async def give_up(ctx: TurnContext, emit: Emit) -> None:
    """After a turn was stopped: the film it was waiting for is made no further, or it is said that it may be.

    Only a studio of ours is asked to stop: no document of the family knows of such a call.
    """
    kept = ctx.conversation.export
    if not kept or kept.get("over") or kept.get("turn_id") != ctx.log.turn_id:
        return
    ctx.conversation.export = {**kept, "over": True}
    word = trigger(ctx.plan, "export", ctx.language)
    try:
        if (await ctx.client.render_status(kept["render_id"])).status in ("completed", "failed"):
            return
        if ctx.advisor.free and await ctx.client.cancel_render(kept["render_id"]):
            ctx.conversation.export = None
            await emit(Text(ctx.say("render_stopped", word=word)))
            return
    except BackendError:
        return
    key = "render_goes_on_free" if ctx.advisor.free or ctx.plan.export.free else "render_goes_on"
    await emit(Text(ctx.say(key, backend=ctx.advisor.backend_name, word=word)))


async def _reattached(ctx: TurnContext, job: Job) -> Render | None:
    """The render of exactly this draft that an earlier turn or process began, unless it failed."""
    kept = ctx.conversation.export
    if not kept or kept.get("digest") != job.digest:
        return None
    try:
        render = await ctx.client.render_status(kept["render_id"])
    except BackendUnreachable:
        raise
    except BackendError:
        return None
    if render.status == "failed":
        return None
    ctx.conversation.export = {"render_id": render.render_id, "digest": job.digest, "turn_id": ctx.log.turn_id}
    ctx.log.save()
    ctx.log.release_conversation()
    return render


async def _submitted(ctx: TurnContext, job: Job, attempt: int) -> Render | None:
    """The id is on disk before the draft leaves, so that whoever comes next finds the job. None: refused, try anew."""
    render_id = f"render_{int(ctx.clock.now() * 1000) + attempt}"
    ctx.conversation.export = {"render_id": render_id, "digest": job.digest, "turn_id": ctx.log.turn_id}
    ctx.log.save()
    extra = job.extra if attempt == 0 else {}  # a backend that does not know these keys may do without
    try:
        render = await ctx.client.start_render(
            render_id, job.raw_draft, format=job.wanted.format, quality=ctx.plan.export.quality, **extra
        )
    except BackendUnreachable as error:
        if not error.reached or attempt == _TRIES - 1:
            raise
        return None
    except BackendError as error:
        if attempt == _TRIES - 1 or is_final(ctx.plan, error.code):
            forget(ctx, job)
            raise
        return None
    ctx.log.release_conversation()
    return render


async def _followed(ctx: TurnContext, render: Render, emit: Emit) -> Render | None:
    """Poll until the end; None when the job was lost on the way."""
    rules = ctx.plan.export
    began = ctx.clock.monotonic()
    polls = unanswered = 0
    shown: tuple[str, float | None] | None = None
    while render.status not in ("completed", "failed"):
        if (render.status, render.progress) != shown:
            shown = (render.status, render.progress)
            await emit(_progress(ctx, render, ctx.clock.monotonic() - began))
        waited_s = ctx.clock.monotonic() - began
        if waited_s >= LONGEST_S or (rules.max_polls is not None and polls >= rules.max_polls):
            raise RenderSlow
        pause_s = render.retry_after_s if render.retry_after_s is not None else rules.poll_interval_s
        await ctx.clock.sleep(pause_s)
        polls += 1
        try:
            render = await ctx.client.render_status(render.render_id)
            unanswered = 0
        except BackendUnreachable:
            unanswered += 1
            if unanswered >= _UNANSWERED:
                raise
        except BackendError as error:
            if is_final(ctx.plan, error.code):
                raise
            return None
    return render


def _progress(ctx: TurnContext, render: Render, elapsed_s: float) -> Progress:
    if render.status == "pending":
        return Progress(ctx.say("render_waiting"), "render", render.progress)
    share = render.progress
    known = share is not None and share >= _TELLING and elapsed_s > 0
    left_s = round(elapsed_s * (1 - share) / share, 1) if known and share else None
    return Progress(ctx.say("rendering"), "render", share, left_s)
