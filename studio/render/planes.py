"""Pixels as the encoder wants them: Y, U and V planes, BT.709, limited range.

Chroma of a Planes is half the luma's size each way and centred; a frame's chroma sits left, as H.264 assumes.
Source of the matrices: Rec. ITU-T BT.601 and BT.709, JFIF 1.02.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.uint8]
Rgb: TypeAlias = tuple[int, int, int]

BLACK = (16, 128, 128)
WHITE = (235, 128, 128)


@dataclass(frozen=True, slots=True)
class Planes:
    """Three 8-bit planes; u and v hold half as many rows and columns as y, rounded up."""

    y: Plane
    u: Plane
    v: Plane

    @property
    def width(self) -> int:
        return int(self.y.shape[1])

    @property
    def height(self) -> int:
        return int(self.y.shape[0])

    def each(self) -> tuple[Plane, Plane, Plane]:
        """In the order the encoder stores them."""
        return self.y, self.u, self.v

    @classmethod
    def filled(cls, width: int, height: int, color: Sequence[int] = BLACK) -> Planes:
        """One colour, given as (y, u, v)."""
        half = ((height + 1) // 2, (width + 1) // 2)
        return cls(
            np.full((height, width), color[0], np.uint8),
            np.full(half, color[1], np.uint8),
            np.full(half, color[2], np.uint8),
        )

    def part(self, left: int, top: int, width: int, height: int) -> Planes:
        """A view of a rectangle; all four numbers even."""
        return Planes(
            self.y[top : top + height, left : left + width],
            *(
                plane[top // 2 : (top + height + 1) // 2, left // 2 : (left + width + 1) // 2]
                for plane in (self.u, self.v)
            ),
        )

    def copy_from(self, other: Planes) -> None:
        for mine, theirs in zip(self.each(), other.each(), strict=True):
            np.copyto(mine, theirs)


def _rgb_to_ycc(kr: float, kb: float) -> NDArray[np.float64]:
    """Rows y, cb, cr of full-scale R'G'B' in 0..1; chroma centred on 0."""
    luma = np.array([kr, 1 - kr - kb, kb])
    return np.stack([luma, (np.eye(3)[2] - luma) / (2 * (1 - kb)), (np.eye(3)[0] - luma) / (2 * (1 - kr))])


_BT709 = _rgb_to_ycc(0.2126, 0.0722)
_BT601 = _rgb_to_ycc(0.299, 0.114)
_LIMITED = np.array([219.0, 224.0, 224.0])
_RGB_TO_709 = np.column_stack([_BT709 * _LIMITED[:, None] / 255, [16, 128, 128]]).astype(np.float32)
_MIX = (_BT709 @ np.linalg.inv(_BT601)) * _LIMITED[:, None] / 255
_FINE = 3
_JFIF_TO_709 = np.column_stack([_MIX, np.array([16, 128, 128]) - _MIX @ np.array([0, 128, 128])]).astype(np.float32)


def yuv_of(color: Rgb) -> tuple[int, int, int]:
    """One sRGB colour as limited-range BT.709."""
    y, u, v = (round(float(value)) for value in _RGB_TO_709 @ np.array([*color, 1.0]))
    return y, u, v


def from_rgb(rgb: NDArray[np.uint8]) -> Planes:
    """sRGB pixels, shape (height, width, 3), to planes of the same size."""
    y, u, v = cv2.split(cv2.transform(rgb, _RGB_TO_709))
    height, width = y.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    return Planes(_u8(y), _u8(_area(u, half)), _u8(_area(v, half)))


def from_jfif(y: Plane, cb: Plane, cr: Plane) -> Planes:
    """Full-range BT.601 planes, as a JPEG holds them, to ours."""
    size = (int(y.shape[1]), int(y.shape[0]))
    # luma of the one matrix depends on chroma of the other: that share, at chroma's size and three times as fine as a
    # byte's steps, is brought to luma's
    (luma, from_cb, from_cr, black), *chroma = _JFIF_TO_709.tolist()
    share = cv2.addWeighted(cb, _FINE * from_cb, cr, _FINE * from_cr, 128 - _FINE * 128 * (from_cb + from_cr))
    wide = cv2.resize(share, size, interpolation=cv2.INTER_LINEAR)
    rest = black + 128 * (from_cb + from_cr) - 128 / _FINE
    planes = [cv2.addWeighted(y, luma, wide, 1 / _FINE, rest, dst=wide)]
    planes += [cv2.addWeighted(cb, of_cb, cr, of_cr, level) for _, of_cb, of_cr, level in chroma]
    return Planes(*(_u8(plane) for plane in planes))


def to_rgb(planes: Planes) -> NDArray[np.uint8]:
    """Planes to sRGB pixels, for stills and animated GIFs."""
    size = (planes.width, planes.height)
    wide = [cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (planes.u, planes.v)]
    back = np.linalg.inv(_RGB_TO_709[:, :3].astype(np.float64))
    matrix = np.column_stack([back, -back @ np.array([16.0, 128.0, 128.0])]).astype(np.float32)
    return _u8(cv2.transform(cv2.merge([planes.y, *wide]), matrix))


def _area(plane: Any, size: tuple[int, int]) -> Any:
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def _u8(array: Any) -> Plane:
    """cv2's arrays, for the type checker; they are uint8 already."""
    return np.asarray(array, dtype=np.uint8)
