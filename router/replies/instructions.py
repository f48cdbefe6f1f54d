"""Finds what one sentence of a backend tells a person to do by hand.

A sentence is cut into clauses. A clause is an instruction when a verb of the language's lexicon stands where
instructions have theirs and a control, panel or timeline is its object; it is offered when a condition or an
invitation governs it. All else is content.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..table import ReplyAction
from .clauses import Cut, Head, clause_head, cut_clauses
from .imperatives import instruction_in, is_made_optional
from .rows import RowPhrases
from .words import MarkedSentence

_SILENT = " .!?。！？\n*_,，、:：)）"
_SHORT_TOPIC = 8  # characters of an unspaced heading
_LONGEST_HEADING = 3  # words before a colon that only lead to an instruction

Kind = Literal["content", "instruction", "condition", "filler", "preface"]


class Clause(NamedTuple):
    """[start, end) of the sentence. Only content survives beside an instruction; offered: a condition governs it."""

    start: int
    end: int
    kind: Kind
    action: ReplyAction | None = None
    offered: bool = False
    label: str = ""


def read_clauses(sentence: MarkedSentence, rows: RowPhrases, *, invited: bool) -> tuple[Clause, ...]:
    """The clauses of a sentence in order. invited: a question stands before it ("Happy with it?")."""
    if not sentence.verbs and rows.openers is None and not sentence.spans("means", 0, sentence.end):
        return ()
    reader = _Reader(sentence, rows)
    clauses: list[Clause] = []
    governed = invited
    for cut in cut_clauses(sentence, reader.can_stand):
        clause = reader.read(cut, clauses[-1] if clauses else None, governed)
        behind_instruction = bool(clauses) and clauses[-1].kind in ("instruction", "filler")
        if clause.kind == "content" and behind_instruction and reader.continues(cut):
            clause = clause._replace(kind="filler")
        governed = governed or clause.kind == "condition" or clause.offered
        clauses.append(clause)
    return tuple(_settle_prefaces(clauses))


def announces_words(sentence: MarkedSentence, start: int, end: int) -> bool:
    """Whether [start, end) announces words to be shown or spoken: "the caption reads:", "Voiceover:"."""
    clause = sentence.text[start:end].rstrip(" \n*_")
    if not clause.endswith((":", "：")):
        return False
    clause = clause[:-1].rstrip(" *_")
    short = len(clause.split()) <= _LONGEST_HEADING and (sentence.lexicon.spaced or len(clause) <= _SHORT_TOPIC)
    return any(short or ending == start + len(clause) for _, ending in sentence.spans("speech", start, end))


def _settle_prefaces(clauses: list[Clause]) -> list[Clause]:
    """A purpose, a place or a heading goes with the instruction behind it, and is content without one."""
    settled: list[Clause] = []
    following: Kind = "content"
    for clause in reversed(clauses):
        kind = clause.kind
        if kind == "preface":
            kind = "filler" if following in ("instruction", "condition", "filler") else "content"
        settled.append(clause if kind == clause.kind else clause._replace(kind=kind))
        following = kind
    return settled[::-1]


class _Reader:
    """One sentence in one language. told: it turned out to tell of others, or of words to be shown or spoken."""

    def __init__(self, sentence: MarkedSentence, rows: RowPhrases) -> None:
        self._sentence = sentence
        self._rows = rows
        self._told = False

    def can_stand(self, place: int) -> bool:
        """Whether what follows a joining word can be a clause by itself."""
        sentence = self._sentence
        head = clause_head(sentence, place, sentence.end)
        if sentence.starts("pronouns", head.place) or sentence.starts("conditions", head.place) or head.negated:
            return True
        return instruction_in(sentence, self._rows, head, Cut(place, sentence.end, "mark")) is not None

    def continues(self, cut: Cut) -> bool:
        """Whether words behind an instruction still belong to it: "…, between shots 2 and 3"."""
        sentence = self._sentence
        place = clause_head(sentence, cut.start, cut.end).place
        if sentence.starts("pronouns", place) or sentence.starts("negations", place):
            return False
        if cut.opener in ("joiner", "coordinator"):
            return True
        return sentence.lexicon.spaced and not sentence.starts("subjects", place)

    def read(self, cut: Cut, before: Clause | None, governed: bool) -> Clause:
        """One clause. before: the one in front of it; governed: a condition stands in front of it."""
        head = clause_head(self._sentence, cut.start, cut.end)
        if head.negated:
            return Clause(cut.start, cut.end, "content")
        found = instruction_in(self._sentence, self._rows, head, cut)
        if found is not None and self._is_told(head, cut, before):
            return Clause(cut.start, cut.end, "content")
        if found is not None:
            offered = governed or head.offered or found.offered or is_made_optional(self._sentence, cut, found.verb_end)
            return Clause(cut.start, cut.end, "instruction", found.action, offered, found.label)
        return Clause(cut.start, cut.end, self._kind(head, cut))

    def _kind(self, head: Head, cut: Cut) -> Kind:
        """What a clause without an instruction is."""
        sentence = self._sentence
        if not sentence.folded[head.place : cut.end].strip(_SILENT):
            return "condition" if head.offered else "filler"
        if sentence.starts("conditions", head.first) or self._ends_as_condition(cut, head.first):
            return "condition"
        if announces_words(sentence, cut.start, cut.end):
            self._told = True
            return "content"
        if self._leads(head, cut):
            return "preface"
        self._told = self._told or bool(sentence.spans("actors", cut.start, cut.end))
        return "content"

    def _is_told(self, head: Head, cut: Cut, before: Clause | None) -> bool:
        """Whether an imperative only looks like one: "two hands unbox it and press the power button"."""
        if head.addressed:
            return False
        follows_content = before is not None and before.kind == "content"
        return self._told or (cut.opener == "coordinator" and follows_content)

    def _leads(self, head: Head, cut: Cut) -> bool:
        """Whether a clause only leads to the instruction behind it."""
        sentence = self._sentence
        if sentence.starts("prefaces", head.place) or sentence.starts("fronting", head.place):
            return True
        if sentence.lexicon.first and head.place in sentence.verbs and not sentence.spans("actors", cut.start, cut.end):
            return True
        if sentence.text[cut.end - 1] not in ":：":
            return False
        words = sentence.text[cut.start : cut.end].split()
        return sentence.find("headings", cut.start, cut.end) is not None or (
            len(words) <= _LONGEST_HEADING
            and (sentence.lexicon.spaced or cut.end - cut.start <= _SHORT_TOPIC)
            and not sentence.starts("subjects", head.place)
        )

    def _ends_as_condition(self, cut: Cut, first: int) -> bool:
        endings = self._sentence.spans("condition_endings", first, cut.end)
        return bool(endings) and not self._sentence.folded[endings[-1][1] : cut.end].strip(" ,，、;；:：")
