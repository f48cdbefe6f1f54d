"""From text as typed to a row of known words: what each word may mean, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from .compiling import GAP
from .normalise import Aligned, aligned
from .quotation import Quote, quotes
from .tokens import ADDRESS, FILE, QUOTED, tokens
from .vocabulary import Lexicon, Phrases, Tail, Tails, Vocabulary, tag_bits

_REACH = 5
# inside the words of some scripts it is a letter; alone it joins the parts of an emoji
_JOINER = "\u200d"
# only a text that may hold such content needs these, so they are compiled at first use
_URL = r"(?:https?://|www\.)[^\s\u3000-\u303f\u4e00-\u9fff，。！？）<>\"'“”」]+"
_FILE_NAME = (
    r"[\w\-]{1,80}\.(?:jpe?g|png|gif|webp|heic|heif|avif|bmp|tiff?|svg|mp4|mov|avi|webm|mkv|m4v|mp3|wav|m4a|aac|ogg|flac"
    r"|pdf|zip)\b"
)
_HANDLE = r"(?<![\w@])[@#][\w.]{2,60}"


class Hit(NamedTuple):
    """A word or phrase: [start, end) of the folded text, its tags and its spelling there."""

    start: int
    end: int
    tags: int
    text: str
    kind: str


_hit: Callable[[tuple[int, int, int, str, str]], Hit] = partial(tuple.__new__, Hit)
"""A hit of its five values, at half the price of naming them: one is made of every word."""


def masked(folded: str) -> str:
    """The text with quotations, addresses, file names and handles replaced by as many private characters."""
    found = quotes(folded)
    if found and any(char.isalnum() for char in _outside(folded, found)):
        for quote in found:
            folded = folded[: quote.start] + QUOTED * (quote.end - quote.start) + folded[quote.end :]
    if "://" in folded or "www." in folded:
        folded = re.sub(_URL, _address, folded)
    if "." in folded:
        folded = re.sub(_FILE_NAME, lambda found: FILE * len(found.group()), folded)
    if "@" in folded or "#" in folded:
        folded = re.sub(_HANDLE, lambda found: FILE * len(found.group()), folded)
    return folded


def _address(found: re.Match[str]) -> str:
    """An address of media has a path; a bare site is something to show."""
    address = found.group()
    return (ADDRESS if address.rstrip("/").count("/") > 2 * ("://" in address) else QUOTED) * len(address)


def _outside(text: str, found: tuple[Quote, ...]) -> str:
    pieces, start = [], 0
    for quote in found:
        pieces.append(text[start : quote.start])
        start = quote.end
    return "".join((*pieces, text[start:]))


def read(text: str, lexicon: Lexicon) -> tuple[Aligned, list[Hit]]:
    """Every word of the text in order, known or not (tags 0), with the stops between sentences and clauses."""
    whole = aligned(text)
    content = masked(whole.text)
    known = lexicon.known
    hits: list[Hit] = []
    run: list[Hit] = []
    spelt: list[str] = []
    openers: dict[int, Tails] = {}
    before: Tails | None = None
    for match in tokens(content):
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        said = content[start:end]
        if kind == "word":
            if said == _JOINER:
                continue
            tags, tails, spelling = known[said]
            # most words may open a phrase, few do before the word that follows
            if before is not None and (spelling in before.lengths or before.loose):
                openers[len(run) - 1] = before
            before = tails
            run.append(_hit((start, end, tags, said, kind)))
            spelt.append(spelling)
            continue
        if run:
            hits += _joined(run, spelt, openers) if openers else run
            run, spelt, openers, before = [], [], {}, None
        if kind == "glued":
            _scan(start, said, lexicon, hits)
        else:
            hits.append(_hit((start, end, _OF_KIND.get(kind, 0), said, kind)))
    if run:
        hits += _joined(run, spelt, openers) if openers else run
    return whole, hits


def _of_kinds() -> dict[str, int]:
    bits = tag_bits()
    return {"quote": bits["QUOTE"], "url": bits["URL"], "file": bits["FILE"]}


_ANNOUNCES = tag_bits()["will"]
_ANNOUNCED = tag_bits()["upload"] | tag_bits()["send"]
_OF_KIND: dict[str, int] = _of_kinds()


def _joined(run: list[Hit], spelt: list[str], openers: dict[int, Tails]) -> list[Hit]:
    """A run of words as phrases: those of several words win over the words they are made of, the longest first.

    spelt: the words as phrases know them. openers: the places of those that may open a phrase before the word that
    follows, in order, each with its phrases.
    """
    joined: list[Hit] = []
    silenced: set[int] = set()
    present: set[str] = set()
    done = 0
    for place, tails in openers.items():
        if place < done or place in silenced:
            continue
        if tails.loose and not present:
            present = {"", *spelt}
        if spelt[place + 1] not in tails.lengths and tails.needed.isdisjoint(present):
            continue
        found = _longest(spelt, place + 1, tails, present)
        if found is None:
            continue
        matched, (rest, tags) = found
        if tags & _ANNOUNCES:
            # "I upload": the phrase announces, the verb inside it says what
            for inside in run[place:matched]:
                tags |= inside.tags & _ANNOUNCED
        opener = run[place]
        joined += run[done:place]
        if GAP in rest:
            silenced.add(matched - 1)
            done, end = place + 1, opener.end
        else:
            done, end = matched, run[matched - 1].end
        joined.append(_hit((opener.start, end, tags, opener.text, "word")))
    joined += run[done:]
    if silenced:
        silent = {run[place].start for place in silenced}
        joined = [hit._replace(tags=0) if hit.start in silent else hit for hit in joined]
    return joined


def _longest(spelt: list[str], place: int, tails: Tails, present: set[str]) -> tuple[int, Tail] | None:
    """The longest of some phrases that goes on at a place, and where it ends."""
    best = None
    second = spelt[place]
    for length in tails.lengths.get(second, ()):
        tail = tails.exact.get(tuple(spelt[place : place + length]))
        if tail is not None:
            best = (place + len(tail[0]), tail)
            break
    for tail in tails.ajar.get(second, ()):
        if best is not None and len(best[1][0]) >= len(tail[0]):
            break
        matched = _follow(spelt, place, tail[0])
        if matched is not None:
            best = (matched, tail)
            break
    for tail, needed in tails.loose:
        if needed not in present:
            continue
        # a phrase without a gap says more than one as long with a gap
        if best is not None and len(best[1][0]) >= len(tail[0]) - (GAP in tail[0]):
            break
        matched = _follow(spelt, place, tail[0])
        if matched is not None:
            return (matched, tail)
    return best


def _follow(spelt: list[str], place: int, rest: tuple[str, ...]) -> int | None:
    """Where a phrase with a gap or an open ending ends, or None."""
    gap = False
    for wanted in rest:
        if wanted == GAP:
            gap = True
            continue
        for at in range(place, min(len(spelt), place + 1 + _REACH * gap)):
            if _same(spelt[at], wanted):
                place = at + 1
                break
        else:
            return None
        gap = False
    return place


def _same(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def _scan(offset: int, run: str, lexicon: Lexicon, hits: list[Hit]) -> None:
    """Longest match at each place of a run whose script writes no spaces; spaces inside it do not count."""
    places = None
    if " " in run or "\t" in run:
        places = [place for place, char in enumerate(run) if not char.isspace()]
        run = "".join(run[place] for place in places)
        places.append(places[-1] + 1)
    known = lexicon.first
    scan = known.scan
    if known.variants:
        run = run.translate(known.variants)
    at, length = 0, len(run)
    stranger = -1
    while at < length:
        listed = scan[run[at]]
        found = _phrase_at(run, at, listed, known) if listed.tags else None
        if found is None:
            if stranger < 0:
                stranger = at
            at += 1
            continue
        if stranger >= 0:
            hits.append(_glued(offset, places, stranger, at, 0, run))
            stranger = -1
        end = at + len(found[0])
        hits.append(_glued(offset, places, at, end, found[1], run))
        at = end
    if stranger >= 0:
        hits.append(_glued(offset, places, stranger, length, 0, run))


def _phrase_at(run: str, at: int, listed: Phrases, known: Vocabulary) -> tuple[str, int] | None:
    """The longest of the listed phrases that stands at a place, with its tags."""
    for length in listed.lengths.get(run[at + 1 : at + 2], listed.alone):
        phrase = run[at : at + length]
        tags = listed.tags.get(phrase)
        if tags is not None and not _barred(run, at, phrase, known):
            return phrase, tags
    return None


def _barred(run: str, at: int, phrase: str, known: Vocabulary) -> bool:
    """Whether the character before a phrase or behind it makes it part of another word."""
    end = at + len(phrase)
    before, behind = known.not_after.get(phrase), known.not_before.get(phrase)
    return (before is not None and at > 0 and run[at - 1] in before) or (
        behind is not None and end < len(run) and run[end] in behind
    )


def _glued(offset: int, places: list[int] | None, start: int, end: int, tags: int, run: str) -> Hit:
    if places is None:
        return _hit((offset + start, offset + end, tags, run[start:end], "glued"))
    return _hit((offset + places[start], offset + places[end - 1] + 1, tags, run[start:end], "glued"))
