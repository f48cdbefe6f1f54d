"""A draft to its timeline: times become frames, sources become files, and what cannot be filmed is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from api import Draft, Segment, Track, TrackType, placed

from ..model import RenderOptions
from .errors import RenderError
from .sniff import kind_of
from .timeline import LOOKS, ShotPlan, Style, TextPlan, Timeline, looks_in

LARGEST_SIDE, SMALLEST_SIDE = 4320, 32
_FADE_MS = 450
_VARIED = ("ken-burns", "drift", "parallax")  # motions that take four turns, so that neighbours differ
_DEFAULT = (1920, 1080, 30)


def lay_out(draft: Draft, media: Mapping[str, Path], options: RenderOptions) -> Timeline:
    """Turn a draft into frames. media: the file of each source id.

    Raises RenderError for a draft without anything on it, a source without a file, or a size that cannot be filmed.
    """
    meta = draft.meta
    width = _even("width", options.width or meta.width or _DEFAULT[0])
    height = _even("height", options.height or meta.height or _DEFAULT[1])
    fps = options.fps or meta.fps or _DEFAULT[2]
    if not 1 <= fps <= 120:
        raise RenderError(f"{fps} frames per second is not possible. Ask for 24 to 60.")
    frames = _frames(draft.duration_ms, fps)
    if frames < 1:
        raise RenderError("There is nothing on the timeline yet. Add photos first.")
    for look in looks_in(meta.look):
        if look not in LOOKS:
            raise RenderError(f"There is no look called {look}. Choose one of {', '.join(LOOKS)}.")
    return Timeline(
        width,
        height,
        fps,
        frames,
        _shots(draft, media, fps, frames),
        tuple(_texts(draft, fps, frames)),
        min(frames, _frames(meta.fade_in_ms or 0, fps)),
        min(frames, _frames(meta.fade_out_ms or 0, fps)),
        meta.look,
    )


def _shots(draft: Draft, media: Mapping[str, Path], fps: int, frames: int) -> tuple[ShotPlan, ...]:
    track = next(draft.of_type(TrackType.VIDEO), None)
    shots: list[ShotPlan] = []
    before: Segment | None = None
    for turn, (start, end, segment) in enumerate(placed(track) if track else ()):
        first, last = _frames(start, fps), min(frames, _frames(end, fps))
        if last <= first:
            continue
        transition = (before.meta.transition if before else None) or "cut"
        lead_in = 0
        if shots and transition != "cut":
            lead_in = max(0, min(shots[-1].end - first, last - first))
        shots.append(
            ShotPlan(
                first,
                last - first,
                *_source(segment, media),
                segment.meta.motion or "none",
                segment.meta.focus,
                transition,
                lead_in,
                turn % 4 if segment.meta.motion in _VARIED else 0,
                segment.meta.from_ms or 0,
            )
        )
        before = segment
    return tuple(shots) or (ShotPlan(0, frames, None, "", "blank"),)


def _source(segment: Segment, media: Mapping[str, Path]) -> tuple[str | None, str, Literal["image", "video", "blank"]]:
    source = segment.meta.source
    if source is None:
        return None, "", "blank"
    name = segment.meta.name or source
    path = media.get(source)
    try:
        kind = kind_of(path) if path is not None else None
    except OSError as exc:
        raise RenderError(f"The file of {name} is gone ({exc.strerror}). Send it again.") from exc
    if path is None:
        raise RenderError(f"The file of {name} is not here any more. Send it again.")
    if kind not in ("image", "video"):
        raise RenderError(f"{name} is neither a picture nor a video. Take it off the timeline.")
    return str(path), source, kind


def _texts(draft: Draft, fps: int, frames: int) -> list[TextPlan]:
    texts = []
    for track in draft.of_type(TrackType.TEXT):
        for start, end, segment in placed(track):
            meta = segment.meta
            first, last = max(0, _frames(start, fps)), min(frames, _frames(end, fps))
            text = (meta.text or "").strip()
            if last <= first or not text:
                continue
            role: Literal["title", "caption"] = "caption" if role_of(track, segment) == "caption" else "title"
            animation = meta.animation or "fade"
            fades = [0 if animation == "none" else _FADE_MS if ms is None else ms for ms in _fades(segment)]
            half = (last - first) // 2
            texts.append(
                TextPlan(
                    first,
                    last - first,
                    text,
                    role,
                    meta.position or ("bottom" if role == "caption" else "center"),
                    meta.color or "white",
                    meta.size,
                    animation,
                    min(half, _frames(fades[0], fps)),
                    min(half, _frames(fades[1], fps)),
                    _style(segment),
                )
            )
    return texts


def role_of(track: Track, segment: Segment) -> str:
    """What a segment is for: its own word, else its track's."""
    return segment.meta.role or str(track.meta.get("role", ""))


def _style(segment: Segment) -> Style:
    """`style` in a text's `m`: a key of the engine's own, words laid out in a way of their own."""
    asked = (segment.meta.model_extra or {}).get("style", "plain")
    found = next((known for known in get_args(Style) if known == asked), None)
    if found is None:
        raise RenderError(f"There is no text style called {asked}. Choose one of {', '.join(get_args(Style))}.")
    style: Style = found
    return style


def _fades(segment: Segment) -> tuple[int | None, int | None]:
    return segment.meta.fade_in_ms, segment.meta.fade_out_ms


def _frames(ms: int, fps: int) -> int:
    """Nearest whole frame, halves up, so that neighbours that meet in ms meet in frames."""
    return (ms * fps + 500) // 1000


def _even(name: str, length: int) -> int:
    if not SMALLEST_SIDE <= length <= LARGEST_SIDE:
        raise RenderError(f"A {name} of {length} px cannot be filmed. Choose {SMALLEST_SIDE} to {LARGEST_SIDE}.")
    return length - length % 2
