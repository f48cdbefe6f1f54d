"""How a photo fills a frame of another shape: cropped where the subject survives it, else before its own blur."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .planes import Planes
from .saliency import Saliency

_SHARE_SIDEWAYS = 0.66  # of what catches the eye a crop at the sides must keep
_SHARE_UPRIGHT, _HEIGHT_UPRIGHT = 0.88, 0.62  # and of its height, a crop at top and bottom, where heads are
_NEARLY_FULL, _NEARLY_FULL_UPRIGHT = 0.74, 0.86  # from here on the whole frame is filled: thin bars look like a mistake
_STEADY = 0.70  # of the frame is given to an inset where that keeps half the photo, so that insets match


@dataclass(frozen=True, slots=True)
class Inset:
    """Where in the frame the photo is shown; even px."""

    left: int
    top: int
    width: int
    height: int

    @property
    def aspect(self) -> float:
        return self.width / self.height


def choose_inset(photo: tuple[int, int], frame: tuple[int, int], saliency: Saliency, *, fill: bool) -> Inset:
    """The area the photo gets. fill: the motion needs the whole frame (a pan along the longer side)."""
    whole = Inset(0, 0, frame[0], frame[1])
    photo_aspect, frame_aspect = photo[0] / photo[1], frame[0] / frame[1]
    if fill:
        return whole
    if photo_aspect > frame_aspect:
        needed = saliency.narrowest("x", _SHARE_SIDEWAYS) * photo_aspect
        share = frame_aspect / max(needed, frame_aspect)
        if share >= _NEARLY_FULL:
            return whole
        share = max(share, min(_STEADY, 2 * frame_aspect / photo_aspect))
        height = _even(frame[1] * share)
        return Inset(0, (frame[1] - height) // 4 * 2, frame[0], height)
    needed = photo_aspect / max(_HEIGHT_UPRIGHT, saliency.narrowest("y", _SHARE_UPRIGHT))
    if min(needed, frame_aspect) / frame_aspect >= _NEARLY_FULL_UPRIGHT:
        return whole
    width = _even(frame[1] * max(needed, photo_aspect))
    return Inset((frame[0] - width) // 4 * 2, 0, width, frame[1])


def backdrop(photo: Planes, frame: tuple[int, int], inset: Inset) -> Planes:
    """The frame behind an inset: the same photo, out of focus and darker, with the inset's soft shadow on it."""
    small_w, small_h = max(16, frame[0] // 16 * 2), max(16, frame[1] // 16 * 2)
    aspect = small_w / small_h
    width = min(photo.width, int(photo.height * aspect)) & ~1
    height = min(photo.height, int(width / aspect)) & ~1
    cut = photo.part((photo.width - width) // 4 * 2, (photo.height - height) // 4 * 2, width, height)
    sigma = min(small_w, small_h) / 18
    blurred = []
    for plane, black, gain in zip(cut.each(), (16, 128, 128), (0.6, 0.85, 0.85), strict=True):
        half = 1 if black == 16 else 2
        small = cv2.resize(plane, (small_w // half, small_h // half), interpolation=cv2.INTER_AREA)
        soft = np.asarray(cv2.GaussianBlur(small.astype(np.float32), (0, 0), sigma / half), np.float32)
        large = cv2.resize((soft - black) * gain, (frame[0] // half, frame[1] // half), interpolation=cv2.INTER_CUBIC)
        if half == 1:
            cv2.multiply(large, _shadow(frame, inset), dst=large)
        blurred.append(np.asarray(cv2.convertScaleAbs(large, alpha=1, beta=black), np.uint8))
    return Planes(*blurred)


def _shadow(frame: tuple[int, int], inset: Inset) -> np.typing.NDArray[np.float32]:
    """Factors on luma: darker towards the inset's edge."""
    step = 4
    mask = np.zeros((frame[1] // step + 1, frame[0] // step + 1), np.float32)
    left, top = inset.left // step, inset.top // step
    mask[top : top + inset.height // step, left : left + inset.width // step] = 1.0
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), min(frame) / step / 40), np.float32)
    return np.asarray(cv2.resize(1 - np.float32(0.55) * soft, frame, interpolation=cv2.INTER_LINEAR), np.float32)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
