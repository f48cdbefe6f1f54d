"""What a transcript expects beside what came: events set side by side, and each difference by its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

MAY_BE_LEFT_OUT = frozenset({"done", "progress"})
_SHOWN = 160
_UNPAIRED = 1.5
"""What leaving an event without a counterpart costs, where a differing counterpart costs 1."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not as expected.

    place: "text.tracks[0].role". words: a reason, where two values say too little.
    """

    place: str
    expected: Any = None
    came: Any = None
    words: str = ""

    def __str__(self) -> str:
        if self.words:
            return f"{self.place}: {self.words}"
        expected, came = _short(self.expected, self.came), _short(self.came, self.expected)
        return f"{self.place}\n  expected  {expected}\n  came      {came}"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that did not go as the transcript says.

    part, number: which entry of the turn's `host` or `backend` (1-based); 0 = none of them. turn: 0 = the file itself.
    """

    words: str
    turn: int = 0
    part: Literal["", "host", "backend"] = ""
    number: int = 0
    differences: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        return self.told()

    def told(self, line: int | None = None) -> str:
        """In words, with the line of the file where its entry stands."""
        where = [f"turn {self.turn}"] if self.turn else []
        where += [f"{self.part} {self.number}"] if self.number else []
        where += [f"line {line}"] if line else []
        head = f"{', '.join(where)}: {self.words}" if where else self.words
        details = "\n".join(str(difference) for difference in self.differences)
        return f"{head}\n{_indented(details)}" if details else head


Pairs = Sequence[tuple[int | None, int | None]]
"""Expected and shown events side by side, in order, by number; None where there is no counterpart."""


def differences(wanted: object, found: object, place: str = "body") -> list[Difference]:
    """Where `found` lacks what `wanted` gives; keys not given may be anything, and so may `…` in a text."""
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            return [Difference(place, wanted, found, f"{_short(found)} is not an object")]
        return [
            difference
            for key, value in wanted.items()
            for difference in differences(value, found.get(key), f"{place}.{key}")
        ]
    if isinstance(wanted, list) and isinstance(found, list | tuple):
        if len(wanted) != len(found):
            return [Difference(place, wanted, found)]
        pairs = enumerate(zip(wanted, found, strict=True))
        return [difference for at, (one, other) in pairs for difference in differences(one, other, f"{place}[{at}]")]
    if isinstance(wanted, str) and isinstance(found, str):
        return [] if _like(wanted).fullmatch(found) else [Difference(place, wanted, found)]
    return [] if wanted == found else [Difference(place, wanted, found)]


@cache
def _like(wanted: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in wanted.split("…")), re.S)


def pair(wanted: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]]) -> Pairs:
    """Set expected and shown events side by side so that as little as possible differs.

    Events that may be left out stay unpaired for nothing.
    """
    width = len(shown) + 1
    costs = [[0.0] * width for _ in range(len(wanted) + 1)]
    for at in range(len(wanted), -1, -1):
        for there in range(len(shown), -1, -1):
            costs[at][there] = min((cost for cost, *_ in _moves(wanted, shown, costs, at, there)), default=0.0)
    pairs: list[tuple[int | None, int | None]] = []
    at = there = 0
    while at < len(wanted) or there < len(shown):
        _, one, other = min(_moves(wanted, shown, costs, at, there), key=lambda move: move[0])
        pairs.append((at if one else None, there if other else None))
        at, there = at + one, there + other
    return pairs


def _moves(
    wanted: Sequence[Mapping[str, Any]],
    shown: Sequence[Mapping[str, Any]],
    costs: list[list[float]],
    at: int,
    there: int,
) -> list[tuple[float, int, int]]:
    """(cost to the end, steps on our side, steps on theirs): a pair, an event too few, an event too many."""
    moves = []
    if at < len(wanted) and there < len(shown) and wanted[at].get("kind") == shown[there]["kind"]:
        unlike = bool(differences(wanted[at], shown[there]))
        moves.append((costs[at + 1][there + 1] + unlike, 1, 1))
    if at < len(wanted):
        moves.append((costs[at + 1][there] + _UNPAIRED, 1, 0))
    if there < len(shown):
        free = shown[there]["kind"] in MAY_BE_LEFT_OUT
        moves.append((costs[at][there + 1] + (0 if free else _UNPAIRED), 0, 1))
    return moves


def unlike(
    turn: int, wanted: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]], pairs: Pairs
) -> list[Mismatch]:
    """What the host sees otherwise than expected, in reading order."""
    found = []
    before = 0
    for one, other in pairs:
        if one is None and other is not None:
            if shown[other]["kind"] not in MAY_BE_LEFT_OUT:
                words = f"the host sees more than is expected here: {_short(shown[other])}"
                found.append(Mismatch(words, turn, "host", before))
            continue
        if one is None:
            continue
        before = one + 1
        if other is None:
            found.append(Mismatch(f"the host does not see {_short(wanted[one])}", turn, "host", before))
        elif unequal := differences(wanted[one], shown[other], str(shown[other]["kind"])):
            found.append(Mismatch("the host sees something else", turn, "host", before, tuple(unequal)))
    return found


def _short(value: object, beside: object = None) -> str:
    """A value in one line; a long text from a little before it leaves the other one."""
    if isinstance(value, str) and isinstance(beside, str) and max(len(value), len(beside)) > _SHOWN:
        parted = next((at for at, (a, b) in enumerate(zip(value, beside, strict=False)) if a != b), 0)
        start = max(0, parted - _SHOWN // 4)
        value = ("[…] " if start else "") + value[start:]
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + " […]"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))
