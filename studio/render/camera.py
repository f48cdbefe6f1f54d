"""Where the lens looks during a shot: a window in the photo, moving without a jerk.

Zooms change scale exponentially, so their speed looks constant, and close in on one fixed point, so nothing wobbles.
Pans name the way the camera turns: in pan-right the picture moves to the left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api import Motion

_ZOOM_PER_S = 0.045
_ZOOM_LEAST, _ZOOM_MOST = 1.08, 1.24
_PAN_PER_S, _SWEEP_PER_S, _DRIFT_PER_S = 0.11, 0.5, 0.04  # of the window's width
_RAMP = 0.22  # share of a shot spent getting up to speed, and again slowing down
_AXES: dict[str, tuple[int, int]] = {"pan-left": (-1, 0), "pan-right": (1, 0), "pan-up": (0, -1), "pan-down": (0, 1)}


@dataclass(frozen=True, slots=True)
class View:
    """A window in the photo: centre and width, px of the photo; its height follows from the frame's aspect."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Camera:
    """start, end: the windows at both ends. aspect: width / height of what is filled. sway: px of the photo."""

    start: View
    end: View
    aspect: float
    sway: float = 0.0

    def at(self, progress: float) -> View:
        """The window at 0 <= progress <= 1 of the shot."""
        eased = ease(progress)
        ratio = self.end.width / self.start.width
        width = self.start.width * ratio**eased
        if abs(self.end.width - self.start.width) > 1e-6:
            # centres move with the width, so that a zoom has one fixed point
            share = (width - self.start.width) / (self.end.width - self.start.width)
        else:
            share = eased
        x = self.start.x + (self.end.x - self.start.x) * share
        y = self.start.y + (self.end.y - self.start.y) * share
        return View(x + self.swayed(progress), y, width)

    def swayed(self, progress: float) -> float:
        """How far the camera stands to the right of its path, px of the photo."""
        return self.sway * math.sin(2 * math.pi * progress)

    def envelope(self) -> tuple[float, float, float, float]:
        """The part of the photo that is ever seen: left, top, right, bottom."""
        views = [self.at(step / 24) for step in range(25)]
        tall = 1 / self.aspect
        return (
            min(view.x - view.width / 2 for view in views),
            min(view.y - view.width * tall / 2 for view in views),
            max(view.x + view.width / 2 for view in views),
            max(view.y + view.width * tall / 2 for view in views),
        )


def ease(progress: float) -> float:
    """Gather speed, run evenly, slow down; 0 at 0 and 1 at 1, without a jump in speed."""
    p = min(max(progress, 0.0), 1.0)
    top = 1 / (1 - _RAMP)
    if p < _RAMP:
        return top * p * p / (2 * _RAMP)
    if p > 1 - _RAMP:
        return 1 - top * (1 - p) ** 2 / (2 * _RAMP)
    return top * (p - _RAMP / 2)


@dataclass(frozen=True, slots=True)
class _Stage:
    """The photo (px), the aspect to fill, what to keep (0..1)."""

    width: float
    height: float
    aspect: float
    focus: tuple[float, float]

    @property
    def widest(self) -> float:
        return min(self.width, self.height * self.aspect)

    def view(self, width: float, dx: float = 0.0, dy: float = 0.0) -> View:
        """A window around the focus, shifted by (dx, dy) px, inside the photo."""
        return View(
            _inside(self.focus[0] * self.width + dx, width, self.width),
            _inside(self.focus[1] * self.height + dy, width / self.aspect, self.height),
            width,
        )

    def slack(self, width: float) -> tuple[float, float]:
        """Px the window can travel each way."""
        return max(0.0, self.width - width), max(0.0, self.height - width / self.aspect)


def plan_camera(
    motion: Motion, size: tuple[int, int], aspect: float, focus: tuple[float, float], *, seconds: float, turn: int
) -> Camera:
    """The path of one shot.

    size: px of the photo. aspect: of the area it fills. focus: what must stay in view, 0..1 of the photo.
    turn: the shot's place in the film; Ken Burns alternates by it, so that neighbours differ.
    """
    stage = _Stage(size[0], size[1], aspect, focus)
    zoom = min(max(math.exp(_ZOOM_PER_S * seconds), _ZOOM_LEAST), _ZOOM_MOST)
    if motion == "none":
        still = stage.view(stage.widest)
        return Camera(still, still, aspect)
    if motion in _AXES:
        return _pan(stage, _AXES[motion], seconds)
    if motion == "drift":
        return _drift(stage, seconds, turn)
    if motion == "parallax":
        return _parallax(stage, zoom, turn)
    closer = motion == "zoom-in" or (motion == "ken-burns" and turn % 2 == 0)
    wide, near = stage.view(stage.widest), stage.view(stage.widest / zoom)
    if motion == "ken-burns":
        wide, near = _travelling(stage, wide, near, seconds, turn)
    return Camera(wide, near, aspect) if closer else Camera(near, wide, aspect)


