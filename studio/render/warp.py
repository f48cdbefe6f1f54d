"""One plane of a photo, seen through a window: exact to a fraction of a pixel, at the price of a plain resize.

OpenCV's affine warp takes any window but costs three times its resize, which can only begin at a whole pixel. A resize
begun k output pixels further up and left begins elsewhere between pixels, though: among a few dozen such beginnings
one is nearly always right, and what was drawn too much is left out. Where none is, the affine warp does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from .planes import Plane

LEAD = 48  # output px that may be drawn in vain, each way; a working copy holds that much more at its left and top
_BEGINNINGS = np.arange(LEAD + 1)
_HOW = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True, slots=True)
class Window:
    """What is seen of a plane: left, top where the first output px begins; px of the plane per output px."""

    left: float
    top: float
    per_px: tuple[float, float]


class Lens:
    """Draws windows."""

    def __init__(self) -> None:
        self._scratch = np.empty(0, np.uint8)

    def draw(self, source: Plane, window: Window, out: Plane, *, exact: float) -> None:
        """Fill `out`; beyond its edges a plane goes on with its outermost px.

        exact: px of the plane by which the window may be off.
        """
        across = _begin(window.left, window.per_px[0], int(out.shape[1]), int(source.shape[1]), exact)
        down = _begin(window.top, window.per_px[1], int(out.shape[0]), int(source.shape[0]), exact)
        if across is None or down is None:
            _warp(source, window, out)
            return
        cut = source[down.first : down.last, across.first : across.last]
        drawn = self._room(down.drawn, across.drawn)
        cv2.resize(
            cut, None, dst=drawn, fx=1 / window.per_px[0], fy=1 / window.per_px[1], interpolation=cv2.INTER_LINEAR
        )
        np.copyto(out, drawn[down.skip : down.skip + out.shape[0], across.skip : across.skip + out.shape[1]])

    def _room(self, rows: int, columns: int) -> Plane:
        """Scratch of this size; memory that is used again costs no page faults."""
        if self._scratch.size < rows * columns:
            self._scratch = np.empty(rows * columns, np.uint8)
        return self._scratch[: rows * columns].reshape(rows, columns)


@dataclass(frozen=True, slots=True)
class _Beginning:
    """Along one axis: output px in vain, px [first, last) of the plane, output px drawn from those."""

    skip: int
    first: int
    last: int
    drawn: int


def _begin(edge: float, per_px: float, wanted: int, whole: int, exact: float) -> _Beginning | None:
    """The nearest beginning that is exact enough; None when there is none inside the plane."""
    starts = edge - _BEGINNINGS * per_px
    good = np.abs(starts - np.rint(starts)) <= exact
    skip = int(good.argmax())
    first = round(float(starts[skip]))
    if not good[skip] or first < 0:
        return None
    last = min(whole, first + ceil((wanted + skip) * per_px) + 2)
    drawn = round((last - first) / per_px)  # OpenCV rounds halves to even, as Python does
    return _Beginning(skip, first, last, drawn) if drawn >= wanted + skip else None


def _warp(source: Plane, window: Window, out: Plane) -> None:
    (kx, ky), x0, y0 = window.per_px, window.left, window.top
    matrix = np.array([[kx, 0, x0 + 0.5 * kx - 0.5], [0, ky, y0 + 0.5 * ky - 0.5]])
    size = (out.shape[1], out.shape[0])
    cv2.warpAffine(source, matrix, size, dst=out, flags=_HOW, borderMode=cv2.BORDER_REPLICATE)
