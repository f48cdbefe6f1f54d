"""An action only its document knows, and nothing here can run: said plainly, with what can be done instead."""

from __future__ import annotations

from router import Intent

from ..turn.events import Offer
from .contract import Emit, TurnContext


async def run(ctx: TurnContext, intent: Intent, emit: Emit) -> None:
    """Offer the chat in its place."""
    label = intent.row.label or intent.text
    await emit(Offer("chat", ctx.say("offer_chat")))
    raise ctx.advisor.stopped("unsupported", advice="unsupported", label=label)
