"""A draft straight from photos, for the engine used alone: one shot each, in order, filling the time asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from api import Draft, Motion, TrackType, Transition

from ..model import Media
from .errors import RenderError


def draft_of(
    photos: Sequence[Media],
    *,
    seconds: float,
    width: int,
    height: int,
    fps: int = 30,
    motion: Motion = "ken-burns",
    transition: Transition = "cross-dissolve",
    transition_ms: int = 500,
) -> Draft:
    """Photos in order, `seconds` in all. Transitions are shortened where shots would be shorter than two of them.

    Raises RenderError without photos or for a length of nothing.
    """
    if not photos or seconds <= 0:
        raise RenderError("A film needs at least one photo and some time. Name a photo and a length above 0 seconds.")
    total, count = round(seconds * 1000), len(photos)
    overlap = 0 if transition == "cut" or count == 1 else min(transition_ms, total // (2 * count))
    on_screen = total + overlap * (count - 1)
    ends = [on_screen * step // count for step in range(count + 1)]
    segments = []
    for place, (photo, (start, end)) in enumerate(zip(photos, pairwise(ends), strict=True)):
        meta: dict[str, object] = {"source": photo.id, "name": photo.name, "motion": motion}
        if overlap and place < count - 1:
            meta |= {"transition": transition, "transition_ms": overlap}
        segments.append({"duration_ms": end - start, "meta": meta})
    track = {"type": TrackType.VIDEO, "segments": segments}
    return Draft.model_validate({"tracks": [track], "meta": {"width": width, "height": height, "fps": fps}})
