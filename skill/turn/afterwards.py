"""What a chat message did, told from the draft before it and the draft now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .drafts import changes_since, look, read_draft
from .events import Status, Text
from .timeline import timeline

if TYPE_CHECKING:
    from api import StreamEnd

    from ..handlers.contract import Emit, PendingSend, TurnContext

FIRST_LOOK_S = 30
NEXT_LOOK_S = 60
LOOKS = 5
"""After a broken stream. Source: DESIGN, the backend on the wire: 30 s, then every 60 s, five unchanged = report."""


async def tell_outcome(
    ctx: TurnContext, pending: PendingSend, end: StreamEnd, emit: Emit, *, worked_on: bool = False
) -> None:
    """After a clean end: an answer speaks for itself; a silent turn is told by what changed.

    worked_on: after its words the backend went on (music, a title), so the tracks are listed as they are now.
    """
    if end.truncated:
        await emit(Text(ctx.say("truncated")))
    if end.silent:
        await tell_changes(ctx, pending, emit)
    elif worked_on:
        await _list_tracks(ctx, pending, emit)


async def _list_tracks(ctx: TurnContext, pending: PendingSend, emit: Emit) -> None:
    from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

    try:
        draft = (await look(ctx)).raw_draft
    except BackendError:
        return
    if draft and dict(draft) != dict(pending.draft_before or {}) and read_draft(draft).ready:
        await emit(timeline(read_draft(draft), ctx.say))


async def tell_changes(ctx: TurnContext, pending: PendingSend, emit: Emit) -> None:
    """For an answer without a word for the user: what changed, or that nothing did."""
    from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

    try:
        changed = await changes_since(ctx, pending.draft_before)
    except BackendError:
        await emit(Text(ctx.say("silent_unknown")))
        return
    told = ctx.say("silent_changed", changes=ctx.say.clauses(changed)) if changed else ctx.say("silent_unchanged")
    await emit(Text(told))


async def changed_anyway(ctx: TurnContext, pending: PendingSend, emit: Emit) -> None:
    """Before a failure is told: which edits of that turn are in all the same."""
    from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

    try:
        changed = await changes_since(ctx, pending.draft_before)
    except BackendError:
        return
    if changed:
        await emit(Text(ctx.say("changed_anyway", changes=ctx.say.clauses(changed))))


async def after_break(ctx: TurnContext, pending: PendingSend, emit: Emit, *, asked_again: bool = False) -> None:
    """The connection broke, or the process that held it died: find out by looking, never by sending again.

    asked_again: this is a later process's first look, so it need not wait.
    """
    await emit(Status(ctx.say("checking_earlier" if asked_again else "waiting_after_break")))
    changed: list[str] = []
    seen = False
    for round_number in range(LOOKS + 1):
        if round_number or not asked_again:
            await ctx.clock.sleep(NEXT_LOOK_S if round_number else FIRST_LOOK_S)
        found = await _look(ctx, pending)
        seen = seen or found is not None
        if found or ctx.sent_in != ctx.conversation.session_id:
            changed = found or []
            break
    if changed:
        await emit(Text(ctx.say("recovered_changed", changes=ctx.say.clauses(changed))))
        return
    raise ctx.advisor.broken_off(seen=seen)


async def _look(ctx: TurnContext, pending: PendingSend) -> list[str] | None:
    """What changed so far, None when the project cannot be seen."""
    from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

    try:
        return await changes_since(ctx, pending.draft_before)
    except BackendError:
        return None


async def tell_what_was_applied(ctx: TurnContext, emit: Emit) -> None:
    """For a turn that was stopped."""
    changed = await _look(ctx, ctx.sent) if ctx.sent else None
    if changed is None:
        await emit(Text(ctx.say("cancelled")))
    elif changed:
        await emit(Text(ctx.say("cancelled_changed", changes=ctx.say.clauses(changed))))
    else:
        await emit(Text(ctx.say("cancelled_unchanged")))
