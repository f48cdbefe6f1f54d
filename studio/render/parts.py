"""One part of a film, drawn and coded by whichever worker.

Progress and the wish to stop travel as small files, which work in a thread, in a process and on a shared disk alike.
"""

from __future__ import annotations

import time
from pathlib import Path

import cv2

from .compose import Composer, Shot, ShotKey
from .encode import Coding, Encoder, write_part
from .errors import RenderStopped
from .split import Part
from .timeline import Timeline

_TELL_EVERY_S = 0.25
STOP = "stop"
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


def mark_done(folder: Path, part: Part, frames: int) -> None:
    """Say how many of a part's frames are finished."""
    (folder / f"{part.file}.done").write_text(str(frames), encoding="ascii")


def frames_done(folder: Path, parts: tuple[Part, ...]) -> int:
    """How many frames all parts have finished so far."""
    done = 0
    for part in parts:
        try:
            done += int((folder / f"{part.file}.done").read_text(encoding="ascii") or 0)
        except (FileNotFoundError, ValueError, PermissionError):
            continue  # not begun, or being written this moment
    return done
