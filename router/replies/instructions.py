"""Finds what one sentence of a backend tells a person to do by hand.

A sentence is cut into clauses. A clause is an instruction when a verb of the language's lexicon stands where
instructions have theirs and a control, panel or timeline is its object; it is offered when a condition or an
invitation governs it. All else is content.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, NamedTuple

from ..table import ReplyAction
from .clauses import Cut, Head, clause_head, cut_clauses, past_marks
from .imperatives import asks, instruction_in, is_made_optional, links
from .objects import Found, by_means
from .references import only_locates, referred, refers
from .rows import RowPhrases
from .statements import by_hand, located_button, opens_imperative
from .words import MarkedSentence

_SILENT = " .!?。！？\n*_,，、:：)）"
_MOOD = 9  # characters at a clause's end within which the mood of its verb stands
_SHORT_TOPIC = 8  # characters of an unspaced heading
_LONGEST_HEADING = 3  # words before a colon that only lead to an instruction

_OF_EDITORS = frozenset(["export", "upload", "timeline", "credits"])
"""What nobody but the reader does, in a language whose imperative is a form of its own."""
_BESIDE = ("content", "condition")  # the clauses behind which the place of a button may be told
_WITHOUT_VERB = ("means", "may_be", "must_be", "courtesies", "clicks", "openings", "by_hand", "places")

Kind = Literal["content", "instruction", "condition", "filler", "preface"]


class Clause(NamedTuple):
    """[start, end) of the sentence. Only content survives beside an instruction; offered: a condition governs it.

    refers: it acts on something that the sentence does not name, so that the one before it may have.
    """

    start: int
    end: int
    kind: Kind
    action: ReplyAction | None = None
    offered: bool = False
    label: str = ""
    refers: bool = False


def read_clauses(
    sentence: MarkedSentence, rows: RowPhrases, *, invited: bool, before: MarkedSentence | None = None
) -> tuple[Clause, ...]:
    """The clauses of a sentence in order. invited: `before`, the sentence before it, is a question ("Happy with it?").

    Without `before`, nothing that it names is acted on.
    """
    if not sentence.verbs and rows.openers is None and not any(map(sentence.has, _WITHOUT_VERB)):
        return ()
    reader = _Reader(sentence, rows, before)
    clauses: list[Clause] = []
    governed = invited
    cuts = cut_clauses(sentence, reader.can_stand, links(sentence))
    for cut in cuts:
        clause = reader.read(cut, clauses[-1] if clauses else None, governed)
        behind_instruction = bool(clauses) and clauses[-1].kind in ("instruction", "filler")
        if clause.kind in ("content", "preface") and behind_instruction and reader.continues(cut):
            clause = clause._replace(kind="filler")
        governed = governed or clause.kind == "condition" or clause.offered
        if clause.kind == "instruction" and clauses and reader.is_located(cut):
            clauses[-1] = clauses[-1]._replace(kind="filler")
        clauses.append(clause)
    _settle_condition(clauses)
    if sentence.has("thanks"):
        _settle_thanks(clauses, sentence)
    if not sentence.lexicon.first:
        _settle_links(sentence, clauses, cuts)
    return tuple(_settle_prefaces(clauses))


def _settle_condition(clauses: list[Clause]) -> None:
    """A condition that closes the sentence governs what it follows: "drück auf Export, sobald du so weit bist"."""
    if len(clauses) > 1 and clauses[-1].kind == "condition" and clauses[-2].kind == "instruction":
        clauses[-2] = clauses[-2]._replace(offered=True)


def _settle_thanks(clauses: list[Clause], sentence: MarkedSentence) -> None:
    """ "If you could press OK, that would be great": the condition is politeness, and goes with its thanks."""
    for at, (asked, thanks) in enumerate(pairwise(clauses)):
        if asked.kind == "instruction" and thanks.action is None and sentence.find("thanks", thanks.start, thanks.end):
            clauses[at] = asked._replace(offered=False)
            clauses[at + 1] = thanks._replace(kind="filler")


def _settle_links(sentence: MarkedSentence, clauses: list[Clause], cuts: list[Cut]) -> None:
    """What is said of the last verb, where verbs come last, is said of those linked to it."""
    for at in range(len(clauses) - 2, -1, -1):
        clause, following = clauses[at : at + 2]
        if clause.kind != "instruction":
            continue
        if following.kind == "instruction":
            end = len(sentence.folded[: following.end].rstrip(_SILENT))
            mood = any(end - _MOOD <= start for start, _ in sentence.spans("optional", following.start, following.end))
            clauses[at] = clause._replace(offered=clause.offered or (following.offered and mood))
        elif cuts[at + 1].opener == "link":
            clauses[at] = clause._replace(kind="content", action=None)


def announces_words(sentence: MarkedSentence, start: int, end: int) -> bool:
    """Whether [start, end) announces words to be shown or spoken: "the caption reads:", "Voiceover:"."""
    clause = sentence.text[start:end].rstrip(" \n*_")
    if not clause.endswith((":", "：")):
        return False
    clause = clause[:-1].rstrip(" *_")
    short = len(clause.split()) <= _LONGEST_HEADING and (sentence.lexicon.spaced or len(clause) <= _SHORT_TOPIC)
    if not short and sentence.lexicon.spaced:
        place = past_marks(sentence, start, end)
        behind = past_marks(sentence, sentence.after("speech", place, end), end)
        if behind > place and sentence.starts("label_ends", behind):
            return True  # "Text on the last slide:"
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
    """One sentence in one language.

    told: it turned out to tell words to be shown or spoken. acted: others act in it.
    """

    def __init__(self, sentence: MarkedSentence, rows: RowPhrases, before: MarkedSentence | None) -> None:
        self._sentence = sentence
        self._rows = rows
        self._before = before
        self._told = False
        self._acted = False
        self._read: list[Cut] = []
        self._located: Cut | None = None  # the clause that acts on a control whose place the one before it told

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
        if cut.opener in ("joiner", "coordinator", "link"):
            return True
        return sentence.lexicon.spaced and not sentence.starts("subjects", place)

    def read(self, cut: Cut, before: Clause | None, governed: bool) -> Clause:
        """One clause. before: the one in front of it; governed: a condition stands in front of it."""
        head = clause_head(self._sentence, cut.start, cut.end)
        if head.negated:
            return Clause(cut.start, cut.end, "content")
        found = instruction_in(self._sentence, self._rows, head, cut)
        if found is None and (governed or head.offered):
            found = by_hand(self._sentence, cut)
        if found is None and (governed or head.addressed or opens_imperative(self._sentence, head, cut)):
            found = by_means(self._sentence, head.place, cut.end, asked=True)
        if found is None and cut.end == self._sentence.end and (before is None or before.kind in _BESIDE):
            found = None if self._told or self._acted else located_button(self._sentence, head, cut)
        last = self._read[-1] if self._read else None
        self._read.append(cut)
        clicks = found is not None and found.action == "click"
        vague = clicks and not self._sentence.find("controls", cut.start, cut.end)
        adds = head.offered and before is not None and before.kind == "instruction"  # "…, where you can compare them"
        if (found is None or vague) and not adds and (verb := refers(self._sentence, head, cut)) is not None:
            found = self._named_before(verb, cut, last) or found
            if found is None and self._before is None and not self._told:
                return Clause(cut.start, cut.end, self._kind(head, cut), refers=True)
        if found is not None and self._is_told(found, head, cut, before):
            return Clause(cut.start, cut.end, "content")
        if found is not None:
            offered = governed or head.offered or found.offered or is_made_optional(self._sentence, cut, found.verb_end)
            return Clause(cut.start, cut.end, "instruction", found.action, offered, found.label)
        return Clause(cut.start, cut.end, self._kind(head, cut))

    def _named_before(self, verb: int, cut: Cut, last: Cut | None) -> Found | None:
        """The action of a verb upon what stands in front of its clause, or in the sentence before."""
        sentence = self._sentence
        found = referred(sentence, verb, sentence, cut.start) if last is not None else None
        if found is None:
            return referred(sentence, verb, self._before, self._before.end) if self._before is not None else None
        if found.action != "state" and last is not None:
            place = clause_head(sentence, last.start, last.end).place
            self._located = cut if only_locates(sentence, last, place) else None
        return found

    def is_located(self, cut: Cut) -> bool:
        """Whether the clause before this one only told where the control is that this one acts on."""
        return self._located is cut

    def _kind(self, head: Head, cut: Cut) -> Kind:
        """What a clause without an instruction is."""
        sentence = self._sentence
        if not sentence.folded[head.place : cut.end].strip(_SILENT):
            return "condition" if head.offered else "filler"
        if sentence.starts("conditions", head.first) or self._ends_as_condition(cut, head.first):
            return "condition"
        if announces_words(sentence, cut.start, cut.end) or self._shows(cut):
            self._told = True
            return "content"
        if self._leads(head, cut):
            return "preface"
        self._acted = self._acted or bool(sentence.spans("actors", cut.start, cut.end))
        return "content"

    def _shows(self, cut: Cut) -> bool:
        """Whether a clause says, before a colon, what a film shows or tells: "your spot shows the new till:"."""
        sentence = self._sentence
        if sentence.folded[cut.end - 1] not in ":：":
            return False
        if sentence.find("works", cut.start, cut.end) is None:
            return False
        place = past_marks(sentence, cut.start, cut.end)
        inside = any(sentence.starts(kind, place) for kind in ("targets", "label_ends"))  # "On the last frame:"
        return inside or sentence.find("shows", cut.start, cut.end) is not None

    def _is_told(self, found: Found, head: Head, cut: Cut, before: Clause | None) -> bool:
        """Whether an imperative only looks like one: "two hands unbox it and press the power button"."""
        if head.addressed or self._requests(found, cut):
            return self._told and not head.addressed
        follows_content = before is not None and before.kind == "content"
        if cut.opener == "coordinator" and follows_content:
            return True
        return self._told or (self._acted and not (self._sentence.lexicon.spaced and found.action in _OF_EDITORS))

    def _requests(self, found: Found, cut: Cut) -> bool:
        """Whether the form of the verb speaks to the reader: "…してください" is never told of others."""
        sentence = self._sentence
        return not sentence.lexicon.first and asks(sentence, found.verb_end, cut.end)

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
