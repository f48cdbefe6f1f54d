"""How backends word their instructions, per language. Source: lexicon/replies/<language>.yaml, see `compiling.py`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..remembered import CHARACTERS, Remembered

_FOLDER = Path(__file__).parent.parent / "lexicon"

MASK = "\ue000"
"""A private character no backend writes: it stands for quoted content."""

WORD = re.compile(r"[^\W_]+|-(?=\w)")
"""A word of a spaced language; the hyphen is one because pronouns hang on it ("déplacez-le")."""

LATIN = ("en", "es", "fr", "de", "pt")
"""The languages a sentence in Latin letters may be in; the first that finds an instruction decides."""
_FIRST_OWN_SCRIPT = "\u3040"
_RANGES = {"k": ("\u3040", "\u30ff"), "h": ("\uac00", "\ud7af"), "z": ("\u4e00", "\u9fff")}
_LANGUAGES = {"k": "ja", "h": "ko", "z": "zh"}

HINTS = ("sure", "unsure", "objects", "modals", "done", "controls_named", "places_named")
_LEAST_SHARE = 0.5  # of the words that the likeliest language knows, in any other that may be meant
_SHORT = 40  # characters of a sentence whose object may have been named before it

_ROUGH_WORD = re.compile(r"[^\W_]+")

VERBS = ("press", "press_weakly", "open", "drag", "drag_surely", "look", "look_surely", "account")
DONE: Mapping[str, tuple[str, ...]] = {
    "pressed": ("press",),
    "used": ("press_weakly",),
    "opened": ("open",),
    "dragged": ("drag",),
    "moved": ("drag",),
    "looked_at": ("look", "open", "account"),
}
"""Verbs in the forms they have behind "can be" and "it would be great if you", and the parts these can play."""
STATES = ("may_be", "must_be", "courtesies", "clicks", "openings")
"""What makes an instruction of a statement."""
OBJECTS = (
    *("controls", "panels", "timelines", "accounts"),
    *("export_words", "upload_words", "edit_words", "confirm_words", "play_words"),
)


Phrase = tuple[str, int, bool]
"""Words of a lexicon, the kinds it lists them under, and whether no letter may follow."""


class ReplyLexicon:
    """One language's wording, loaded once. Kinds of phrases are bits, so that a set of them is a number.

    first: verbs precede their object. frames: infinitives do not. spaced: words are written apart; else every
    character is a word.
    not_behind: what bars a word from being a verb. questions: endings of a question that lacks its mark.
    about: a sentence with a place, "{}", for what an instruction told by the way.
    object_endings: of verbs whose object is a pronoun they carry.
    index: first word -> its phrases by their second word ("" for none), longest first, and the kinds it has alone.
    verbs, names: the kinds that are verbs, and what they act upon. parts: kinds of verbs -> their names.
    states: the kinds that make an instruction of a statement.
    sure, unsure, objects and so on: what tells quickly that a sentence cannot instruct.
    """

    def __init__(self, language: str) -> None:
        path = _FOLDER / "replies" / "compiled" / f"{language}.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        bits = {kind: 1 << place for place, kind in enumerate(data["kinds"])}
        self.language = language
        self.first: bool = data["order"] != "last"
        self.frames: bool = data["order"] == "framed"
        self.spaced: bool = data["spaced"]
        self.about: str = data["about"]
        self.not_behind: tuple[str, ...] = tuple(data["not_behind"])
        self.questions: tuple[str, ...] = tuple(data["question_endings"])
        self.object_endings: tuple[str, ...] = tuple(data["object_endings"])
        self.bits: Mapping[str, int] = bits
        self.verbs: int = sum(bits[kind] for kind in VERBS)
        self.names: int = sum(bits[kind] for kind in OBJECTS)
        self.parts: Remembered[int, tuple[str, ...]] = Remembered(self._parts_of, 1 << len(VERBS))
        self.index: Mapping[str, tuple[Mapping[str, list[Phrase]], int]] = data["index"]
        self.states: int = sum(bits[kind] for kind in STATES)
        self.sure, self.unsure, self.objects, self.modals, self.done, self.controls, self.places = (
            Hints(frozenset(data[name]["words"]), data[name]["phrases"]) for name in HINTS
        )

    def _parts_of(self, verbs: int) -> tuple[str, ...]:
        """The names of some kinds of verbs."""
        return tuple(kind for kind in VERBS if verbs & self.bits[kind])

    def may_instruct(self, folded: str, words: frozenset[str]) -> bool:
        """False when no verb of this language stands beside something it could act on. words: those of `folded`."""
        if self.sure.occur(folded, words):
            return True
        unsure = self.unsure.occur(folded, words)
        if unsure and (len(folded) <= _SHORT or MASK in folded or self.objects.occur(folded, words)):
            return True
        if self.done.occur(folded, words) and self.modals.occur(folded, words):
            return True
        return self.places.occur(folded, words) and self.controls.occur(folded, words)


class Hints(NamedTuple):
    """A word of each of some phrases; where words are not written apart, the phrases by their first character."""

    words: frozenset[str]
    phrases: Mapping[str, list[str]]

    def occur(self, folded: str, words: frozenset[str]) -> bool:
        """Whether any of them can be in the text."""
        if not self.phrases:
            return not self.words.isdisjoint(words)
        met = self.phrases.keys() & set(folded)
        return any(phrase in folded for char in met for phrase in self.phrases[char])


def _script_of(code: int) -> str:
    """The letter that stands for a character's script."""
    return next((letter for letter, (low, high) in _RANGES.items() if low <= chr(code) <= high), "-")


