"""How backends word their instructions, per language. Source: lexicon/replies/<language>.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "lexicon" / "replies" / "compiled"

MASK = "\ue000"
"""A private character no backend writes: it stands for quoted content."""

WORD = re.compile(r"[^\W_]+|-(?=\w)")
"""A word of a spaced language; the hyphen is one because pronouns hang on it ("déplacez-le")."""

# which languages a sentence may be in, by its script; the first that finds an instruction decides
_LATIN = ("en", "es", "fr", "de", "pt")
_BY_SCRIPT = (
    (re.compile("[\u3040-\u30ff]"), "ja"),
    (re.compile("[\uac00-\ud7af]"), "ko"),
    (re.compile("[\u4e00-\u9fff]"), "zh"),
)

_ROUGH_WORD = re.compile(r"[^\W_]+")
_BARE_LISTS = ("not_behind", "question_endings", "object_endings")  # matched otherwise than as phrases

VERBS = ("press", "press_weakly", "open", "drag", "drag_surely", "look", "look_surely", "account")
_SURE_VERBS = ("press", "drag", "drag_surely", "look_surely")
_UNSURE_VERBS = ("press_weakly", "open", "look", "account")
OBJECTS = (
    *("controls", "panels", "timelines", "accounts"),
    *("export_words", "upload_words", "edit_words", "confirm_words", "play_words"),
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a lexicon and the kinds it lists them under. whole: no letter may follow."""

    words: str
    kinds: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class ReplyLexicon:
    """One language's wording.

    first: verbs precede their object. frames: infinitives do not. spaced: words are written apart.
    not_behind: what bars a word from being a verb. questions: endings of a question that lacks its mark.
    object_endings: of verbs whose object is a pronoun they carry.
    index: first word, second word ("" for none) -> phrases, longest first; characters where words are not apart.
    sure, unsure, objects: what tells quickly that a sentence cannot instruct.
    """

    language: str
    first: bool
    frames: bool
    spaced: bool
    not_behind: tuple[str, ...]
    questions: tuple[str, ...]
    object_endings: tuple[str, ...]
    index: Mapping[str, Mapping[str, tuple[Phrase, ...]]]
    sure: Hints
    unsure: Hints
    objects: Hints

    def may_instruct(self, folded: str, words: frozenset[str]) -> bool:
        """False when no verb of this language stands beside something it could act on. words: those of `folded`."""
        return self.sure.occur(folded, words) or (
            self.unsure.occur(folded, words) and (MASK in folded or self.objects.occur(folded, words))
        )


@dataclass(frozen=True, slots=True)
class Hints:
    """A word of each of some phrases, or a pattern of their literals where words are not written apart."""

    words: frozenset[str]
    pattern: re.Pattern[str] | None

    def occur(self, folded: str, words: frozenset[str]) -> bool:
        """Whether any of them can be in the text."""
        if self.pattern is not None:
            return self.pattern.search(folded) is not None
        return not self.words.isdisjoint(words)


def _hints(data: Mapping[str, list[str]], kinds: Iterable[str], spaced: bool) -> Hints:
    phrases = {phrase.lower() for kind in kinds for phrase in data[kind]}
    if spaced:
        return Hints(frozenset(max(WORD.findall(phrase), key=len) for phrase in phrases), None)
    return Hints(frozenset(), re.compile("|".join(sorted(map(re.escape, phrases)))))


def _index(data: Mapping[str, list[str]], spaced: bool) -> Mapping[str, Mapping[str, tuple[Phrase, ...]]]:
    kinds_of: dict[str, list[str]] = {}
    for kind, phrases in data.items():
        if isinstance(phrases, list) and kind not in _BARE_LISTS:
            for phrase in phrases:
                kinds_of.setdefault(phrase.lower(), []).append(kind)
    index: dict[str, dict[str, list[Phrase]]] = {}
    for phrase in sorted(kinds_of, key=len, reverse=True):
        words = [*WORD.findall(phrase)[:2], ""] if spaced else [*phrase[:2], ""]
        known = Phrase(phrase, tuple(kinds_of[phrase]), spaced and phrase[-1].isalnum())
        index.setdefault(words[0], {}).setdefault(words[1], []).append(known)
    return {first: {second: tuple(known) for second, known in found.items()} for first, found in index.items()}


@cache
def reply_lexicon(language: str) -> ReplyLexicon:
    """The lexicon of one language. Raises FileNotFoundError for a language without one."""
    data = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    spaced = data["spaced"]
    return ReplyLexicon(
        language=language,
        first=data["order"] != "last",
        frames=data["order"] == "framed",
        spaced=spaced,
        not_behind=tuple(data["not_behind"]),
        questions=tuple(data["question_endings"]),
        object_endings=tuple(data["object_endings"]),
        index=_index(data, spaced),
        sure=_hints(data, _SURE_VERBS, spaced),
        unsure=_hints(data, _UNSURE_VERBS, spaced),
        objects=_hints(data, OBJECTS, spaced),
    )


def lexicons_for(folded: str) -> tuple[ReplyLexicon, ...]:
    """The lexicons of the languages a folded sentence may be in, by its script."""
    if not folded.isascii():
        for script, language in _BY_SCRIPT:
            if script.search(folded):
                return (reply_lexicon(language),)
    return _latin_lexicons()


def candidates(folded: str) -> tuple[ReplyLexicon, ...]:
    """Those in which the sentence may instruct, that with most of its words first; () when it cannot at all."""
    words = frozenset(_ROUGH_WORD.findall(folded))
    lexicons = lexicons_for(folded)
    if len(lexicons) > 1:
        lexicons = _with_verbs(words)
    found = [lexicon for lexicon in lexicons if lexicon.may_instruct(folded, words)]
    if len(found) > 1:
        found.sort(key=lambda lexicon: -sum(word in lexicon.index for word in words))
    return tuple(found)


@cache
def _latin_lexicons() -> tuple[ReplyLexicon, ...]:
    return tuple(reply_lexicon(language) for language in _LATIN)


def _with_verbs(words: frozenset[str]) -> tuple[ReplyLexicon, ...]:
    """The lexicons written in Latin letters that have one of these words in a verb."""
    known = _latin_verbs()
    found = {number for word in known.keys() & words for number in known[word]}
    return tuple(_latin_lexicons()[number] for number in sorted(found))


@cache
def _latin_verbs() -> Mapping[str, tuple[int, ...]]:
    """Each word that may stand for a verb, and the places of its lexicons."""
    found: dict[str, tuple[int, ...]] = {}
    for number, lexicon in enumerate(_latin_lexicons()):
        for word in lexicon.sure.words | lexicon.unsure.words:
            found[word] = (*found.get(word, ()), number)
    return found
