"""The backend has lost the project: another one is opened, and what this machine still holds is put into it again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import anyio

from .conversation import new_session
from .events import Progress, Text
from .settings import is_web_address

if TYPE_CHECKING:
    from ..handlers.contract import Emit, TurnContext
    from .media import MediaFile


@dataclass(frozen=True, slots=True)
class Afresh:
    """What the new project lacks. gone: names of files; film: there were edits."""

    gone: tuple[str, ...] = ()
    film: bool = False

    @property
    def lacks_something(self) -> bool:
        """Whether a message about the old project would be lost on the new one."""
        return self.film or bool(self.gone)


async def begin_afresh(ctx: TurnContext, emit: Emit) -> None:
    """Open a new project, bring back the files that are here, and say what is not in it any more."""
    media, places = dict(ctx.conversation.uploaded), dict(ctx.conversation.places)
    film = _had_film(ctx)
    told_where = ctx.conversation.cloud_notice_given
    await new_session(ctx)
    ctx.conversation.cloud_notice_given = told_where
    gone = await _bring_back(ctx, media, places, emit)
    ctx.afresh = Afresh(tuple(gone), film)
    if not ctx.afresh.lacks_something:  # a message to the one is a message to the other
        ctx.sent_in = ctx.sent_in and ctx.conversation.session_id
    ctx.log.save()
    parts = [ctx.say("afresh")]
    if back := len(media) - len(gone):
        parts.append(ctx.say("afresh_back", count=back))
    if gone:
        parts.append(ctx.say("afresh_gone", count=len(gone), names=ctx.say.listed(gone)))
    if film:
        parts.append(ctx.say("afresh_film"))
    await emit(Text(ctx.say("sentence_gap").join(parts)))


def _had_film(ctx: TurnContext) -> bool:
    if not ctx.conversation.draft:
        return False
    from .drafts import read_draft  # noqa: PLC0415 - the draft's types, only where there is a draft

    return read_draft(ctx.conversation.draft).ready


async def _bring_back(ctx: TurnContext, media: dict[str, str], places: dict[str, str], emit: Emit) -> list[str]:
    """Put the files and links of the old project into the new one, in their order; returns the names that are gone.

    A file of an earlier turn is taken from where the user had it, if it is there and no byte of it has changed.
    """
    gone = []
    with TemporaryDirectory(prefix="skillturn-") as folder:
        for number, (key, name) in enumerate(media.items()):
            await emit(Progress(ctx.say("uploading", done=number, total=len(media)), "upload", number / len(media)))
            if await _sent_again(ctx, key, name, places.get(key), Path(folder)):
                ctx.conversation.uploaded[key] = name
                if key in places:
                    ctx.conversation.places[key] = places[key]
            else:
                gone.append(name)
    return gone


async def _sent_again(ctx: TurnContext, key: str, name: str, place: str | None, folder: Path) -> bool:
    from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

    try:
        if is_web_address(key):
            await ctx.client.upload_urls([key])
            return True
        file = ctx.brought.get(key) or await _unchanged(ctx, key, place)
        file = await _as_sent(ctx, file, folder) if file else None
        if file is None:
            return False
        await ctx.client.upload_file(file.path, name=name, media_type=file.media_type)
    except (BackendError, OSError):
        return False
    return True


async def _unchanged(ctx: TurnContext, digest: str, place: str | None) -> MediaFile | None:
    """The very file that was sent from this place in an earlier turn, None when it is not there any more."""
    if place is None:
        return None
    from .media import BadFile, examine  # noqa: PLC0415 - only where files come along

    found = await anyio.to_thread.run_sync(examine, Path(place), ctx.plan.formats, ctx.plan.max_upload_bytes)
    return None if isinstance(found, BadFile) or found.digest != digest else found


async def _as_sent(ctx: TurnContext, file: MediaFile, folder: Path) -> MediaFile | None:
    from .media import BadFile, for_backend  # noqa: PLC0415 - only where files come along

    found = await anyio.to_thread.run_sync(for_backend, file, ctx.request.backend, folder)
    return None if isinstance(found, BadFile) else found
