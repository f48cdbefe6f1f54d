"""One photo on the timeline: prepared once, then drawn at any moment of its shot by one warp per plane."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .camera import Camera, plan_camera
from .depth import Field, Relief, nearness, within
from .framing import Inset, backdrop, choose_inset
from .look import grade
from .picture import Picture, load_picture
from .planes import Planes
from .prepared import Prepared
from .saliency import Saliency, look_at
from .timeline import ShotPlan
from .warp import LEAD, Lens, Window

# px of the working copy per px of the frame where the lens is closest. Bilinear warps need more detail than they show;
# photos with less are enlarged once, well, instead of in every frame. No fraction of small numbers comes near this
# one, so that even at one distance there is a beginning for every place (see warp)
_OVERSAMPLING = 1.4198
_ENLARGED = 2.0  # at most
# what a bilinear resize takes from fine detail is given back here, once a photo: found by comparing with Lanczos
_CRISP, _CRISP_SIGMA = 0.3, 0.8
_EXACT, _EXACT_CHROMA = 1 / 28, 1 / 12  # px of the working copy; a viewer sees neither
_CLOSER = 0.9  # a zoom ends about this close
_EYE_LINE = 0.36  # of an upright photo, where heads are: a guess about the middle leans that way
_NEARER = 1.3  # times the sway that the nearest things are shifted beside the far ones
_ALONG = {"pan-left": "x", "pan-right": "x", "pan-up": "y", "pan-down": "y"}


class PhotoShot:
    """Draws one photo. Everything about it follows from the plan and the file, never from the order of calls."""

    def __init__(self, plan: ShotPlan, made: Prepared) -> None:
        """made: what `prepare` made of the same plan."""
        self._plan, self._made = plan, made
        self._nearer = 0.0  # px of the photo by which the nearest things are shifted right in the frame being drawn
        self._relief = None if made.field is None else Relief(made.field)

    def draw(self, index: int, frame: Planes, lens: Lens) -> None:
        """Fill the frame as it is at this index of the film."""
        target, inset, camera = frame, self._made.inset, self._made.camera
        if self._made.behind is not None:
            frame.copy_from(self._made.behind)
            target = frame.part(inset.left, inset.top, inset.width, inset.height)
        steps = max(1, self._plan.frames - 1)
        progress = (index - self._plan.first) / steps
        view = camera.at(progress)
        corner = view.x - view.width / 2, view.y - view.width / camera.aspect / 2
        self._nearer = -_NEARER * camera.swayed(progress)
        self._see((*corner, view.width / inset.width), target, lens)

    def _see(self, view: tuple[float, float, float], target: Planes, lens: Lens) -> None:
        """view: left, top, px of the photo; px of it per px of the target."""
        made = self._made
        left, top, per_px = view[0] - made.origin[0], view[1] - made.origin[1], view[2]
        for source, out, half in zip(made.source.each(), target.each(), (1, 2, 2), strict=True):
            kx, ky = made.scale[0] / half, made.scale[1] / half
            step = per_px * half
            # chroma sits left in each pair of the frame's px, amid each pair of the photo's
            beside = 0.5 * per_px * (half - 1)
            window = Window((left - beside) * kx, top * ky, (step * kx, step * ky))
            if self._relief is not None:
                self._relief.draw(source, window, out, self._nearer * kx)
                continue
            lens.draw(source, window, out, exact=_EXACT if half == 1 else _EXACT_CHROMA)


def prepare(plan: ShotPlan, frame: tuple[int, int], fps: int, look: str | None) -> Prepared:
    """Decode a photo, decide where the camera goes, and keep what it will see. Raises RenderError."""
    picture = load_picture(Path(plan.path or ""), enough=round(max(frame) * _OVERSAMPLING * 2))
    saliency = look_at(*picture.small(400))
    size = (picture.width, picture.height)
    along_x = size[0] / size[1] > frame[0] / frame[1]
    fill = _ALONG.get(plan.motion) == ("x" if along_x else "y")
    inset = choose_inset(size, frame, saliency, fill=fill)
    focus = plan.focus or _focus(size, inset.aspect, saliency)
    camera = plan_camera(plan.motion, size, inset.aspect, focus, seconds=plan.frames / fps, turn=plan.turn)
    origin, source, scale = _working_copy(picture, camera, inset)
    source = grade(source, look)
    covered = inset.width == frame[0] and inset.height == frame[1]
    field = _shape(saliency, size, origin, scale, source) if camera.sway else None
    return Prepared(inset, camera, origin, scale, source, None if covered else backdrop(source, frame, inset), field)


def _shape(
    saliency: Saliency,
    size: tuple[int, int],
    origin: tuple[float, float],
    scale: tuple[float, float],
    source: Planes,
) -> Field:
    """What is near in the working copy."""
    left, top = (edge / length for edge, length in zip(origin, size, strict=True))
    wide, tall = source.width / scale[0] / size[0], source.height / scale[1] / size[1]
    return within(nearness(saliency), left, top, left + wide, top + tall)


def _focus(size: tuple[int, int], aspect: float, saliency: Saliency) -> tuple[float, float]:
    """Around what a crop of this aspect, pulled in a little, sees most of the subject."""
    width, height = size
    wide = min(width, height * aspect) * _CLOSER
    across, down = wide / width, wide / aspect / height
    x, y = saliency.best("x", across), saliency.best("y", down)
    if height > width:
        y = min(y, 0.65 * y + 0.35 * _EYE_LINE)
    return _with_heads(x, across, saliency.heads("x")), _with_heads(y, down, saliency.heads("y"))


def _with_heads(middle: float, length: float, heads: tuple[float, float]) -> float:
    """The middle moved as little as it takes for a window of this length to hold all heads, where they fit."""
    first, last = heads
    if last - first > length:
        return middle
    return min(max(middle, last - length / 2), first + length / 2) if last else middle


def _working_copy(
    picture: Picture, camera: Camera, inset: Inset
) -> tuple[tuple[float, float], Planes, tuple[float, float]]:
    """The part of the photo the shot ever sees, no larger than it needs: its origin, pixels, and px per photo px."""
    left, top, right, bottom = camera.envelope()
    tight, wide = (pick(camera.start.width, camera.end.width) / inset.width for pick in (min, max))
    scale = min(_ENLARGED, _OVERSAMPLING / tight)
    lead = LEAD * wide + 2  # px of the photo, for beginnings further left and up
    x0, y0 = (int((edge - lead) // 2) * 2 for edge in (left, top))
    x1, y1 = min(picture.width, int(right) + 4), min(picture.height, int(bottom) + 4)
    box = (max(0, x0), max(0, y0), x1, y1)
    size = _even((x1 - box[0]) * scale), _even((y1 - box[1]) * scale)
    source = picture.cut(box, size)
    if scale <= 1:
        soft = cv2.GaussianBlur(source.y, (3, 3), _CRISP_SIGMA)
        cv2.addWeighted(source.y, 1 + _CRISP, soft, -_CRISP, 0, dst=source.y)
    kx, ky = size[0] / (x1 - box[0]), size[1] / (y1 - box[1])
    beyond = _even((box[0] - x0) * kx), _even((box[1] - y0) * ky)
    return (box[0] - beyond[0] / kx, box[1] - beyond[1] / ky), _extended(source, *beyond), (kx, ky)


def _extended(planes: Planes, left: int, top: int) -> Planes:
    """With so many px more, all like the outermost."""
    if not (left or top):
        return planes
    extended = (
        cv2.copyMakeBorder(plane, top // half, 0, left // half, 0, cv2.BORDER_REPLICATE)
        for plane, half in zip(planes.each(), (1, 2, 2), strict=True)
    )
    return Planes(*(np.asarray(plane, np.uint8) for plane in extended))


def _even(length: float) -> int:
    return max(0, round(length / 2) * 2)
