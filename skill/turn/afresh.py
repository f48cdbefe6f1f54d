"""The backend has lost the project: another one is opened, and what this machine still holds is put into it again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

import anyio

from .conversation import new_session
from .events import Progress, Text
from .intake import LOOKS
from .settings import is_web_address

if TYPE_CHECKING:
    from api import BackendError

    from ..handlers.contract import Conversation, Emit, TurnContext
    from .media import MediaFile

_PASSING = frozenset({408, 425})
"""Statuses that refuse a request now, and not for good. Source: RFC 9110, 15.5.9; RFC 8470, 5.2."""


@dataclass(frozen=True, slots=True)
class Afresh:
    """What the new project lacks. gone: names of files the user is asked for; film: there were edits.

    later: files are missing that the next turn can bring.
    """

    gone: tuple[str, ...] = ()
    film: bool = False
    later: bool = False

    @property
    def lacks_something(self) -> bool:
        """Whether a message about the old project would be lost on the new one."""
        return self.film or self.later or bool(self.gone)


async def begin_afresh(ctx: TurnContext, emit: Emit) -> None:
    """Open a new project, bring back the files that are here, and say what is not in it any more.

    What is lost is on disk together with the new project, so that a turn that dies here is gone on with. One that only
    looks owes its answer at once, and leaves the files to the next.
    """
    conversation = ctx.conversation
    media = _lost_media(conversation) | conversation.uploaded
    film = _had_film(ctx) or bool(conversation.lost and conversation.lost["film"])
    told_where = conversation.cloud_notice_given
    await new_session(ctx, lost={"media": media, "film": film})
    conversation.cloud_notice_given = told_where
    parts = [ctx.say("afresh")]
    if LOOKS.issuperset(ctx.actions):
        ctx.afresh = Afresh((), film)
        if media:
            parts.append(ctx.say("afresh_later", count=len(media)))
    else:
        parts += await _bring_back(ctx, emit)
    if film:
        parts.append(ctx.say("afresh_film"))
    _note_film_told(ctx)
    await emit(Text(ctx.say("sentence_gap").join(parts)))


async def go_on_afresh(ctx: TurnContext, emit: Emit) -> None:
    """Bring back what an earlier turn began to, or left; and say what it had no time to say."""
    conversation = ctx.conversation
    if LOOKS.issuperset(ctx.actions) or conversation.lost is None:
        return
    film = bool(conversation.lost["film"])
    for path in ctx.request.files:  # what comes along need not be asked for
        await _know(ctx, path)
    parts = [ctx.say("afresh")] if film else []
    parts += await _bring_back(ctx, emit)
    if film:
        parts.append(ctx.say("afresh_film"))
    _note_film_told(ctx)
    if parts:
        await emit(Text(ctx.say("sentence_gap").join(parts)))


def _note_film_told(ctx: TurnContext) -> None:
    left = _lost_media(ctx.conversation)
    ctx.conversation.lost = {"media": left, "film": False} if left else None
    ctx.log.save()


def _lost_media(conversation: Conversation) -> dict[str, str]:
    return dict(conversation.lost["media"]) if conversation.lost else {}


def _had_film(ctx: TurnContext) -> bool:
    if ctx.conversation.edited:  # the draft may not have been looked at since
        return True
    if not ctx.conversation.draft:
        return False
    from .drafts import read_draft  # noqa: PLC0415 - the draft's types, only where there is a draft

    return read_draft(ctx.conversation.draft).ready


async def _bring_back(ctx: TurnContext, emit: Emit) -> list[str]:
    """Put the lost files and links into the new project, in their order; returns what there is to say about it.

    A file of an earlier turn is taken from where the user had it, if it is there and no byte of it has changed. Where
    the backend cannot take one just now, it and those behind it stay lost, and the next turn brings them.
    """
    conversation = ctx.conversation
    media, film = _lost_media(conversation), bool(conversation.lost and conversation.lost["film"])
    gone: dict[str, str] = {}
    left = dict(media)
    with TemporaryDirectory(prefix="skillturn-") as folder:
        for number, (key, name) in enumerate(media.items()):
            if key not in conversation.uploaded:  # else this project was lost as well, and the next has it by now
                text = ctx.say("uploading", done=number, total=len(media))
                await emit(Progress(text, "upload", number / len(media)))
                fate = await _sent_again(ctx, key, name, Path(folder))
                if fate == "later":
                    break
                if fate == "gone":
                    gone[key] = name
                    conversation.places.pop(key, None)
                else:
                    conversation.uploaded[key] = name
            left.pop(key, None)
            conversation.lost = {"media": gone | left, "film": film}  # until it is told, both
            ctx.log.save()
    conversation.lost = {"media": left, "film": film} if left else None
    ctx.afresh = Afresh(tuple(gone.values()), film, bool(left))
    if not ctx.afresh.lacks_something:  # a message to the one is a message to the other
        ctx.sent_in = ctx.sent_in and conversation.session_id
    back = len(media) - len(gone) - len(left)
    told = [ctx.say("afresh_back", count=back)] if back else []
    told += [ctx.say("afresh_later", count=len(left))] if left else []
    return told + ([ctx.say("afresh_gone", count=len(gone), names=ctx.say.listed([*gone.values()]))] if gone else [])


async def _sent_again(ctx: TurnContext, key: str, name: str, folder: Path) -> Literal["back", "gone", "later"]:
    from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

    try:
        if is_web_address(key):
            await ctx.client.upload_urls([key])
            return "back"
        file = ctx.brought.get(key) or await _unchanged(ctx, key, ctx.conversation.places.get(key))
        file = await _as_sent(ctx, file, folder) if file else None
        if file is None:
            return "gone"
        await ctx.client.upload_file(file.path, name=name, media_type=file.media_type)
    except BackendError as error:
        return "gone" if _for_good(error) else "later"
    except OSError:
        return "gone"
    return "back"


def _for_good(error: BackendError) -> bool:
    """Whether the backend will never take this file: waiting for it would hold up every later word."""
    from api import BackendError, FileRefused  # noqa: PLC0415 - as above

    plain = type(error) is BackendError and 400 <= error.code < 500 and error.code not in _PASSING
    return plain or isinstance(error, FileRefused)


async def _know(ctx: TurnContext, path: Path) -> None:
    from .media import MediaFile, examine  # noqa: PLC0415 - only where files come along

    found = await anyio.to_thread.run_sync(examine, path, ctx.plan.formats, ctx.plan.max_upload_bytes)
    if isinstance(found, MediaFile):
        ctx.brought.setdefault(found.digest, found)


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
