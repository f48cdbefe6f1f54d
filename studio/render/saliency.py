"""A cheap guess at what the eye goes to in a photo: faces, then what stands out by sharpness, tone or colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from .faces import Face, find_faces
from .planes import Plane

Grid: TypeAlias = NDArray[np.float32]
Axis = Literal["x", "y"]

_SHARP, _TONE, _COLOR = 1.0, 0.35, 0.7
_OF_FACES = 0.7  # of the attention, where there are any
_NEAR, _AROUND, _FAR = 30, 5, 3.5  # blur radii as fractions of the longer side: 1/30 and so on


@dataclass(frozen=True, slots=True)
class Saliency:
    """columns, rows: shares of attention along each axis, each summing to 1. faces: heads that no crop may cut."""

    columns: NDArray[np.float64]
    rows: NDArray[np.float64]
    faces: tuple[Face, ...] = ()

    def narrowest(self, axis: Axis, share: float) -> float:
        """The smallest fraction of the photo, along an axis, that holds `share` of the attention."""
        sums = self._sums(axis)
        ends = np.searchsorted(sums, sums + share - 1e-9)
        widths = [int(end) - start for start, end in enumerate(ends) if end < len(sums)]
        first, last = self.heads(axis)
        return max(last - first, min(widths, default=len(sums) - 1) / (len(sums) - 1))

    def heads(self, axis: Axis) -> tuple[float, float]:
        """From where to where the faces reach along an axis; (0, 0) without any."""
        edges = [(face.left, face.right) if axis == "x" else (face.top, face.bottom) for face in self.faces]
        return min((first for first, _ in edges), default=0.0), max((last for _, last in edges), default=0.0)

    def best(self, axis: Axis, fraction: float) -> float:
        """The subject's middle (0..1): that of the attention inside the window of this length that holds most."""
        line = self.columns if axis == "x" else self.rows
        sums = self._sums(axis)
        length = min(len(line), max(1, round(fraction * len(line))))
        held = sums[length:] - sums[:-length]
        off_centre = np.abs((np.arange(len(held)) + length / 2) / len(line) - 0.5)
        start = int(np.argmax(held - 1e-3 * off_centre))
        inside = line[start : start + length] ** 2  # the peak counts, not its foothills
        return float((inside * (np.arange(start, start + length) + 0.5)).sum() / inside.sum() / len(line))

    def _sums(self, axis: Axis) -> NDArray[np.float64]:
        return np.concatenate([[0.0], np.cumsum(self.columns if axis == "x" else self.rows)])


def look_at(y: Plane, cb: Plane, cr: Plane) -> Saliency:
    """y, cb, cr: a copy of the photo about 400 px long, upright, all of one size."""
    height, width = y.shape
    longest = max(height, width)
    grey, blue, red = (plane.astype(np.float32) for plane in (y, cb, cr))
    fine = np.abs(grey - _blurred(grey, 1.5))
    # texture that fills the picture (grass, leaves) is no subject: what counts is standing out from the surroundings
    sharp = np.clip(
        _scaled(_blurred(fine, longest / _NEAR)) - 0.6 * _scaled(_blurred(fine, longest / _AROUND)), 0, None
    )
    tone = np.abs(_apart(grey, longest))
    color = np.hypot(_apart(blue, longest), _apart(red, longest))
    energy = _SHARP * _scaled(sharp, 0.05) + _TONE * _scaled(tone) + _COLOR * _scaled(color)
    energy = energy**2 * _rim(width, height) + 1e-6
    energy /= energy.sum()
    faces = find_faces(y)
    if faces:
        energy = (1 - _OF_FACES) * energy + _OF_FACES * _heads_of(faces, width, height)
    return Saliency(energy.sum(axis=0).astype(np.float64), energy.sum(axis=1).astype(np.float64), faces)


def _heads_of(faces: tuple[Face, ...], width: int, height: int) -> Grid:
    """Even over every head, nothing elsewhere; sums to 1."""
    grid = np.zeros((height, width), np.float32)
    for face in faces:
        rows = slice(int(face.top * height), int(face.bottom * height) + 1)
        grid[rows, int(face.left * width) : int(face.right * width) + 1] = 1
    return np.asarray(grid / grid.sum(), np.float32)


def _apart(plane: Grid, longest: int) -> Grid:
    return _blurred(plane, longest / _NEAR) - _blurred(plane, longest / _FAR)


def _blurred(plane: Grid, sigma: float) -> Grid:
    """A Gaussian blur; a wide one is done on a smaller copy, where it costs a hundredth."""
    height, width = plane.shape
    shrink = int(sigma / 3)
    if shrink < 2:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    size = (max(2, width // shrink), max(2, height // shrink))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / shrink, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _scaled(plane: Grid, least: float = 1.0) -> Grid:
    """About 0..1; a plane whose peaks are below `least` stays near 0."""
    return np.asarray(plane / (np.percentile(plane, 99.5) + least), np.float32)


def _rim(width: int, height: int) -> Grid:
    """Near 1 inside, falling at the rim, where frames and cut-off things are."""
    x = np.sin(np.linspace(0.08, 0.92, width) * np.pi) ** 0.5
    y = np.sin(np.linspace(0.08, 0.92, height) * np.pi) ** 0.5
    return np.asarray(np.outer(y, x), np.float32)
