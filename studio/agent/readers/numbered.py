"""A list that numbers its photos: photo 1 Bergamo, photo 2 Monte Alben; 第1张 北京，第2张 上海."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

_NUMBERED = re.compile(r"(\D{0,12}?)\s*(\d{1,3})(?!\d)(.*)", re.DOTALL)
_LED = " .:：=-–—)"


def numbered(items: Sequence[str], count: int) -> list[tuple[int, str]]:
    """(photo from 0, words) for each item; empty where not every item begins with the number of a photo of the film."""
    found = [_NUMBERED.fullmatch(item.strip()) for item in items if item.strip()]
    parts = [part for part in found if part is not None]
    if len(parts) < 2 or len(parts) != len(found) or len({part[1].strip().casefold() for part in parts}) > 1:
        return []
    places = [int(part[2]) - 1 for part in parts]
    if len(set(places)) != len(places) or not all(0 <= place < count for place in places):
        return []
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*(part[3] for part in parts), strict=False))
    counter = "".join(letters[0] for letters in alike)  # 张, 枚目, 번
    counted = next((n for n, letter in enumerate(counter) if letter in _LED or letter < "\u2e80"), len(counter))
    words = [part[3][counted:].strip(_LED) for part in parts]
    return list(zip(places, words, strict=True)) if all(words) else []
