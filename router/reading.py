"""From text as typed to a row of known words: what each word may mean, and where it stands."""

from __future__ import annotations

import re
from typing import NamedTuple

from .compiling import GAP
from .normalise import Aligned, aligned
from .quotation import Quote, quotes
from .tokens import ADDRESS, FILE, QUOTED, tokens
from .vocabulary import Lexicon, Tail, Tails, tag_bits

_REACH = 5
# only a text that may hold such content needs these, so they are compiled at first use
_URL = r"(?:https?://|www\.)[^\s\u3000-\u303f\u4e00-\u9fff，。！？）<>\"'“”」]+"
_FILE_NAME = (
    r"[\w\-]{1,80}\.(?:jpe?g|png|gif|webp|heic|heif|avif|bmp|tiff?|svg|mp4|mov|avi|webm|mkv|m4v|mp3|wav|m4a|aac|ogg|flac"
    r"|pdf|zip)\b"
)
_HANDLE = r"(?<![\w@])[@#][\w.]{2,60}"


Word = tuple[int, int, str, int, Tails | None]
"""A word's [start, end), its spelling, tags and the phrases it may open."""


class Hit(NamedTuple):
    """A word or phrase: [start, end) of the folded text, its tags and its spelling there."""

    start: int
    end: int
    tags: int
    text: str
    kind: str


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
    hits: list[Hit] = []
    words: list[Word] = []
    known = lexicon.known
    for match in tokens(content):
        kind = match.lastgroup or ""
        start, end = match.span()
        if kind == "word":
            word = content[start:end]
            tags, tails, _ = known.get(word) or lexicon.look_up(word)
            words.append((start, end, word, tags, tails))
            continue
        if words:
            _join(words, hits, lexicon)
            words = []
        if kind == "glued":
            _scan(start, content[start:end], lexicon, hits)
        else:
            hits.append(Hit(start, end, _OF_KIND.get(kind, 0), content[start:end], kind))
    if words:
        _join(words, hits, lexicon)
    return whole, hits


def _of_kinds() -> dict[str, int]:
    bits = tag_bits()
    return {"quote": bits["QUOTE"], "url": bits["URL"], "file": bits["FILE"]}


_ANNOUNCES = tag_bits()["will"]
_ANNOUNCED = tag_bits()["upload"] | tag_bits()["send"]
_OF_KIND: dict[str, int] = _of_kinds()


def _join(words: list[Word], hits: list[Hit], lexicon: Lexicon) -> None:
    """Phrases of several words win over the words they are made of, the longest first."""
    place, count = 0, len(words)
    silenced: set[int] = set()
    present: set[str] = set()
    while place < count:
        start, end, word, tags, tails = words[place]
        taken = 1
        if place in silenced:
            tags, tails = 0, None
        if tails is not None and tails.loose and not present:
            present.update(word[2] for word in words)
        if tails is not None and place + 1 < count and (found := _longest(words, place + 1, tails, present)):
            matched, (rest, tags) = found
            if tags & _ANNOUNCES:
                # "I upload": the phrase announces, the verb inside it says what
                for inside in words[place:matched]:
                    tags |= inside[3] & _ANNOUNCED
            if GAP in rest:
                silenced.add(matched - 1)
            else:
                taken = matched - place
                end = words[matched - 1][1]
        hits.append(Hit(start, end, tags, word, "word"))
        place += taken


def _longest(words: list[Word], place: int, tails: Tails, present: set[str]) -> tuple[int, Tail] | None:
    best = None
    for tail in tails.by_second.get(words[place][2], ()):
        matched = _follow(words, place, tail[0])
        if matched is not None:
            best = (matched, tail)
            break
    for tail, needed in tails.loose:
        if needed and needed not in present:
            continue
        if best is not None and len(best[1][0]) >= len(tail[0]):
            break
        matched = _follow(words, place, tail[0])
        if matched is not None:
            return (matched, tail)
    return best


def _follow(words: list[Word], place: int, rest: tuple[str, ...]) -> int | None:
    """Where the phrase that goes on with `rest` ends, or None."""
    at, count = place, len(words)
    for wanted in rest:
        if at < count and words[at][2] == wanted:
            at += 1
        elif wanted == GAP or wanted[-1] == "*":
            return _follow_loosely(words, place, rest)
        else:
            return None
    return at


def _follow_loosely(words: list[Word], place: int, rest: tuple[str, ...]) -> int | None:
    """The same for a phrase with a gap or an open ending."""
    gap = False
    for wanted in rest:
        if wanted == GAP:
            gap = True
            continue
        for at in range(place, min(len(words), place + 1 + _REACH * gap)):
            if _same(words[at][2], wanted):
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
        for phrase, tags in scan(run[at]):
            if run.startswith(phrase, at) and not (
                (at and run[at - 1] in known.not_after.get(phrase, ""))
                or (at + len(phrase) < length and run[at + len(phrase)] in known.not_before.get(phrase, ""))
            ):
                if stranger >= 0:
                    hits.append(_glued(offset, places, stranger, at, 0, run))
                    stranger = -1
                hits.append(_glued(offset, places, at, at + len(phrase), tags, run))
                at += len(phrase)
                break
        else:
            if stranger < 0:
                stranger = at
            at += 1
    if stranger >= 0:
        hits.append(_glued(offset, places, stranger, length, 0, run))


def _glued(offset: int, places: list[int] | None, start: int, end: int, tags: int, run: str) -> Hit:
    if places is None:
        return Hit(offset + start, offset + end, tags, run[start:end], "glued")
    return Hit(offset + places[start], offset + places[end - 1] + 1, tags, run[start:end], "glued")
