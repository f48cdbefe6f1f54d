"""A sentence of a reply with its quoted parts hidden and its lexicon's words marked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..quotation import quotes
from .lexicon import MASK, WORD, Phrase, ReplyLexicon

QUOTING = re.compile("[\"'“„«»「『《〈﹁〝‹”＂‘‚`]")
_ADDRESS = re.compile(r"https?://\S+|(?<![\w-])[\w-]+\.(?:mp[34]|mov|jpe?g|png|wav|gif|webm)\b")
_DOTTED = re.compile(r"\.\w|://")
_NOWHERE: Mapping[str, int] = {}
_NONE: list[tuple[int, int]] = []


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

    __slots__ = ("_kinds", "_marks", "_seen", "_spans", "end", "folded", "lexicon", "text", "verbs")

    def __init__(self, text: str, folded: str, lexicon: ReplyLexicon) -> None:
        self.text = text
        self.folded = folded
        self.lexicon = lexicon
        self.end = len(folded)
        self.verbs: dict[int, dict[str, int]] = {}
        self._marks: list[tuple[int, int, int]] = []  # phrases in order: start, end, kinds no longer one there has
        self._kinds: dict[int, int] = {}  # of all phrases that start at a place
        self._seen = 0
        self._spans: dict[str, list[tuple[int, int]]] = {}
        if lexicon.spaced:
            words = [(match.start(), match.group()) for match in WORD.finditer(folded)]
        else:
            words = list(enumerate(folded))
        index, marks, kinds = lexicon.index, self._marks, self._kinds
        last = len(words) - 1
        for at, (place, word) in enumerate(words):
            found = index.get(word)
            if found is None:
                continue
            longer, alone = found
            if longer:
                if at < last and (phrases := longer.get(words[at + 1][1])):
                    self._mark_longer(place, phrases)
                if phrases := longer.get(""):
                    self._mark_longer(place, phrases)
                alone &= ~kinds.get(place, 0)
            if alone:
                kinds[place] = kinds.get(place, 0) | alone
                marks.append((place, place + len(word), alone))
        for known in kinds.values():
            self._seen |= known
        if self._seen & lexicon.verbs:
            self._find_verbs(lexicon.verbs)

    def _mark_longer(self, place: int, phrases: list[Phrase]) -> None:
        """Mark those of some phrases that stand at a place, as the kinds of which no longer one starts there."""
        folded = self.folded
        for words, kinds, whole in phrases:
            if folded.startswith(words, place):
                end = place + len(words)
                if not (whole and folded[end : end + 1].isalnum()):
                    taken = self._kinds.get(place, 0)
                    if kinds & ~taken:
                        self._kinds[place] = taken | kinds
                        self._marks.append((place, end, kinds & ~taken))

    def _find_verbs(self, verbs: int) -> None:
        """Take note of the marks that are verbs, unless what follows bars them."""
        for place, end, kinds in self._marks:
            if kinds & verbs and not self._is_part_of_noun(end):
                parts = self.verbs.setdefault(place, {})
                for kind in self.lexicon.parts[kinds & verbs]:
                    parts[kind] = end

    def _is_part_of_noun(self, end: int) -> bool:
        """Whether what follows a word bars it from being a verb ("tap-dance", "拖拉机")."""
        barred = self.lexicon.not_behind
        if not self.lexicon.spaced:
            return self.folded.startswith(barred, end)
        behind = WORD.match(self.folded, end) or WORD.match(self.folded, end + 1)
        return behind is not None and behind.group() in barred

    def ending(self, kind: str, place: int) -> int | None:
        """Where the longest `kind` phrase that starts at place ends; None when none does."""
        bit = self.lexicon.bits[kind]
        if self._kinds.get(place, 0) & bit:
            for start, end, kinds in self._marks:
                if start == place and kinds & bit:
                    return end
        return None

    def is_name(self, place: int) -> bool:
        """Whether the name of something handled starts at place: a control, a panel, what a button says."""
        return bool(self._kinds.get(place, 0) & self.lexicon.names)

    def is_verb(self, place: int) -> bool:
        """Whether a word that can be a verb of an instruction starts at place, whatever follows it."""
        return bool(self._kinds.get(place, 0) & self.lexicon.verbs)

    def verb_end(self, place: int) -> int:
        """Where the longest verb at place ends; place when there is none."""
        return max(self.verbs.get(place, _NOWHERE).values(), default=place)

    def after(self, kind: str, place: int, end: int) -> int:
        """Where the `kind` phrase that starts at place ends, or place when none does before end."""
        if place in self._kinds:
            ending = self.ending(kind, place)
            if ending is not None and ending <= end:
                return ending
        return place

    @property
    def states(self) -> bool:
        """Whether it has words that make an instruction of a statement."""
        return bool(self._seen & self.lexicon.states)

    def has(self, kind: str) -> bool:
        """Whether the sentence has a `kind` phrase at all."""
        return bool(self._seen & self.lexicon.bits[kind])

    def starts(self, kind: str, place: int) -> bool:
        """Whether a `kind` phrase starts at place."""
        return bool(self._kinds.get(place, 0) & self.lexicon.bits[kind])

    def begins_nothing(self, place: int) -> bool:
        """Whether no phrase starts at place."""
        return place not in self._kinds

    def _all(self, kind: str) -> list[tuple[int, int]]:
        """The `kind` phrases of the sentence in order."""
        bit = self.lexicon.bits[kind]
        if not self._seen & bit:
            return _NONE
        spans = self._spans.get(kind)
        if spans is None:
            spans = self._spans[kind] = [(place, end) for place, end, kinds in self._marks if kinds & bit]
        return spans

    def spans(self, kind: str, start: int, end: int) -> list[tuple[int, int]]:
        """The `kind` phrases within [start, end)."""
        spans = self._all(kind)
        return [span for span in spans if start <= span[0] and span[1] <= end] if spans else spans

    def find(self, kind: str, start: int, end: int) -> tuple[int, int] | None:
        """The first `kind` phrase within [start, end)."""
        for span in self._all(kind):
            if span[0] >= start and span[1] <= end:
                return span
        return None

    def find_start(self, kind: str, start: int, end: int) -> tuple[int, int] | None:
        """The first `kind` phrase that starts within [start, end), wherever it ends."""
        for span in self._all(kind):
            if start <= span[0] < end:
                return span
        return None
