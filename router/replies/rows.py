"""The phrases of a document's reply table that no lexicon knows, matched as the document writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..table import ReplyAction
from .lexicon import WORD
from .objects import Found
from .words import MarkedSentence

_PLACEHOLDER = re.compile(r"\[[^\]]*\]|<[^>]*>|\{[^}]*\}|\.{3}|…")
_ARTICLES = frozenset(["the", "a", "an", "your", "my", "this", "that"])
_REACH = 5  # words that may stand between two words of a phrase
_UNSPACED = re.compile("[\u2e80-\u9fff\uac00-\ud7af]")
_VERB_LENGTH = 2  # characters of a Chinese verb


class OwnPhrase(NamedTuple):
    """One phrase of a row: its words in order, or in a script without spaces the wordings it may take."""

    action: ReplyAction
    words: tuple[str, ...] = ()
    wordings: tuple[re.Pattern[str], ...] = ()

    def ends_at(self, folded: str, place: int, end: int) -> int:
        """Where the phrase that starts at place ends; place when it does not stand there."""
        for wording in self.wordings:
            if match := wording.match(folded, place, end):
                return match.end()
        return _words_end(self.words, folded, place, end) if self.words else place


class RowPhrases(NamedTuple):
    """All own phrases of a table. openers: their first words, by which a sentence is known to be worth a look."""

    phrases: tuple[OwnPhrase, ...] = ()
    openers: re.Pattern[str] | None = None

    def may_match(self, folded: str) -> bool:
        """Whether a phrase can stand in the text at all."""
        return self.openers is not None and self.openers.search(folded) is not None

    def match(self, sentence: MarkedSentence, place: int, end: int) -> Found | None:
        """The action of the row whose phrase a clause begins with at place."""
        for phrase in self.phrases:
            ending = phrase.ends_at(sentence.folded, place, end)
            if ending > place:
                return Found(phrase.action, "", ending)
        return None


def own_phrases(phrases: Iterable[tuple[str, ReplyAction]]) -> RowPhrases:
    """Compile phrases, such as "swipe left on [card]" or "左滑卡片", each with its row's action."""
    known: list[OwnPhrase] = []
    openers: set[str] = set()
    for phrase, action in phrases:
        plain = _PLACEHOLDER.sub(" ", phrase.lower()).strip()
        if _UNSPACED.search(plain):
            literal = "".join(plain.split())
            openers.add(literal[:_VERB_LENGTH])
            known.append(OwnPhrase(action, wordings=tuple(_wordings(literal))))
        elif words := tuple(word for word in WORD.findall(plain) if word not in _ARTICLES):
            openers.add(words[0])
            known.append(OwnPhrase(action, words))
    pattern = re.compile("|".join(sorted(map(re.escape, openers)))) if openers else None
    return RowPhrases(tuple(known), pattern)


def _wordings(literal: str) -> Iterable[re.Pattern[str]]:
    """The phrase itself, and with its object in front: "调整片段" is also "把片段调整"."""
    verb, noun = re.escape(literal[:_VERB_LENGTH]), re.escape(literal[_VERB_LENGTH:])
    yield re.compile(verb + "[一下]{0,2}" + noun)
    if noun:
        yield re.compile(f"[把将將][^，。,]{{0,6}}{noun}[^，。,]{{0,6}}{verb}")


def _words_end(words: tuple[str, ...], folded: str, place: int, end: int) -> int:
    position, skipped = 0, 0
    for match in WORD.finditer(folded, place, end):
        word = match.group()
        if word == words[position] or (position and _singular(word) == _singular(words[position])):
            position, skipped = position + 1, 0
            if position == len(words):
                return match.end()
        elif position == 0 or skipped == _REACH:
            return place
        else:
            skipped += 1
    return place


def _singular(word: str) -> str:
    return word.removesuffix("s")
