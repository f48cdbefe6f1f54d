"""Where a film is cut into parts: from the timeline alone, never from the machine, so its bytes are the same anywhere.

Parts are even in number and about as long as each other, for two cores to finish together; they begin where shots do
where they can, because a picture coded anew is least noticed where another one comes in; and shorter ones where words
stand, because words are what is changed most, and only parts that changed are made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .timeline import Timeline

_PART_S, _WORDS_S = 2.5, 1.4
_SHORTEST_S, _LONGEST_S = 0.7, 5.0
# what a cut costs; a part half as long again as it should be: 0.25. Amid words two cores should finish together
_AT_WORDS, _AT_SHOT, _AMID_WORDS, _ELSEWHERE = 0.0, 0.1, 0.12, 0.35
_WHOLE_S = 2.0  # a film below this is one part
_GRID_S = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """Frames [first, last) of the film."""

    number: int
    first: int
    last: int

    @property
    def frames(self) -> int:
        return self.last - self.first

    @property
    def file(self) -> str:
        return f"{self.number:04}.part"


def split(film: Timeline) -> tuple[Part, ...]:
    """The film's parts, in order."""
    if film.frames < _WHOLE_S * film.fps:
        return (Part(0, 0, film.frames),)
    places = _places(film)
    cuts = _cheapest(film, places)
    return tuple(Part(number, first, last) for number, (first, last) in enumerate(pairwise(cuts)))


def in_order_of_work(parts: Sequence[Part], fps: int) -> list[Part]:
    """Long parts first, so that the last worker is not kept waiting; among equals every other one of each half, so that
    a worker often goes on where it stopped, with its photos at hand."""
    by_length: dict[int, list[Part]] = {}
    for part in parts:
        by_length.setdefault(round(part.frames * 2 / fps), []).append(part)
    ordered: list[Part] = []
    for _, equals in sorted(by_length.items(), reverse=True):
        half = (len(equals) + 1) // 2
        for place in range(half):
            ordered += equals[place::half]
    return ordered


def _places(film: Timeline) -> dict[int, float]:
    """Frames where a cut may be, each with its price."""
    grid = [round(step * _GRID_S * film.fps) for step in range(int(film.frames / film.fps / _GRID_S) + 1)]
    worded = {place for place in grid for text in film.texts if text.first < place < text.end}
    places = {place: _AMID_WORDS if place in worded else _ELSEWHERE for place in grid}
    places |= {shot.first: _AT_SHOT for shot in film.shots}
    places |= {edge: _AT_WORDS for text in film.texts for edge in (text.first, text.end)}
    return {0: 0.0} | {place: price for place, price in places.items() if 0 < place < film.frames} | {film.frames: 0.0}


def _cheapest(film: Timeline, places: dict[int, float]) -> list[int]:
    """The cheapest cuts into an even number of parts."""
    ordered = sorted(places)
    shortest, longest = _SHORTEST_S * film.fps, _LONGEST_S * film.fps
    best: dict[tuple[int, bool], tuple[float, int]] = {(0, True): (0.0, 0)}
    for here, last in enumerate(ordered):
        for first in reversed(ordered[:here]):
            if last - first < shortest:
                continue
            if last - first > longest:
                break
            price = places[last] + _price(film, first, last)
            for even in (True, False):
                before = best.get((first, even))
                if before and before[0] + price < best.get((last, not even), (float("inf"), 0))[0]:
                    best[last, not even] = (before[0] + price, first)
    cuts, even = [film.frames], True
    while cuts[0] > 0:
        cuts.insert(0, best[cuts[0], even][1])
        even = not even
    return cuts


def _price(film: Timeline, first: int, last: int) -> float:
    """How far a part is from as long as it should be."""
    worded = any(text.first < last and text.end > first for text in film.texts)
    wanted = (_WORDS_S if worded else _PART_S) * film.fps
    return ((last - first) / wanted - 1) ** 2
