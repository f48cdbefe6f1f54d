"""Answers kept for the next time, never more of them than is good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")

CHARACTERS = 8192
"""A bound for tables of characters: every script but Han in full, and of that more than anybody writes in a day."""
WORDS = 20_000
"""A bound for tables of words: more than one language has in daily use."""


class Remembered(dict[Key, Answer]):
    """What a function answers for each key, asked when the key is first looked up. Forgets all of it at the bound.

    A plain look-up afterwards, cheaper than a call. Of character codes to kinds it is a table for `str.translate`.
    """

    __slots__ = ("_answer", "_most")

    def __init__(self, answer: Callable[[Key], Answer], most: int) -> None:
        super().__init__()
        self._answer = answer
        self._most = most

    def __missing__(self, key: Key) -> Answer:
        if len(self) >= self._most:
            self.clear()
        found = self[key] = self._answer(key)
        return found


def within(char: str, ranges: Iterable[tuple[str, str]]) -> bool:
    """Whether a character lies in one of the ranges, first and last included."""
    return any(low <= char <= high for low, high in ranges)
