"""Drafts as the turn sees them: read from the wire however odd, fetched, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api import Draft, SessionLost

from .changes import changes

if TYPE_CHECKING:
    from api import State

    from ..handlers.contract import TurnContext


def read_draft(raw: Mapping[str, Any] | None) -> Draft:
    """The draft behind its short keys, whoever wrote it; None is an empty draft."""
    return Draft.from_wire(raw or {})


async def look(ctx: TurnContext) -> State:
    """The project as it stands; what it tells about the account is remembered."""
    state = await ctx.client.latest_state()
    ctx.conversation.bind_id = state.bind_id or ctx.conversation.bind_id
    ctx.conversation.draft = state.raw_draft
    return state


async def changes_since(ctx: TurnContext, before: Mapping[str, Any] | None) -> list[str]:
    """What is different now, as clauses; [] when nothing is.

    Raises BackendError when the project cannot be seen, SessionLost when another one stands in its place.
    """
    state = await look(ctx)
    if ctx.sent_in and ctx.sent_in != ctx.conversation.session_id:
        raise SessionLost(1002, "state", "another project by now")
    if dict(before or {}) == dict(state.raw_draft or {}):
        return []
    return changes(read_draft(before), read_draft(state.raw_draft), ctx.say)
