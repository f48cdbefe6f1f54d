"""Upload: everything checked before a byte is sent, all bad files named at once, the good ones brought in.

Paths come from the user's turn alone; nothing a backend says can name a local file.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import anyio

from api import BackendError, BackendUnreachable, FileRefused, Uploaded
from router import Intent

from ..turn.events import Problem, Progress, Text
from ..turn.media import BadFile, MediaFile, examine, for_backend
from ..turn.problems import ActionStopped, bad_files
from ..turn.rows import example
from ..turn.waiting import alone, reporting
from .contract import Emit, TurnContext

_AT_ONCE = 4
_PAUSE_S = 2
_LINK = re.compile(r"https?://[^\s<>\"'，。；、（）【】《》「」]+", re.I)


@dataclass(slots=True)
class _Batch:
    """What became of the turn's media.

    twice: names of files whose bytes came before in the same turn. arrived: names in the order in which the backend
    got them. projects: the session each of them is in. places: digest -> where the user's own file is.
    """

    new: list[MediaFile] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    bad: list[BadFile] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    projects: dict[str, str] = field(default_factory=dict)
    errors: list[BackendError] = field(default_factory=list)
    sent_bytes: dict[str, int] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    @property
    def total_bytes(self) -> int:
        return sum(file.bytes for file in self.new) or 1


async def run(ctx: TurnContext, intent: Intent, emit: Emit) -> None:
    """Bring the user's files and links into the project."""
    links = list(ctx.request.urls) or _links(intent.text)
    if not ctx.request.files and not links:
        await emit(Text(ctx.say("how_to_upload")))
        ctx.asks = True
        return
    batch = _Batch()
    with TemporaryDirectory(prefix="skillturn-") as folder:
        await _check(ctx, batch, Path(folder))
        await _tell_where_it_goes(ctx, batch, links, emit)
        await _send_all(ctx, batch, emit)
    await _send_links(ctx, batch, links)
    _remember_places(ctx, batch)
    await _report(ctx, batch, emit)


async def _check(ctx: TurnContext, batch: _Batch, folder: Path) -> None:
    """Sort the files into new, known and bad; names that two files share are made distinct."""
    taken = set(ctx.conversation.uploaded.values())
    seen: set[str] = set()
    origins = ctx.request.origins or ctx.request.files
    for path, origin in zip(ctx.request.files, origins, strict=True):
        file = await anyio.to_thread.run_sync(examine, path, ctx.plan.formats, ctx.plan.max_upload_bytes)
        if isinstance(file, MediaFile):
            ctx.brought.setdefault(file.digest, file)
            batch.places[file.digest] = str(origin)
        if isinstance(file, MediaFile) and file.digest in ctx.conversation.uploaded:
            batch.known.append(ctx.conversation.uploaded[file.digest])
            continue
        if isinstance(file, MediaFile):
            file = await anyio.to_thread.run_sync(for_backend, file, ctx.request.backend, folder)
        if isinstance(file, BadFile):
            batch.bad.append(file)
        elif file.digest in seen:
            batch.twice.append(file.name)
        else:
            seen.add(file.digest)
            name = _distinct(file.name, taken)
            taken.add(name)
            batch.new.append(MediaFile(file.path, name, file.format, file.bytes, file.digest))


async def _tell_where_it_goes(ctx: TurnContext, batch: _Batch, links: list[str], emit: Emit) -> None:
    """Before the first file leaves for a cloud. Source: DESIGN, environment."""
    conversation = ctx.conversation
    if ctx.advisor.here or conversation.cloud_notice_given or not (batch.new or links):
        return
    await emit(Text(ctx.say("cloud_notice", backend=ctx.advisor.backend_name)))
    conversation.cloud_notice_given = True
    ctx.log.save()


async def _send_all(ctx: TurnContext, batch: _Batch, emit: Emit) -> None:
    """In the user's order; several at once only where a file takes its time to get there."""
    if not batch.new:
        return
    async with reporting(ctx, emit, lambda: _progress(ctx, batch)):
        await _send_together(ctx, batch, batch.new)
        while left_behind := _left_behind(ctx, batch):
            batch.arrived = [name for name in batch.arrived if all(name != file.name for file in left_behind)]
            await _send_together(ctx, batch, left_behind)
    await emit(_progress(ctx, batch))
    given = [file.name for file in batch.new if file.name in batch.arrived]
    if given != batch.arrived:
        ctx.order_note = ctx.say("order_note", names=ctx.say.listed(given, most=99))
    names = {file.digest: file.name for file in batch.new if file.name in batch.arrived}
    ctx.conversation.uploaded.update(names)
    ctx.log.save()


def _remember_places(ctx: TurnContext, batch: _Batch) -> None:
    """So that a project which has to be begun again gets its files without the user's help."""
    there = {digest: place for digest, place in batch.places.items() if digest in ctx.conversation.uploaded}
    ctx.conversation.places.update(there)


async def _send_together(ctx: TurnContext, batch: _Batch, files: Sequence[MediaFile]) -> None:
    slots = anyio.CapacityLimiter(1 if ctx.request.backend == "local" else _AT_ONCE)
    async with alone(), anyio.create_task_group() as uploads:
        for file in files:
            await slots.acquire_on_behalf_of(file)
            uploads.start_soon(_send, ctx, batch, file, slots)


