"""Finds what one sentence of a backend tells a person to do by hand.

A sentence is cut into clauses. A clause is an instruction when a verb of the language's lexicon stands where
instructions have theirs and a control, panel or timeline is its object; it is offered when a condition or an
invitation governs it. All else is content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from .quotation import quotes
from .reply_lexicon import ReplyLexicon
from .table import ReplyAction

MASK = "\ue000"  # a private character no backend writes: it stands for quoted content

_PUNCTUATION = re.compile(r"(?<=\D)[,，、;；:：](?!\d)|\s[-–—]\s|——")
_MARKS = re.compile(r"(?:\d{1,2}[.)、．]\s*|[^\w\ue000\"'“”‘’「」『』«»《》`@]+|_+)+")
_OPENERS = re.compile("[\\s*_\"'“”‘’「」『』«»《》`\\[(（]+")
_ADDRESS = re.compile(r"https?://\S+|\b[\w-]+\.(?:mp[34]|mov|jpe?g|png|wav|gif|webm)\b")
_OBJECT_REACH = 70  # characters behind the verb in which its object stands

Kind = Literal["content", "instruction", "condition", "filler", "preface"]


@dataclass(frozen=True, slots=True)
class Clause:
    """[start, end) of the sentence. Only content survives beside an instruction; offered: a condition governs it."""

    start: int
    end: int
    kind: Kind
    action: ReplyAction | None = None
    offered: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a clause's own words begin, behind lead-ins; and what these said. first: before anything optional."""

    first: int
    position: int
    offered: bool
    negated: bool


def masked(sentence: str) -> str:
    """The sentence in lower case with quoted content, file names and addresses hidden, every place kept."""
    lowered = sentence.lower()
    if len(lowered) != len(sentence):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in sentence)
    spans = [(quote.inner_start, quote.inner_end) for quote in quotes(sentence)]
    spans += [match.span() for match in _ADDRESS.finditer(lowered)]
    hidden = list(lowered.replace("’", "'"))
    for start, end in spans:
        hidden[start:end] = MASK * (end - start)
    return "".join(hidden)


def read_clauses(sentence: str, folded: str, lexicon: ReplyLexicon, *, invited: bool) -> tuple[Clause, ...]:
    """The clauses of a sentence in order. folded: masked(sentence). invited: it answers a question like "Happy?"."""
    reader = _Reader(sentence, folded, lexicon)
    clauses: list[Clause] = []
    governed = invited
    for start, end, joined in reader.cuts():
        clause = reader.read(start, end, governed)
        if clause.kind == "content" and clauses and clauses[-1].kind in ("instruction", "filler"):
            if reader.continues(start, end, joined):
                clause = replace(clause, kind="filler")
        elif clause.kind == "condition":
            governed = True
        clauses.append(clause)
    return tuple(_settle_prefaces(clauses))


def _settle_prefaces(clauses: list[Clause]) -> list[Clause]:
    """A purpose or place goes with the instruction behind it, and is content without one."""
    settled: list[Clause] = []
    following: Kind = "content"
    for clause in reversed(clauses):
        if clause.kind == "preface":
            leads = following in ("instruction", "condition", "filler")
            settled.append(replace(clause, kind="filler" if leads else "content"))
        else:
            settled.append(clause)
        following = settled[-1].kind
    return settled[::-1]


