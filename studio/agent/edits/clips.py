"""Which photos are in the film, and in which order. Positions count from 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

from api import Draft, Segment

from .timing import LEAST_MS, own_times, spaced
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
        own = own_times(before)
        duration, motion = self.duration_ms, self.motion
        transition, transition_ms = self.transition, self.transition_ms
        if before:
            duration = sorted(own)[len(own) // 2]
            motion = before[-1].meta.motion or motion
            if len(before) > 1:
                transition, transition_ms = before[-2].meta.transition or "cut", overlap(before[-2])
        alone = not before and len(self.sources) == 1
        link = _link(transition, transition_ms)
        linked = [changed(segment, **_link(transition, transition_ms)) for segment in before[-1:]]
        segments = [*before[:-1], *linked]
        for source in self.sources:
            added = {"source": source.id, "name": source.name, **link}
            if source.lasting_ms is None:
                own.append(duration)
                segments.append(new_segment(duration, motion=motion, **added))
                continue
            shown = _shown(source.lasting_ms, alone)
            shared = transition_ms if transition != "cut" else 0
            beside = (bool(segments) + (source is not self.sources[-1])) / 2
            own.append(max(LEAST_MS, shown - round(shared * beside)))
            segments.append(new_segment(shown, volume=1.0, **added))
        return with_pictures(draft, spaced(segments, own))


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
        segments = pictures(draft)
        own = own_times(segments)
        kept = [index for index in range(len(segments)) if index not in self.clips]
        return with_pictures(draft, spaced([segments[index] for index in kept], [own[index] for index in kept]))


@dataclass(frozen=True, slots=True)
class DuplicateClip:
    """Show a photo again: right after itself, or at one end of the film."""

    name: ClassVar[str] = "duplicate_clip"
    clip: int
    place: Literal["", "first", "last"] = ""

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        own = own_times(segments)
        twin = segments[self.clip]
        if self.clip == len(segments) - 1 and len(segments) > 1:
            before = segments[-2]
            segments[-1] = changed(twin, transition=before.meta.transition, transition_ms=before.meta.transition_ms)
        segments.insert(self.clip + 1, twin.model_copy())
        own.insert(self.clip + 1, own[self.clip])
        doubled = with_pictures(draft, spaced(segments, own))
        if not self.place:
            return doubled
        return MoveClip((self.clip + 1,), 0 if self.place == "first" else len(segments)).apply(doubled)


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
    """Put a photo that was taken out back to its place. segment, own_ms: as it was, and the time it had."""

    name: ClassVar[str] = "bring_back"
    segment: Segment
    to: int
    own_ms: int

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        own = own_times(segments)
        at = min(self.to, len(segments))
        link = segments[-2].meta if len(segments) > 1 else self.segment.meta
        if at == len(segments) and segments:
            segments[-1] = changed(segments[-1], transition=link.transition, transition_ms=link.transition_ms)
        returning = self.segment
        if at < len(segments) and returning.meta.transition is None:
            returning = changed(returning, transition=link.transition, transition_ms=link.transition_ms)
        segments.insert(at, returning)
        own.insert(at, self.own_ms)
        return with_pictures(draft, spaced(segments, own))


def rejoined(segments: Sequence[Segment], before: Sequence[Segment]) -> list[Segment]:
    """Photos in a new order, each with the time it had; the transitions stay where they were in the film."""
    had = {id(segment): ms for segment, ms in zip(before, own_times(before), strict=True)}
    joints = [(segment.meta.transition, segment.meta.transition_ms) for segment in before]
    linked = [
        changed(segment, transition=transition, transition_ms=ms)
        for segment, (transition, ms) in zip(segments, joints, strict=True)
    ]
    return spaced(linked, [had[id(segment)] for segment in segments])
