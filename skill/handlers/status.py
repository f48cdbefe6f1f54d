"""Status: the tracks in the document's format, and how a running export is doing."""

from __future__ import annotations

from typing import Any

from api import BackendError, SessionLost, TokenExpired
from router import Intent

from ..turn.drafts import look, read_draft
from ..turn.events import Text
from ..turn.rows import example, trigger
from ..turn.timeline import timeline
from .contract import Emit, TurnContext


async def run(ctx: TurnContext, intent: Intent, emit: Emit) -> None:
    """Show what is in the film now."""
    del intent
    if ctx.conversation.export and not ctx.conversation.export.get("over"):
        await emit(Text(await _export_progress(ctx, ctx.conversation.export)))
    draft = read_draft((await look(ctx)).raw_draft)
    if draft.ready:
        await emit(timeline(draft, ctx.say))
        return
    lost = (ctx.conversation.lost or {}).get("media", {})
    names = list(dict.fromkeys([*lost.values(), *ctx.conversation.uploaded.values()]))
    if names:
        await emit(Text(ctx.say("files_only", count=len(names), names=ctx.say.listed(names))))
        return
    await emit(Text(ctx.say("nothing_yet", example=example(ctx.plan, ctx.say, ctx.language))))


async def _export_progress(ctx: TurnContext, export: dict[str, Any]) -> str:
    word = trigger(ctx.plan, "export", ctx.language)
    try:
        render = await ctx.client.render_status(export["render_id"])
    except (TokenExpired, SessionLost):
        raise
    except BackendError:
        return ctx.say("export_unknown")
    if render.status == "completed":
        return ctx.say("export_done", word=word)
    if render.status == "failed":
        return ctx.say("export_failed", word=word)
    if render.progress is None:
        return ctx.say("export_waiting")
    return ctx.say("export_running", percent=f"{render.progress * 100:.0f}")
