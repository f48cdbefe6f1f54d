"""Credits: one question to the backend, one sentence for the user. Source: SKILL.md, routing table, "credits"."""

from __future__ import annotations

from router import Intent

from ..turn.events import BalanceShown
from .contract import Emit, TurnContext


async def run(ctx: TurnContext, intent: Intent, emit: Emit) -> None:
    """Show the balance; a backend that counts no credits (the embedded studio) is free, and said to be."""
    del intent
    balance = await ctx.client.balance()
    available = balance.available if balance.available is not None else balance.total
    ctx.conversation.free = available is None
    if available is None:
        text = ctx.say("balance_free")
    else:
        frozen = ctx.say("balance_frozen", frozen=f"{balance.frozen:g}") if balance.frozen else ""
        text = ctx.say("balance", available=f"{available:g}", frozen=frozen)
    await emit(BalanceShown(balance.available, balance.frozen, balance.total, text))