_SCRIPTS: Remembered[int, str] = Remembered(_script_of, CHARACTERS)


@cache
def reply_lexicon(language: str) -> ReplyLexicon:
    """The lexicon of one language. Raises FileNotFoundError for a language without one."""
    return ReplyLexicon(language)


def lexicons_for(folded: str) -> Iterator[ReplyLexicon]:
    """The lexicons of the languages a folded sentence may be in, by its script; each loads when it is asked for."""
    own = _by_script(folded)
    return map(reply_lexicon, LATIN if own is None else (own,))


def asks_without_mark(folded: str) -> bool:
    """Whether a sentence ends as questions do in a language that needs no mark for them; Latin letters always do."""
    own = _by_script(folded)
    return own is not None and folded.rstrip().endswith(reply_lexicon(own).questions)


def _by_script(folded: str) -> str | None:
    """The language that the script gives away; None for Latin letters, which several share."""
    if folded.isascii() or max(folded) < _FIRST_OWN_SCRIPT:
        return None
    scripts = folded.translate(_SCRIPTS)
    return next((language for letter, language in _LANGUAGES.items() if letter in scripts), None)


def candidates(folded: str) -> list[ReplyLexicon]:
    """Those in which the sentence may instruct, that with most of its words first; [] when it cannot at all."""
    words = frozenset(_ROUGH_WORD.findall(folded))
    own = _by_script(folded)
    languages = _with_verbs(words) if own is None else (own,)
    found = [lexicon for lexicon in map(reply_lexicon, languages) if lexicon.may_instruct(folded, words)]
    if len(found) > 1:
        known = {lexicon: sum(map(lexicon.index.__contains__, words)) for lexicon in found}
        found.sort(key=known.__getitem__, reverse=True)
        least = known[found[0]] * _LEAST_SHARE
        found = [lexicon for lexicon in found if known[lexicon] >= least]
    return found


def may_read(folded: str) -> Iterator[ReplyLexicon]:
    """The lexicons that have a verb or a means in the sentence."""
    own = _by_script(folded)
    words = frozenset(_ROUGH_WORD.findall(folded))
    return map(reply_lexicon, _known(_latin_words()["verbs"], words) if own is None else (own,))


def _with_verbs(words: frozenset[str]) -> list[str]:
    """The languages in Latin letters that have one of these words in a verb; failing that, in a control's name."""
    known = _latin_words()
    return _known(known["verbs"], words) or _known(known["controls"], words)


def _known(known: Mapping[str, str], words: frozenset[str]) -> list[str]:
    """The languages, in their order, of the words that are known."""
    met = known.keys() & words
    if not met:
        return []
    found = {language for word in met for language in known[word].split()}
    return [language for language in LATIN if language in found]


@cache
def _latin_words() -> Mapping[str, Mapping[str, str]]:
    """Words that may make an instruction and the languages that have them, without loading any of these."""
    found: dict[str, dict[str, str]] = json.loads((_FOLDER / "compiled" / "reply_verbs.json").read_text("utf-8"))
    return found
