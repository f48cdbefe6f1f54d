"""How a conversation begins, and how it begins again: sign-in, a project, one word that all is ready."""

from __future__ import annotations

import re
from typing import Any

from router import detect_language, fold

from ..handlers.contract import Conversation, Emit, TurnContext
from .events import Status, Text, TurnRequest
from .say import FALLBACK, words

_FEW_LETTERS = 4
_PLAIN_WORD = re.compile(r"(?<![\w./:@-])[a-z]{2,}(?![\w/:@]|[.-]\w)")


def spoken_language(request: TurnRequest, conversation: Conversation) -> str:
    """The primary tag of the newest words where they tell it; else the language of the conversation.

    Words said alike everywhere ("ok", "vlog") tell nothing, nor does the "status" that hosts send on their own.
    """
    before = conversation.language or FALLBACK
    if not request.text.strip():
        return before
    detected = detect_language(request.text)
    if detected != FALLBACK or before == FALLBACK or _is_english(request.text):
        return detected
    return before


def _is_english(text: str) -> bool:
    """Whether words that no other language claims are words at all, not sizes, names of files or loan-words."""
    said = fold(text)
    for loan in words("everywhere"):
        said = re.sub(rf"(?<!\w){re.escape(loan)}(?!\w)", " ", said)
    return sum(map(len, _PLAIN_WORD.findall(said))) >= _FEW_LETTERS


async def begin(ctx: TurnContext, emit: Emit) -> None:
    """Connect before anything else. On first contact say that all is ready and who answers.

    Source: SKILL.md, "Automatic Setup".
    """
    conversation = ctx.conversation
    conversation.language = ctx.language
    if conversation.backend and conversation.backend != ctx.request.backend:
        await _switch(ctx, emit)
    conversation.backend = ctx.request.backend
    conversation.free = conversation.free or conversation.backend == "local"
    if conversation.session_id:
        await ctx.client.sign_in()
        if conversation.lost:
            from .afresh import go_on_afresh  # noqa: PLC0415 - only where a project was lost

            await go_on_afresh(ctx, emit)
        return
    await emit(Status(ctx.say("setting_up", document=ctx.plan.setup_text or "Setting things up...")))
    signed_in = await ctx.client.sign_in()
    conversation.free = conversation.free or signed_in.unlimited
    await new_session(ctx)
    if not conversation.greeted:
        await emit(Text(_ready(ctx, signed_in.credits) + await _browser_link(ctx)))
        conversation.greeted = True
        ctx.log.save()


async def new_session(ctx: TurnContext, lost: dict[str, Any] | None = None) -> None:
    """Open a fresh project; what belonged to the one before is forgotten, but for what is `lost` with it."""
    rule = ctx.plan.api.language
    language = None if rule == "absent" else rule.removeprefix("fixed:") if rule != "detected" else ctx.language
    session = await ctx.client.create_session(task_name=ctx.plan.api.task_name, language=language)
    conversation = ctx.conversation
    _forget_project(conversation)
    conversation.lost = lost
    conversation.session_id = session.session_id
    conversation.task_id = session.task_id
    conversation.bind_id = session.bind_id
    ctx.log.save()


async def _switch(ctx: TurnContext, emit: Emit) -> None:
    """Another backend knows nothing of the project."""
    had_project = bool(ctx.conversation.session_id)
    ctx.conversation.free = False
    ctx.conversation.places, ctx.conversation.lost = {}, None
    _forget_project(ctx.conversation)
    ctx.client.session = None
    if had_project:
        await emit(Text(ctx.say("switched", backend=ctx.advisor.backend_name)))


def _forget_project(conversation: Conversation) -> None:
    conversation.session_id = conversation.task_id = conversation.bind_id = ""
    conversation.uploaded = {}
    conversation.draft = None
    conversation.edited = False
    conversation.export = None
    conversation.cloud_notice_given = False


async def _browser_link(ctx: TurnContext) -> str:
    """Where the project can be opened in a browser, where the document knows such links."""
    if "api.endpoints.claim_token" not in ctx.plan.said or ctx.request.backend == "local":
        return ""
    from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

    try:
        token = await ctx.client.claim_link_token()
    except BackendError:
        return ""
    return ctx.say("browser_link", link=ctx.advisor.claim_link(token)) if token else ""


def _ready(ctx: TurnContext, credits: float | None) -> str:
    if ctx.request.backend == "local":
        return ctx.say("ready_local")
    if ctx.advisor.here:
        return ctx.say("ready_here", backend=ctx.advisor.backend_name)
    granted = ctx.say("ready_credits", credits=f"{credits:g}") if credits else ""
    return ctx.say("ready_cloud", backend=ctx.advisor.backend_name, credits=granted)
