"""One part of a film, drawn and coded by whichever worker."""

from __future__ import annotations

import time
from pathlib import Path

import cv2

from .coding import Coding
from .compose import Composer
from .encode import Encoder
from .errors import RenderStopped
from .packets import write_part
from .split import Part
from .tally import STOP, Shelf, mark_done
from .timeline import Timeline

_TELL_EVERY_S = 0.25


def code_part(timeline: Timeline, part: Part, coding: Coding, folder: str, shelf: Shelf) -> int:
    """Draw and code one part into `folder`; the frames done. shelf: where workers share what they made of photos.

    Raises RenderStopped within a frame of the stop file appearing, RenderError for a photo that cannot be read.
    """
    cv2.setNumThreads(1)  # as many parts as cores are drawn at once
    place = Path(folder)
    target, stop = place / part.file, place / STOP
    composer, encoder = Composer(timeline, shelf), Encoder(coding)
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
    target.with_suffix(".writing").replace(target)
    mark_done(place, part, part.frames)
    return part.frames
