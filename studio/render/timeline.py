"""A draft in frames: plain values that say what every frame shows, wherever it is drawn.

Everything here pickles and compares by value, because parts of a film are drawn in other processes and cached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from api import Draft, Motion, Position, Segment, Track, TrackType, Transition, placed

from ..model import RenderOptions
from .errors import RenderError
from .look import LOOKS
from .sniff import kind_of

LARGEST_SIDE, SMALLEST_SIDE = 4320, 32
_FADE_MS = 450
_DEFAULT = (1920, 1080, 30)

Animation = Literal["none", "fade", "slide", "typewriter"]


@dataclass(frozen=True, slots=True)
class ShotPlan:
    """A photo, clip or blank on screen for frames [first, first + frames).

    lead_in: frames it shares with the shot before it, mixed by `transition`. turn: its place among the shots.
    path: None for a blank. media: what the file is, by content hash or name; from_ms: where a clip begins.
    """

    first: int
    frames: int
    path: str | None
    media: str
    kind: Literal["image", "video", "blank"]
    motion: Motion = "none"
    focus: tuple[float, float] | None = None
    transition: Transition = "cut"
    lead_in: int = 0
    turn: int = 0
    from_ms: int = 0

    @property
    def end(self) -> int:
        return self.first + self.frames


@dataclass(frozen=True, slots=True)
class TextPlan:
    """Words on screen for frames [first, first + frames). size: percent of the frame's height, None = by role."""

    first: int
    frames: int
    text: str
    role: Literal["title", "caption"]
    position: Position
    color: str
    size: float | None
    animation: Animation
    fade_in: int
    fade_out: int

    @property
    def end(self) -> int:
        return self.first + self.frames


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole film. fade_in, fade_out: frames from and to black."""

    width: int
    height: int
    fps: int
    frames: int
    shots: tuple[ShotPlan, ...]
    texts: tuple[TextPlan, ...] = field(default=())
    fade_in: int = 0
    fade_out: int = 0
    look: str | None = None

    @property
    def duration_ms(self) -> int:
        return round(self.frames * 1000 / self.fps)


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
    if meta.look is not None and meta.look not in LOOKS:
        raise RenderError(f"There is no look called {meta.look}. Choose one of {', '.join(LOOKS)}.")
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
                turn,
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
                )
            )
    return texts


def role_of(track: Track, segment: Segment) -> str:
    """What a segment is for: its own word, else its track's."""
    return segment.meta.role or str(track.meta.get("role", ""))


def _fades(segment: Segment) -> tuple[int | None, int | None]:
    return segment.meta.fade_in_ms, segment.meta.fade_out_ms


def _frames(ms: int, fps: int) -> int:
    """Nearest whole frame, halves up, so that neighbours that meet in ms meet in frames."""
    return (ms * fps + 500) // 1000


def _even(name: str, length: int) -> int:
    if not SMALLEST_SIDE <= length <= LARGEST_SIDE:
        raise RenderError(f"A {name} of {length} px cannot be filmed. Choose {SMALLEST_SIDE} to {LARGEST_SIDE}.")
    return length - length % 2
