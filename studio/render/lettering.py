"""A title or caption on the frame: set once, then laid over the picture with its animation."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import ImageColor

from .camera import ease
from .errors import RenderError
from .patch import Layer, Patch, moved
from .planes import Planes, Rgb, yuv_of
from .timeline import TextPlan
from .typeset import Setting, set_text

_SIZES = {"title": 0.112, "caption": 0.056}  # of the frame's shorter side
_WEIGHTS = {"title": 700, "caption": 600}
# left and right, top, bottom: what players and apps cover; upright films carry buttons and a description below
SAFE_WIDE, SAFE_TALL = (0.08, 0.09, 0.09), (0.08, 0.12, 0.19)
_SHADOW, _PLATE = 0.62, 0.58
_ENOUGH_CONTRAST = 2.1  # between the letters and the lightest (or darkest) tenth of what is behind them
_TYPING = 0.55  # of the time on screen at most


class Lettering:
    """Words prepared for one film. beneath: a frame they will stand on, looked at for contrast only."""

    def __init__(self, plan: TextPlan, beneath: Planes) -> None:
        self._plan = plan
        width, height = beneath.width, beneath.height
        side, top, bottom = SAFE_WIDE if width >= height else SAFE_TALL
        share = plan.size / 100 * height if plan.size else _SIZES[plan.role] * min(width, height)
        self._set = set_text(
            plan.text,
            size=max(8, round(share)),
            weight=_WEIGHTS[plan.role],
            max_width=round(width * (1 - 2 * side)),
            max_height=round(height * (1 - top - bottom)),
        )
        self._color = rgb_of(plan.color)
        rows, columns = self._set.mask.shape
        self._left = (width - columns) // 4 * 2
        self._top = _row(plan.position, rows, self._set.margin, height, top, bottom)
        self._patch = self._layers(self._needs_plate(beneath))
        self._step = max(2, round(self._set.size * 0.5))

    def draw(self, index: int, frame: Planes) -> None:
        """Lay the words over a frame, in place."""
        plan = self._plan
        at, left = index - plan.first, plan.end - 1 - index
        coming = ease((at + 1) / (plan.fade_in + 1)) if plan.fade_in else 1.0
        going = ease((left + 1) / (plan.fade_out + 1)) if plan.fade_out else 1.0
        patch = self._patch
        if plan.animation == "typewriter":
            patch, coming = patch.shown(self._typed(at / max(1, plan.frames))), 1.0
        rise = self._step * ((1 - coming) - (1 - going)) if plan.animation == "slide" else 0.0
        if rise:
            patch = patch.moved(0.0, rise)
        patch.lay(frame, self._left, self._top, min(coming, going))

    def _layers(self, plate: bool) -> Patch:
        """Letters, their shadow, and a plate if need be."""
        letters = np.asarray(self._set.mask / 255, np.float32)
        behind = shadow(self._set)
        if plate:
            behind = np.maximum(behind, _rounded(self._set) * np.float32(_PLATE))
        return Patch.of((letters, self._color), (behind, (0, 0, 0) if self._is_light() else (255, 255, 255)))

    def _is_light(self) -> bool:
        return _luminance(yuv_of(self._color)[0]) > 0.18

    def _needs_plate(self, beneath: Planes) -> bool:
        rows, columns = self._set.mask.shape
        area = beneath.y[max(0, self._top) : self._top + rows, max(0, self._left) : self._left + columns]
        if not area.size:
            return False
        ink = _luminance(yuv_of(self._color)[0])
        paper = _luminance(float(np.percentile(area, 90 if self._is_light() else 10)))
        # close to the letters the shadow takes about half the light away; a glow adds less, as eyes see it
        paper = paper * (1 - 0.8 * _SHADOW) if self._is_light() else 1 - (1 - paper) * (1 - 0.35 * _SHADOW)
        high, low = max(ink, paper), min(ink, paper)
        return (high + 0.05) / (low + 0.05) < _ENOUGH_CONTRAST

    def _typed(self, progress: float) -> Layer:
        """1 where letters have been typed."""
        spans = [(line, span) for line in self._set.lines for span in line.spans]
        count = int(len(spans) * min(1.0, progress / _TYPING) + 1e-6)
        shown = np.zeros(self._set.mask.shape, np.float32)
        if count >= len(spans):
            return shown + 1
        soft = self._set.margin // 3
        for line, (start, stop) in spans[:count]:
            shown[max(0, line.top - soft) : line.bottom + soft, max(0, start - 1) : stop + 1] = 1
        return shown


def rgb_of(color: str) -> Rgb:
    """A colour by its name or as #RRGGBB. Raises RenderError."""
    try:
        return ImageColor.getrgb(color)[:3]
    except ValueError as exc:
        raise RenderError(f"{color} is not a colour I know. Use a name like gold, or #RRGGBB.") from exc


def _row(position: str, rows: int, margin: int, height: int, top: float, bottom: float) -> int:
    """The mask's first row, even; its margin may reach out of the safe area, its words may not."""
    places = {
        "top": height * top - margin,
        "center": (height - rows) / 2,
        "bottom": height * (1 - bottom) - rows + margin,
    }
    return round(places[position] / 2) * 2


def shadow(setting: Setting) -> Layer:
    """A soft dark glow, a little lower than the letters."""
    mask = np.asarray(setting.mask / 255, np.float32)
    near = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(1.0, setting.size * 0.05)), np.float32)
    far = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(1.5, setting.size * 0.16)), np.float32)
    glow = np.asarray(np.clip(0.55 * near + 0.9 * far, 0, 1) * _SHADOW, np.float32)
    return moved(glow, 0.0, setting.size * 0.03)


def _rounded(setting: Setting) -> Layer:
    """A plate with soft corners around the words."""
    rows, columns = setting.mask.shape
    plate = np.zeros((rows, columns), np.uint8)
    inset = round(setting.margin * 0.25)
    radius = max(2, round(setting.margin * 0.7))
    cv2.rectangle(plate, (inset + radius, inset), (columns - inset - radius, rows - inset), 255, -1)
    cv2.rectangle(plate, (inset, inset + radius), (columns - inset, rows - inset - radius), 255, -1)
    for x in (inset + radius, columns - inset - radius):
        for y in (inset + radius, rows - inset - radius):
            cv2.circle(plate, (x, y), radius, 255, -1, cv2.LINE_AA)
    return np.asarray(plate / 255, np.float32)


def _luminance(y: float) -> float:
    """Relative luminance 0..1 of a limited-range luma value."""
    return float(max(0.0, min(1.0, (y - 16) / 219)) ** 2.2)
