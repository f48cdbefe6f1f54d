"""What the whole film looks like, and how photos move and meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from api import Draft, Segment

from .timing import fitted, least_length, own_times
from .tracks import changed, is_clip, length, overlap, pictures, rate, with_film, with_pictures

TRANSITION_MS = 800


@dataclass(frozen=True, slots=True)
class SetShape:
    """Width and height, px."""

    name: ClassVar[str] = "set_shape"
    width: int
    height: int

    def apply(self, draft: Draft) -> Draft:
        if (draft.meta.width, draft.meta.height) == (self.width, self.height):
            return draft
        return with_film(draft, width=self.width, height=self.height)


@dataclass(frozen=True, slots=True)
class SetRate:
    """Frames per second."""

    name: ClassVar[str] = "set_rate"
    fps: int

    def apply(self, draft: Draft) -> Draft:
        return draft if draft.meta.fps == self.fps else with_film(draft, fps=self.fps)


@dataclass(frozen=True, slots=True)
class SetFade:
    """Let the film come from black or go to black. ms 0 takes the fade away."""

    name: ClassVar[str] = "set_fade"
    side: Literal["in", "out"]
    ms: int

    def apply(self, draft: Draft) -> Draft:
        key = f"fade_{self.side}_ms"
        value = self.ms or None
        return draft if getattr(draft.meta, key) == value else with_film(draft, **{key: value})


_OF_THE_FRAME = ("vignette", "letterbox")
"""Looks that lie over the whole frame and go with any colours."""


@dataclass(frozen=True, slots=True)
class SetLook:
    """Warm, mono, vintage … None = the photos' own colours. off: take this look away again.

    A film has one look of colours, and what lies over the frame beside it: mono+letterbox.
    """

    name: ClassVar[str] = "set_look"
    look: str | None
    off: bool = False

    def apply(self, draft: Draft) -> Draft:
        had = draft.meta.look.split("+") if draft.meta.look else []
        colours = [look for look in had if look not in _OF_THE_FRAME]
        frames = [look for look in had if look in _OF_THE_FRAME]
        if self.look is None:
            colours, frames = [], []
        elif self.off:
            colours, frames = ([look for look in kind if look != self.look] for kind in (colours, frames))
        elif self.look in _OF_THE_FRAME:
            frames = [*(look for look in frames if look != self.look), self.look]
        else:
            colours = [self.look]
        now = "+".join([*colours, *frames]) or None
        return draft if draft.meta.look == now else with_film(draft, look=now)


@dataclass(frozen=True, slots=True)
class SetLoop:
    """Whether the film is meant to start again at its end."""

    name: ClassVar[str] = "set_loop"
    loop: bool

    def apply(self, draft: Draft) -> Draft:
        return draft if bool(draft.meta.loop) == self.loop else with_film(draft, loop=self.loop or None)


@dataclass(frozen=True, slots=True)
class SetMotion:
    """How photos move. clips: positions; None = every photo."""

    name: ClassVar[str] = "set_motion"
    motion: str
    clips: tuple[int, ...] | None = None

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        for index in range(len(segments)) if self.clips is None else self.clips:
            if not is_clip(segments[index]):
                segments[index] = changed(segments[index], motion=self.motion)
        return with_pictures(draft, segments)


@dataclass(frozen=True, slots=True)
class SetTransition:
    """How photos meet. kind None = as it is; ms None = as it is. after: positions of the photos it leads out of.

    The film keeps its length: what a longer or shorter transition takes or gives is shared among the photos.
    """

    name: ClassVar[str] = "set_transition"
    kind: str | None
    ms: int | None = None
    after: tuple[int, ...] | None = None
    factor: float = 1.0

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        joints = range(len(segments) - 1) if self.after is None else self.after
        total, own = length(segments), own_times(segments)
        usual = max((overlap(segment) for segment in segments[:-1]), default=0) or TRANSITION_MS
        for index in joints:
            if index >= len(segments) - 1:
                continue
            segment = segments[index]
            kind = self.kind or segment.meta.transition or "cross-dissolve"
            if self.kind is None and kind == "cut" and self.ms:
                kind = "cross-dissolve"
            ms = self.ms or round((overlap(segment) or usual) * self.factor)
            segments[index] = changed(segment, transition=kind, transition_ms=None if kind == "cut" else ms)
        if length(segments) == total:
            return with_pictures(draft, segments)
        return with_pictures(draft, fitted(segments, max(total, least_length(len(segments))), rate(draft), own=own))


def shortened(edit: SetTransition, draft: Draft) -> Segment | None:
    """A photo whose transition came out clearly shorter than the edit asked, because its time has no room for more."""
    segments = pictures(draft)
    joints = range(len(segments) - 1) if edit.after is None else edit.after
    within = [segments[index] for index in joints if index < len(segments) - 1]
    return next((s for s in within if edit.ms and edit.kind != "cut" and overlap(s) < 0.9 * edit.ms), None)
