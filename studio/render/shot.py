"""One photo on the timeline: prepared once, then drawn at any moment of its shot by one warp per plane."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .camera import Camera, plan_camera
from .framing import Inset, backdrop, choose_inset
from .look import grade
from .picture import Picture, load_picture
from .planes import Plane, Planes
from .saliency import Saliency, look_at
from .timeline import ShotPlan

# px of the working copy per px of the frame where the lens is closest. Bilinear warps need more detail than they show;
# photos with less are enlarged once, well, instead of in every frame
_OVERSAMPLING = 1.4
_ENLARGED = 2.0  # at most
_HOW = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_CLOSER = 0.9  # a zoom ends about this close
_EYE_LINE = 0.36  # of an upright photo, where heads are: a guess about the middle leans that way
_ALONG = {"pan-left": "x", "pan-right": "x", "pan-up": "y", "pan-down": "y"}


class PhotoShot:
    """Draws one photo. Everything about it follows from the plan and the file, never from the order of calls."""

    def __init__(self, plan: ShotPlan, frame: tuple[int, int], fps: int, look: str | None) -> None:
        self._plan = plan
        picture = load_picture(Path(plan.path or ""), enough=round(max(frame) * _OVERSAMPLING * 2))
        saliency = look_at(*picture.small(400))
        size = (picture.width, picture.height)
        along_x = size[0] / size[1] > frame[0] / frame[1]
        fill = _ALONG.get(plan.motion) == ("x" if along_x else "y")
        self._inset = choose_inset(size, frame, saliency, fill=fill)
        self._camera = plan_camera(
            plan.motion,
            size,
            self._inset.aspect,
            plan.focus or _focus(size, self._inset.aspect, saliency),
            seconds=plan.frames / fps,
            turn=plan.turn,
        )
        self._origin, self._source, self._scale = _working_copy(picture, self._camera, self._inset)
        self._source = grade(self._source, look)
        covered = self._inset.width == frame[0] and self._inset.height == frame[1]
        self._behind = None if covered else backdrop(self._source, frame, self._inset)

    def draw(self, index: int, frame: Planes) -> None:
        """Fill the frame as it is at this index of the film."""
        target = frame
        if self._behind is not None:
            frame.copy_from(self._behind)
            target = frame.part(self._inset.left, self._inset.top, self._inset.width, self._inset.height)
        steps = max(1, self._plan.frames - 1)
        view = self._camera.at((index - self._plan.first) / steps)
        per_px = view.width / self._inset.width
        left = view.x - view.width / 2 - self._origin[0]
        top = view.y - view.width / self._camera.aspect / 2 - self._origin[1]
        for source, out, half in zip(self._source.each(), target.each(), (1, 2, 2), strict=True):
            self._warp(source, out, half, (left, top, per_px))

    def _warp(self, source: Plane, out: Plane, half: int, view: tuple[float, float, float]) -> None:
        """half: 1 for luma, 2 for chroma, whose samples sit left in each pair in the frame, amid it in the photo."""
        left, top, per_px = view
        kx, ky = self._scale[0] / half, self._scale[1] / half
        step = per_px * half
        x0 = left + 0.5 * per_px
        y0 = top + 0.5 * step
        matrix = np.array([[step * kx, 0, x0 * kx - 0.5], [0, step * ky, y0 * ky - 0.5]])
        size = (out.shape[1], out.shape[0])
        cv2.warpAffine(source, matrix, size, dst=out, flags=_HOW, borderMode=cv2.BORDER_REPLICATE)


def _focus(size: tuple[int, int], aspect: float, saliency: Saliency) -> tuple[float, float]:
    """Around what a crop of this aspect, pulled in a little, sees most of the subject."""
    width, height = size
    wide = min(width, height * aspect) * _CLOSER
    x, y = saliency.best("x", wide / width), saliency.best("y", wide / aspect / height)
    if height > width:
        y = min(y, 0.65 * y + 0.35 * _EYE_LINE)
    return x, y


def _working_copy(
    picture: Picture, camera: Camera, inset: Inset
) -> tuple[tuple[int, int], Planes, tuple[float, float]]:
    """The part of the photo the shot ever sees, no larger than it needs: its origin, pixels, and px per photo px."""
    left, top, right, bottom = camera.envelope()
    x0, y0 = max(0, int(left) - 2) & ~1, max(0, int(top) - 2) & ~1
    x1, y1 = min(picture.width, int(right) + 4), min(picture.height, int(bottom) + 4)
    tight = min(camera.start.width, camera.end.width)
    scale = min(_ENLARGED, _OVERSAMPLING * inset.width / tight)
    size = (max(2, round((x1 - x0) * scale / 2) * 2), max(2, round((y1 - y0) * scale / 2) * 2))
    source = picture.cut((x0, y0, x1, y1), size)
    return (x0, y0), source, (size[0] / (x1 - x0), size[1] / (y1 - y0))
