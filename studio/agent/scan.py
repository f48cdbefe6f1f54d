"""A message as a row of tags: every wording, number and quotation with where it stands and what it may mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from router import fold, quotes

from .words import Words, is_spelled, numerals, variants

QUOTED = "\ue000"
"""Stands for a whole quotation in the folded text, so that nothing inside one is read as a request."""

_JOINED = re.compile(r"(?<=[^\W_])[-_\u2010-\u2015](?=[^\W\d_])|(?<=[^\W\d_])[-_\u2010-\u2015](?=[^\W_])")
_SHAPE = re.compile(r"(\d{2,4})\s?[x×*]\s?(\d{2,4})(?!\d)")
_COLON = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{2}))?(?!\d)")
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,3}(?!\d))?")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_RATIOS = {(9, 16), (16, 9), (1, 1), (4, 5), (5, 4), (3, 4), (4, 3), (2, 3), (3, 2), (21, 9), (2, 1), (1, 2)}
_MARKS: Mapping[str, Mapping[str, object]] = {
    **{mark: {"sep": "hard"} for mark in ",;，；\n"},
    **{mark: {"sep": "hard", "stop": "stop"} for mark in ".!。！…"},
    **{mark: {"sep": "hard", "stop": "stop", "asked": "asked"} for mark in "?？"},
    **{mark: {"sep": "soft"} for mark in "、&+/()|"},
    **{mark: {"colon": "colon"} for mark in ":="},
    "-": {"to": "to", "sep": "hard"},
    "~": {"to": "to"},
    "#": {"clip": "one"},
    "@": {"at": "at"},
    "%": {"percent": "percent"},
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A stretch [start, end) of the folded text and what it may mean: concept -> value."""

    start: int
    end: int
    senses: Mapping[str, object]

    def __contains__(self, concept: str) -> bool:
        return concept in self.senses

    def text(self, concept: str) -> str:
        """The value of a concept whose values are words; "" when the tag does not mean it."""
        return str(self.senses.get(concept, ""))

    def number(self, concept: str) -> float:
        """The value of a concept whose values are amounts; 0 when the tag does not mean it."""
        value = self.senses.get(concept, 0)
        return float(value) if isinstance(value, int | float | str) else 0.0

    def meaning(self, **senses: object) -> Tag:
        """The same stretch with these senses only."""
        return replace(self, senses=senses)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A message and its tags. at: for each folded character, where it stood in the message (one more for the end)."""

    message: str
    folded: str
    at: Sequence[int]
    tags: tuple[Tag, ...]

    def original(self, start: int, end: int) -> str:
        """The user's own words for a stretch of the folded text."""
        return self.message[self.at[start] : self.at[end]]

    def close(self, left: Tag, right: Tag) -> bool:
        """Whether nothing but white space stands between two tags."""
        return not self.folded[left.end : right.start].strip()


def scan(message: str, words: Words, names: Words) -> Scanned:
    """Tag a message. names: wordings of this conversation only (the photos' names), weaker than the lexicon's."""
    folded, at, quoted = _folded(message)
    tags: list[Tag] = []
    position = 0
    while position < len(folded):
        tag = _tag_at(folded, position, words, names, quoted)
        if tag is None:
            position += 1
            continue
        if tag.senses:
            tags.append(tag)
        position = max(tag.end, position + 1)
    return Scanned(message, folded, at, tuple(tags))


def _folded(message: str) -> tuple[str, Sequence[int], Mapping[int, str]]:
    """Folded text, the way back, and the quotations by where their mark stands in the folded text."""
    letters: list[str] = []
    at: list[int] = []
    quoted: dict[int, str] = {}
    position = 0
    for quote in (*quotes(message), None):
        end = len(message) if quote is None else quote.start
        for index in range(position, end):
            for letter in _one(message[index]):
                letters.append(letter)
                at.append(index)
        if quote is not None:
            quoted[len(letters)] = message[quote.inner_start : quote.inner_end].strip()
            letters.append(QUOTED)
            at.append(quote.start)
            position = quote.end
    at.append(len(message))
    return _JOINED.sub(" ", "".join(letters)), at, quoted