class _Reader:
    """One sentence in one language."""

    def __init__(self, sentence: str, folded: str, lexicon: ReplyLexicon) -> None:
        self.sentence = sentence
        self.folded = folded
        self.lexicon = lexicon

    def cuts(self) -> list[tuple[int, int, bool]]:
        """[start, end) of each clause and whether a joining word, not punctuation, opened it."""
        joined = {
            match.start(): True
            for match in self.lexicon.phrases["joiners"].finditer(self.folded)
            if match.start() and self._opens_clause(match.end())
        }
        cuts = dict.fromkeys((match.end() for match in _PUNCTUATION.finditer(self.folded)), False) | {0: False}
        for position in joined:
            cuts.setdefault(position, True)
        ordered = sorted(position for position in cuts if position < len(self.folded))
        ends = [*ordered[1:], len(self.folded)]
        return [(start, end, cuts[start]) for start, end in zip(ordered, ends, strict=True)]

    def _opens_clause(self, position: int) -> bool:
        """Whether what follows a joining word can stand by itself."""
        end = len(self.folded)
        start = self._past_marks(position, end)
        if self._starts("pronouns", start) or self._starts("conditions", start):
            return True
        head = self._head(position, end)
        return head.negated or self._instruction(head, position, end) is not None

    def continues(self, start: int, end: int, joined: bool) -> bool:
        """Whether words behind an instruction still belong to it: "…, between shots 2 and 3"."""
        position = self._head(start, end).position
        if self._starts("pronouns", position) or self._starts("negations", position):
            return False
        if joined:
            return True
        return self.lexicon.spaced and not self._starts("subjects", position)

    def read(self, start: int, end: int, governed: bool) -> Clause:
        head = self._head(start, end)
        if head.negated:
            return Clause(start, end, "content")
        found = self._instruction(head, start, end)
        if found is not None:
            action, label, verb_end = found
            offered = governed or head.offered or self._optional_behind(verb_end, end)
            return Clause(start, end, "instruction", action, offered, label)
        if not self.folded[head.position : end].strip(" .!?。！？\n*_,，、:："):
            return Clause(start, end, "condition" if head.offered else "filler")
        if self._starts("conditions", head.first) or self._ends_as_condition(start, end):
            late = self._late_instruction(head.position, end)
            if late is not None:
                return Clause(start, end, "instruction", late[0], True, late[1])
            return Clause(start, end, "condition")
        if self._starts("prefaces", head.position) or self._starts("fronting", head.position):
            return Clause(start, end, "preface")
        return Clause(start, end, "content")

    # where a clause's own words begin

    def _head(self, start: int, end: int) -> _Head:
        position, offered = self._past_marks(start, end), False
        first = position
        while position < end:
            step = max(self._after(kind, position, end) for kind in ("lead_ins", "joiners", "optional"))
            if self._after("negations", position, end) >= max(step, position + 1):
                return _Head(first, position, offered, True)
            ending = self._condition_before(position, end)
            if ending > step:
                step, offered = ending, True
            if step == position:
                break
            if step == self._after("optional", position, end):
                offered = True
            if step < end and self._verb_at(position, end) > step:
                break
            position = self._past_marks(step, end)
            if not offered:
                first = position
        return _Head(first, position, offered, False)

    def _condition_before(self, position: int, end: int) -> int:
        """The end of a short condition that a word closes, such as "…的话", when more follows it; else position."""
        if not self._starts("conditions", position) and self._verb_at(position, end) > position:
            return position
        match = self.lexicon.find("condition_endings", self.folded, position, min(end, position + 24))
        return match.end() if match and match.end() < end else position

    def _ends_as_condition(self, start: int, end: int) -> bool:
        last = None
        for match in self.lexicon.phrases["condition_endings"].finditer(self.folded, start, end):
            last = match
        return last is not None and not self.folded[last.end() : end].strip(" ,，、;；:：")

    def _past_marks(self, position: int, end: int) -> int:
        match = _MARKS.match(self.folded, position, end)
        return match.end() if match else position

    def _after(self, kind: str, position: int, end: int) -> int:
        return self.lexicon.at(kind, self.folded, position, end)

    def _starts(self, kind: str, position: int) -> bool:
        return self._after(kind, position, len(self.folded)) > position

    def _verb_at(self, position: int, end: int) -> int:
        after = self._after("verb", position, end)
        return position if after > position and self._starts("not_behind", after) else after

    # instructions

    def _instruction(self, head: _Head, start: int, end: int) -> tuple[ReplyAction, str, int] | None:
        """What the clause instructs, the control's name, and where its verb ends."""
        if not self.lexicon.first:
            return self._late_instruction(start, end)
        verb_end = self._verb_at(head.position, end)
        if verb_end > head.position:
            found = self._object(self.folded[head.position : verb_end], verb_end, end)
            if found is not None:
                return (*found, verb_end)
        if head.offered or self._starts("fronting", head.position):
            return self._late_instruction(head.position, end)
        return None

    def _late_instruction(self, start: int, end: int) -> tuple[ReplyAction, str, int] | None:
        """An instruction whose object or place stands before its verb."""
        for verb in self.lexicon.phrases["verb"].finditer(self.folded, start, end):
            found = self._object(verb.group(), verb.end(), end) if self.lexicon.first else None
            found = found or self._object(verb.group(), start, end, before=verb.start())
            if found is not None:
                return (*found, verb.end())
        return None

    def _object(self, verb: str, start: int, end: int, before: int | None = None) -> tuple[ReplyAction, str] | None:
        """The action of a verb with the object in [start, end), None when it has none that a person handles.

        before: where the verb stands when its object precedes it.
        """
        roles = self.lexicon.verb_of[verb]
        limit = min(end, start + _OBJECT_REACH) if before is None else end
        has = {kind: self.lexicon.find(kind, self.folded, start, limit) for kind in ("accounts", "timelines", "panels")}
        if "account" in roles and has["accounts"]:
            return "credits", ""
        if "look" in roles and has["timelines"]:
            return "timeline", ""
        if "open" in roles and has["panels"]:
            return "state", ""
        if roles & {"press", "press_weakly"}:
            pressed = self._press(start, before or limit, weakly="press" not in roles)
            if pressed is not None:
                return pressed
        if "look_surely" in roles and (before is not None or self._has_object(start, limit)):
            return "timeline", ""
        if "drag" in roles and self._drags(start, limit, surely="drag_surely" in roles, before=before):
            return "edit", ""
        return None

    def _has_object(self, start: int, end: int) -> bool:
        position = self._past_marks(start, end)
        return not self.lexicon.spaced or self._after("determiners", position, end) > position

    def _drags(self, start: int, end: int, *, surely: bool, before: int | None) -> bool:
        targeted = self.lexicon.find("targets", self.folded, start, end) is not None
        if not self.lexicon.spaced:
            return surely or (before is not None and targeted)
        position = self._past_marks(start, end)
        named = self._has_object(start, end) or self.sentence[position : position + 1].isupper()
        return before is not None or (named and (targeted or surely))

    def _press(self, start: int, end: int, *, weakly: bool) -> tuple[ReplyAction, str] | None:
        label, quoted = self._label(start, end)
        control = self.lexicon.find("controls", self.folded, start, end)
        words = label.lower()
        for kind, action in (("upload_words", "upload"), ("export_words", "export"), ("edit_words", "edit")):
            known = self.lexicon.find(kind, words, 0, len(words))
            if known and (not weakly or control or quoted):
                return action, label  # type: ignore[return-value]  # the literals above are ReplyActions
        if control is not None or (quoted and not weakly):
            return "click", label
        if weakly or not words:
            return None
        named = self._has_object(start, end) if self.lexicon.spaced else False
        confirms = self.lexicon.find("confirm_words", words, 0, len(words)) is not None
        return ("click", label) if confirms or (named and label[:1].isupper()) else None

    def _label(self, start: int, end: int) -> tuple[str, bool]:
        """The control's name as written, and whether it was quoted or emphasised."""
        position = self._past_marks(start, end)
        while (after := self._after("determiners", position, end)) > position:
            position = self._past_marks(after, end)
        opened = _OPENERS.match(self.folded, position, end)
        inside = opened.end() if opened else position
        if self.folded[inside : inside + 1] == MASK:
            close = inside
            while self.folded[close : close + 1] == MASK:
                close += 1
            return self.sentence[inside:close], True
        stop = self.lexicon.find("label_ends", self.folded, inside, end)
        label = self.sentence[inside : stop.start() if stop else end].strip(" .,!?:;*_。，！？\"'”’」』»》\n")
        return label, bool(opened and "*" in opened.group())

    def _optional_behind(self, position: int, end: int) -> bool:
        """Words behind the verb that make it optional: "drag it elsewhere if you'd prefer"."""
        if not self.lexicon.spaced:
            return False
        for kind in ("conditions", "optional"):
            for match in self.lexicon.phrases[kind].finditer(self.folded, position, end):
                context = self.folded[max(position - 6, match.start() - 16) : match.end()]
                optional = " " in match.group() or match.group() in self.lexicon.tails
                if optional and not self.lexicon.phrases["not_conditions"].search(context):
                    return True
        return False
