"""Which wordings mean what: the lexicons, as one tree of letters that is walked along a text."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from router import fold

from ..platforms import platform_wordings

_DATA = Path(__file__).parent / "lexicon" / "compiled"

_ALONGSIDE = {"en": ("zh",), "zh": ("en",)}
"""Read besides a language's own words: people put English terms into every language; English and Chinese are told
apart by their script. Any other language has English beside it."""

_WITHOUT_MARKS = str.maketrans({"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue"})

Senses = Mapping[str, str]
"""What a wording may mean: concept -> value. More than one where people use one word for several things."""


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    senses: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Words:
    """Wordings by letter. Filled once, then only read."""

    root: _Node = field(default_factory=_Node)

    def add(self, wording: str, concept: str, value: str) -> None:
        """Let a wording (folded, single spaces) mean one thing more; the first value of a concept stays."""
        node = self.root
        for letter in wording:
            node = node.children.setdefault(letter, _Node())
        node.senses.setdefault(concept, value)

    def longest(self, text: str, start: int) -> tuple[int, Senses]:
        """The end and the senses of the longest wording at start; (start, {}) when there is none."""
        node, at, end, senses = self.root, start, start, {}
        while at < len(text) and (follower := node.children.get(text[at])) is not None:
            node = follower
            at += 1
            if text[at - 1] == " ":
                while at < len(text) and text[at] == " ":
                    at += 1
            if node.senses and ends_word(text, at):
                end, senses = at, node.senses
        return end, senses


def is_spelled(letter: str) -> bool:
    """Whether a letter belongs to a script that puts spaces between its words; Korean does, but its particles cling."""
    return letter < "\u2e80" and letter.isalnum()


def ends_word(text: str, at: int) -> bool:
    """Whether a wording may end before position `at`."""
    return at >= len(text) or not (is_spelled(text[at - 1]) and is_spelled(text[at]))


@lru_cache(maxsize=16)
def lexicon(language: str) -> Mapping[str, Mapping[str, str]]:
    """One language's data as written; empty for a language that has none yet."""
    path = _DATA / f"{language}.json"
    if not path.exists():
        return {}
    data: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def spoken_languages() -> tuple[str, ...]:
    """The languages that are heard and answered in."""
    languages = (path.stem.partition(".")[2] for path in _DATA.glob("replies.*.json"))
    return tuple(sorted(language for language in languages if "-" not in language))


@lru_cache(maxsize=16)
def words_for(language: str) -> Words:
    """The wordings read for a message in this language: its own, and those of the languages read alongside.

    What a wording means in the language itself hides what it means alongside: Portuguese "no" refuses nothing.
    """
    words = Words()
    own = {wording for _, _, wording in _entries(language)}
    hidden = set() if language in _ALONGSIDE else own
    for name in (language, *_ALONGSIDE.get(language, ("en",))):
        for concept, value, wording in _entries(name):
            if name == language or wording not in hidden:
                words.add(wording, concept, value)
                for typed in _typed(wording):
                    if typed not in own:  # pôr is to put, por is for
                        words.add(typed, concept, value)
    return words


@lru_cache(maxsize=16)
def own_words(language: str) -> Words:
    """A language's own wordings, without those read alongside."""
    words = Words()
    for concept, value, wording in _entries(language):
        words.add(wording, concept, value)
    return words


def _typed(wording: str) -> Iterator[str]:
    """A wording as people type it without its marks: mas corto, laenger, langer."""
    if wording.isascii() or not all(letter < "\u2e80" for letter in wording):
        return
    yield wording.translate(_WITHOUT_MARKS)
    yield "".join(letter for letter in unicodedata.normalize("NFD", wording) if not unicodedata.combining(letter))


@lru_cache(maxsize=1)
def variants() -> Mapping[str, str]:
    """Characters that are brought to another one before anything is compared (traditional to simplified)."""
    pairs = lexicon("zh").get("variants", {}).get("variant", "").split()
    return {pair[0]: pair[1] for pair in pairs}


@lru_cache(maxsize=1)
def numerals() -> Mapping[str, int]:
    """One-character numerals of scripts that write numbers without spaces."""
    return {
        wording: int(value)
        for concept, value, wording in _entries("zh")
        if concept == "number" and len(wording) == 1 and not is_spelled(wording)
    }


@lru_cache(maxsize=16)
def _entries(language: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(_every_entry(language))


def _every_entry(language: str) -> Iterator[tuple[str, str, str]]:
    for concept, values in lexicon(language).items():
        if concept == "variants":
            continue
        for value, wordings in values.items():
            yield from _spelled(concept, value, wordings)
    for concept, key, wordings in platform_wordings(language):
        yield from _spelled(concept, key, wordings)


def _spelled(concept: str, value: str, wordings: str) -> Iterator[tuple[str, str, str]]:
    for wording in wordings.split("|"):
        for spelled in expanded(wording.strip()):
            yield concept, value, plain(spelled)


def plain(wording: str) -> str:
    """A wording as the scanner sees text: folded, variants resolved, hyphens as spaces."""
    if wording.isascii() and wording.replace(" ", "").isalpha() and wording.islower() and "  " not in wording:
        return wording.strip()
    letters = "".join(variants().get(letter, letter) for letter in fold(wording)) if not wording.isascii() else wording
    return " ".join(letters.lower().replace("-", " ").replace("_", " ").split())


def expanded(wording: str) -> Iterable[str]:
    """Every spelling of a wording with {alternatives}: "stor{y,ies}" -> "story", "stories"."""
    head, brace, rest = wording.partition("{")
    if not brace:
        return (wording,)
    choices, _, tail = rest.partition("}")
    return tuple(head + choice + end for choice in choices.split(",") for end in expanded(tail))