@lru_cache(maxsize=8192)
def _one(letter: str) -> str:
    if letter == "\n":
        return letter
    if letter.isspace() or letter == QUOTED:
        return " "
    if letter in "\u2010\u2011\u2012\u2013\u2014\u2015":
        return "-"
    return variants().get(letter, fold(letter))


def _tag_at(text: str, start: int, words: Words, names: Words, quoted: Mapping[int, str]) -> Tag | None:
    letter = text[start]
    if letter == " ":
        return None
    if letter == QUOTED:
        words_inside = any(inner.isalnum() or inner > "\u2100" for inner in quoted.get(start, ""))
        return Tag(start, start + 1, {"quote": quoted[start]} if words_inside else {})
    if letter in "hw" and (link := _LINK.match(text, start)):
        return Tag(start, link.end(), {"link": link.group()})
    if letter.isdecimal() and letter.isascii():
        return _amount(text, start, words)
    known = _known(text, start, words, names)
    if known is not None:
        return known
    if letter in _MARKS:
        return Tag(start, start + 1, _MARKS[letter])
    if not is_spelled(letter):
        return Tag(start, start + 1, {"letter": letter}) if letter.isalnum() else None
    end = start + 1
    while end < len(text) and is_spelled(text[end]):
        end += 1
    return Tag(start, end, {"word": text[start:end]})


def _known(text: str, start: int, words: Words, names: Words) -> Tag | None:
    """The longest thing known at start: a number in characters, a wording, a photo's name."""
    end, senses = words.longest(text, start)
    run = _numeral(text, start)
    if run is not None and run.end >= end:
        return run
    name_end, name = names.longest(text, start)
    if name_end > end or (name_end == end > start and set(senses) == {"person"}):
        return Tag(start, name_end, name)
    return Tag(start, end, senses) if senses else None


def _numeral(text: str, start: int) -> Tag | None:
    digits = numerals()
    end = start
    while end < len(text) and text[end] in digits:
        end += 1
    return Tag(start, end, {"number": float(_numeral_value(text[start:end]))}) if end > start else None


def _numeral_value(run: str) -> int:
    """一百二十五 -> 125, 二〇 -> 20."""
    digits = numerals()
    if not any(digits[letter] >= 10 for letter in run):
        return int("".join(str(digits[letter]) for letter in run)[:9])
    total = pending = 0
    for letter in run:
        value = digits[letter]
        if value >= 10:
            total += (pending or 1) * value
            pending = 0
        else:
            pending = value
    return total + pending


def _amount(text: str, start: int, words: Words) -> Tag:
    """A number in digits, or one of the forms people write with several: 9:16, 0:45, 1920x1080, 4k, 2nd."""
    end, senses = words.longest(text, start)
    if senses:
        return Tag(start, end, senses)
    if shape := _SHAPE.match(text, start):
        return Tag(start, shape.end(), {"pixels": (int(shape[1]), int(shape[2]))})
    if colon := _COLON.match(text, start):
        left, right = int(colon[1]), int(colon[2])
        if colon[3]:
            return Tag(start, colon.end(), {"duration": float((left * 3600 + right * 60 + int(colon[3])) * 1000)})
        if (left, right) in _RATIOS:
            return Tag(start, colon.end(), {"ratio_of": (left, right)})
        if len(colon[2]) == 2:
            return Tag(start, colon.end(), {"duration": float((left * 60 + right) * 1000), "clock": "clock"})
    number = _NUMBER.match(text, start)
    if number is None:  # a decimal digit of another script that folding left alone
        return Tag(start, start + 1, {})
    return Tag(start, number.end(), {"number": float(number.group().replace(",", "."))})
