"""Cuts that fall on the beats of the music."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from api import Draft

from .tracks import changed, length, overlap, pictures, sounds, with_film, with_pictures

LEAST_MS = 500
"""The shortest time between two cuts; music with quicker beats skips some."""


@dataclass(frozen=True, slots=True)
class CutOnBeats:
    """Let the pictures change on the beats of the music made here; the film keeps its length.

    The middle of each transition falls on a beat. Nothing happens without such music.
    """

    name: ClassVar[str] = "cut_on_beats"

    def apply(self, draft: Draft) -> Draft:
        segments, beats = pictures(draft), beats_of(draft)
        if len(segments) < 2 or len(beats) < 2:
            return draft
        total = length(segments)
        cuts, at = [], 0.0
        for segment in segments[:-1]:
            at += segment.duration_ms - overlap(segment)
            cuts.append(at + overlap(segment) / 2)
        chosen = _nearest(cuts, [beat for beat in beats if LEAST_MS <= beat <= total - LEAST_MS])
        if chosen is None:
            return draft
        result, start = [], 0
        for index, segment in enumerate(segments):
            shared = overlap(segment) if index < len(chosen) else 0
            before = chosen[index - 1] if index else 0
            after = chosen[index] if index < len(chosen) else total
            room = int(0.8 * min(after - before, (chosen[index + 1] if index + 1 < len(chosen) else total) - after))
            shared = min(shared, max(0, room)) // 2 * 2
            end = after + shared // 2 if index < len(chosen) else total
            meta = {"transition_ms": shared} if index < len(chosen) and segment.meta.transition_ms else {}
            result.append(changed(segment, duration_ms=end - start, **meta))
            start = end - shared
        return with_film(with_pictures(draft, result), on_beat=True)


def beats_of(draft: Draft) -> Sequence[int]:
    """When the beats of the music fall on the film, ms; none for music that was not made here."""
    from ...music import beat_times  # noqa: PLC0415  # numpy, only for films cut to music

    for music in sounds(draft, "music")[:1]:
        if music.meta.mood:
            start = music.meta.start_ms or 0
            return [start + beat for beat in beat_times(music.meta.mood, music.duration_ms)]
    return ()


def _nearest(cuts: Sequence[float], beats: Sequence[int]) -> list[int] | None:
    """A beat for each cut, each later than the one before by LEAST_MS; None where there are too few beats."""
    chosen: list[int] = []
    for number, cut in enumerate(cuts):
        after = chosen[-1] + LEAST_MS if chosen else 0
        first = bisect_left(beats, after)
        left = len(cuts) - number - 1
        usable = beats[first : len(beats) - left or None]
        if not usable:
            return None
        chosen.append(min(usable, key=lambda beat: abs(beat - cut)))
    return chosen
