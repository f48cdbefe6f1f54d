"""Reads the sentences of replies for one table, remembering those it has read: backends repeat themselves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..table import ReplyIntent, ReplyTable
from .facts import facts_of
from .instructions import Clause, announces_words, read_clauses
from .lexicon import ReplyLexicon, asks_without_mark, candidates, lexicons_for
from .meaning import Meaning, meaning_of
from .rest import EDGES, LIST_MARK, rest_of
from .words import MarkedSentence, masked

_LONGEST_SENTENCE = 800  # characters; what is longer is no instruction but data
_REMEMBERED = 4096  # sentences per table


class Reading(NamedTuple):
    """What one sentence asks and still says.

    intents: their spans count from the sentence's start. rest: what stays when they go; lexicon: their language.
    asks: it is a question, so that what follows it is an offer. announces: words to be shown or spoken follow it.
    refers: it acts on something that the sentence before it may have named.
    """

    intents: tuple[ReplyIntent, ...] = ()
    rest: str = ""
    lexicon: ReplyLexicon | None = None
    asks: bool = False
    announces: bool = False
    refers: bool = False


_PLAIN = Reading()


class SentenceReader:
    """Reads sentences by the rows of one table."""

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning
        self.read = lru_cache(maxsize=_REMEMBERED)(self._read)

    def _read(self, sentence: str, invited: bool, before: str = "") -> Reading:
        """Read one sentence. invited: the one before it was a question. before: that, when this one refers to it."""
        if len(sentence) > _LONGEST_SENTENCE:
            return _PLAIN
        folded = masked(sentence)
        asks = _asks(folded)
        rows = self._meaning.rows
        lexicons = lexicons_for(folded) if rows.may_match(folded) else candidates(folded)
        refers = False
        for lexicon in lexicons:
            marked = MarkedSentence(sentence, folded, lexicon)
            named = MarkedSentence(before, masked(before), lexicon) if before else None
            clauses = read_clauses(marked, rows, invited=invited, before=named)
            refers = refers or any(clause.refers for clause in clauses)
            intents = tuple(
                ReplyIntent(action, clause.offered, (clause.start, clause.end), _words(sentence, clause), clause.label)
                for clause in clauses
                if clause.action is not None and (action := self._meaning.senses.get(clause.action)) is not None
            )
            if intents:
                return Reading(intents, _rest(marked, clauses), lexicon, asks, refers=refers)
        announces = _announces(sentence, folded)
        if not (asks or announces or refers):
            return _PLAIN
        return Reading(asks=asks, announces=announces, refers=refers)


def _rest(sentence: MarkedSentence, clauses: Sequence[Clause]) -> str:
    """What it still says without its instructions, and what these told by the way."""
    rest, facts = rest_of(sentence, clauses), facts_of(sentence, clauses)
    if rest and facts:
        return rest + (" " if sentence.lexicon.spaced else "") + facts
    mark = LIST_MARK.match(sentence.text) if facts else None
    return rest or (mark.group().lstrip() if mark else "") + facts


def _words(sentence: str, clause: Clause) -> str:
    return sentence[clause.start : clause.end].strip(EDGES + "*_")


def _asks(folded: str) -> bool:
    if "?" in folded or "？" in folded:
        return True
    return asks_without_mark(folded)


def _announces(sentence: str, folded: str) -> bool:
    """Whether a line such as "Voiceover:" or "The script:" stands before words to be shown or spoken."""
    if not sentence.endswith("\n") or not sentence.rstrip().rstrip("*_").endswith((":", "：")):
        return False
    marked = (MarkedSentence(sentence, folded, lexicon) for lexicon in lexicons_for(folded))
    return any(announces_words(line, 0, line.end) for line in marked)


@lru_cache(maxsize=32)
def reader_for(table: ReplyTable) -> SentenceReader:
    """The reader of a table, one for the whole process."""
    return SentenceReader(meaning_of(table))
