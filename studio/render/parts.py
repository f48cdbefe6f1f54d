"""One part of a film, drawn and coded by whichever worker."""

from __future__ import annotations

import time
from pathlib import Path

import cv2

from .compose import Composer, Shot, ShotKey
from .encode import Encoder
from .errors import RenderStopped
from .packets import Coding, write_part
from .split import Part
from .tally import STOP, mark_done
from .timeline import Timeline

_TELL_EVERY_S = 0.25
_left: list[dict[ShotKey, Shot]] = []  # the shots on screen at the end of the part this process made last


def code_part(timeline: Timeline, part: Part, coding: Coding, folder: str) -> int:
    """Draw and code one part into `folder`; the frames done.

    Raises RenderStopped within a frame of the stop file appearing, RenderError for a photo that cannot be read.
    """
    cv2.setNumThreads(1)  # as many parts as cores are drawn at once
    place = Path(folder)
    target, stop = place / part.file, place / STOP
    composer, encoder = Composer(timeline, _taken()), Encoder(coding)
    canvas = encoder.canvas
    last_told = 0.0
    with target.with_suffix(".writing").open("wb") as file:
        for index in range(part.first, part.last):
            if stop.exists():
                raise RenderStopped
            composer.draw(index, canvas)
            write_part(file, encoder.push(index - part.first))
            now = time.monotonic()
            if now - last_told >= _TELL_EVERY_S:
                mark_done(place, part, index - part.first + 1)
                last_told = now
        write_part(file, encoder.flush())
    _left[:] = [composer.opened]
    target.with_suffix(".writing").replace(target)
    mark_done(place, part, part.frames)
    return part.frames


def forget_shots() -> None:
    """Let go of what the last part left; for processes that outlive their film."""
    _left.clear()


def _taken() -> dict[ShotKey, Shot]:
    """What the last part left, for one taker only."""
    try:
        return _left.pop()
    except IndexError:
        return {}
