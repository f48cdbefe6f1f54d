"""Finished parts kept by content, so that a small edit renders little again.

A part's key holds all that its frames depend on: its stretch of the timeline, the coding, and the engine itself.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import av
import PIL

from ..disk import keep_within
from .coding import Coding
from .split import Part
from .tally import Shelf
from .timeline import Timeline

_MOST_BYTES, _MOST_BYTES_OF_PHOTOS = 1 << 30, 256 << 20


@dataclass(frozen=True, slots=True)
class PartCache:
    """A folder of parts. Losing it, or any file in it, costs time only."""

    folder: Path

    def fetch(self, film: Timeline, part: Part, coding: Coding, target: Path) -> bool:
        """Bring a part that was made before to `target`; whether there was one."""
        kept = self.folder / key_of(film, part, coding)
        try:
            shutil.copyfile(kept, target)
            kept.touch()
        except OSError:
            target.unlink(missing_ok=True)
            return False
        return True

    def shelf(self) -> Shelf:
        """Where this folder keeps prepared photos."""
        return Shelf(str(self.folder / "photos"), _engine())

    def keep(self, film: Timeline, parts: Sequence[Part], coding: Coding, made: Path) -> None:
        """Remember the parts in a folder where they were made; a full disk is no reason to fail."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for part in parts:
                _copy(made / part.file, self.folder / key_of(film, part, coding))
            keep_within(self.folder.glob("*"), _MOST_BYTES)
            keep_within((self.folder / "photos").glob("*"), _MOST_BYTES_OF_PHOTOS)
        except OSError:
            return


def _copy(made: Path, kept: Path) -> None:
    """Whoever reads meanwhile sees all of it or nothing; what a full disk cut off is not left behind."""
    fresh = kept.with_name(f".{uuid.uuid4().hex}")
    try:
        shutil.copyfile(made, fresh)
        fresh.replace(kept)
    finally:
        fresh.unlink(missing_ok=True)


def key_of(film: Timeline, part: Part, coding: Coding) -> str:
    """What a part's bytes depend on, as one name.

    Paths are left out, since media are named by their content; times count from the part's start, so that a part which
    only moved along the film is the same part.
    """
    texts = tuple(text for text in film.texts if text.first < part.last and text.end > part.first)
    # words look at the picture in the middle of their time, to see whether they can be read on it
    looked_at = {text.first + text.frames // 2 for text in texts}
    shots = tuple(
        replace(shot, path=None, first=shot.first - part.first)
        for shot in film.shots
        if (shot.first < part.last and shot.end > part.first) or any(shot.first <= at < shot.end for at in looked_at)
    )
    fading_out = part.last > film.frames - film.fade_out
    stretch = replace(
        film,
        shots=shots,
        texts=tuple(replace(text, first=text.first - part.first) for text in texts),
        frames=film.frames - part.first if fading_out else 0,
        fade_in=max(0, film.fade_in - part.first),
        fade_out=film.fade_out if fading_out else 0,
    )
    begun = part.first if part.first < film.fade_in else 0
    told = repr((_engine(), stretch, begun, part.frames, coding))
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def _engine() -> str:
    """The renderer's own code and the libraries below it."""
    digest = hashlib.sha256(repr((av.__version__, _version_of("cv2"), PIL.__version__)).encode())
    here = Path(__file__).parent
    for source in sorted([*here.glob("*.py"), *here.glob("data/compiled/*.json")]):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _version_of(package: str) -> bytes:
    """What a package says of itself, without the time and memory it takes to load."""
    found = find_spec(package)
    told = Path(found.origin).parent / "version.py" if found and found.origin else None
    return told.read_bytes() if told and told.is_file() else b""