def _travelling(stage: _Stage, wide: View, near: View, seconds: float, turn: int) -> tuple[View, View]:
    """Ken Burns: the zoom also travels, along the side on which the photo is longer than the frame."""
    slack_x, slack_y = stage.slack(wide.width)
    reach = min(_DRIFT_PER_S * seconds, 0.1) * wide.width
    if slack_x >= slack_y:
        dx, dy = min(reach, slack_x) * _outward(wide.x, stage.width, turn), 0.0
    else:
        dx, dy = 0.0, min(reach, slack_y) * _outward(wide.y, stage.height, turn)
    return stage.view(wide.width, -dx / 2, -dy / 2), stage.view(near.width, dx / 2, dy / 2)


def _outward(centre: float, whole: float, turn: int) -> int:
    """The way from the photo's middle to the subject; for a subject in the middle, this way and that by turns."""
    off = centre / whole - 0.5
    if abs(off) > 0.04:
        return 1 if off > 0 else -1
    return 1 if turn // 2 % 2 == 0 else -1


def _pan(stage: _Stage, way: tuple[int, int], seconds: float) -> Camera:
    """Along one axis at a walking pace; a photo without room that way is looked at from a little closer.

    A panorama, more than twice as long as the frame sees of it, is swept from end to end as far as the time allows.
    """
    axis = 0 if way[0] else 1
    width = stage.widest
    seen = (width, width / stage.aspect)[axis]
    wanted = min(_PAN_PER_S * seconds, 0.45) * width
    if stage.slack(width)[axis] > seen:
        wanted = max(wanted, _SWEEP_PER_S * seconds * seen)
    if stage.slack(width)[axis] < 0.12 * stage.widest:
        width = stage.widest / 1.16
    travel = min(wanted, stage.slack(width)[axis])
    middle = stage.view(width)
    dx, dy = way[0] * travel / 2, way[1] * travel / 2
    middle = View(
        _inside(middle.x, width + 2 * abs(dx), stage.width),
        _inside(middle.y, width / stage.aspect + 2 * abs(dy), stage.height),
        width,
    )
    return Camera(View(middle.x - dx, middle.y - dy, width), View(middle.x + dx, middle.y + dy, width), stage.aspect)


def _drift(stage: _Stage, seconds: float, turn: int) -> Camera:
    """A slow float, aslant, at one distance."""
    width = stage.widest / 1.1
    slack_x, slack_y = stage.slack(width)
    reach = min(_DRIFT_PER_S * seconds, 0.12) * width
    dx = min(reach, slack_x) / 2 * (1 if turn % 2 == 0 else -1)
    dy = min(reach * 0.6, slack_y) / 2 * (1 if turn // 2 % 2 == 0 else -1)
    middle = stage.view(width)
    x = _inside(middle.x, width + 2 * abs(dx), stage.width)
    y = _inside(middle.y, width / stage.aspect + 2 * abs(dy), stage.height)
    return Camera(View(x - dx, y - dy, width), View(x + dx, y + dy, width), stage.aspect)


def _parallax(stage: _Stage, zoom: float, turn: int) -> Camera:
    """A push in that sways sideways, as a camera on a slider does; what is near is shifted more (see depth)."""
    sway = 0.022 * stage.widest
    wide = stage.view(stage.widest / 1.07)
    near = stage.view(stage.widest / 1.07 / zoom**0.7)
    room = wide.width + 2 * sway
    wide = View(_inside(wide.x, room, stage.width), wide.y, wide.width)
    near = View(_inside(near.x, near.width + 2 * sway, stage.width), near.y, near.width)
    return Camera(wide, near, stage.aspect, sway if turn % 2 == 0 else -sway)


def _inside(centre: float, length: float, whole: float) -> float:
    """A centre that keeps a window of this length within 0..whole."""
    if length >= whole:
        return whole / 2
    return min(max(centre, length / 2), whole - length / 2)
