"""What a film's parts share: progress and the wish to stop travel as small files, which work in a thread, in a process
and on a disk that machines share alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .coding import Coding
from .split import Part
from .timeline import Timeline

STOP = "stop"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of prepared photos. Losing it, or any file in it, costs time only.

    edition: what they depend on besides the shot: the engine that makes them, where the folder outlives it.
    """

    folder: str
    edition: str = ""


def run_part(timeline: Timeline, part: Part, coding: Coding, folder: str, shelf: Shelf) -> int:
    """`code_part`, as it is handed to workers: whoever hands it on need not load what draws."""
    from .parts import code_part  # noqa: PLC0415 - see above

    return code_part(timeline, part, coding, folder, shelf)


def mark_done(folder: Path, part: Part, frames: int) -> None:
    """Say how many of a part's frames are finished; whoever reads meanwhile sees the number before or this one."""
    written = folder / f"{part.file}.doing"
    written.write_text(str(frames), encoding="ascii")
    written.replace(folder / f"{part.file}.done")


def frames_done(folder: Path, parts: tuple[Part, ...]) -> int:
    """How many frames all parts have finished so far."""
    done = 0
    for part in parts:
        try:
            done += int((folder / f"{part.file}.done").read_text(encoding="ascii") or 0)
        except (FileNotFoundError, PermissionError):
            continue  # not begun, or (on Windows) being replaced this moment
    return done
