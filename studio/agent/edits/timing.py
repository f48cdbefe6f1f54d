"""How long things last: the film, a photo, the pace. Exact to the millisecond, on frame boundaries where possible."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Literal

from api import Draft, Segment

from .tracks import changed, is_clip, length, overlap, pictures, rate, with_pictures

SHARE = 0.66
"""A transition takes at most this share of the time of either of its photos, so that two never meet."""

LEAST_MS = 100
"""The shortest time a photo may get."""

_ROUNDING_MS = 70  # photos that differ by no more were meant to be alike; two frames

LEAST_PACED_MS = 6000
"""The shortest film a pacing word makes by itself; one photo needs time to move."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """What a pacing word means: time per photo and the length of a transition, ms."""

    per_photo_ms: int
    transition_ms: int


TEMPOS: Mapping[str, Tempo] = {
    "fast": Tempo(1500, 300),
    "rhythmic": Tempo(2000, 400),
    "flowing": Tempo(3500, 1200),
    "calm": Tempo(4000, 1200),
    "cinematic": Tempo(4500, 1200),
}


def least_length(count: int) -> int:
    """The shortest film that still shows `count` photos, ms."""
    return count * LEAST_MS


def own_times(segments: Sequence[Segment]) -> list[int]:
    """How long each photo is the film's, ms: from the middle of one transition to the middle of the next.

    They add up to the film's length, so "three seconds per photo" makes a film of three seconds for each.
    """
    if not segments:
        return []
    shares = _shares([overlap(segment) for segment in segments[:-1]])
    return [segment.duration_ms - share for segment, share in zip(segments, shares, strict=True)]


def _shares(overlaps: Sequence[int]) -> list[int]:
    """What each photo is on screen beyond its own time: its halves of the transitions beside it."""
    return [(left - left // 2) + right // 2 for left, right in zip((0, *overlaps), (*overlaps, 0), strict=True)]


def spaced(segments: Sequence[Segment], own: Sequence[int], *, longer: bool = False) -> list[Segment]:
    """Photos with these times of their own; transitions keep their length where both photos leave room for it.

    longer: video clips may get more time than they have, because that was asked for.
    """
    if not segments:
        return []
    overlaps = _roomy([overlap(segment) for segment in segments[:-1]], own, 30)
    times = [ms + share for ms, share in zip(own, _shares(overlaps), strict=True)]
    if not longer:
        times = [
            min(ms, segment.duration_ms) if is_clip(segment) else ms
            for ms, segment in zip(times, segments, strict=True)
        ]
    return [
        _with_overlap(segment, times[index], ms, index, segments)
        for index, (segment, ms) in enumerate(zip(segments, [*overlaps, 0], strict=True))
    ]


def _roomy(overlaps: Sequence[int], own: Sequence[float], fps: int) -> list[int]:
    room = [int(SHARE * min(pair)) for pair in pairwise(own)]
    return [have if have <= can else _frames_down(can, fps) for have, can in zip(overlaps, room, strict=True)]


def fitted(
    segments: Sequence[Segment], total_ms: int, fps: int, held: Collection[int] = (), own: Sequence[int] = ()
) -> list[Segment]:
    """The same photos in the same proportions, lasting total_ms exactly.

    held: positions whose time stays as it is. own: the times to go by, where those of the segments are not to be.
    Raises ValueError when total_ms is below least_length.
    """
    if not segments:
        return []
    if total_ms < least_length(len(segments)):
        raise ValueError(f"{len(segments)} photos do not fit into {total_ms} ms")
    weights = [max(1, ms) for ms in own or own_times(segments)]
    if max(weights) - min(weights) <= _ROUNDING_MS and not held:
        weights = [1] * len(weights)
    kept = set(held) if sum(weights[index] for index in held) < total_ms and len(held) < len(segments) else set()
    times = _shared(weights, total_ms, kept)
    if min(times) < LEAST_MS / 2:
        kept, times = set(), _shared(weights, total_ms, set())
    overlaps = _roomy([overlap(segment) for segment in segments[:-1]], times, fps)
    shown = [ms + share for ms, share in zip(times, _shares(overlaps), strict=True)]
    return _snapped(segments, shown, [*overlaps, 0], total_ms, fps, kept)


def _shared(weights: Sequence[int], total: int, held: set[int]) -> list[float]:
    fixed = sum(weights[index] for index in held)
    free = sum(weight for index, weight in enumerate(weights) if index not in held)
    factor = (total - fixed) / free
    return [float(weight) if index in held else weight * factor for index, weight in enumerate(weights)]


def _frames_down(ms: float, fps: int) -> int:
    frames = int(ms * fps / 1000)
    return round(frames * 1000 / fps) if frames >= 2 else 0


def _snapped(
    segments: Sequence[Segment],
    times: Sequence[float],
    overlaps: Sequence[int],
    total: int,
    fps: int,
    held: set[int],
) -> list[Segment]:
    """Photos begin on frame boundaries; what rounding leaves over is spread, and the last photo ends at total."""
    result: list[Segment] = []
    start, ideal = 0, 0.0
    for index, segment in enumerate(segments):
        ideal += times[index] - overlaps[index]
        if index == len(segments) - 1:
            following = total
        elif index in held:
            following = start + round(times[index]) - overlaps[index]
            ideal = float(following)
        else:
            following = max(start + 1, round(round(ideal * fps / 1000) * 1000 / fps))
        result.append(_with_overlap(segment, following - start + overlaps[index], overlaps[index], index, segments))
        start = following
    return result


def _with_overlap(segment: Segment, duration: int, ms: int, index: int, all_of: Sequence[Segment]) -> Segment:
    if index == len(all_of) - 1:
        return changed(segment, duration_ms=duration, transition=None, transition_ms=None)
    if ms == overlap(segment):
        return changed(segment, duration_ms=duration)
    if ms == 0:
        return changed(segment, duration_ms=duration, transition="cut", transition_ms=None)
    return changed(segment, duration_ms=duration, transition_ms=ms)


Bound = Literal["", "least", "most"]
"""Whether a time is the time itself, the shortest or the longest that will do."""


def bounded(now: int, wanted: int, bound: Bound) -> int:
    """The time there is where that will do, else the one wanted."""
    return max(now, wanted) if bound == "least" else min(now, wanted) if bound == "most" else wanted


@dataclass(frozen=True, slots=True)
class SetLength:
    """Make the whole film last `ms`. held: positions of photos whose own time was asked for.

    relative: only "shorter" or "slower" was said, which a time for each photo says better.
    """

    name: ClassVar[str] = "set_length"
    ms: int
    held: tuple[int, ...] = ()
    relative: bool = False
    bound: Bound = ""

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        if not segments or bounded(length(segments), self.ms, self.bound) == length(segments):
            return draft
        ms = max(self.ms, least_length(len(segments)))
        return with_pictures(draft, fitted(segments, ms, rate(draft), self.held))


@dataclass(frozen=True, slots=True)
class SetClipTime:
    """How long photos have the screen. clips: positions; None = every photo. added: ms are on top of what there is."""

    name: ClassVar[str] = "set_clip_time"
    ms: int
    clips: tuple[int, ...] | None = None
    added: bool = False
    factor: float = 1.0
    bound: Bound = ""

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        own = own_times(segments)
        for index in range(len(segments)) if self.clips is None else self.clips:
            before = own[index]
            wanted = before + self.ms if self.added else self.ms or round(before * self.factor)
            own[index] = max(LEAST_MS, bounded(before, wanted, self.bound))
        return with_pictures(draft, spaced(segments, own, longer=True))


@dataclass(frozen=True, slots=True)
class SetPace:
    """Calm, flowing, fast … keep_length: only the transitions follow, because the length was asked for."""

    name: ClassVar[str] = "set_pace"
    pace: str
    keep_length: bool = False

    def apply(self, draft: Draft) -> Draft:
        segments, tempo = pictures(draft), TEMPOS[self.pace]
        if not segments:
            return draft
        own = own_times(segments)
        total = length(segments) if self.keep_length else max(tempo.per_photo_ms * len(segments), LEAST_PACED_MS)
        paced = [
            changed(segment, transition_ms=tempo.transition_ms) if overlap(segment) else segment for segment in segments
        ]
        total = max(total, least_length(len(segments)))
        return with_pictures(draft, fitted(paced, total, rate(draft), own=own))
