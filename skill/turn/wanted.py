"""What an export request asks for beside the film itself: "as mov", "in 720p", "640x360"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api import Draft
from router import fold

_FORMATS = re.compile(r"(?<![a-z0-9])(mp4|mov|webm|mkv|gif)(?![a-z0-9])")
_LINES = re.compile(r"(?<![\da-z])(480|540|720|1080|1440|2160)\s?p(?![a-z])|(?<![\da-z])([24])k(?![a-z])")
_LINES_OF_K = {"2": 1440, "4": 2160}
_FRAME = re.compile(r"(?<![\d.])(\d{2,4})\s?(?:x|×|\*|by)\s?(\d{2,4})(?![\d.])")
_LEAST, _MOST = 16, 4096  # px a side that films have
_RATE = re.compile(r"(?<!\d)(24|25|30|50|60)\s?(?:fps|帧|幀)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """format: of the file. short_side, frame (width, height): px, fps: frames a second; None = as the draft says."""

    format: str
    short_side: int | None = None
    fps: int | None = None
    frame: tuple[int, int] | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing but a format is asked for."""
        return self.short_side is None and self.fps is None and self.frame is None

    def output(self, draft: Draft) -> dict[str, Any]:
        """The extra keys of the render's `output`, sizes in the draft's own shape and even."""
        extra: dict[str, Any] = {}
        width, height = draft.meta.width, draft.meta.height
        if self.frame is not None:
            extra["width"], extra["height"] = (side - side % 2 for side in self.frame)
        elif self.short_side is not None and width and height:
            scale = self.short_side / min(width, height)
            extra["width"] = round(width * scale / 2) * 2
            extra["height"] = round(height * scale / 2) * 2
        if self.fps is not None:
            extra["fps"] = self.fps
        return extra


def wanted(text: str, default_format: str) -> Wanted:
    """Read it from the user's words."""
    said = fold(text)
    formats = _FORMATS.findall(said)
    lines = _LINES.search(said)
    rate = _RATE.search(said)
    side = None
    if lines:
        side = int(lines.group(1)) if lines.group(1) else _LINES_OF_K[lines.group(2)]
    frame = next((sides for sides in _frames(said) if min(sides) >= _LEAST and max(sides) <= _MOST), None)
    return Wanted(formats[-1] if formats else default_format, side, int(rate.group(1)) if rate else None, frame)


def _frames(said: str) -> Iterator[tuple[int, int]]:
    return ((int(width), int(height)) for width, height in _FRAME.findall(said))