def _left_behind(ctx: TurnContext, batch: _Batch) -> list[MediaFile]:
    """Files that arrived in a project that was then lost, beside one that met the loss."""
    now = ctx.conversation.session_id
    return [file for file in batch.new if file.name in batch.arrived and batch.projects[file.name] != now]


async def _send(ctx: TurnContext, batch: _Batch, file: MediaFile, slots: anyio.CapacityLimiter) -> None:
    def on_bytes(sent: int, total: int) -> None:
        del total
        batch.sent_bytes[file.digest] = sent

    async def upload() -> Uploaded:
        batch.sent_bytes[file.digest] = 0
        return await ctx.client.upload_file(file.path, name=file.name, media_type=file.media_type, on_bytes=on_bytes)

    try:
        uploaded = await _repeated(ctx, lambda: batch.sent_bytes.get(file.digest, 0) < file.bytes, upload)
    except FileRefused as error:
        batch.bad.append(BadFile(file.name, str(error.code)))
    except BackendError as error:
        batch.errors.append(error)
        batch.bad.append(BadFile(file.name, "not_sent"))
    except OSError:
        batch.bad.append(BadFile(file.name, "unreadable"))
    else:
        batch.arrived.append(file.name)
        batch.projects[file.name] = uploaded.session_id
    finally:
        slots.release_on_behalf_of(file)


async def _repeated(
    ctx: TurnContext, incomplete: Callable[[], bool], upload: Callable[[], Awaitable[Uploaded]]
) -> Uploaded:
    """Once more after a break, where the backend cannot have had the whole file: a photo must not come twice."""
    try:
        return await upload()
    except BackendUnreachable as error:
        if error.code or (error.reached and not incomplete()):
            raise
    await ctx.clock.sleep(_PAUSE_S)
    return await upload()


def _progress(ctx: TurnContext, batch: _Batch) -> Progress:
    text = ctx.say("uploading", done=len(batch.arrived), total=len(batch.new))
    return Progress(text, "upload", min(1.0, sum(batch.sent_bytes.values()) / batch.total_bytes))


async def _send_links(ctx: TurnContext, batch: _Batch, links: list[str]) -> None:
    """Hand addresses to the backend, which fetches them itself; http and https only.

    One at a time: a list is refused as a whole, and nobody would know which of it has arrived.
    """
    for link in links:
        parts = urlsplit(link)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            batch.bad.append(BadFile(link, "link"))
    good = [link for link in links if all(bad.name != link for bad in batch.bad)]
    fresh = [link for link in dict.fromkeys(good) if link not in ctx.conversation.uploaded]
    batch.known += [ctx.conversation.uploaded[link] for link in good if link not in fresh]
    for number, link in enumerate(fresh):
        try:
            uploaded = await ctx.client.upload_urls([link])
        except FileRefused as error:
            batch.bad.append(BadFile(link, str(error.code)))
        except BackendUnreachable as error:  # nobody is there for the others either
            batch.errors.append(error)
            batch.bad += [BadFile(unsent, "not_sent") for unsent in fresh[number:]]
            return
        except BackendError as error:
            batch.errors.append(error)
            batch.bad.append(BadFile(link, "not_sent"))
        else:
            batch.arrived += uploaded.names
            ctx.conversation.uploaded.update(zip([link], uploaded.names, strict=False))
            ctx.log.save()


async def _report(ctx: TurnContext, batch: _Batch, emit: Emit) -> None:
    """What arrived, what did not, and what one can ask for next where no request came with it."""
    if not batch.arrived and not batch.known:
        if batch.errors and all(bad.reason == "not_sent" for bad in batch.bad):
            raise batch.errors[0]
        raise ActionStopped(_complaint(ctx, batch))
    if batch.bad:
        await emit(_complaint(ctx, batch))
    sent = [file.name for file in batch.new if file.name in batch.arrived]
    names = sent + [name for name in batch.arrived if name not in sent]
    lines = [ctx.say("uploaded", count=len(names), names=ctx.say.listed(names))] if names else []
    if batch.known:
        known = list(dict.fromkeys(batch.known))
        lines.append(ctx.say("already_there", count=len(known), names=ctx.say.listed(known)))
    if batch.twice:
        lines.append(ctx.say("same_twice", count=len(batch.twice), names=ctx.say.listed(batch.twice)))
    if ctx.actions == ("upload",):
        lines.append(ctx.say("next_request", example=example(ctx.plan, ctx.say, ctx.language)))
        ctx.asks = True
    await emit(Text(" ".join(lines)))


def _complaint(ctx: TurnContext, batch: _Batch) -> Problem:
    return bad_files(batch.bad, ctx.plan, ctx.advisor.say, retryable=bool(batch.errors))


def _links(text: str) -> list[str]:
    return [found.rstrip(".,;:!?)]}") for found in _LINK.findall(text)]


def _distinct(name: str, taken: set[str]) -> str:
    path = Path(name)
    number = 1
    while name in taken:
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    return name
