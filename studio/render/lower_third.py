"""A name and what belongs to it, low at the side: a bar in colour, then words that come out from behind it."""

from __future__ import annotations

import re

import cv2
import numpy as np

from .camera import ease
from .lettering import SAFE_TALL, SAFE_WIDE, rgb_of
from .patch import Layer, Patch
from .planes import Planes
from .timeline import TextPlan
from .typeset import Setting, set_text

_NAME, _MORE = 0.062, 0.042  # font sizes, of the frame's shorter side
_PLATE = 0.62
_APART = re.compile(r"\n|\s+[—–|·]\s+")  # a name and what follows it, where they stand on one line
_STAGGER = 0.45  # the words start when the bar is this far


class LowerThird:
    """A lower third prepared for one film."""

    def __init__(self, plan: TextPlan, beneath: Planes) -> None:
        self._plan = plan
        width, height = beneath.width, beneath.height
        side, _, bottom = SAFE_WIDE if width >= height else SAFE_TALL
        unit = plan.size / 100 * height / _NAME if plan.size else float(min(width, height))
        name, *more = [part.strip() for part in _APART.split(plan.text) if part.strip()]
        room = round(width * (1 - 2 * side) * (0.62 if width >= height else 0.9))
        blocks = [_block(name, unit * _NAME, 700, room)]
        if more:
            blocks.append(_block("\n".join(more), unit * _MORE, 400, room))
        self._bar = max(2, round(unit * 0.007))
        words = _stacked(blocks, self._bar * 3)
        plate = np.full(words.shape, _PLATE, np.float32)
        self._words = Patch.of((words, (255, 255, 255)), (plate, (0, 0, 0)))
        accent = rgb_of(plan.color) if plan.color != "white" else (255, 255, 255)
        self._accent = Patch.of((np.ones((words.shape[0], self._bar), np.float32), accent))
        self._left = round(width * side / 2) * 2
        self._top = round((height * (1 - bottom) - words.shape[0]) / 2) * 2

    def draw(self, index: int, frame: Planes) -> None:
        """Lay it over the frame, in place."""
        plan = self._plan
        at, left = index - plan.first, plan.end - 1 - index
        coming = min(1.0, (at + 1) / (plan.fade_in + 1)) if plan.fade_in else 1.0
        going = min(1.0, (left + 1) / (plan.fade_out + 1)) if plan.fade_out else 1.0
        progress = min(coming, going)
        tall = ease(min(1.0, progress / _STAGGER))
        rows = self._accent.cover.shape[0]
        margin = rows * (1 - tall) / 2
        grown = np.clip(np.minimum(np.arange(rows) + 1 - margin, rows - margin - np.arange(rows)), 0, 1)
        self._accent.shown(np.asarray(grown[:, None], np.float32)).lay(frame, self._left, self._top)
        out = ease(max(0.0, (progress - _STAGGER) / (1 - _STAGGER)))
        if out > 0:
            columns = self._words.cover.shape[1]
            shown = np.clip(columns * out - np.arange(columns), 0, 1)[None, :]
            slid = self._words.moved(-(1 - out) * columns * 0.25, 0.0) if out < 1 else self._words
            slid.shown(np.asarray(shown, np.float32)).lay(frame, self._left + self._bar + self._bar % 2, self._top)


def _block(text: str, size: float, weight: int, room: int) -> Setting:
    return set_text(text, size=max(8, round(size)), weight=weight, max_width=room, max_height=None, align="left")


def _stacked(blocks: list[Setting], gap: int) -> Layer:
    """All blocks above each other on one plate, left edges in line."""
    cut = [setting.mask[setting.margin : -setting.margin, setting.margin :] for setting in blocks]
    wide = max(mask.shape[1] for mask in cut) + 2 * gap
    layers = [cv2.copyMakeBorder(mask, 0, 0, gap, wide - gap - mask.shape[1], cv2.BORDER_CONSTANT) for mask in cut]
    pad = np.zeros((gap, wide), np.uint8)
    stacked = np.vstack([pad, *layers, pad])
    even = stacked[: stacked.shape[0] & ~1]
    return np.asarray(even / 255, np.float32)
