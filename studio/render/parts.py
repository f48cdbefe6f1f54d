"""A film in parts: where it is cut, and how one part is drawn and coded.

The cuts come from the timeline alone, never from the machine, so the same draft gives the same bytes everywhere.
Progress and the wish to stop travel as small files, which work in a thread, in a process and on a shared disk alike.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2

from .compose import Composer
from .encode import Coding, Encoder, write_part
from .errors import RenderStopped
from .timeline import Timeline

_PART_S = 3.75
_SNAP_S = 1.2  # a cut moves this far to where a shot begins, so that few photos are prepared twice
_TELL_EVERY_S = 0.25
STOP = "stop"


@dataclass(frozen=True, slots=True)
class Part:
    """Frames [first, last) of the film."""

    number: int
    first: int
    last: int

    @property
    def file(self) -> str:
        return f"{self.number:04}.part"


def split(timeline: Timeline) -> tuple[Part, ...]:
    """An even number of parts of a few seconds each, cut where shots begin when one begins nearby."""
    pairs = round(timeline.frames / timeline.fps / _PART_S / 2)
    count = max(2, 2 * pairs) if timeline.frames >= 2 * timeline.fps else 1
    starts = [shot.first for shot in timeline.shots]
    cuts = [0]
    for step in range(1, count):
        ideal = round(timeline.frames * step / count)
        nearest = min(starts, key=lambda start: abs(start - ideal))
        cut = nearest if abs(nearest - ideal) <= _SNAP_S * timeline.fps else ideal
        if cut > cuts[-1]:
            cuts.append(cut)
    cuts.append(timeline.frames)
    return tuple(Part(number, first, last) for number, (first, last) in enumerate(pairwise(cuts)))


def code_part(timeline: Timeline, part: Part, coding: Coding, folder: str) -> int:
    """Draw and code one part into `folder`; the frames done.

    Raises RenderStopped within a frame of the stop file appearing, RenderError for a photo that cannot be read.
    """
    cv2.setNumThreads(1)  # as many parts as cores are drawn at once
    place = Path(folder)
    target, stop = place / part.file, place / STOP
    composer, encoder = Composer(timeline), Encoder(coding)
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
    mark_done(place, part, part.last - part.first)
    return part.last - part.first


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
