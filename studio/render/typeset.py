"""Words to a grey mask: wrapped into balanced lines, shrunk until they fit the safe area."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .fonts import breaks_anywhere, font, runs_of, visual

_LEADING = 1.28  # line height per font size
_SMALLEST_PX = 10
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")
_NO_LINE_START = frozenset("、。，．！？：；）」』】》〉”’…,.!?:;)]}%")


Align = Literal["center", "left"]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One line as set: where each character begins and ends, px from the mask's left, in reading order."""

    top: int
    bottom: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """mask: coverage 0..255 of all lines, centred, with a margin of `margin` px. size: px of the font."""

    mask: NDArray[np.uint8]
    lines: tuple[Glyphs, ...]
    size: int
    margin: int


def set_text(
    text: str, *, size: int, weight: int, max_width: int, max_height: int | None, align: Align = "center"
) -> Setting:
    """Set words in at most this many px (without the margin). A text too long at this size is set smaller.

    max_height: None = as tall as it gets. Empty lines stay, for credits that are set in groups.
    """
    while True:
        lines = [line for row in text.strip().splitlines() for line in _wrap(row.strip(), size, weight, max_width)]
        tall = round(len(lines) * size * _LEADING)
        wide = max((_width(line, size, weight) for line in lines), default=0)
        if ((max_height is None or tall <= max_height) and wide <= max_width) or size <= _SMALLEST_PX:
            return _draw(lines, size, weight, align)
        size = max(_SMALLEST_PX, int(size * 0.92))


def _wrap(text: str, size: int, weight: int, limit: float) -> list[str]:
    """As few lines as fit, then as even as that many lines can be."""
    words = [part for piece in _pieces(text) for part in _parted(piece, size, weight, limit)]
    lines = _filled(words, size, weight, limit)
    low, high = limit / 3, limit
    for _ in range(7):
        middle = (low + high) / 2
        trial = _filled(words, size, weight, middle)
        if len(trial) <= len(lines) and all(_width(line, size, weight) <= middle for line in trial):
            high = middle
        else:
            low = middle
    return _filled(words, size, weight, high)


def _filled(words: list[str], size: int, weight: int, limit: float) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1].strip() and _width((lines[-1] + word).strip(), size, weight) > limit:
            lines.append(word)
        else:
            lines[-1] += word
    return [line.strip() for line in lines if line.strip()] or [""]


def _pieces(text: str) -> list[str]:
    """What must stay on one line: words with their blank, single ideographs with the punctuation after them."""
    pieces: list[str] = []
    for char in text:
        after_blank = bool(pieces) and pieces[-1][-1].isspace()
        glued = char in _NO_LINE_START or char.isspace() or unicodedata.combining(char)
        alone = breaks_anywhere(char) or (bool(pieces) and breaks_anywhere(pieces[-1][-1]))
        if pieces and (glued or not (after_blank or alone)):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _parted(piece: str, size: int, weight: int, limit: float) -> list[str]:
    """A piece, or its syllables where it is wider than a line: Thai and Lao are written without blanks.

    A vowel that is written before its consonant begins a syllable; telling words apart would take a dictionary.
    """
    if _width(piece, size, weight) <= limit:
        return [piece]
    parts = [""]
    for char in piece:
        if char in _LEADING_VOWELS and parts[-1]:
            parts.append(char)
        else:
            parts[-1] += char
    return parts


def _width(line: str, size: int, weight: int) -> float:
    return sum(font(run.face, size, weight).getlength(run.text) for run in runs_of(line))


def _draw(lines: list[str], size: int, weight: int, align: Align) -> Setting:
    margin = max(4, round(size * 0.5))
    widths = [_width(line, size, weight) for line in lines]
    wide = int(max(widths, default=0)) + 2 * margin + 2
    step = round(size * _LEADING)
    image = Image.new("L", (wide, step * len(lines) + 2 * margin))
    pen = ImageDraw.Draw(image)
    placed = []
    for row, (line, width) in enumerate(zip(lines, widths, strict=True)):
        top = margin + row * step
        baseline = top + round(step * 0.5 + size * 0.36)
        left = (wide - width) / 2 if align == "center" else float(margin)
        spans = _draw_line(pen, line, left, baseline, size, weight)
        placed.append(Glyphs(top, top + step, spans))
    return Setting(np.asarray(image, np.uint8), tuple(placed), size, margin)


def _draw_line(
    pen: ImageDraw.ImageDraw, line: str, left: float, baseline: int, size: int, weight: int
) -> tuple[tuple[int, int], ...]:
    """Draw one line; the spans of its characters in reading order."""
    runs = runs_of(line)
    starts: dict[int, float] = {}
    x = left
    for run in visual(runs):
        face = font(run.face, size, weight)
        pen.text((x, baseline), run.text, fill=255, font=face, anchor="ls")
        starts[id(run)] = x
        x += face.getlength(run.text)
    spans = []
    for run in runs:
        face, start = font(run.face, size, weight), starts[id(run)]
        whole = face.getlength(run.text)
        for place, char in enumerate(run.text):
            if char.isspace() or unicodedata.category(char) in ("Mn", "Me", "Cf"):
                continue
            a, b = face.getlength(run.text[:place]), face.getlength(run.text[: place + 1])
            near, far = (whole - b, whole - a) if run.face.rtl else (a, b)
            spans.append((int(start + near), int(start + far) + 1))
    return tuple(spans)
