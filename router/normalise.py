"""One spelling for what people type: the forms in which words are compared.

Two foldings live here. `fold` is the plain one, for comparing whole strings. `aligned` keeps a map back to
the text as typed, so that a decision made on folded words can quote the user verbatim.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_ELONGATED = re.compile(r"(.)\1{2,}", re.DOTALL)
_TYPOGRAPHIC = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "İ": "i", "\u00ad": None, "\u200b": None}
)
# a text is asked for the few marks first: to translate it costs a look-up a character
_TYPOGRAPHIC_MARKS = "".join(map(chr, _TYPOGRAPHIC))
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " "}
_SAME_LENGTH = str.maketrans({**_FULL_WIDTH, "’": "'", "‘": "'", "ʼ": "'", "´": "'", "İ": "i"})
_NORMAL_BUT_REPLACED = "’‘ʼİ"
"""The characters `_SAME_LENGTH` replaces though they are normal, or lower case makes two of one."""
_SPELLED_APART = str.maketrans({"ß": "ss", "ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})


def fold(text: str) -> str:
    """The form for comparing: NFKC, without case, straight apostrophes, no soft hyphens or zero-width spaces."""
    if any(map(text.__contains__, _TYPOGRAPHIC_MARKS)):
        text = text.translate(_TYPOGRAPHIC)
    return unicodedata.normalize("NFKC", text).casefold()


class Aligned(NamedTuple):
    """Folded text and, for every folded character, where it stood; `at` is None when nothing moved."""

    text: str
    at: tuple[int, ...] | None

    def original(self, index: int) -> int:
        """Where the folded character at index (or the end) stands in the text as typed."""
        return index if self.at is None else self.at[index]


def aligned(text: str) -> Aligned:
    """Fold without losing the way back: NFKC and lower case, character cluster by character cluster."""
    if text.isascii():
        return Aligned(text.lower(), None)
    if not any(map(text.__contains__, _NORMAL_BUT_REPLACED)):
        lowered = text.lower()
        if unicodedata.is_normalized("NFKC", lowered) and len(lowered) == len(text):
            return Aligned(lowered, None)
    lowered = text.translate(_SAME_LENGTH).lower()
    if unicodedata.is_normalized("NFKC", lowered) and len(lowered) == len(text):
        return Aligned(lowered, None)
    return _clustered(text)


def _clustered(text: str) -> Aligned:
    pieces: list[str] = []
    at: list[int] = []
    start, length = 0, len(text)
    while start < length:
        end = start + 1
        # a base and its marks compose together; eight marks are plenty for any script and keep this linear
        while end < length and end - start < 9 and unicodedata.combining(text[end]):
            end += 1
        piece = unicodedata.normalize("NFKC", text[start:end].translate(_SAME_LENGTH)).lower()
        pieces.append(piece)
        at.extend([start] * len(piece))
        start = end
    at.append(length)
    return Aligned("".join(pieces), tuple(at))


@lru_cache(maxsize=8192)
def without_marks(word: str) -> str:
    """The word as typed on a keyboard without accents: "vídeo" -> "video", "straße" -> "strasse".

    Only marks on Latin, Greek and Cyrillic letters go; in other scripts marks are letters.
    """
    if word.isascii():
        return word
    kept = []
    base = ""
    for char in unicodedata.normalize("NFD", word.translate(_SPELLED_APART)):
        if not unicodedata.combining(char):
            base = char
        elif base < "\u0530":
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def without_elongation(word: str, *, keep: int) -> str:
    """Shorten runs of three or more equal characters to `keep` (1 or 2): "nowwww" -> "now"."""
    return _ELONGATED.sub(lambda run: run.group(1) * keep, word)
