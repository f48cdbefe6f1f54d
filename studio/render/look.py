"""Colour looks. Tone and tint are tables applied to a photo once; vignette and letterbox belong to the frame.

A film may have one of each kind: mono+letterbox.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .planes import Plane, Planes
from .timeline import looks_in

# luma: black and white points after grading; chroma: gain about 128, then offsets of u and v
_GRADES: dict[str, tuple[tuple[int, int], float, int, int]] = {
    "warm": ((16, 235), 1.06, -7, 6),
    "cool": ((16, 235), 0.97, 7, -6),
    "mono": ((16, 235), 0.0, 0, 0),
    "vintage": ((32, 222), 0.72, -8, 5),
}


def grade(planes: Planes, look: str | None) -> Planes:
    """The photo in a look's colours; unchanged for a look that is none of tone or tint."""
    tint = next((part for part in looks_in(look) if part in _GRADES), None)
    if tint is None:
        return planes
    luma, u, v = _tables(tint)
    return Planes(*(np.asarray(cv2.LUT(p, t), np.uint8) for p, t in zip(planes.each(), (luma, u, v), strict=True)))


def finish(frame: Planes, look: str | None) -> None:
    """What a look does to the whole frame, in place."""
    parts = looks_in(look)
    if "vignette" in parts or "vintage" in parts:
        mask = _vignette(frame.width, frame.height)
        # 16 is black: darkening it further would leave the legal range
        lifted = cv2.multiply(cv2.subtract(frame.y, _black_plane(*frame.y.shape)), mask, scale=1 / 255)
        cv2.add(lifted, _black_plane(*frame.y.shape), dst=frame.y)
    if "letterbox" in parts:
        bar = _bar(frame.width, frame.height)
        for plane, black, half in zip(frame.each(), (16, 128, 128), (1, 2, 2), strict=True):
            plane[: bar // half] = black
            plane[plane.shape[0] - bar // half :] = black


@cache
def _tables(look: str) -> tuple[Plane, Plane, Plane]:
    (black, white), gain, du, dv = _GRADES[look]
    levels = np.arange(256, dtype=np.float64)
    luma = black + (levels - 16) * (white - black) / 219
    tables = [luma, 128 + (levels - 128) * gain + du, 128 + (levels - 128) * gain + dv]
    y, u, v = (np.clip(np.rint(table), 16, 240).astype(np.uint8) for table in tables)
    return y, u, v


@cache
def _black_plane(height: int, width: int) -> Plane:
    return np.full((height, width), 16, np.uint8)


@cache
def _vignette(width: int, height: int) -> NDArray[np.uint8]:
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)
    distance = np.sqrt(np.add.outer(y**2, x**2) / 2)
    factor = 1 - 0.55 * np.clip((distance - 0.45) / 0.55, 0, 1) ** 1.6
    return np.asarray(np.rint(factor * 255), np.uint8)


def _bar(width: int, height: int) -> int:
    """Rows of black above and below: 2.39:1 for wide frames, a tenth for others."""
    wanted = (height - width / 2.39) / 2 if width > height else height * 0.1
    return max(0, round(wanted / 2) * 2)
