"""A draft in frames: plain values that say what every frame shows, wherever it is drawn.

Everything here pickles and compares by value, because parts of a film are drawn in other processes and cached.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from api import Motion, Position, Transition  # drafts and their pydantic stay out of worker processes

LOOKS = ("none", "warm", "cool", "mono", "vintage", "vignette", "letterbox")
Style = Literal["plain", "lower-third", "credits"]
Animation = Literal["none", "fade", "slide", "typewriter"]


@dataclass(frozen=True, slots=True)
class ShotPlan:
    """A photo, clip or blank on screen for frames [first, first + frames).

    lead_in: frames it shares with the shot before it, mixed by `transition`. turn: which of four variations a motion
    takes.
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
    style: Style = "plain"

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


def looks_in(look: str | None) -> tuple[str, ...]:
    """The single looks a film's look is made of."""
    return tuple(look.split("+")) if look else ()
