"""A cheap guess at what the eye goes to in a photo: local contrast against the picture's own average, kept off the rim."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .planes import Plane

_PORTRAIT_EYE_LINE = 0.38  # heads sit in the upper third of an upright photo


@dataclass(frozen=True, slots=True)
class Saliency:
    """focus: (x, y) in 0..1. columns, rows: shares of attention along each axis, each summing to 1."""

    focus: tuple[float, float]
    columns: NDArray[np.float64]
    rows: NDArray[np.float64]

    def narrowest(self, axis: str, share: float) -> float:
        """The smallest fraction of the photo, along "x" or "y", that holds `share` of the attention."""
        line = self.columns if axis == "x" else self.rows
        sums = np.concatenate([[0.0], np.cumsum(line)])
        ends = np.searchsorted(sums, sums + share - 1e-9)
        widths = [end - start for start, end in enumerate(ends) if end < len(sums)]
        return min(widths, default=len(line)) / len(line)


def look_at(luma: Plane) -> Saliency:
    """luma: a grey copy of about 200 px, upright."""
    height, width = luma.shape
    grey = luma.astype(np.float32)
    dx, dy = cv2.Scharr(grey, cv2.CV_32F, 1, 0), cv2.Scharr(grey, cv2.CV_32F, 0, 1)
    edges = np.sqrt(np.asarray(cv2.magnitude(dx, dy)))
    fine = np.asarray(cv2.GaussianBlur(edges, (0, 0), max(width, height) / 40))
    # texture that fills the picture (grass, leaves) is no subject: what counts is standing out from the surroundings
    around = np.asarray(cv2.GaussianBlur(edges, (0, 0), max(width, height) / 6))
    tone = np.abs(
        np.asarray(cv2.GaussianBlur(grey, (0, 0), max(width, height) / 40))
        - np.asarray(cv2.GaussianBlur(grey, (0, 0), max(width, height) / 5))
    )
    out = np.clip(fine - around, 0, None)
    energy = (out / (out.max() + 1e-6) + 0.7 * tone / (tone.max() + 1e-6)) ** 2
    energy = energy * _rim(width, height) + 1e-6
    energy /= energy.sum()
    columns, rows = energy.sum(axis=0), energy.sum(axis=1)
    focus = (_middle(columns), _middle(rows))
    if height > width:
        focus = (focus[0], 0.5 * focus[1] + 0.5 * _PORTRAIT_EYE_LINE)
    return Saliency(focus, columns.astype(np.float64), rows.astype(np.float64))


def _rim(width: int, height: int) -> NDArray[np.float32]:
    """Near 1 inside, falling to a fifth at the rim, where frames and cut-off things are."""
    x = np.sin(np.linspace(0.06, 0.94, width) * np.pi) ** 0.5
    y = np.sin(np.linspace(0.06, 0.94, height) * np.pi) ** 0.5
    return np.asarray(np.outer(y, x), np.float32)


def _middle(line: NDArray[np.float64]) -> float:
    """Halfway between the mean and the median: the mean alone falls between two subjects."""
    places = (np.arange(len(line)) + 0.5) / len(line)
    mean = float((line * places).sum() / line.sum())
    median = float(places[int(np.searchsorted(np.cumsum(line), line.sum() / 2))])
    return (mean + median) / 2
