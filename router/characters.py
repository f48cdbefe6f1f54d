"""What kind of thing each character is, for `str.translate`: one pass over a text answers for all of its characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_REMEMBERED = 8192
"""Characters per table; every script but Han in full, and of that far more than anybody writes in a day."""

Range = tuple[str, str]
"""The first and the last character of a stretch of Unicode, both included."""


class CharacterKinds(dict[int, str]):
    """A table for `str.translate` that works a character's kind out when it is first met."""

    __slots__ = ("_kind_of",)

    def __init__(self, kind_of: Callable[[str], str]) -> None:
        super().__init__()
        self._kind_of = kind_of

    def __missing__(self, code: int) -> str:
        kind = self._kind_of(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = kind
        return kind


def within(char: str, ranges: Iterable[Range]) -> bool:
    """Whether a character lies in one of the ranges."""
    return any(low <= char <= high for low, high in ranges)
