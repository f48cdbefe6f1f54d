"""A sentence of a reply with its quoted parts hidden and its lexicon's words marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .quotation import quotes
from .reply_lexicon import WORD, Phrase, ReplyLexicon

MASK = "\ue000"
"""A private character no backend writes: it stands for quoted content."""

QUOTING = re.compile("[\"'“„«»「『《〈﹁〝‹”＂‘‚`]")
_ADDRESS = re.compile(r"https?://\S+|(?<![\w-])[\w-]+\.(?:mp[34]|mov|jpe?g|png|wav|gif|webm)\b")
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
    if "." in sentence:
        hidden += [match.span() for match in _ADDRESS.finditer(lowered)]
    for start, end in hidden:
        lowered = lowered[:start] + MASK * (end - start) + lowered[end:]
    return lowered


class MarkedSentence:
    """One sentence read in one language. text: as written; folded: masked(text), place for place."""

    __slots__ = ("_at", "_of_kind", "end", "folded", "lexicon", "text")

    def __init__(self, text: str, folded: str, lexicon: ReplyLexicon) -> None:
        self.text = text
        self.folded = folded
        self.lexicon = lexicon
        self.end = len(folded)
        self._at: dict[int, dict[str, int]] = {}
        self._of_kind: dict[str, list[tuple[int, int]]] = {}
        for place, phrases in self._places():
            self._mark(place, phrases)

    def _places(self) -> Iterator[tuple[int, tuple[Phrase, ...]]]:
        index = self.lexicon.index
        if not self.lexicon.spaced:
            return ((place, index[char]) for place, char in enumerate(self.folded) if char in index)
        return (
            (match.start(), index[word]) for match in WORD.finditer(self.folded) if (word := match.group()) in index
        )

    def _mark(self, place: int, phrases: tuple[Phrase, ...]) -> None:
        folded = self.folded
        found: dict[str, int] = {}
        for phrase in phrases:
            if not folded.startswith(phrase.words, place):
                continue
            end = place + len(phrase.words)
            if phrase.whole and folded[end : end + 1].isalnum():
                continue
            for kind in phrase.kinds:
                if kind not in found:
                    found[kind] = end
                    self._of_kind.setdefault(kind, []).append((place, end))
        if found:
            self._at[place] = found

    def at(self, place: int) -> Mapping[str, int]:
        """The kinds of phrase that start at a place, each with the end of its longest."""
        return self._at.get(place, _NOWHERE)

    def places(self, start: int, end: int) -> list[int]:
        """Where phrases of any kind start within [start, end)."""
        return [place for place in self._at if start <= place < end]

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
