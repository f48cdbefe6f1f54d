"""Export: the latest draft becomes a film on this machine, or it is said plainly that it did not.

Source: SKILL.md, "Export": free; submit, poll, download; one more try with a new id.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from api import BackendError, BackendUnreachable, Render
from router import Intent

from ..turn.drafts import look, read_draft
from ..turn.events import FileReady, Progress, Text
from ..turn.filming import film_name, place
from ..turn.media import media_type
from ..turn.rendering import LONGEST_S, Job, RenderFailed, RenderSlow, delivered, finished_render, forget
from ..turn.rows import is_final, trigger
from ..turn.waiting import reporting
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
    job = Job(state.raw_draft, asked, asked.output(draft))
    try:
        render = await finished_render(ctx, job, emit)
    except RenderFailed:
        raise ctx.advisor.stopped("render_failed", advice="render_failed", retryable=True) from None
    except RenderSlow:
        word = trigger(ctx.plan, "status", ctx.language)
        raise ctx.advisor.stopped(
            "render_slow", advice="render_slow", retryable=True, minutes=f"{LONGEST_S / 60:g}", word=word
        ) from None
    name = film_name(draft, ctx.plan.identity.name)
    try:
        await _deliver(ctx, render, folder / f"{name}.{asked.format}", emit)
    except BackendError as error:
        if is_final(ctx.plan, error.code):
            raise
        away = isinstance(error, BackendUnreachable)  # the film itself is there, as the next turn will find
        if not away:
            forget(ctx, job)
        word = trigger(ctx.plan, "export", ctx.language)
        code = "network" if away else "download"
        raise ctx.advisor.stopped("download", advice="download", retryable=True, code=code, word=word) from None
    delivered(ctx, job)


async def _deliver(ctx: TurnContext, render: Render, wish: Path, emit: Emit) -> None:
    """Download beside its place, then give it its name; what fails half-way leaves nothing behind."""
    hidden = wish.with_name(f".{render.render_id}-{ctx.log.turn_id}{wish.suffix}")
    try:
        size_bytes = await _download(ctx, render, hidden, emit)
        path = place(hidden, wish)
    except OSError as error:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise ctx.advisor.stopped("output", advice="output", folder=wish.parent) from error
    told = ctx.request.backend != "local" and (render.url or "").startswith("https://")
    url = ctx.client.shareable(render.url) if told and render.url else None
    await emit(FileReady(str(path), url, size_bytes, media_type(wish.suffix.lstrip("."))))
    await emit(Text(ctx.say("delivered", path=path)))


async def _download(ctx: TurnContext, render: Render, target: Path, emit: Emit) -> int:
    """The film's size in bytes. The backend's own download call stands in for an address that fails."""
    done = [0, 0]

    def on_bytes(received: int, total: int) -> None:
        done[:] = received, total

    def progress() -> Progress:
        return Progress(ctx.say("downloading"), "download", min(1.0, done[0] / done[1]) if done[1] else None)

    await emit(progress())
    failure: BackendError | None = None
    async with reporting(ctx, emit, progress):
        for url in dict.fromkeys((render.url, None)):
            try:
                return (await ctx.client.download(url, render.render_id, target, on_bytes=on_bytes)).bytes
            except BackendError as error:
                failure = error
    assert failure is not None, "there is always the backend's own call"
    raise failure


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
