"""End credits: lines that roll up over the darkened picture, at one speed, from below the frame to above it."""

from __future__ import annotations

import numpy as np

from .lettering import SAFE_TALL, SAFE_WIDE, rgb_of, shadow
from .patch import Patch
from .planes import BLACK, Planes
from .timeline import TextPlan
from .transitions import toward
from .typeset import set_text

_SIZE = 0.062  # of the frame's shorter side
_DIMMED = 0.62


class Credits:
    """A roll prepared for one film."""

    def __init__(self, plan: TextPlan, beneath: Planes) -> None:
        self._plan = plan
        width, height = beneath.width, beneath.height
        side = (SAFE_WIDE if width >= height else SAFE_TALL)[0]
        share = plan.size / 100 * height if plan.size else _SIZE * min(width, height)
        setting = set_text(
            plan.text,
            size=max(8, round(share)),
            weight=500,
            max_width=round(width * (1 - 2 * side)),
            max_height=None,
        )
        letters = np.asarray(setting.mask / 255, np.float32)
        self._patch = Patch.of((letters, rgb_of(plan.color)), (shadow(setting), (0, 0, 0)))
        self._left = (width - letters.shape[1]) // 4 * 2

    def draw(self, index: int, frame: Planes) -> None:
        """Lay what is on screen at this index over the frame, in place."""
        plan = self._plan
        at, left = index - plan.first, plan.end - 1 - index
        edge = max(1, plan.fade_in or round(plan.frames / 8))
        toward(frame, BLACK, _DIMMED * min(1.0, (at + 1) / edge, (left + 1) / edge))
        rows = self._patch.cover.shape[0]
        top = frame.height - (frame.height + rows) * (at + 0.5) / plan.frames
        whole = int(np.floor(top / 2)) * 2
        first, last = max(0, -whole - 4), min(rows, frame.height - whole + 4)
        first -= first % 2
        if last > first:
            rolled = self._patch.rows(first, last).taller(2)  # room for what the shift moves down
            rolled.moved(0.0, top - whole).lay(frame, self._left, whole + first)
