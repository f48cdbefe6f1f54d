"""Which photos are in the film, and in which order. Positions count from 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from api import Draft, Segment

from .timing import LEAST_MS, relinked
from .tracks import changed, new_segment, overlap, pictures, with_pictures

LONGEST_CLIP_MS = 10_000
"""What a video clip brings by itself into a film with other pictures; more of it on request."""


class Source(NamedTuple):
    """A file: media id, the name the user gave it, and for a video clip how long it is."""

    id: str
    name: str
    lasting_ms: int | None = None


@dataclass(frozen=True, slots=True)
class AddClips:
    """Append photos and video clips.

    They take on the time, motion and transition around them; a clip plays as it is, with its own sound.
    """

    name: ClassVar[str] = "add_clips"
    sources: tuple[Source, ...]
    duration_ms: int = 3000
    motion: str = "ken-burns"
    transition: str = "cross-dissolve"
    transition_ms: int = 800

    def apply(self, draft: Draft) -> Draft:
        before = pictures(draft)
        duration, motion = self.duration_ms, self.motion
        transition, transition_ms = self.transition, self.transition_ms
        if before:
            duration = sorted(segment.duration_ms for segment in before)[len(before) // 2]
            motion = before[-1].meta.motion or motion
            if len(before) > 1:
                transition, transition_ms = before[-2].meta.transition or "cut", overlap(before[-2])
        alone = not before and len(self.sources) == 1
        link = _link(transition, transition_ms)
        added = [
            new_segment(duration, source=source.id, name=source.name, motion=motion, **link)
            if source.lasting_ms is None
            else new_segment(_shown(source.lasting_ms, alone), source=source.id, name=source.name, volume=1.0, **link)
            for source in self.sources
        ]
        linked = [changed(segment, **_link(transition, transition_ms)) for segment in before[-1:]]
        return with_pictures(draft, relinked([*before[:-1], *linked, *added]))


def _shown(lasting_ms: int, alone: bool) -> int:
    return max(LEAST_MS, lasting_ms if alone else min(lasting_ms, LONGEST_CLIP_MS))


def _link(transition: str, ms: int) -> dict[str, Any]:
    return {"transition": transition, "transition_ms": ms if transition != "cut" else None}


@dataclass(frozen=True, slots=True)
class OrderClips:
    """Play the photos in this order; `order` holds each position once."""

    name: ClassVar[str] = "move_clip"
    order: tuple[int, ...]

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        return with_pictures(draft, rejoined([segments[index] for index in self.order], segments))


@dataclass(frozen=True, slots=True)
class MoveClip:
    """Take photos out and put them, in the given order, where position `to` was (len = the end)."""

    name: ClassVar[str] = "move_clip"
    clips: tuple[int, ...]
    to: int

    def apply(self, draft: Draft) -> Draft:
        count = len(pictures(draft))
        left = [index for index in range(self.to) if index not in self.clips]
        right = [index for index in range(self.to, count) if index not in self.clips]
        return OrderClips((*left, *self.clips, *right)).apply(draft)


@dataclass(frozen=True, slots=True)
class SwapClips:
    """Two photos change places."""

    name: ClassVar[str] = "swap_clips"
    left: int
    right: int

    def apply(self, draft: Draft) -> Draft:
        order = list(range(len(pictures(draft))))
        order[self.left], order[self.right] = order[self.right], order[self.left]
        return OrderClips(tuple(order)).apply(draft)


@dataclass(frozen=True, slots=True)
class RemoveClips:
    """Take photos out; the others keep their time."""

    name: ClassVar[str] = "remove_clip"
    clips: tuple[int, ...]

    def apply(self, draft: Draft) -> Draft:
        kept = [segment for index, segment in enumerate(pictures(draft)) if index not in self.clips]
        return with_pictures(draft, relinked(kept))


@dataclass(frozen=True, slots=True)
class DuplicateClip:
    """Show a photo again, right after itself."""

    name: ClassVar[str] = "duplicate_clip"
    clip: int

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        twin = segments[self.clip]
        if self.clip == len(segments) - 1 and len(segments) > 1:
            before = segments[-2]
            segments[-1] = changed(twin, transition=before.meta.transition, transition_ms=before.meta.transition_ms)
        segments.insert(self.clip + 1, twin.model_copy())
        return with_pictures(draft, relinked(segments))


@dataclass(frozen=True, slots=True)
class ReplaceClip:
    """Another photo in the same place, with the same time, motion and transition."""

    name: ClassVar[str] = "replace_clip"
    clip: int
    source: Source

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        volume = None if self.source.lasting_ms is None else 1.0
        segments[self.clip] = changed(
            segments[self.clip], source=self.source.id, name=self.source.name, focus=None, from_ms=None, volume=volume
        )
        return with_pictures(draft, segments)


@dataclass(frozen=True, slots=True)
class BringBack:
    """Put a photo that was taken out back to its place. segment: as it was."""

    name: ClassVar[str] = "bring_back"
    segment: Segment
    to: int

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        at = min(self.to, len(segments))
        link = segments[-2].meta if len(segments) > 1 else self.segment.meta
        if at == len(segments) and segments:
            segments[-1] = changed(segments[-1], transition=link.transition, transition_ms=link.transition_ms)
        returning = self.segment
        if at < len(segments) and returning.meta.transition is None:
            returning = changed(returning, transition=link.transition, transition_ms=link.transition_ms)
        segments.insert(at, returning)
        return with_pictures(draft, relinked(segments))


def rejoined(segments: Sequence[Segment], before: Sequence[Segment]) -> list[Segment]:
    """Photos in a new order; the transitions stay where they were in the film, so its length stays too."""
    joints = [(segment.meta.transition, segment.meta.transition_ms) for segment in before]
    return [
        changed(segment, transition=transition, transition_ms=ms)
        for segment, (transition, ms) in zip(segments, joints, strict=True)
    ]
