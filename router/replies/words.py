"""A sentence of a reply with its quoted parts hidden and its lexicon's words marked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..quotation import quotes
from .lexicon import MASK, VERBS, WORD, Phrase, ReplyLexicon

QUOTING = re.compile("[\"'“„«»「『《〈﹁〝‹”＂‘‚`]")
_ADDRESS = re.compile(r"https?://\S+|(?<![\w-])[\w-]+\.(?:mp[34]|mov|jpe?g|png|wav|gif|webm)\b")
_DOTTED = re.compile(r"\.\w|://")
_VERBS = frozenset(VERBS)
_NOWHERE: Mapping[str, int] = {}


def masked(sentence: str) -> str:
    """The sentence in lower case with quoted content, file names and addresses hidden, every place kept."""
    lowered = sentence.lower()
    if len(lowered) != len(sentence):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in sentence)
    hidden: list[tuple[int, int]] = []
    if QUOTING.search(sentence):
        hidden += [(quote.inner_start, quote.inner_end) for quote in quotes(sentence)]
        lowered = lowered.replace("’", "'")
    if _DOTTED.search(lowered):
        hidden += [match.span() for match in _ADDRESS.finditer(lowered)]
    for start, end in hidden:
        lowered = lowered[:start] + MASK * (end - start) + lowered[end:]
    return lowered


class MarkedSentence:
    """One sentence read in one language. text: as written; folded: masked(text), place for place.

    verbs: where a verb that may instruct starts -> the parts it can play, each with its end.
    """

    __slots__ = ("_at", "_of_kind", "end", "folded", "lexicon", "text", "verbs")

    def __init__(self, text: str, folded: str, lexicon: ReplyLexicon) -> None:
        self.text = text
        self.folded = folded
        self.lexicon = lexicon
        self.end = len(folded)
        self.verbs: dict[int, dict[str, int]] = {}
        self._at: dict[int, dict[str, int]] = {}
        self._of_kind: dict[str, list[tuple[int, int]]] = {}
        if lexicon.spaced:
            words = [(match.start(), match.group()) for match in WORD.finditer(folded)]
        else:
            words = list(enumerate(folded))
        index = lexicon.index
        last = len(words) - 1
        for at, (place, word) in enumerate(words):
            phrases = index.get(word)
            if phrases is None:
                continue
            if at < last and (longer := phrases.get(words[at + 1][1])):
                self._mark(place, longer)
            if single := phrases.get(""):
                self._mark(place, single)

    def _mark(self, place: int, phrases: tuple[Phrase, ...]) -> None:
        folded = self.folded
        for phrase in phrases:
            if not folded.startswith(phrase.words, place):
                continue
            end = place + len(phrase.words)
            if phrase.whole and folded[end : end + 1].isalnum():
                continue
            found = self._at.get(place)
            if found is None:
                found = self._at[place] = {}
            for kind in phrase.kinds:
                if kind not in found:
                    found[kind] = end
                    if (spans := self._of_kind.get(kind)) is None:
                        self._of_kind[kind] = [(place, end)]
                    else:
                        spans.append((place, end))
                    if kind in _VERBS and not self._is_part_of_noun(end):
                        self.verbs.setdefault(place, {})[kind] = end

    def _is_part_of_noun(self, end: int) -> bool:
        """Whether what follows a word bars it from being a verb ("tap-dance", "拖拉机")."""
        barred = self.lexicon.not_behind
        if not self.lexicon.spaced:
            return self.folded.startswith(barred, end)
        behind = WORD.match(self.folded, end) or WORD.match(self.folded, end + 1)
        return behind is not None and behind.group() in barred

    def at(self, place: int) -> Mapping[str, int]:
        """The kinds of phrase that start at a place, each with the end of its longest."""
        return self._at.get(place, _NOWHERE)

    def verb_end(self, place: int) -> int:
        """Where the longest verb at place ends; place when there is none."""
        return max(self.verbs.get(place, _NOWHERE).values(), default=place)

    def after(self, kind: str, place: int, end: int) -> int:
        """Where the `kind` phrase that starts at place ends, or place when none does before end."""
        ending = self.at(place).get(kind, place)
        return ending if ending <= end else place

    def starts(self, kind: str, place: int) -> bool:
        """Whether a `kind` phrase starts at place."""
        return kind in self.at(place)

    def spans(self, kind: str, start: int, end: int) -> list[tuple[int, int]]:
        """The `kind` phrases within [start, end)."""
        return [span for span in self._of_kind.get(kind, ()) if start <= span[0] and span[1] <= end]

    def find(self, kind: str, start: int, end: int) -> tuple[int, int] | None:
        """The first `kind` phrase within [start, end)."""
        for span in self._of_kind.get(kind, ()):
            if span[0] >= start and span[1] <= end:
                return span
        return None

    def find_start(self, kind: str, start: int, end: int) -> tuple[int, int] | None:
        """The first `kind` phrase that starts within [start, end), wherever it ends."""
        for span in self._of_kind.get(kind, ()):
            if start <= span[0] < end:
                return span
        return None
