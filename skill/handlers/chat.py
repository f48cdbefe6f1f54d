"""Chat: one billed message, its streamed answer, and the truth about what it did to the film.

A message that may have reached the backend is never sent again, except where the backend commits each id once.
Source: SKILL.md, "SSE Event Handling"; what a silent edit changed is told from two drafts.
"""

from __future__ import annotations

import anyio

from api import BackendError, BackendUnreachable, ProtocolError, SessionLost
from router import Intent

from ..turn.afterwards import after_break, changed_anyway, tell_outcome
from ..turn.drafts import look
from ..turn.listening import Listener
from ..turn.waiting import Patience, patient
from .contract import Emit, PendingSend, TurnContext

_HEARINGS = 3
"""How often the same message id may be sent to a backend that commits each id once."""


async def run(ctx: TurnContext, intent: Intent, emit: Emit) -> None:
    """Send the user's words and tell what came of them."""
    number = 3 - ctx.message_budget
    ctx.message_budget -= 1
    message_id = f"{ctx.log.turn_id}-{number}"
    repeatable = ctx.request.backend == "local"
    earlier = ctx.log.unsettled()
    if earlier is not None:
        ctx.message_budget -= earlier.message_id != message_id
        ctx.sent, ctx.sent_in = earlier, ctx.conversation.session_id
        if not repeatable:
            await after_break(ctx, earlier, emit, asked_again=True)
            return
    elif message_id in ctx.conversation.answered:
        return
    else:
        words = _words(ctx, intent)
        draft_before = await _draft_now(ctx)
        ctx.conversation.last_message = words
        _stop_if_lost(ctx)
        ctx.sent, ctx.sent_in = PendingSend(message_id, words, draft_before), ctx.conversation.session_id
        ctx.log.about_to_send(ctx.sent)
    await _converse(ctx, ctx.sent, emit, hearings=_HEARINGS if repeatable else 1)


async def _converse(ctx: TurnContext, pending: PendingSend, emit: Emit, *, hearings: int) -> None:
    listener = Listener()
    broken: BackendError | None = None
    patience = None
    for _ in range(hearings):
        listener, patience, broken = await _listen(ctx, pending, emit, Listener(told=listener.told))
        if broken is None or not _uncertain(broken):
            break
    if broken is not None and _uncertain(broken):
        await _tell_the_rest(ctx, listener, emit)
    if broken is not None and not _uncertain(broken):
        if isinstance(broken, SessionLost):
            _stop_if_lost(ctx)
        raise broken
    if broken is not None:
        await after_break(ctx, pending, emit)
    elif patience is not None and patience.over is not None:
        await _ran_out(ctx, pending, patience, emit)
    elif listener.end is not None and listener.end.error is not None:
        await changed_anyway(ctx, pending, emit)
        raise ctx.advisor.stream_failed(listener.end.code)
    elif listener.end is not None:
        await tell_outcome(ctx, pending, listener.end, emit, worked_on=listener.worked_on)


async def _listen(
    ctx: TurnContext, pending: PendingSend, emit: Emit, listener: Listener
) -> tuple[Listener, Patience, BackendError | None]:
    """Follow the answer to its end, to the end of patience, or to the break."""
    broken: BackendError | None = None
    with patient(ctx) as patience:
        try:
            async with ctx.client.send(
                pending.text, message_id=pending.message_id, may_leave=ctx.log.still_ours
            ) as events:
                async for event in events:
                    if event.kind == "tool" and event.done and not event.failed:
                        ctx.conversation.edited = True
                    if event.kind in ("text", "tool"):
                        patience.heard(ctx.clock.monotonic())
                    if (piece := listener.take(event)) is not None:
                        await emit(piece)
        except BackendError as error:
            broken = error
        except anyio.get_cancelled_exc_class():  # by the user, or by the end of our patience
            await _tell_the_rest(ctx, listener, emit)
            raise
    return listener, patience, broken


async def _tell_the_rest(ctx: TurnContext, listener: Listener, emit: Emit) -> None:
    """Before the truth about a break: what was said until then. What it asks for is offered, not done."""
    ctx.cut_off = True
    if (piece := listener.rest()) is not None:
        await emit(piece)


def _stop_if_lost(ctx: TurnContext) -> None:
    """A message about photos and edits that are gone would be billed for nothing."""
    if ctx.afresh is not None and ctx.afresh.lacks_something:
        raise ctx.advisor.project_gone(ctx.afresh.gone)


def _uncertain(error: BackendError) -> bool:
    """Whether the message may have been worked on although it was not answered."""
    unreadable = isinstance(error, BackendUnreachable | ProtocolError) or 500 <= error.code < 600
    return error.endpoint == "send" and error.reached and unreadable


async def _ran_out(ctx: TurnContext, pending: PendingSend, patience: Patience, emit: Emit) -> None:
    await changed_anyway(ctx, pending, emit)
    rules = ctx.plan.stream
    key, limit_s = ("timeout", rules.turn_timeout_s)
    if patience.over == "quiet":
        key, limit_s = ("quiet", rules.heartbeat_only_timeout_s or rules.turn_timeout_s)
    raise ctx.advisor.gave_up(key, minutes=f"{limit_s / 60:g}")


async def _draft_now(ctx: TurnContext) -> dict[str, object] | None:
    """The draft to compare with later; a project that cannot be shown yet counts as it was last seen."""
    try:
        state = await look(ctx)
    except BackendUnreachable:
        raise
    except BackendError:
        return dict(ctx.conversation.draft) if ctx.conversation.draft else None
    return dict(state.raw_draft) if state.raw_draft else None


def _words(ctx: TurnContext, intent: Intent) -> str:
    words = intent.text.strip() or ctx.request.text.strip()
    return f"{words}\n\n{ctx.order_note}" if ctx.order_note else words
