"""Export: the latest draft becomes a film on this machine, or it is said plainly that it did not.

Source: SKILL.md, "Export": free; submit, poll, download; one more try with a new id.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from api import BackendError, Render
from router import Intent

from ..turn.drafts import look, read_draft
from ..turn.events import FileReady, Progress, Text
from ..turn.filming import film_name, place
from ..turn.media import media_type
from ..turn.rendering import LONGEST_S, Job, RenderFailed, finished_render
from ..turn.rows import trigger
from ..turn.wanted import wanted
from .contract import Emit, TurnContext


async def run(ctx: TurnContext, intent: Intent, emit: Emit) -> None:
    """Render the film and bring it to the request's output folder."""
    state = await look(ctx)
    draft = read_draft(state.raw_draft)
    if state.raw_draft is None or not draft.ready:
        raise ctx.advisor.stopped("no_draft", advice="no_draft")
    folder = _writable(ctx)
    asked = wanted(intent.text, ctx.plan.export.format)
    try:
        render = await finished_render(ctx, Job(state.raw_draft, asked, asked.output(draft)), emit)
    except RenderFailed:
        raise ctx.advisor.stopped("render_failed", advice="render_failed", retryable=True) from None
    except TimeoutError:
        word = trigger(ctx.plan, "status", ctx.language)
        raise ctx.advisor.stopped(
            "render_slow", advice="render_slow", retryable=True, minutes=f"{LONGEST_S / 60:g}", word=word
        ) from None
    name = film_name(draft, ctx.plan.identity.name)
    await _deliver(ctx, render, folder / f"{name}.{asked.format}", emit)


async def _deliver(ctx: TurnContext, render: Render, wish: Path, emit: Emit) -> None:
    """Download beside its place, then give it its name; what fails half-way leaves nothing behind."""
    await emit(Progress(ctx.say("downloading"), "download"))
    hidden = wish.with_name(f".{render.render_id}-{ctx.log.turn_id}{wish.suffix}")
    try:
        film = await _downloaded(ctx, render, hidden)
        path = place(hidden, wish)
    except OSError as error:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise ctx.advisor.stopped("output", advice="output", folder=wish.parent) from error
    url = render.url if ctx.request.backend != "local" and (render.url or "").startswith("https://") else None
    await emit(FileReady(str(path), url, film, media_type(wish.suffix.lstrip("."))))
    await emit(Text(ctx.say("delivered", path=path)))


async def _downloaded(ctx: TurnContext, render: Render, target: Path) -> int:
    """The film's size in bytes. The backend's own download call stands in for an address that fails."""
    if render.url:
        try:
            return (await ctx.client.download(render.url, render.render_id, target)).bytes
        except BackendError:
            pass
    return (await ctx.client.download(None, render.render_id, target)).bytes


def _writable(ctx: TurnContext) -> Path:
    """The output folder, made if need be. Found out before the render, not after it."""
    folder = ctx.request.output_dir.absolute()
    probe = folder / f".skillturn-{ctx.log.turn_id}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ctx.advisor.stopped("output", advice="output", folder=folder) from error
    return folder
