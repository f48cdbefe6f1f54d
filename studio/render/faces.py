"""Where people look out of a photo: frontal faces and profiles, found by the cascades that OpenCV's wheel carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

import cv2
import numpy as np

from .planes import Plane

_LONGEST = 288  # px of the copy that is searched: a face of interest is a ninth of it, the cascades need 20 px
_LEAST = 9  # times a face fits into the photo's shorter side; smaller ones are passers-by
_STEP, _AGREEING = 1.15, 4  # growth of the search window, hits that must coincide
_one_at_a_time = Lock()  # a cascade keeps what it is looking at in itself
_HAIR, _CHIN, _EARS = 0.45, 0.25, 0.25  # of a face's size, around the box the cascade knows


@dataclass(frozen=True, slots=True)
class Face:
    """A head with hair and chin, in fractions of the photo (0..1)."""

    left: float
    top: float
    right: float
    bottom: float


def find_faces(y: Plane) -> tuple[Face, ...]:
    """y: the photo's luma, upright, any size. Largest first; none where OpenCV has no cascades (from 5.0 on)."""
    if not hasattr(cv2, "CascadeClassifier"):
        return ()
    scale = min(1.0, _LONGEST / max(y.shape))
    small = cv2.resize(y, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else y
    grey = np.asarray(small, np.uint8)
    boxes = _seen(grey, "haarcascade_frontalface_alt2.xml")
    if not boxes:
        boxes = _seen(grey, "haarcascade_profileface.xml")
    if not boxes:
        width = grey.shape[1]
        mirrored = _seen(np.ascontiguousarray(grey[:, ::-1]), "haarcascade_profileface.xml")
        boxes = [(width - left - size, top, size) for left, top, size in mirrored]
    height, width = grey.shape
    return tuple(_head(box, width, height) for box in sorted(boxes, key=lambda box: -box[2]))


def _seen(grey: Plane, cascade: str) -> list[tuple[int, int, int]]:
    """Left, top and size of each face, px."""
    least = max(20, min(grey.shape) // _LEAST)
    with _one_at_a_time:
        found = _cascade(cascade).detectMultiScale(grey, _STEP, _AGREEING, minSize=(least, least))
    return [(int(left), int(top), int(size)) for left, top, size, _ in found]


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / name))


def _head(box: tuple[int, int, int], width: int, height: int) -> Face:
    left, top, size = box
    return Face(
        max(0.0, (left - _EARS * size) / width),
        max(0.0, (top - _HAIR * size) / height),
        min(1.0, (left + (1 + _EARS) * size) / width),
        min(1.0, (top + (1 + _CHIN) * size) / height),
    )
