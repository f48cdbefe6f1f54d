"""Sentences of a text, as spans that lose nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

from .quotation import quotes

# a full stop ends a sentence only before white space or the end; the full-width marks end one anywhere
_STOP = re.compile(r"[.!?…؟।]+|[。！？｡]+|\n+")
_CLOSERS = frozenset("\"'”’»」』)]）】*_`›")
_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "eg",
        "ie",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "vs",
        "etc",
        "approx",
        "no",
        "nr",
        "fig",
        "vol",
        "pp",
        "p.s",
        "ca",
        "bzw",
        "z.b",
        "usw",
        "d.h",
        "sr",
        "sra",
        "srta",
        "ej",
        "p.ej",
        "mme",
        "mlle",
        "av",
        "env",
        "т.е",
        "т.д",
        "т.п",
        "др",
        "пр",
        "стр",
        "dk",
        "örn",
        "vb",
        "vs",
        "tr",
        "np",
        "tzn",
        "itd",
        "bijv",
        "enz",
        "dott",
        "sig",
        "dll",
        "dsb",
    ]
)


class Span(NamedTuple):
    """[start, end) of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words themselves."""
        return text[self.start : self.end]


def split_sentences(text: str) -> tuple[Span, ...]:
    """Cut after each sentence, its closing marks and the white space behind it: the spans join to the text again.

    Line ends cut too. Nothing is cut inside a quotation or code span, after an abbreviation, after the number of a list
    item, or at the dot of a number, a file name or an address.
    """
    spans: list[Span] = []
    start = 0
    inside = iter(quotes(text))
    quote = next(inside, None)
    for stop in _STOP.finditer(text):
        if stop.start() < start:
            continue
        while quote is not None and quote.end <= stop.start():
            quote = next(inside, None)
        if quote is not None and quote.start < stop.start():
            if not (stop.end() >= quote.inner_end and _ends_after(text, quote.end)):
                continue
            end = quote.end
        else:
            end = stop.end()
        opening = quote.start if quote is not None and quote.start >= end else len(text)
        end = _cut(text, start, stop, end, opening)
        if end:
            spans.append(Span(start, end))
            start = end
    if start < len(text):
        spans.append(Span(start, len(text)))
    return tuple(spans)


def _ends_after(text: str, end: int) -> bool:
    """Whether a quotation that ends with a full stop ends the sentence around it as well."""
    rest = text[end : end + 3].lstrip()
    return not rest or rest[0].isupper() or "\n" in text[end : end + 3]


def _cut(text: str, start: int, stop: re.Match[str], end: int, opening: int) -> int:
    """Where the sentence ends, or 0 when this mark ends none. opening: where the next quotation begins."""
    marks = stop.group()
    length = len(text)
    while end < opening and marks[0] != "\n" and text[end] in _CLOSERS:
        end += 1
    if marks[0] in ".!?…؟।" and end < length and not text[end].isspace() and text[end] < "\u2e80":
        return 0
    if marks == "." and _is_abbreviation(text[start : stop.start()]):
        return 0
    while end < length and text[end].isspace():
        end += 1
        if text[end - 1] == "\n" and not text[end : end + 1].isspace():
            break
    return end


def _is_abbreviation(before: str) -> bool:
    tail = before[-12:]
    word = tail.split()[-1] if tail.strip() and not tail[-1].isspace() else ""
    if word.isdigit():
        return before.strip() == word  # "1." opens a list item
    return word.lower().lstrip("(\"'“«") in _ABBREVIATIONS
