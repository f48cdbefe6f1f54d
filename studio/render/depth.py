"""A guess at what is near in a photo, and the photo seen from a little aside: near things shift more than far ones.

Nothing is cut out, so nothing tears: nearness is a soft field, and every pixel follows it by a little.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .planes import Plane
from .saliency import Saliency
from .warp import Window

Field = NDArray[np.float32]

_GROUND = 0.45  # how near the lower edge is, where people and paths usually are, beside the subject at 1
_SIDE = 0.1  # towards the edges nearness fades, so that nothing from outside comes into view
_GRID = 64


def nearness(saliency: Saliency) -> Field:
    """0 = far, 1 = near, on a small grid over the whole photo."""
    columns, rows = (
        np.asarray(cv2.resize(line.astype(np.float32).reshape(1, -1), (_GRID, 1))).ravel()
        for line in (saliency.columns, saliency.rows)
    )
    subject = np.outer(rows, columns).astype(np.float32)
    subject = np.asarray(cv2.GaussianBlur(subject, (0, 0), 7), np.float32)
    subject /= subject.max() + 1e-9
    ground = np.linspace(-0.6, 1.0, _GRID, dtype=np.float32).clip(0, 1)[:, None] * np.float32(_GROUND)
    return np.asarray(cv2.GaussianBlur(np.maximum(subject, ground), (0, 0), 3), np.float32)


def within(field: Field, left: float, top: float, right: float, bottom: float) -> Field:
    """The field over a part of the photo (0..1 of it), fading to 0 at that part's edges."""
    places = (np.arange(_GRID, dtype=np.float32) + 0.5) / _GRID
    x, y = ((first + (last - first) * places) * _GRID - 0.5 for first, last in ((left, right), (top, bottom)))
    across, down = (np.asarray(part, np.float32) for part in np.meshgrid(x, y))
    cut = cv2.remap(field, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    fade = np.clip(np.minimum(places, 1 - places) / _SIDE, 0, 1).astype(np.float32)
    return np.asarray(cut * np.minimum.outer(fade, fade), np.float32)


class Relief:
    """Draws planes of a photo with near things shifted. field: of the part that a working copy holds."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def draw(self, source: Plane, window: Window, out: Plane, shift: float) -> None:
        """shift: px of the plane by which the nearest things stand further right."""
        rows, columns = out.shape
        (kx, ky), field = window.per_px, self._field
        x = (window.left + (np.arange(columns, dtype=np.float32) + 0.5) * kx - 0.5).astype(np.float32)
        y = (window.top + (np.arange(rows, dtype=np.float32) + 0.5) * ky - 0.5).astype(np.float32)
        scale = field.shape[1] / source.shape[1], field.shape[0] / source.shape[0]
        grid_x, grid_y = (
            np.asarray(part, np.float32) for part in np.meshgrid((x + 0.5) * scale[0] - 0.5, (y + 0.5) * scale[1] - 0.5)
        )
        near = cv2.remap(field, grid_x, grid_y, cv2.INTER_LINEAR)
        across = np.asarray(near * np.float32(-shift) + x, np.float32)
        down = np.ascontiguousarray(np.broadcast_to(y[:, None], out.shape))
        cv2.remap(source, across, down, cv2.INTER_LINEAR, dst=out, borderMode=cv2.BORDER_REPLICATE)
