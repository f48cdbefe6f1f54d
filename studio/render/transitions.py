"""How one picture becomes the next. Each kind mixes the incoming frame into the outgoing one, in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np

from .camera import ease
from .planes import BLACK, WHITE, Plane, Planes

if TYPE_CHECKING:
    from api import Transition

Mix = Callable[[Planes, Planes, float], None]

_SOFT_EDGE = 0.06  # of the width: a wipe's blurred edge
_WHIP_BLUR = 0.22  # of the width, at full speed


def mix(kind: Transition, out: Planes, incoming: Planes, progress: float) -> None:
    """`out` holds the outgoing picture and ends as the mixture. 0 < progress < 1."""
    _KINDS[kind](out, incoming, progress)


def toward(frame: Planes, color: tuple[int, int, int], share: float) -> None:
    """Fade a frame towards one colour, in place. share: 0 = untouched, 1 = the colour."""
    if share <= 0:
        return
    for plane, value in zip(frame.each(), color, strict=True):
        cv2.convertScaleAbs(plane, dst=plane, alpha=1 - share, beta=value * share)


def _cut(out: Planes, incoming: Planes, _progress: float) -> None:
    out.copy_from(incoming)


def _dissolve(out: Planes, incoming: Planes, progress: float) -> None:
    for a, b in zip(out.each(), incoming.each(), strict=True):
        cv2.addWeighted(a, 1 - progress, b, progress, 0, dst=a)


def _through(color: tuple[int, int, int]) -> Mix:
    def fade(out: Planes, incoming: Planes, progress: float) -> None:
        if progress >= 0.5:
            out.copy_from(incoming)
        toward(out, color, 1 - abs(2 * progress - 1))

    return fade


def _slide(out: Planes, incoming: Planes, progress: float) -> None:
    edge = _edge(out, 1 - ease(progress))
    for a, b, half in _halved(out, incoming):
        a[:, edge // half :] = b[:, : a.shape[1] - edge // half]


def _push(out: Planes, incoming: Planes, progress: float) -> None:
    edge = _edge(out, 1 - ease(progress))
    for a, b, half in _halved(out, incoming):
        at = edge // half
        a[:, :at] = a[:, a.shape[1] - at :].copy()
        a[:, at:] = b[:, : a.shape[1] - at]


def _wipe(out: Planes, incoming: Planes, progress: float) -> None:
    """From left to right behind a soft edge."""
    for a, b, _ in _halved(out, incoming):
        width = a.shape[1]
        soft = max(2.0, width * _SOFT_EDGE)
        edge = progress * (width + soft) - soft / 2
        columns = np.clip((edge - np.arange(width)) / soft + 0.5, 0, 1).astype(np.float32)
        weight = np.ascontiguousarray(np.broadcast_to(columns, a.shape))
        a[:] = cv2.blendLinear(np.ascontiguousarray(a), np.ascontiguousarray(b), 1 - weight, weight)


def _zoom(out: Planes, incoming: Planes, progress: float) -> None:
    """Into the outgoing picture, out of the incoming one, dissolving at full speed."""
    share = ease(progress)
    ahead, behind = 1 + 0.6 * share, 1.6 - 0.6 * share
    blend = min(max((progress - 0.25) / 0.5, 0.0), 1.0)
    for a, b, _ in _halved(out, incoming):
        near = _magnified(a, ahead)
        coming = _magnified(b, behind)
        cv2.addWeighted(near, 1 - blend, coming, blend, 0, dst=a)


def _whip(out: Planes, incoming: Planes, progress: float) -> None:
    """A push at speed, blurred along its way."""
    share = progress * progress * (3 - 2 * progress)
    speed = 4 * progress * (1 - progress)
    edge = _edge(out, 1 - share)
    for a, b, half in _halved(out, incoming):
        at = edge // half
        a[:, :at] = a[:, a.shape[1] - at :].copy()
        a[:, at:] = b[:, : a.shape[1] - at]
        reach = int(a.shape[1] * _WHIP_BLUR * speed) | 1
        a[:] = cv2.blur(np.ascontiguousarray(a), (reach, 1))


def _magnified(plane: Plane, factor: float) -> Plane:
    height, width = plane.shape
    shift = (1 - 1 / factor) / 2
    matrix = np.array([[1 / factor, 0, (width - 1) * shift], [0, 1 / factor, (height - 1) * shift]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(plane, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _edge(frame: Planes, share: float) -> int:
    """An even column, so that chroma moves with luma."""
    return min(frame.width, max(0, round(frame.width * share / 2) * 2))


def _halved(out: Planes, incoming: Planes) -> list[tuple[Plane, Plane, int]]:
    return list(zip(out.each(), incoming.each(), (1, 2, 2), strict=True))


_KINDS: dict[Transition, Mix] = {
    "cut": _cut,
    "cross-dissolve": _dissolve,
    "fade-black": _through(BLACK),
    "fade-white": _through(WHITE),
    "slide": _slide,
    "push": _push,
    "wipe": _wipe,
    "zoom": _zoom,
    "whip": _whip,
}
