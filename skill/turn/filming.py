"""Where a finished film goes: a safe name made from its title, never over a file that is there."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from api import Draft, TrackType

from .timeline import role_of

_LONGEST = 60
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")


def film_name(draft: Draft, fallback: str) -> str:
    """The film's title as a file name without extension; the skill's name where there is no title."""
    titles = (
        segment.meta.text
        for track in draft.of_type(TrackType.TEXT)
        if role_of(track) != "caption"
        for segment in track.segments
        if segment.meta.text
    )
    return safe_name(next(titles, "")) or safe_name(fallback) or "video"


def safe_name(text: str) -> str:
    """Letters and digits of any script, the rest as hyphens: no path, no hidden file, no reserved word."""
    kept = "".join(char if _stays(char) else "-" for char in unicodedata.normalize("NFC", text).casefold())
    name = re.sub(r"-{2,}", "-", kept).strip("-")[:_LONGEST].rstrip("-")
    return f"{name}-film" if _RESERVED.match(name) else name


def _stays(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


def place(finished: Path, wish: Path) -> Path:
    """Give a finished file the name it should have: name.mp4, else name-2.mp4, …; atomic, nothing is overwritten.

    Raises OSError.
    """
    number = 1
    while True:
        target = wish if number == 1 else wish.with_stem(f"{wish.stem}-{number}")
        try:
            _move_to_new(finished, target)
        except FileExistsError:
            number += 1
        else:
            return target


def _move_to_new(finished: Path, target: Path) -> None:
    try:
        target.hardlink_to(finished)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: claim the name, then move over our own claim
        target.touch(exist_ok=False)
        finished.replace(target)
    else:
        finished.unlink()
