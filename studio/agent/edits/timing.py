"""How long things last: the film, a photo, the pace. Exact to the millisecond, on frame boundaries where possible."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from api import Draft, Segment

from .tracks import changed, length, overlap, pictures, rate, with_pictures

SHARE = 0.4
"""A transition takes at most this share of either of its photos, so that two never meet."""

LEAST_MS = 100
"""The shortest time a photo may get."""

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


def fitted(segments: Sequence[Segment], total_ms: int, fps: int, held: Collection[int] = ()) -> list[Segment]:
    """The same photos in the same proportions, lasting total_ms exactly.

    held: positions whose time stays as it is. Transitions keep their length where both photos leave room for it.
    Raises ValueError when total_ms is below least_length.
    """
    if not segments:
        return []
    if total_ms < least_length(len(segments)):
        raise ValueError(f"{len(segments)} photos do not fit into {total_ms} ms")
    weights = [max(1, segment.duration_ms) for segment in segments]
    overlaps = [overlap(segment) for segment in segments[:-1]] + [0]
    kept = set(held) if sum(weights[index] for index in held) < total_ms and len(held) < len(segments) else set()
    for _ in range(12):
        times = _shared(weights, total_ms + sum(overlaps), kept)
        if min(times) < LEAST_MS / 2:
            kept = set()
        room = [int(SHARE * min(pair)) for pair in pairwise(times)] + [0]
        if all(have <= can for have, can in zip(overlaps, room, strict=True)):
            break
        overlaps = [have if have <= can else _frames_down(can, fps) for have, can in zip(overlaps, room, strict=True)]
    return _snapped(segments, times, overlaps, total_ms, fps, kept)


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
            following = start + segment.duration_ms - overlaps[index]
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


def relinked(segments: Sequence[Segment]) -> list[Segment]:
    """Photos whose transitions fit again after some came, went or moved: the last one leads nowhere."""
    result = [
        changed(segment, transition_ms=_frames_down(SHARE * min(segment.duration_ms, after.duration_ms), 30))
        if overlap(segment) > 0.5 * min(segment.duration_ms, after.duration_ms)
        else segment
        for segment, after in pairwise(segments)
    ]
    return [*result, *(changed(segment, transition=None, transition_ms=None) for segment in segments[-1:])]


@dataclass(frozen=True, slots=True)
class SetLength:
    """Make the whole film last `ms`. held: positions of photos whose own time was asked for."""

    name: ClassVar[str] = "set_length"
    ms: int
    held: tuple[int, ...] = ()

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        if length(segments) == self.ms or not segments:
            return draft
        ms = max(self.ms, least_length(len(segments)))
        return with_pictures(draft, fitted(segments, ms, rate(draft), self.held))


@dataclass(frozen=True, slots=True)
class SetClipTime:
    """How long photos are on screen. clips: positions; None = every photo. added: ms are on top of what there is."""

    name: ClassVar[str] = "set_clip_time"
    ms: int
    clips: tuple[int, ...] | None = None
    added: bool = False
    factor: float = 1.0

    def apply(self, draft: Draft) -> Draft:
        segments = pictures(draft)
        chosen = range(len(segments)) if self.clips is None else self.clips
        for index in chosen:
            before = segments[index].duration_ms
            wanted = before + self.ms if self.added else self.ms or round(before * self.factor)
            segments[index] = changed(segments[index], duration_ms=max(LEAST_MS, wanted))
        return with_pictures(draft, relinked(segments))


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
        total = length(segments) if self.keep_length else max(tempo.per_photo_ms * len(segments), LEAST_PACED_MS)
        paced = [
            changed(segment, transition_ms=tempo.transition_ms) if overlap(segment) else segment for segment in segments
        ]
        total = max(total, least_length(len(segments)))
        return with_pictures(draft, fitted(paced, total, rate(draft)))
