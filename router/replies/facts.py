"""What an instruction tells by the way and nobody carries out: "download the MP4 (42 MB) beside the title “Dusk”"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .instructions import Clause
from .lexicon import MASK, WORD
from .words import MarkedSentence

_UNIT = r"(?:[kmg]i?b|px?|k|fps|k?hz|db|s|sec|min|%|秒|분|초)"
_MEASURE = re.compile(rf"[(（][^()（）]{{0,30}}\d\s?{_UNIT}[^()（）]{{0,20}}[)）]")
_QUOTED = re.compile(f'["“„«「『《]\\s?{MASK}+\\s?["”“»」』》]')
_WORDS_BEFORE = 4
_CHARACTERS_BEFORE = 8
_RUN = re.compile(r"[^\W_]+$")
_NO_NAMES = ("controls", "panels", "timelines", "accounts")


def facts_of(sentence: MarkedSentence, clauses: Sequence[Clause]) -> str:
    """A sentence with the measures and the titles that go with the instructions; "" when none is lost.

    An edit takes its words along when it is carried out, and a control is no fact.
    """
    if any(clause.action == "edit" for clause in clauses):
        return ""
    lost = [clause for clause in clauses if clause.kind in ("instruction", "filler")]
    found = [sentence.text[start:end] for clause in lost for start, end in _facts(sentence, clause)]
    if not found:
        return ""
    return sentence.lexicon.about.format((", " if sentence.lexicon.spaced else "、").join(dict.fromkeys(found)))


def _facts(sentence: MarkedSentence, clause: Clause) -> Iterator[tuple[int, int]]:
    for match in _MEASURE.finditer(sentence.folded, clause.start, clause.end):
        yield _phrase_start(sentence, match.start(), clause.start), match.end()
    for match in _QUOTED.finditer(sentence.folded, clause.start, clause.end):
        inner = sentence.text[match.start() : match.end()]
        if clause.label and clause.label in inner:
            continue
        start, end = (
            _phrase_start(sentence, match.start(), clause.start),
            _phrase_end(sentence, match.end(), clause.end),
        )
        if not _is_of_editor(sentence, start, end, inner):
            yield start, end


def _is_of_editor(sentence: MarkedSentence, start: int, end: int, quoted: str) -> bool:
    """Whether the words name something of the editor: a panel, a control, or what is written on one."""
    beside = any(sentence.find_start(kind, start, end + 2) for kind in _NO_NAMES)
    inner = MarkedSentence(quoted, quoted.lower(), sentence.lexicon)
    return beside or any(inner.is_name(place) for place in range(1, 3))


def _phrase_start(sentence: MarkedSentence, place: int, start: int) -> int:
    """Where the phrase begins that ends before place: at its article; else place, or the name in front of it."""
    text = sentence.text
    if not sentence.lexicon.spaced:
        start = max([start, *(last for _, last in sentence.spans("controls", start, place))])
        run = _RUN.search(text[max(start, place - _CHARACTERS_BEFORE) : place])
        piece = next((a for a, b in sentence.spans("pieces", start, place) if b == place), None)
        return piece if piece is not None else place - len(run.group()) if run and text[place] in "(（" else place
    words = list(WORD.finditer(sentence.folded, start, place))[-_WORDS_BEFORE:]
    for word in reversed(words):
        if sentence.starts("determiners", word.start()):
            leads = any(sentence.starts(kind, word.start()) for kind in ("targets", "label_ends"))
            preposition = leads and not sentence.starts("subjects", word.start())
            return _behind(word, words, place) if preposition else word.start()
    return place


def _behind(word: re.Match[str], words: list[re.Match[str]], place: int) -> int:
    """Where the word after `word` begins."""
    return next((other.start() for other in words if other.start() > word.start()), place)


def _phrase_end(sentence: MarkedSentence, place: int, end: int) -> int:
    """The end of a phrase whose noun follows its name: 'the "Bold Serif" style'."""
    if not sentence.lexicon.spaced:
        return place
    word = WORD.match(sentence.folded, place + 1, end)
    last = word is not None and not sentence.folded[word.end() : end].strip(" .!\n*_")
    return word.end() if word is not None and (last or sentence.starts("pieces", word.start())) else place
