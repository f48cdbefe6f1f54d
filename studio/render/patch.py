"""Something laid over a picture: how much it covers, and with what colour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from .planes import Planes, Rgb, yuv_of

Layer: TypeAlias = NDArray[np.float32]
Wash: TypeAlias = tuple[Layer, Layer]


@dataclass(frozen=True, slots=True)
class Patch:
    """cover: 0..1, at the luma's size. tints: cover times colour, for y, u and v, each at the luma's size."""

    cover: Layer
    tints: tuple[Layer, Layer, Layer]
    _full: list[Wash] = field(default_factory=list, init=False, repr=False, compare=False)  # most frames show all of it

    @classmethod
    def of(cls, *layers: tuple[Layer, Rgb]) -> Patch:
        """Layers of one colour each, the first one on top."""
        cover = np.zeros(layers[0][0].shape, np.float32)
        tints = [np.zeros_like(cover) for _ in range(3)]
        for layer, color in layers:
            seen = np.asarray(layer * (1 - cover), np.float32)
            cover = np.asarray(cover + seen, np.float32)
            for place, value in enumerate(yuv_of(color)):
                tints[place] += seen * np.float32(value)
        return cls(cover, (tints[0], tints[1], tints[2]))

    def rows(self, first: int, last: int) -> Patch:
        """A stretch of it."""
        y, u, v = (tint[first:last] for tint in self.tints)
        return Patch(self.cover[first:last], (y, u, v))

    def shown(self, mask: Layer) -> Patch:
        """Only where the mask is 1. mask: of the same shape, or of one that broadcasts."""
        y, u, v = (np.asarray(tint * mask, np.float32) for tint in self.tints)
        return Patch(np.asarray(self.cover * mask, np.float32), (y, u, v))

    def moved(self, right: float, down: float) -> Patch:
        """Shifted within its own bounds, by fractions of a px too."""
        y, u, v = (moved(tint, right, down) for tint in self.tints)
        return Patch(moved(self.cover, right, down), (y, u, v))

    def taller(self, rows: int) -> Patch:
        """With so many empty rows more below."""
        cover, y, u, v = (
            np.asarray(cv2.copyMakeBorder(layer, 0, rows, 0, 0, cv2.BORDER_CONSTANT, value=0), np.float32)
            for layer in (self.cover, *self.tints)
        )
        return Patch(cover, (y, u, v))

    def lay(self, frame: Planes, left: int, top: int, strength: float = 1.0) -> None:
        """Blend into the frame, in place; left, top even. What lies outside is left out."""
        for plane, (left_over, wash), half in zip(frame.each(), self._washes(strength), (1, 2, 2), strict=True):
            row, column = top // half, left // half
            y0, x0 = max(0, row), max(0, column)
            y1, x1 = min(plane.shape[0], row + wash.shape[0]), min(plane.shape[1], column + wash.shape[1])
            if y1 <= y0 or x1 <= x0:
                continue
            inside = (slice(y0 - row, y1 - row), slice(x0 - column, x1 - column))
            under = cv2.multiply(plane[y0:y1, x0:x1], left_over[inside], dtype=cv2.CV_32F)
            plane[y0:y1, x0:x1] = cv2.add(under, wash[inside], dtype=cv2.CV_8U)

    def _washes(self, strength: float) -> tuple[Wash, Wash, Wash]:
        """For each plane: what is left of the picture (0..1), and what is added to it."""
        full = self._full
        if not full:
            small = halved(self.cover)
            for tint, half in zip(self.tints, (1, 2, 2), strict=True):
                cover = self.cover if half == 1 else small
                full.append((np.asarray(1 - cover, np.float32), tint if half == 1 else halved(tint)))
        if strength == 1:
            return full[0], full[1], full[2]
        share = np.float32(strength)
        y, u, v = ((1 - share * (1 - left_over), share * wash) for left_over, wash in full)
        return y, u, v


def moved(layer: Layer, right: float, down: float) -> Layer:
    """A layer shifted within its bounds."""
    matrix = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    return np.asarray(cv2.warpAffine(layer, matrix, (layer.shape[1], layer.shape[0])), np.float32)


def halved(layer: Layer) -> Layer:
    """A layer at chroma's size."""
    size = ((layer.shape[1] + 1) // 2, (layer.shape[0] + 1) // 2)
    return np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_AREA), np.float32)
